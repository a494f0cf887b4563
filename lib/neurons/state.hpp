// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <limits>

#include "numerics/magnitude.hpp"

namespace va_event::neurons {

using numerics::magnitude;

/// What a neuron is between two of its events: one record of memory that a synaptic event reads and writes.
template <class Real>
struct alignas(sizeof(Real) == sizeof(double) ? 4 * sizeof(double) : alignof(Real)) State {
  Real y;    ///< v - v_thresh [mV]: the threshold is the origin, so that no digit is lost near it
  Real exc;  ///< excitatory synaptic variable: g [uS] or i [nA]
  Real inh;  ///< inhibitory synaptic variable
  Real t;    ///< time of the neuron's last own event, since the start of the epoch [ms]

  /// What a checkpoint holds of it.
  [[nodiscard]] std::array<Real*, 4> numbers() noexcept { return {&y, &exc, &inh, &t}; }
};

/// Length of an epoch [ms], the span that times of neurons count in.
inline constexpr double kEpoch = 16.0;

/// Beyond this many times the sum of a neuron's time constants every exponential has left the range of double.
inline constexpr double kHorizon = 1024.0;

/// Far below what any synaptic variable means, far above the denormal numbers.
template <class Real>
inline const Real kFlushBelow = std::numeric_limits<Real>::min() * Real(1ULL << 60U);

/// A synaptic variable after its decay. Remainders that could become denormal numbers, which slow a processor down
/// a hundredfold, become 0.
template <class Real>
[[nodiscard]] Real decayed(const Real& value, const Real& factor) {
  const Real result = value * factor;
  return magnitude(result) < kFlushBelow<Real> ? Real(0) : result;
}

/// In place of y while a neuron is refractory: so far below the threshold that every test of a possible crossing says
/// no, without asking whether the neuron is refractory.
inline constexpr double kRefractory = -0x1p+900;

}  // namespace va_event::neurons
