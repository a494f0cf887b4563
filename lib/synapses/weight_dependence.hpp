// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "numerics/elementary.hpp"

namespace va_event::synapses {

/// How potentiation and depression depend on the weight: public header synapses.hpp has the formulas.
enum class Dependence { additive, multiplicative, additive_multiplicative, gutig };

/// The bounds of a weight's magnitude, and the exponents of GutigWeightDependence.
template <class Real>
struct WeightBounds {
  Real min{}, max{};
  Real mu_plus{}, mu_minus{};
};

/// Powers of smaller numbers are 0, but for the smallest exponents.
inline constexpr double kLeastBase = 1e-300;

/// base^exponent. @param base in [0, 1] @param exponent >= 0
template <class Real>
[[nodiscard]] Real power(const Real& base, const Real& exponent) {
  namespace elementary = numerics::elementary;
  if (exponent == Real(0)) {
    return Real(1);
  }
  if (!(base > Real(kLeastBase))) {
    return Real(0);
  }
  return exponent == Real(1) ? base : Real(elementary::exp(Real(exponent * elementary::log(base))));
}

template <class Real>
[[nodiscard]] Real clipped(const Real& weight, const WeightBounds<Real>& bounds) {
  return weight < bounds.min ? bounds.min : bounds.max < weight ? bounds.max : weight;
}

/// The magnitude after a potentiation by `amount`, without a unit.
template <class Real>
[[nodiscard]] Real potentiated(Dependence dependence, const Real& weight, const Real& amount,
                               const WeightBounds<Real>& b) {
  switch (dependence) {
    case Dependence::additive:
    case Dependence::additive_multiplicative:
      return clipped(Real(weight + amount * b.max), b);
    case Dependence::multiplicative:
      return clipped(Real(weight + amount * (b.max - weight)), b);
    default:
      return clipped(Real(weight + amount * b.max * power(Real((b.max - weight) / b.max), b.mu_plus)), b);
  }
}

/// The magnitude after a depression by `amount`.
template <class Real>
[[nodiscard]] Real depressed(Dependence dependence, const Real& weight, const Real& amount,
                             const WeightBounds<Real>& b) {
  switch (dependence) {
    case Dependence::additive:
      return clipped(Real(weight - amount * b.max), b);
    case Dependence::multiplicative:
    case Dependence::additive_multiplicative:
      return clipped(Real(weight - amount * (weight - b.min)), b);
    default:
      return clipped(Real(weight - amount * b.max * power(Real((weight - b.min) / b.max), b.mu_minus)), b);
  }
}

}  // namespace va_event::synapses
