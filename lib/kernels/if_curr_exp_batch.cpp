// SPDX-License-Identifier: Apache-2.0
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/if_curr_exp_batch.cpp"
#include <hwy/foreach_target.h>
// clang-format off: the order matters
#include <hwy/highway.h>

#include "kernels/inputs-inl.hpp"
#include "kernels/lanes-inl.hpp"
// clang-format on
#include <algorithm>
#include <array>
#include <bit>

#include "kernels/batch.hpp"

HWY_BEFORE_NAMESPACE();
namespace va_event::kernels::HWY_NAMESPACE {
namespace {

using Kernel = IfCurrExpKernel<double>;

constexpr std::size_t kBlock = 32;  // a multiple of the lanes of every vector

/// Neurons after their event, one after the other, until there are enough for vectors to look at.
struct Block {
  alignas(64) std::array<State<double>, kBlock> rows{};  ///< t still is the time of the event before
  std::array<std::uint32_t, kBlock> index{};
  std::size_t count = 0;
};

/// Constants of the neurons of one vector.
struct Lanes {
  V tau_m;
  V rate_m;
  V rate_exc;
  V rate_inh;
  V y_infinity;
  V potentials;
  V gain_exc;
  V gain_inh;
  V drive_exc;
  V drive_inh;
};

constexpr std::size_t kConstants = 10;

/// In the order of Lanes.
HWY_INLINE std::array<double, kConstants> numbers_of(const Kernel::Constants& c) {
  return {c.tau_m,      c.rate_m,   c.exc.rate, c.inh.rate,  c.y_infinity,
          c.potentials, c.gain_exc, c.gain_inh, c.drive_exc, c.drive_inh};
}
/// @param at gives a vector of the n-th constant
template <class At>
HWY_INLINE Lanes make_lanes(const At& at) {
  return {at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7), at(8), at(9)};
}
HWY_INLINE Lanes lanes_of(const Kernel::Constants& c) {
  const std::array<double, kConstants> numbers = numbers_of(c);
  return make_lanes([&numbers](std::size_t n) HWY_ATTR { return hn::Set(Doubles(), numbers[n]); });
}

/// The three exponentials at the neurons' times.
struct FactorLanes {
  V m;
  V exc;
  V inh;
};

/// When neurons could spike, from `label` on, and which of them are of interest.
struct Outlook {
  V until;
  hn::Mask<Doubles> held;
  hn::Mask<Doubles> by_sign;
  hn::Mask<Doubles> noticed;
  hn::Mask<Doubles> near;
};

/// IfCurrExpKernel<double>::safe_in_frame(), operation by operation.
HWY_INLINE Outlook outlook(const Lanes& c, const FactorLanes& now, const FactorLanes& amplitude, V label,
                           const Watch& watch) {
  const Doubles d;
  const V exc = amplitude.exc * now.exc;
  const V inh = amplitude.inh * now.inh;
  const V y = c.y_infinity + ((amplitude.m * now.m + exc) + inh);
  const V drive_exc = exc * c.drive_exc;
  const V drive_inh = inh * c.drive_inh;
  const V slow = hn::IfThenElse(c.rate_exc >= c.rate_inh, drive_inh, drive_exc);
  const V drive = c.y_infinity + hn::Max(hn::Zero(d), hn::Max(slow, drive_exc + drive_inh));
  const V scale = hn::Abs(y) + c.potentials + (hn::Abs(drive_exc) + hn::Abs(drive_inh));
  const V distance = hn::Neg(y);
  const SafeLanes<V> safe = safe_interval(distance, drive, hn::Set(d, 1.0), c.tau_m, scale);
  const auto held = amplitude.m < hn::Set(d, kHeld / 2);
  const V until = hn::IfThenElse(held, hn::Set(d, std::numeric_limits<double>::infinity()), label + safe.duration);
  return {until, held, hn::AndNot(held, safe.by_sign), until < hn::Set(d, watch.until),
          distance < hn::Set(d, watch.distance)};
}

/// Stores until when the first `count` neurons are safe, and reports.
HWY_INLINE void put(const Outlook& seen, hn::Mask<Doubles> again, const std::uint32_t* index, std::size_t count,
                    double* safe_until, BatchReport& report) {
  const Doubles d;
  alignas(64) std::array<double, kPadding> bounds{};
  hn::Store(seen.until, d, bounds.data());
  for (std::size_t lane = 0; lane < count; ++lane) {
    safe_until[index[lane]] = bounds[lane];
  }
  report.refractory += static_cast<unsigned>(std::popcount(bits_of(seen.held, count)));
  report.by_sign += static_cast<unsigned>(std::popcount(bits_of(seen.by_sign, count)));
  if (HWY_UNLIKELY(!hn::AllFalse(d, hn::Or(hn::Or(seen.noticed, seen.near), again)))) {
    append(bits_of(again, count), index, report.again);
    append(bits_of(seen.noticed, count), index, report.noticed);
    append(bits_of(seen.near, count), index, report.near);
  }
}

/// Looks at blocks of neurons at one moment.
class Watcher {
 public:
  Watcher(const Kernel::Constants& c, const Kernel::Moment& at, double label, double* safe_until, const Watch& watch,
          BatchReport& report)
      : c_(c), at_(at), label_(label), safe_until_(safe_until), watch_(watch), report_(report) {}

  void operator()(Block& block) const {
    const Doubles d;
    const Lanes c = lanes_of(c_);
    const FactorLanes now{hn::Set(d, at_.now.m), hn::Set(d, at_.now.exc), hn::Set(d, at_.now.inh)};
    for (std::size_t k = 0; k < block.count; k += hn::Lanes(d)) {
      FactorLanes amplitude;
      V t;
      hn::LoadInterleaved4(d, &block.rows[k].y, amplitude.m, amplitude.exc, amplitude.inh, t);
      const Outlook seen = outlook(c, now, amplitude, hn::Set(d, label_), watch_);
      put(seen, t == hn::Set(d, at_.t), &block.index[k], std::min(block.count - k, hn::Lanes(d)), safe_until_, report_);
    }
    block.count = 0;
  }

 private:
  const Kernel::Constants& c_;
  Kernel::Moment at_;
  double label_;
  double* safe_until_;
  Watch watch_;
  BatchReport& report_;
};

/// The targets of one part. `input` says what is added to the k-th one's amplitudes; its t is 0.
template <class Input>
HWY_INLINE void add_inputs(const Targets& part, const Neurons& neurons, double label, Block& block, const Watcher& look,
                           const Input& input) {
  const std::uint32_t* const index = part.index.data();
  const std::size_t count = part.index.size();
  const std::uint32_t offset = part.offset;
  prefetch_first(part, 0, neurons);
  for (std::size_t k = 0; k < count; ++k) {
    prefetch(part, k + kPrefetch, neurons);
    const std::uint32_t i = offset + index[k];
    State<double>& row = neurons.row[i];
    add_row(row, input(k), block.rows[block.count], row);
    row.t = label;
    block.index[block.count] = i;
    if (++block.count == kBlock) {
      look(block);
    }
  }
}

void deliver_curr_exp(const Kernel::Constants& c, const Neurons& neurons, const Arrival& arrival,
                      std::span<const Targets> targets, const Watch& watch, BatchReport& report) {
  const Kernel::Moment at = Kernel::moment(c, arrival.t);
  const frame::Factors<double> unit = Kernel::input_at(c, at.now, arrival.receptor);
  const auto times = [&unit](double weight) {
    return State<double>{weight * unit.m, weight * unit.exc, weight * unit.inh, 0.0};
  };
  const Watcher look(c, at, arrival.label, neurons.safe_until, watch, report);
  Block block;
  for (const Targets& part : targets) {
    if (part.weight.empty()) {
      const State<double> all = times(part.constant_weight);
      add_inputs(part, neurons, arrival.label, block, look,
                 [&all](std::size_t /*k*/) HWY_ATTR -> const State<double>& { return all; });
    } else {
      add_inputs(part, neurons, arrival.label, block, look,
                 [&times, weight = part.weight.data()](std::size_t k) HWY_ATTR { return times(weight[k]); });
    }
  }
  look(block);
}

/// IfCurrExpKernel<double>::receive() and safe_after() for the neurons of one vector.
HWY_INLINE void receive(const Lanes& c, Inputs<kConstants>& inputs, std::size_t k, std::size_t count,
                        const Neurons& neurons, const Watch& watch, BatchReport& report) {
  const Doubles d;
  FactorLanes amplitude;
  V before;
  hn::LoadInterleaved4(d, &inputs.rows[k].y, amplitude.m, amplitude.exc, amplitude.inh, before);
  const V t = inputs.t(k);
  const V weight = inputs.weight(k);
  const auto inhibitory = inputs.inhibitory(k);
  const FactorLanes now{exp(hn::Neg(t) * c.rate_m), exp(hn::Neg(t) * c.rate_exc), exp(hn::Neg(t) * c.rate_inh)};
  const V gain = hn::IfThenElse(inhibitory, c.gain_inh, c.gain_exc);
  const V synaptic = gain / hn::IfThenElse(inhibitory, now.inh, now.exc);
  amplitude.m = amplitude.m + weight * (hn::Neg(gain) / now.m);
  amplitude.exc = amplitude.exc + weight * hn::IfThenZeroElse(inhibitory, synaptic);
  amplitude.inh = amplitude.inh + weight * hn::IfThenElseZero(inhibitory, synaptic);
  hn::StoreInterleaved4(amplitude.m, amplitude.exc, amplitude.inh, t, d, &inputs.rows[k].y);
  for (std::size_t lane = 0; lane < count; ++lane) {
    neurons.row[inputs.index[k + lane]] = inputs.rows[k + lane];
  }
  put(outlook(c, now, amplitude, t, watch), before == t, &inputs.index[k], count, neurons.safe_until, report);
}

template <bool kOneSet>
std::size_t receive_each(const SetsOf<Kernel::Constants>& constants, const Neurons& neurons,
                         std::span<const Input<double>> inputs, const Watch& watch, BatchReport& report) {
  const Doubles d;
  Inputs<kConstants> batch;  // t of a row is the time of the event before; not initialised: only what is filled is read
  const std::size_t count = take_inputs(constants, neurons, inputs, [&](std::size_t k, const Kernel::Constants& c) {
    if (!c.framed) {
      return false;
    }
    State<double>& row = neurons.row[inputs[k].index];
    batch.set(k, row, inputs[k]);
    if constexpr (!kOneSet) {
      batch.set_constants(k, numbers_of(c));
    }
    return true;
  });
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
      receive(c, batch, k, std::min(count - k, hn::Lanes(d)), neurons, watch, report);
    }
  } else {
    for (std::size_t k = 0; k < count; k += hn::Lanes(d)) {
      const Lanes c = make_lanes([&batch, k](std::size_t n) HWY_ATTR { return batch.constant(n, k); });
      receive(c, batch, k, std::min(count - k, hn::Lanes(d)), neurons, watch, report);
    }
  }
  return count;
}

std::size_t receive_curr_exp(const SetsOf<Kernel::Constants>& constants, const Neurons& neurons,
                             std::span<const Input<double>> inputs, const Watch& watch, BatchReport& report) {
  return constants.set_of == nullptr ? receive_each<true>(constants, neurons, inputs, watch, report)
                                     : receive_each<false>(constants, neurons, inputs, watch, report);
}

/// IfCurrExpKernel<double>::next_epoch() for neurons one after the other.
void next_epoch_curr_exp(const Kernel::Constants& c, const Neurons& neurons, std::size_t count) {
  const Doubles d;
  BatchReport unused;
  const Watcher look(c, {-1.0, {1.0, 1.0, 1.0}}, 0.0, neurons.safe_until, {-1.0, 0.0}, unused);
  Block block;
  const V factor_m = hn::Set(d, c.epoch.m);
  const V factor_exc = hn::Set(d, c.epoch.exc);
  const V factor_inh = hn::Set(d, c.epoch.inh);
  for (std::size_t begin = 0; begin < count; begin += kBlock) {
    block.count = std::min(kBlock, count - begin);
    for (std::size_t k = 0; k < block.count; ++k) {
      block.rows[k] = neurons.row[begin + k];
      block.index[k] = static_cast<std::uint32_t>(begin + k);
    }
    for (std::size_t k = 0; k < block.count; k += hn::Lanes(d)) {
      V m;
      V exc;
      V inh;
      V t;
      hn::LoadInterleaved4(d, &block.rows[k].y, m, exc, inh, t);
      m = hn::IfThenElse(m == hn::Set(d, kHeld), m, decayed(m, factor_m));
      hn::StoreInterleaved4(m, decayed(exc, factor_exc), decayed(inh, factor_inh), hn::Zero(d), d, &block.rows[k].y);
    }
    std::copy_n(block.rows.begin(), block.count, neurons.row + begin);
    look(block);
  }
}

}  // namespace
}  // namespace va_event::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace va_event::kernels {

HWY_EXPORT(deliver_curr_exp);
HWY_EXPORT(next_epoch_curr_exp);
HWY_EXPORT(receive_curr_exp);

void Batch<IfCurrExpKernel<double>>::deliver(const Constants& constants, const Neurons& neurons, const Arrival& arrival,
                                             std::span<const Targets> targets, const Watch& watch,
                                             BatchReport& report) {
  HWY_DYNAMIC_DISPATCH(deliver_curr_exp)(constants, neurons, arrival, targets, watch, report);
}

std::size_t Batch<IfCurrExpKernel<double>>::receive(const SetsOf<Constants>& constants, const Neurons& neurons,
                                                    std::span<const Input<double>> inputs, const Watch& watch,
                                                    BatchReport& report) {
  return HWY_DYNAMIC_DISPATCH(receive_curr_exp)(constants, neurons, inputs, watch, report);
}

void Batch<IfCurrExpKernel<double>>::next_epoch(const Constants& constants, const Neurons& neurons, std::size_t count,
                                                BatchReport& /*report*/) {
  HWY_DYNAMIC_DISPATCH(next_epoch_curr_exp)(constants, neurons, count);
}

}  // namespace va_event::kernels
#endif
