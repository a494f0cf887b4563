// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "kernels/decay_series.hpp"
#include "kernels/state.hpp"

namespace va_event::kernels {

/// A potential and its derivative.
template <class Real>
struct Point {
  Real y;      ///< [mV]
  Real slope;  ///< [mV/ms]
};

/// The potential of IF_cond_exp for a short time after a state, in doubles, as its Taylor polynomial: for those who ask
/// for many values, like the search of a crossing that is near. The coefficients are those of conductance_series.hpp,
/// where it also says how the terms that are left out are bounded: here they are less than 1e-16 of the potentials'
/// scale.
template <class Kernel>
class ShortSolution {
 public:
  using Constants = typename Kernel::Constants;
  static constexpr std::size_t kTerms = 12;
  static constexpr double kMaxX = 0.15;  ///< of the total conductance over cm, times the time
  static constexpr double kMaxZ = 0.05;  ///< of the time in units of the shorter synaptic time constant

  /// @param h  how far it is to reach [ms]
  [[nodiscard]] static bool applies(const Constants& c, const State<double>& state, double h) {
    const double conductance = 1.0 + c.resistance * (magnitude(state.exc) + magnitude(state.inh));
    return h * conductance * c.rate_m <= kMaxX && h * std::max(c.rate_exc, c.rate_inh) <= kMaxZ;
  }

  ShortSolution(const Constants& c, const State<double>& state) : y_(state.y) {
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

  /// @param s  since the state [ms]
  [[nodiscard]] Point<double> at(double s) const {
    // Even and odd powers apart, because each step of Horner's rule waits for the one before.
    static_assert(kTerms % 2 == 0);
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

 private:
  double y_;
  std::array<double, kTerms> term_;  ///< y = y_ + sum term_[k] s^(k+1)
};

}  // namespace va_event::kernels
