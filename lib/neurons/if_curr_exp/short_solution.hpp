// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "neurons/state.hpp"
#include "numerics/inverses.hpp"
#include "numerics/taylor_polynomial.hpp"

namespace va_event::neurons {

/// Of IF_curr_exp: tau_m y' = y_infinity - y + R (exc + inh) gives the coefficients one after the other. They fall like
/// k (h/tau)^k / k! with the shortest of the three time constants.
template <class Kernel>
class ShortCurrentSolution : public numerics::TaylorPolynomial<8> {
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
      exc *= -c.exc.rate * numerics::kInverse[k];
      inh *= -c.inh.rate * numerics::kInverse[k];
      term_[k] = ((exc + inh) - term_[k - 1]) * (c.rate_m * numerics::kInverse[k + 1]);
    }
  }
};

}  // namespace va_event::neurons
