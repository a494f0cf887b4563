// SPDX-License-Identifier: Apache-2.0
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "neurons/if_curr_exp/receive.cpp"
#include <hwy/foreach_target.h>
// clang-format off: the order matters
#include <hwy/highway.h>

#include "neurons/if_curr_exp/formulas-inl.hpp"
#include "neurons/if_curr_exp/inputs-inl.hpp"
// clang-format on
#include <algorithm>
#include <array>
#include <bit>
#include <span>

#include "foundation/prefetch.hpp"
#include "neurons/if_curr_exp/batch.hpp"

HWY_BEFORE_NAMESPACE();
namespace va_event::neurons::HWY_NAMESPACE {
namespace {

/// IfCurrExpKernel<double>::receive(), and look() where there is need, for the neurons of one vector.
HWY_INLINE void receive(const Lanes& c, Inputs<kConstants>& inputs, std::size_t k, std::size_t count,
                        const BoundedNeurons& neurons, const LookLimits& limits, BatchReport& report) {
  const Doubles d;
  FactorLanes amplitude;
  V upper_bound;
  hn::LoadInterleaved4(d, &inputs.rows[k].y, amplitude.m, amplitude.exc, amplitude.inh, upper_bound);
  const V t = inputs.t(k);
  const V weight = inputs.weight(k);
  const auto inhibitory = inputs.inhibitory(k);
  const SharedExponentialsLanes at = exponentials_of(c, t);
  const V gain = hn::IfThenElse(inhibitory, c.gain_inh, c.gain_exc);
  const V slack = hn::Set(d, upper_bound::kSlack) * hn::Abs(gain);
  const V synaptic = gain / hn::IfThenElse(inhibitory, at.now.inh, at.now.exc);
  const V up = gain * hn::IfThenElse(inhibitory, at.rest.top_inh, at.rest.top_exc) + slack;
  amplitude.m = amplitude.m + weight * (hn::Neg(gain) / at.now.m);
  amplitude.exc = amplitude.exc + weight * hn::IfThenZeroElse(inhibitory, synaptic);
  amplitude.inh = amplitude.inh + weight * hn::IfThenElseZero(inhibitory, synaptic);
  upper_bound = upper_bound + (hn::Max(weight * up, weight * hn::Neg(slack)) + c.event_slack);
  hn::StoreInterleaved4(amplitude.m, amplitude.exc, amplitude.inh, upper_bound, d, &inputs.rows[k].y);
  for (std::size_t lane = 0; lane < count; ++lane) {
    const State<double>& sum = inputs.rows[k + lane];
    BoundedRecord& record = neurons.record[inputs.index[k + lane]];
    record.y = sum.y;
    record.exc = sum.exc;
    record.inh = sum.inh;
    record.upper_bound = sum.t;
  }
  // A neuron whose upper bound stays below the threshold is not looked at.
  const unsigned wanted = bits_of(upper_bound >= hn::Zero(d), count);
  const unsigned held = bits_of(amplitude.m < hn::Set(d, kRefractory / 2), count);
  report.refractory += static_cast<unsigned>(std::popcount(held));
  const unsigned near_threshold = bits_of(upper_bound >= hn::Set(d, -limits.distance), count) & ~(wanted | held);
  append(near_threshold, &inputs.index[k], report.near_threshold);
  if (wanted == 0) {
    return;
  }
  put(look_lanes(c, at, amplitude, t, limits), upper_bound, &inputs.index[k], wanted, neurons, report);
}

template <bool kOneSet>
std::size_t receive_each(const SetsOf<Kernel::Constants>& constants, const BoundedNeurons& neurons,
                         std::span<const Input<double>> inputs, const LookLimits& limits, BatchReport& report) {
  const Doubles d;
  Inputs<kConstants> batch;  // the upper bound in place of t; not initialised: only what is filled is read
  for (const Input<double>& input : inputs) {
    hwy::Prefetch(neurons.record + input.index);
    hwy::Prefetch(neurons.safe_until + input.index);
    if constexpr (!kOneSet) {
      foundation::prefetch(std::as_bytes(std::span(&constants[input.index], 1)));
    }
  }
  std::size_t count = 0;
  for (; count < inputs.size(); ++count) {
    const Input<double>& input = inputs[count];
    BoundedRecord& record = neurons.record[input.index];
    const Kernel::Constants& c = constants[input.index];
    if (!c.in_amplitude_form || (count > 0 && !(record.t < inputs[0].t && neurons.safe_until[input.index] > input.t))) {
      break;
    }
    batch.set(count, {record.y, record.exc, record.inh, record.upper_bound}, input);
    if constexpr (!kOneSet) {
      batch.set_constants(count, numbers_of(c));
    }
    record.t = input.t;
  }
  if (count == 0) {
    return 0;
  }
  for (std::size_t k = count; k < count + hn::Lanes(d) - 1; ++k) {  // full vectors
    const std::size_t last = count - 1;
    batch.set(k, batch.rows[last], inputs[last]);
    if constexpr (!kOneSet) {
      batch.set_constants(k, numbers_of(constants[inputs[last].index]));
    }
  }
  if constexpr (kOneSet) {
    const Lanes c = lanes_of(constants.sets[0]);
    for (std::size_t k = 0; k < count; k += hn::Lanes(d)) {
      receive(c, batch, k, std::min(count - k, hn::Lanes(d)), neurons, limits, report);
    }
  } else {
    for (std::size_t k = 0; k < count; k += hn::Lanes(d)) {
      const Lanes c = make_lanes([&batch, k](std::size_t n) HWY_ATTR { return batch.constant(n, k); });
      receive(c, batch, k, std::min(count - k, hn::Lanes(d)), neurons, limits, report);
    }
  }
  return count;
}

std::size_t receive_curr_exp(const SetsOf<Kernel::Constants>& constants, const BoundedNeurons& neurons,
                             std::span<const Input<double>> inputs, const LookLimits& limits, BatchReport& report) {
  return constants.set_of == nullptr ? receive_each<true>(constants, neurons, inputs, limits, report)
                                     : receive_each<false>(constants, neurons, inputs, limits, report);
}

}  // namespace
}  // namespace va_event::neurons::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace va_event::neurons {

HWY_EXPORT(receive_curr_exp);

std::size_t Batch<IfCurrExpKernel<double>>::receive(const SetsOf<Constants>& constants, const BoundedNeurons& neurons,
                                                    std::span<const Input<double>> inputs, const LookLimits& limits,
                                                    BatchReport& report) {
  return HWY_DYNAMIC_DISPATCH(receive_curr_exp)(constants, neurons, inputs, limits, report);
}
}  // namespace va_event::neurons
#endif
