// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <limits>

#include "numerics/magnitude.hpp"

namespace va_event::neurons {

using numerics::magnitude;

/// The state that the models of the library share, and constants of time and range that all models use.

/// What a neuron is between two of its events: one record of memory that a synaptic event reads and writes. Doubles are
/// aligned to 32 bytes, so that a record is one vector register and never lies on two lines of a cache. A model with
/// other variables has a state of its own with the members y, t and numbers() (neuron_model.hpp).
template <class Real>
struct alignas(sizeof(Real) == sizeof(double) ? 4 * sizeof(double) : alignof(Real)) State {
  Real y;    ///< v - v_thresh [mV]: the threshold is the origin, so that no digit is lost near it
  Real exc;  ///< excitatory synaptic variable: g [uS], >= 0, or i [nA]
  Real inh;  ///< inhibitory synaptic variable: g [uS], >= 0, or i [nA]
  Real t;    ///< time of the neuron's last own event, since the start of the epoch [ms]

  /// All members in a fixed order: what a checkpoint holds of it.
  [[nodiscard]] std::array<Real*, 4> numbers() noexcept { return {&y, &exc, &inh, &t}; }
};

/// Length of an epoch [ms], the span that times of neurons count in. A power of two, so that times convert between
/// epochs without rounding; and short, so that an amplitude e^{t/tau} of a time constant of 0.1 ms (e^160) stays in the
/// range of double. It is part of the definition of the results' bits: another length gives other roundings.
inline constexpr double kEpoch = 16.0;

/// Beyond this many times the sum of a neuron's time constants every exponential has left the range of double
/// (e^-1024 < 1e-444). Searches for a crossing end there: nothing changes any more that a number resolves.
inline constexpr double kHorizon = 1024.0;

/// Far below what any synaptic variable means (3e-290 for double), far above the denormal numbers.
template <class Real>
inline const Real kFlushBelow = std::numeric_limits<Real>::min() * Real(1ULL << 60U);

/// A synaptic variable after its decay, value times factor. Remainders that could become denormal numbers, which slow a
/// processor down a hundredfold, become 0. @param factor  e^{-h/tau_syn}, in [0, 1]
template <class Real>
[[nodiscard]] Real decayed(const Real& value, const Real& factor) {
  const Real result = value * factor;
  return magnitude(result) < kFlushBelow<Real> ? Real(0) : result;
}

/// The refractory value, in place of y while a neuron is refractory: so far below the threshold that every test of a
/// possible crossing is negative, without a test whether the neuron is refractory. It is finite, because infinity would
/// become NaN in differences; and adding any allowed input to it does not change it, so that it can be compared by ==.
inline constexpr double kRefractory = -0x1p+900;

}  // namespace va_event::neurons
