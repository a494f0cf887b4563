// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

namespace va_event::numerics {

/// A polynomial of a short time and its derivative, evaluated together: the potential of a neuron near a crossing.
/// There a root finder needs several values of v, and each costs a few operations per term instead of exponentials.

/// A potential and its derivative.
template <class Real>
struct Point {
  Real y;      ///< [mV]
  Real slope;  ///< [mV/ms]
};

/// The polynomial y_ + sum over k of term_[k] s^(k+1). A class that derives from it computes the coefficients from a
/// model's equations and states for which times s the terms that are left out are below rounding.
/// @tparam terms even: even and odd powers are summed side by side
template <std::size_t terms>
class TaylorPolynomial {
 public:
  static constexpr std::size_t kTerms = terms;
  static_assert(kTerms % 2 == 0);

  /// @param s  since the state [ms]
  [[nodiscard]] Point<double> at(double s) const {
    // Even and odd powers apart, because each step of Horner's rule waits for the one before.
    const double square = s * s;
    double even = term_[kTerms - 2];
    double odd = term_[kTerms - 1];
    double even_slope = static_cast<double>(kTerms - 1) * even;
    double odd_slope = static_cast<double>(kTerms) * odd;
    for (std::size_t k = kTerms - 2; k > 0; k -= 2) {
      even = term_[k - 2] + square * even;
      odd = term_[k - 1] + square * odd;
      even_slope = static_cast<double>(k - 1) * term_[k - 2] + square * even_slope;
      odd_slope = static_cast<double>(k) * term_[k - 1] + square * odd_slope;
    }
    return {y_ + s * (even + s * odd), even_slope + s * odd_slope};
  }

 protected:
  explicit TaylorPolynomial(double y) : y_(y) {}

  double y_;                         ///< the value at s = 0 [mV]
  std::array<double, kTerms> term_;  ///< term_[k]: the coefficient of s^(k+1) [mV/ms^(k+1)]
};

}  // namespace va_event::numerics
