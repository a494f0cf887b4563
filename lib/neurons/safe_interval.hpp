// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>

namespace va_event::neurons {

/// A proven time without a crossing, from bounds of the drive and the conductance: the filter before every search. Most
/// inputs need nothing else, so it takes one division and no elementary function. It may be too short, never too long;
/// and no result depends on how short it is, because who is not safe is only looked at.

/// A time during which a neuron certainly does not reach its threshold.
template <class Real>
struct SafeInterval {
  Real duration;  ///< [ms], >= 0, may be +inf
  bool by_sign;   ///< the drive at threshold never is positive: no crossing until the next excitatory input
};

/// A distance to threshold below this part of the potentials' scale is left to the root finder, in units of epsilon:
/// far above the rounding of any kernel's `advance` (8), far below what a simulation meets more than once in 1e9 events
/// (1e-12 of the scale).
inline constexpr double kSafetyMargin = 4096.0;

/// The bound is made this much shorter, which covers the roundings on the way to it.
template <class Real>
inline const Real kShrink = Real(1) - Real(1) / (1 << 30);

/// A rigorous lower bound on the time to the first crossing, without an elementary function.
///
/// With u = -y, the distance to threshold, u' = -F(t)/tau_m - A(t) u. While F <= drive and A <= conductance/tau_m,
/// u cannot reach 0 before t = ln(1 + conductance u/drive) tau_m/conductance, the solution for the two bounds; and
/// ln(1 + w) >= 2w/(2 + w) for w >= 0 saves the logarithm: t >= 2 tau_m u/(2 drive + conductance u).
/// The bound is shrunk so that neither rounding here nor in the root finder can make the two disagree.
/// @param distance     u [mV]
/// @param drive        at least F(t) for all t >= 0 [mV]
/// @param conductance  at least tau_m A(t), in units of the leak, >= 0
/// @param tau_m        [ms], > 0
/// @param scale        size of the potentials that enter u and F [mV]
/// @returns duration 0 where the neuron is at its threshold or closer than the margin
template <class Real>
[[nodiscard, gnu::always_inline]] inline SafeInterval<Real> safe_interval(const Real& distance, const Real& drive,
                                                                          const Real& conductance, const Real& tau_m,
                                                                          const Real& scale) {
  if (!(distance > Real(0))) {
    return {Real(0), false};
  }
  if (drive <= Real(0)) {
    return {std::numeric_limits<Real>::infinity(), true};
  }
  const Real u = distance - Real(Real(kSafetyMargin) * std::numeric_limits<Real>::epsilon()) * (scale + distance);
  if (!(u > Real(0))) {
    return {Real(0), false};
  }
  return {kShrink<Real> * (2 * u * tau_m) / (2 * drive + conductance * u), false};
}

}  // namespace va_event::neurons
