// SPDX-License-Identifier: Apache-2.0
// Included once for each instruction set (Highway's foreach_target.h), hence no #pragma once.
#if defined(VA_EVENT_KERNELS_IF_CURR_EXP_FORMULAS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef VA_EVENT_KERNELS_IF_CURR_EXP_FORMULAS_INL_HPP
#undef VA_EVENT_KERNELS_IF_CURR_EXP_FORMULAS_INL_HPP
#else
#define VA_EVENT_KERNELS_IF_CURR_EXP_FORMULAS_INL_HPP
#endif

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "neurons/if_curr_exp/batch.hpp"
#include "neurons/lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace va_event::neurons::HWY_NAMESPACE {

// Looks at neurons in amplitude form, several at a time: the formulas of if_curr_exp.hpp.

using Kernel = IfCurrExpKernel<double>;

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
  V epoch_m;
  V epoch_exc;
  V epoch_inh;
  V peak_exc;
  V peak_inh;
  V last_peak_exc;
  V last_peak_inh;
  V largest;
  V event_slack;
};

constexpr std::size_t kConstants = 19;

/// In the order of Lanes.
HWY_INLINE std::array<double, kConstants> numbers_of(const Kernel::Constants& c) {
  return {c.tau_m,    c.rate_m,        c.exc.rate,      c.inh.rate, c.y_infinity, c.potentials, c.gain_exc,
          c.gain_inh, c.drive_exc,     c.drive_inh,     c.epoch.m,  c.epoch.exc,  c.epoch.inh,  c.peak_exc,
          c.peak_inh, c.last_peak_exc, c.last_peak_inh, c.largest,  c.event_slack};
}
/// @param at gives a vector of the n-th constant
template <class At>
HWY_INLINE Lanes make_lanes(const At& at) {
  return {at(0),  at(1),  at(2),  at(3),  at(4),  at(5),  at(6),  at(7),  at(8), at(9),
          at(10), at(11), at(12), at(13), at(14), at(15), at(16), at(17), at(18)};
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

/// amplitude_form::RestOfEpoch
struct RestOfEpochLanes {
  FactorLanes decay;
  V top_exc;
  V top_inh;
};

/// IfCurrExpKernel<double>::SharedExponentials
struct SharedExponentialsLanes {
  FactorLanes now;
  RestOfEpochLanes rest;
};

HWY_INLINE SharedExponentialsLanes exponentials_of(const Kernel::SharedExponentials& at) {
  const auto all = [](double x) HWY_ATTR { return hn::Set(Doubles(), x); };
  const auto factors = [&all](const amplitude_form::Factors<double>& f) HWY_ATTR {
    return FactorLanes{all(f.m), all(f.exc), all(f.inh)};
  };
  return {factors(at.now), {factors(at.rest.decay), all(at.rest.top_exc), all(at.rest.top_inh)}};
}
HWY_INLINE SharedExponentialsLanes exponentials_of(const Lanes& c, V t) {
  const FactorLanes now{exp(hn::Neg(t) * c.rate_m), exp(hn::Neg(t) * c.rate_exc), exp(hn::Neg(t) * c.rate_inh)};
  const FactorLanes decay{c.epoch_m / now.m, c.epoch_exc / now.exc, c.epoch_inh / now.inh};
  return {now,
          {decay, hn::IfThenElse(t < c.last_peak_exc, c.peak_exc, decay.exc - decay.m),
           hn::IfThenElse(t < c.last_peak_inh, c.peak_inh, decay.inh - decay.m)}};
}

/// When neurons could spike, from `since` on, and which of them are of interest.
struct LookLanes {
  V until;
  V upper_bound;
  hn::Mask<Doubles> held;
  hn::Mask<Doubles> by_sign;
  hn::Mask<Doubles> new_candidates;
  hn::Mask<Doubles> near_threshold;
};

/// IfCurrExpKernel<double>::look(), operation by operation.
HWY_INLINE LookLanes look_lanes(const Lanes& c, const SharedExponentialsLanes& at, const FactorLanes& amplitude,
                                V since, const LookLimits& limits) {
  const Doubles d;
  const V zero = hn::Zero(d);
  const V infinity = hn::Set(d, std::numeric_limits<double>::infinity());
  const auto positive = [zero](V x) HWY_ATTR { return hn::Max(x, zero); };
  const auto negative = [zero](V x) HWY_ATTR { return hn::Min(x, zero); };
  const V exc = amplitude.exc * at.now.exc;
  const V inh = amplitude.inh * at.now.inh;
  const V y = c.y_infinity + ((amplitude.m * at.now.m + exc) + inh);
  const auto held = amplitude.m < hn::Set(d, kRefractory / 2);

  const FactorLanes& decay = at.rest.decay;
  const V below = negative(exc * (decay.exc - decay.m)) + negative(inh * (decay.inh - decay.m));
  const V end = c.y_infinity + ((y - c.y_infinity) * decay.m + below);
  const V above = positive(exc * at.rest.top_exc) + positive(inh * at.rest.top_inh);
  const V size = hn::Abs(y) + c.potentials + (hn::Abs(exc) + hn::Abs(inh));
  const V bound = (hn::Max(y, end) + above) + hn::Set(d, kSafetyMargin * std::numeric_limits<double>::epsilon()) * size;
  const auto reserved = hn::AndNot(held, hn::And(bound < zero, size < c.largest));

  const V drive_exc = exc * c.drive_exc;
  const V drive_inh = inh * c.drive_inh;
  const V slow = hn::IfThenElse(c.rate_exc >= c.rate_inh, drive_inh, drive_exc);
  const V drive = c.y_infinity + hn::Max(zero, hn::Max(slow, drive_exc + drive_inh));
  const V scale = hn::Abs(y) + c.potentials + (hn::Abs(drive_exc) + hn::Abs(drive_inh));
  const V distance = hn::Neg(y);
  const SafeLanes<V> safe = safe_interval(distance, drive, hn::Set(d, 1.0), c.tau_m, scale);
  const V until = hn::IfThenElse(hn::Or(held, reserved), infinity, since + safe.duration);
  return {until,
          hn::IfThenElse(reserved, bound,
                         hn::IfThenElse(held, hn::Set(d, upper_bound::kRefractory), hn::Set(d, upper_bound::kNone))),
          held,
          hn::AndNot(held, safe.by_sign),
          until < hn::Set(d, limits.until),
          hn::IfThenElse(reserved, hn::Neg(bound), distance) <= hn::Set(d, limits.distance)};
}

/// Stores what was found about the neurons whose bits are set, and reports.
/// @param before their upper bounds until then
HWY_INLINE void put(const LookLanes& seen, V before, const std::uint32_t* index, unsigned wanted,
                    const BoundedNeurons& neurons, BatchReport& report) {
  const Doubles d;
  alignas(64) std::array<double, kPadding> until;
  alignas(64) std::array<double, kPadding> upper_bound;
  hn::Store(seen.until, d, until.data());
  hn::Store(seen.upper_bound, d, upper_bound.data());
  for (unsigned bits = wanted; bits != 0; bits &= bits - 1) {
    const auto lane = static_cast<std::size_t>(std::countr_zero(bits));
    neurons.safe_until[index[lane]] = until[lane];
    neurons.record[index[lane]].upper_bound = upper_bound[lane];
  }
  const auto chosen = [wanted](hn::Mask<Doubles> mask)
                          HWY_ATTR { return bits_of(mask, hn::Lanes(Doubles())) & wanted; };
  const auto searched = before >= hn::Set(d, upper_bound::kAlreadySearched);
  if (HWY_UNLIKELY(!hn::AllFalse(d, hn::Or(seen.by_sign, searched)))) {
    report.by_sign += static_cast<unsigned>(std::popcount(chosen(seen.by_sign)));
    append(chosen(searched), index, report.again);
  }
  if (HWY_UNLIKELY(!hn::AllFalse(d, hn::Or(seen.new_candidates, seen.near_threshold)))) {
    append(chosen(seen.new_candidates), index, report.new_candidates);
    append(chosen(seen.near_threshold), index, report.near_threshold);
  }
}

/// The bits of the first `count` lanes, or of all.
HWY_INLINE unsigned first_lanes(std::size_t count) {
  return (1U << static_cast<unsigned>(std::min(count, hn::Lanes(Doubles())))) - 1U;
}

}  // namespace va_event::neurons::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
