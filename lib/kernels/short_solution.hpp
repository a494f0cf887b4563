// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "kernels/decay_series.hpp"
#include "kernels/state.hpp"

/// Potentials for a short time after a state, in doubles, as their Taylor polynomials: for those who ask for many
/// values, like the search of a crossing that is near. The terms that are left out are less than 1e-16 of the
/// potentials' scale.
namespace va_event::kernels {

/// A potential and its derivative.
template <class Real>
struct Point {
  Real y;      ///< [mV]
  Real slope;  ///< [mV/ms]
};

/// y_ + sum term_[k] s^(k+1)
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

  double y_;
  std::array<double, kTerms> term_;
};

/// Of IF_curr_exp: tau_m y' = y_infinity - y + R (exc + inh) gives the coefficients one after the other. They fall like
/// k (h/tau)^k / k! with the shortest of the three time constants.
template <class Kernel>
class ShortCurrentSolution : public TaylorPolynomial<8> {
 public:
  using Constants = typename Kernel::Constants;
  static constexpr double kMaxZ = 0.05;  ///< of the time in units of the shortest time constant

  /// @param h  how far it is to reach [ms]
  [[nodiscard]] static bool applies(const Constants& c, const State<double>& /*state*/, double h) {
    return h * std::max({c.rate_m, c.exc.rate, c.inh.rate}) <= kMaxZ;
  }

  ShortCurrentSolution(const Constants& c, const State<double>& state) : TaylorPolynomial(state.y) {
    double exc = c.resistance * state.exc;
    double inh = c.resistance * state.inh;
    term_[0] = ((c.y_infinity - state.y) + (exc + inh)) * c.rate_m;
    for (std::size_t k = 1; k < kTerms; ++k) {
      exc *= -c.exc.rate * decay_series::kInverse[k];
      inh *= -c.inh.rate * decay_series::kInverse[k];
      term_[k] = ((exc + inh) - term_[k - 1]) * (c.rate_m * decay_series::kInverse[k + 1]);
    }
  }
};

/// Of IF_cond_exp. The coefficients are those of conductance_series.hpp, where it also says how the terms that are left
/// out are bounded.
template <class Kernel>
class ShortConductanceSolution : public TaylorPolynomial<12> {
 public:
  using Constants = typename Kernel::Constants;
  static constexpr double kMaxX = 0.15;  ///< of the total conductance over cm, times the time
  static constexpr double kMaxZ = 0.05;  ///< of the time in units of the shorter synaptic time constant

  /// @param h  how far it is to reach [ms]
  [[nodiscard]] static bool applies(const Constants& c, const State<double>& state, double h) {
    const double conductance = 1.0 + c.resistance * (magnitude(state.exc) + magnitude(state.inh));
    return h * conductance * c.rate_m <= kMaxX && h * std::max(c.rate_exc, c.rate_inh) <= kMaxZ;
  }

  ShortConductanceSolution(const Constants& c, const State<double>& state) : TaylorPolynomial(state.y) {
    std::array<double, kTerms> conductance;  // coefficients of A
    double exc = c.resistance * state.exc * c.rate_m;
    double inh = c.resistance * state.inh * c.rate_m;
    const double y_exc = c.y_exc - state.y;
    const double y_inh = c.y_inh - state.y;
    conductance[0] = c.rate_m + (exc + inh);
    term_[0] = (c.y_leak - state.y) * c.rate_m + (exc * y_exc + inh * y_inh);
    for (std::size_t k = 1; k < kTerms; ++k) {
      exc *= -c.rate_exc * decay_series::kInverse[k];
      inh *= -c.rate_inh * decay_series::kInverse[k];
      conductance[k] = exc + inh;
      double sum = exc * y_exc + inh * y_inh;
      for (std::size_t j = 0; j < k; ++j) {
        sum -= conductance[j] * term_[k - 1 - j];
      }
      term_[k] = sum * decay_series::kInverse[k + 1];
    }
  }
};

}  // namespace va_event::kernels
