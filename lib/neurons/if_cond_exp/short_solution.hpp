// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "neurons/state.hpp"
#include "numerics/inverses.hpp"
#include "numerics/taylor_polynomial.hpp"

namespace va_event::neurons {

/// v of IF_cond_exp in a short time after a state, as a Taylor polynomial with twelve terms, from which a near crossing
/// is found. The coefficients are those of conductance_series.hpp, where it also says how the terms that are left out
/// are bounded: within kMaxX and kMaxZ they are below rounding.
template <class Kernel>
class ShortConductanceSolution : public numerics::TaylorPolynomial<12> {
 public:
  using Constants = typename Kernel::Constants;
  static constexpr double kMaxX = 0.15;  ///< of the total conductance over cm, times the time
  static constexpr double kMaxZ = 0.05;  ///< of the time in units of the shorter synaptic time constant

  /// Whether the polynomial is exact to rounding. @param h  how far it is to reach [ms], >= 0
  [[nodiscard]] static bool applies(const Constants& c, const State<double>& state, double h) {
    const double conductance = 1.0 + c.resistance * (magnitude(state.exc) + magnitude(state.inh));
    return h * conductance * c.rate_m <= kMaxX && h * std::max(c.rate_exc, c.rate_inh) <= kMaxZ;
  }

  ShortConductanceSolution(const Constants& c, const State<double>& state) : TaylorPolynomial(state.y) {
    std::array<double, kTerms> conductance;  // Taylor coefficients of A(t), the total conductance over cm [1/ms^(k+1)]
    double exc = c.resistance * state.exc * c.rate_m;
    double inh = c.resistance * state.inh * c.rate_m;
    const double y_exc = c.y_exc - state.y;
    const double y_inh = c.y_inh - state.y;
    conductance[0] = c.rate_m + (exc + inh);
    term_[0] = (c.y_leak - state.y) * c.rate_m + (exc * y_exc + inh * y_inh);
    for (std::size_t k = 1; k < kTerms; ++k) {
      exc *= -c.rate_exc * numerics::kInverse[k];
      inh *= -c.rate_inh * numerics::kInverse[k];
      conductance[k] = exc + inh;
      double sum = exc * y_exc + inh * y_inh;
      for (std::size_t j = 0; j < k; ++j) {
        sum -= conductance[j] * term_[k - 1 - j];
      }
      term_[k] = sum * numerics::kInverse[k + 1];
    }
  }
};

}  // namespace va_event::neurons
