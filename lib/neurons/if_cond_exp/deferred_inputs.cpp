// SPDX-License-Identifier: Apache-2.0
// The vectors here hold numbers that lie side by side, so wider ones pay; see va_event_internal.cmake for the others.
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS VA_EVENT_SIZELESS_TARGETS
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "neurons/if_cond_exp/deferred_inputs.cpp"
#include <hwy/foreach_target.h>
// clang-format off: the order matters
#include <hwy/highway.h>

#include "neurons/if_cond_exp/intervals/intervals-inl.hpp"
// clang-format on
#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <type_traits>

#include "foundation/prefetch.hpp"
#include "neurons/if_cond_exp/deferred_inputs.hpp"

HWY_BEFORE_NAMESPACE();
namespace va_event::neurons::HWY_NAMESPACE {
namespace {

/// The exponentials at a time.
struct Decays {
  double exc;
  double inh;
};
/// At the time of a neuron's record.
HWY_INLINE Decays decays_at(const Constants& c, const DeferredInputs& deferred, double t, const StoredInput* inputs) {
  if (HWY_UNLIKELY(deferred.last == DeferredInputs::kUnknown)) {
    return {numerics::elementary::exp(-t * c.rate_exc), numerics::elementary::exp(-t * c.rate_inh)};
  }
  return {inputs[deferred.last].decay_exc, inputs[deferred.last].decay_inh};
}

/// The state after input number `wanted` of the list, for reports.
HWY_NOINLINE State<double> state_after(const DeferredInputs& deferred, const State<double>& record,
                                       const StoredInput* inputs, std::size_t wanted, double y) {
  double exc = record.exc;
  double inh = record.inh;
  for (std::size_t k = 0; k <= wanted; ++k) {
    exc += inputs[deferred.inputs[k]].exc;
    inh += inputs[deferred.inputs[k]].inh;
  }
  const StoredInput& input = inputs[deferred.inputs[wanted]];
  return {y, exc * input.decay_exc, inh * input.decay_inh, input.t};
}

/// How long a neuron whose list is done is safe. @returns whether it is so until the next input, because of the drive
HWY_INLINE bool look_ahead(const DeferringNeurons& neurons, std::uint32_t i, const Constants& c, const Decays& decays,
                           const LookLimits& limits, IntegrationReport& report) {
  const State<double>& record = neurons.record[i];
  DeferredInputs& deferred = neurons.deferred[i];
  const SafeInterval<double> safe = Kernel::safe_after(c, record, {record.t, decays.exc, decays.inh});
  bool by_sign = safe.by_sign;
  if (HWY_UNLIKELY(record.y >= 0.0) && deferred.due_at_next_input == 0) {
    // From below threshold a drive that is not positive leads nowhere, whatever rounding does to y. Only a neuron that
    // was about to spike may have arrived.
    const double synaptic = Kernel::DriveFactors(c, decays.exc, decays.inh).largest(record.exc, record.inh);
    by_sign = c.y_leak + (synaptic > 0.0 ? synaptic : 0.0) <= 0.0;
  }
  const double until = by_sign ? std::numeric_limits<double>::infinity() : record.t + safe.duration;
  deferred.set_limit(false, !by_sign, c.y_leak);
  neurons.safe_until[i] = until;
  if (until < limits.until) {
    report.new_candidates.push_back(i);
  }
  return by_sign;
}

/// Some neurons, each named once, that are not refractory.
struct Block {
  std::size_t count = 0;
  std::array<std::uint32_t, kBlock> who;
};

/// Adds the intervals of a neuron. @tparam kToEpoch  and the one up to the end of the epoch
template <bool kOneSet, bool kToEpoch>
HWY_INLINE void collect(const DeferringNeurons& neurons, std::uint32_t i, const StoredInput* inputs,
                        Intervals<kOneSet>& intervals, Block& block) {
  const DeferredInputs& deferred = neurons.deferred[i];
  const State<double>& record = neurons.record[i];
  const Constants& c = neurons.constants[i];
  block.who[block.count++] = i;
  Decays decays = decays_at(c, deferred, record.t, inputs);
  double t = record.t;
  double exc = record.exc;
  double inh = record.inh;
  std::size_t count = intervals.count();
  const std::size_t used = deferred.used;
  for (std::size_t k = 0; k < used; ++k) {
    const StoredInput& input = inputs[deferred.inputs[k]];
    intervals.set(count++, c, input.t - t, exc * decays.exc, inh * decays.inh);
    exc += input.exc;
    inh += input.inh;
    t = input.t;
    decays = {input.decay_exc, input.decay_inh};
  }
  if constexpr (kToEpoch) {
    intervals.set(count++, c, kEpoch - t, exc * decays.exc, inh * decays.inh);
  }
  intervals.set_count(count);
}

/// Integrates the intervals of a block and takes each neuron's y through its own, in their order. The record becomes
/// that of the last input, or, kToEpoch, of the next epoch's start.
template <bool kOneSet, bool kToEpoch>
HWY_INLINE void integrate_block(const DeferringNeurons& neurons, const Block& block, const StoredInput* inputs,
                                const LookLimits& limits, Intervals<kOneSet>& intervals, IntegrationReport& report) {
  intervals.solve();
  std::size_t interval = 0;
  for (std::size_t j = 0; j < block.count; ++j) {
    const std::uint32_t i = block.who[j];
    const Constants& c = neurons.constants[i];
    DeferredInputs& deferred = neurons.deferred[i];
    State<double>& record = neurons.record[i];
    const std::size_t used = deferred.used;
    double y = record.y;
    for (std::size_t k = 0; k < used; ++k) {
      y = intervals.through(interval++, y);
      if (HWY_UNLIKELY(-y <= limits.distance)) {
        report.near_threshold.push_back({i, state_after(deferred, record, inputs, k, y)});
      }
    }
    deferred.used = 0;
    deferred.due = 0;
    if constexpr (kToEpoch) {
      y = intervals.through(interval++, y);
      record = {y, neurons::decayed(deferred.exc, c.epoch_exc), neurons::decayed(deferred.inh, c.epoch_inh), 0.0};
      deferred.exc = record.exc;
      deferred.inh = record.inh;
      deferred.last = DeferredInputs::kEpochBegin;
      look_ahead(neurons, i, c, {1.0, 1.0}, limits, report);
      report.by_sign += used;
    } else {
      deferred.last = deferred.inputs[used - 1];
      const StoredInput& input = inputs[deferred.last];
      record = {y, deferred.exc, deferred.inh, input.t};
      const bool by_sign = look_ahead(neurons, i, c, {input.decay_exc, input.decay_inh}, limits, report);
      report.by_sign += used - (by_sign ? 0U : 1U);
      report.by_bound += by_sign ? 0U : 1U;
    }
  }
  intervals.set_count(0);
}

/// While a neuron is refractory, v does not change: its inputs only have to be taken off the list, since the amplitudes
/// have them already.
HWY_INLINE void integrate_refractory(const DeferringNeurons& neurons, std::uint32_t i, const StoredInput* inputs,
                                     IntegrationReport& report) {
  DeferredInputs& deferred = neurons.deferred[i];
  State<double>& record = neurons.record[i];
  if (deferred.used > 0) {
    deferred.last = deferred.inputs[deferred.used - 1U];
    record = {record.y, deferred.exc, deferred.inh, inputs[deferred.last].t};
    report.refractory += deferred.used;
    deferred.used = 0;
    deferred.due = 0;
  }
}

/// Some neurons, in blocks. Their memory is prefetched some neurons ahead.
template <bool kOneSet>
void integrate_some(const DeferringNeurons& neurons, std::span<const std::uint32_t> who, const StoredInput* inputs,
                    const LookLimits& limits, IntegrationReport& report) {
  constexpr std::size_t kAhead = 8;
  const auto prefetch = [&neurons](std::uint32_t i) HWY_ATTR {
    hwy::Prefetch(neurons.record + i);
    hwy::Prefetch(neurons.deferred + i);
    if constexpr (!kOneSet) {
      foundation::prefetch(std::as_bytes(std::span(&neurons.constants[i], 1)));
    }
  };
  Intervals<kOneSet> intervals(neurons.constants.sets[0]);
  Block block;
  if constexpr (!kOneSet) {
    std::for_each_n(who.begin(), std::min(kAhead, who.size()), prefetch);
  }
  for (std::size_t k = 0; k < who.size(); ++k) {
    if (k + kAhead < who.size()) {
      prefetch(who[k + kAhead]);
    }
    const std::uint32_t i = who[k];
    DeferredInputs& deferred = neurons.deferred[i];
    if (neurons.record[i].y == kRefractory) {
      integrate_refractory(neurons, i, inputs, report);
    } else if (deferred.used > 0) {
      collect<kOneSet, false>(neurons, i, inputs, intervals, block);
      if (block.count == kBlock) {
        integrate_block<kOneSet, false>(neurons, block, inputs, limits, intervals, report);
        block.count = 0;
      }
    }
  }
  if (block.count > 0) {
    integrate_block<kOneSet, false>(neurons, block, inputs, limits, intervals, report);
  }
}

void integrate_all(const DeferringNeurons& neurons, std::span<const std::uint32_t> who, const StoredInput* inputs,
                   const LookLimits& limits, IntegrationReport& report) {
  if (neurons.constants.set_of == nullptr) {
    integrate_some<true>(neurons, who, inputs, limits, report);
  } else {
    integrate_some<false>(neurons, who, inputs, limits, report);
  }
}

/// The neurons of a range into the next epoch. Nobody is a candidate there yet: the group offers all when it has begun.
template <bool kOneSet>
void integrate_epoch_of(const DeferringNeurons& neurons, std::uint32_t first, std::uint32_t count,
                        const StoredInput* inputs, IntegrationReport& report) {
  const LookLimits nobody{0.0, 0.0};
  Intervals<kOneSet> intervals(neurons.constants.sets[0]);
  Block block;
  for (std::uint32_t i = first; i < first + count; ++i) {
    if (State<double>& record = neurons.record[i]; record.y == kRefractory) {
      integrate_refractory(neurons, i, inputs, report);
      const Constants& c = neurons.constants[i];
      DeferredInputs& deferred = neurons.deferred[i];
      record = {record.y, neurons::decayed(record.exc, c.epoch_exc), neurons::decayed(record.inh, c.epoch_inh), 0.0};
      deferred.exc = record.exc;
      deferred.inh = record.inh;
      deferred.last = DeferredInputs::kEpochBegin;
      continue;
    }
    collect<kOneSet, true>(neurons, i, inputs, intervals, block);
    if (block.count == kBlock) {
      integrate_block<kOneSet, true>(neurons, block, inputs, nobody, intervals, report);
      block.count = 0;
    }
  }
  if (block.count > 0) {
    integrate_block<kOneSet, true>(neurons, block, inputs, nobody, intervals, report);
  }
}

void integrate_epoch_all(const DeferringNeurons& neurons, std::uint32_t first, std::uint32_t count,
                         const StoredInput* inputs, IntegrationReport& report) {
  if (neurons.constants.set_of == nullptr) {
    integrate_epoch_of<true>(neurons, first, count, inputs, report);
  } else {
    integrate_epoch_of<false>(neurons, first, count, inputs, report);
  }
}

/// Lanes behind the last input repeat it.
void find_all_decays(const SetsOf<Constants>& constants, std::span<const Input<double>> inputs, double* decay_exc,
                     double* decay_inh) {
  const Wide d;
  alignas(64) std::array<double, kPadding> exc, inh;
  for (std::size_t k = 0; k < inputs.size(); k += hn::Lanes(d)) {
    const std::size_t lanes = HWY_MIN(inputs.size() - k, hn::Lanes(d));
    for (std::size_t lane = 0; lane < hn::Lanes(d); ++lane) {
      const Input<double>& input = inputs[k + HWY_MIN(lane, lanes - 1)];
      const Constants& c = constants[input.index];
      exc[lane] = -input.t * c.rate_exc;
      inh[lane] = -input.t * c.rate_inh;
    }
    hn::Store(exp(hn::Load(d, exc.data())), d, exc.data());
    hn::Store(exp(hn::Load(d, inh.data())), d, inh.data());
    std::copy_n(exc.data(), lanes, decay_exc + k);
    std::copy_n(inh.data(), lanes, decay_inh + k);
  }
}

}  // namespace
}  // namespace va_event::neurons::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace va_event::neurons {

HWY_EXPORT(integrate_all);
HWY_EXPORT(integrate_epoch_all);
HWY_EXPORT(find_all_decays);

std::size_t deliver(DeferredInputs* deferred, const StoredInput& input, std::uint16_t number,
                    const IfCondExpKernel<double>::DriveFactors& drive, std::span<const std::uint32_t> targets,
                    std::uint32_t offset, std::vector<std::uint32_t>& due) {
  constexpr std::size_t kAhead = 8;
  const StoredInput in = input;  // nothing that is written below may change them
  const IfCondExpKernel<double>::DriveFactors factors = drive;
  const std::size_t count = targets.size();
  bool stopped = false;
  const auto go_through = [&](std::size_t k, std::size_t end, auto prefetch) {
    for (; k < end; ++k) {
      if constexpr (decltype(prefetch)::value) {
        hwy::Prefetch(deferred + static_cast<std::uint32_t>(offset + targets[k + kAhead]));
      }
      const std::uint32_t i = offset + targets[k];
      if (receive(deferred[i], in, number, factors)) [[unlikely]] {
        due.push_back(i);
        if (k + 1 < count && targets[k + 1] == targets[k]) {
          stopped = true;
          return k + 1;
        }
      }
    }
    return k;
  };
  const std::size_t last = count > kAhead ? count - kAhead : 0;
  const std::size_t reached = go_through(0, last, std::true_type());
  return stopped ? reached : go_through(reached, count, std::false_type());
}

void integrate_deferred(const DeferringNeurons& neurons, std::span<const std::uint32_t> who, const StoredInput* inputs,
                        const LookLimits& limits, IntegrationReport& report) {
  HWY_DYNAMIC_DISPATCH(integrate_all)(neurons, who, inputs, limits, report);
}

void integrate_epoch(const DeferringNeurons& neurons, std::uint32_t first, std::uint32_t count,
                     const StoredInput* inputs, IntegrationReport& report) {
  HWY_DYNAMIC_DISPATCH(integrate_epoch_all)(neurons, first, count, inputs, report);
}

void find_decays(const SetsOf<IfCondExpKernel<double>::Constants>& constants, std::span<const Input<double>> inputs,
                 double* decay_exc, double* decay_inh) {
  HWY_DYNAMIC_DISPATCH(find_all_decays)(constants, inputs, decay_exc, decay_inh);
}

}  // namespace va_event::neurons
#endif
