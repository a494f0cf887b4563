// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <type_traits>

#include "foundation/number_types.hpp"
#include "numerics/turns.hpp"

namespace va_event::numerics {

/// Gauss-Legendre rules with many nodes, for integrands that are multiplied by a sine: those are expanded in Legendre
/// polynomials, whose products with a sine have closed integrals (spherical_bessel.hpp). A plain quadrature of the
/// product would need nodes in proportion to the frequency.

/// Gauss-Legendre quadrature on [0, 1] that gives the Legendre coefficients of a function, too: f(s) is the sum over
/// n < count of c_n P_n(2s - 1), c_n = (2n + 1) times the integral of f(s) P_n(2s - 1) = the sum over k of
/// projection[n][k] f(node[k]); exactly for polynomials f of degree below count. (gauss_legendre.hpp has the small
/// rules of doubles, and needs trigonometric functions of the type; here those of turns.hpp are enough.)
template <class Real, std::size_t count>
struct LegendreRule {
  std::array<Real, count> node;    ///< ascending, within (0, 1); node[count - 1 - k] = 1 - node[k]
  std::array<Real, count> weight;  ///< positive; they add up to 1
  /// By order n, then node k: (2n + 1) weight[k] P_n(2 node[k] - 1).
  std::array<std::array<Real, count>, count> projection;
};

namespace detail {

/// Newton's method on the Legendre polynomial, in the type's own arithmetic, as compute_gauss_legendre() in
/// gauss_legendre.hpp. The values P_0(x) ... P_{count-1}(x) of the last step are those at the node but for an error of
/// the order of the last bit.
template <class Real, std::size_t count>
[[nodiscard]] LegendreRule<Real, count> compute_legendre_rule() {
  LegendreRule<Real, count> rule;
  for (std::size_t k = 0; k < count; ++k) {
    // An asymptotic guess (Abramowitz & Stegun 22.16.6) is good to three digits or more.
    Real x = -at_turns<Real>((Real(4 * k + 3)) / Real(8 * (2 * count + 1)) * 2).cosine;
    std::array<Real, count + 1> p;
    Real derivative(0);
    for (int digits = 3; digits < 4 * std::numeric_limits<Real>::digits; digits *= 2) {
      p[0] = Real(1);
      p[1] = x;
      for (std::size_t n = 2; n <= count; ++n) {
        p[n] = (Real(2 * n - 1) * x * p[n - 1] - Real(n - 1) * p[n - 2]) / Real(n);
      }
      derivative = Real(count) * (x * p[count] - p[count - 1]) / (x * x - 1);
      x -= p[count] / derivative;
    }
    rule.node[k] = (1 + x) / 2;
    rule.weight[k] = 1 / ((1 - x * x) * derivative * derivative);
    for (std::size_t n = 0; n < count; ++n) {
      rule.projection[n][k] = Real(2 * n + 1) * rule.weight[k] * p[n];
    }
  }
  return rule;
}

/// The rule computed in quad precision, then rounded once. Quad's operations are rounded in the same way everywhere, so
/// the bits are the same on every machine.
template <std::size_t count>
[[nodiscard]] LegendreRule<double, count> rounded_legendre_rule() {
  const auto wide = compute_legendre_rule<foundation::Quad, count>();
  LegendreRule<double, count> rule;
  for (std::size_t k = 0; k < count; ++k) {
    rule.node[k] = static_cast<double>(wide.node[k]);
    rule.weight[k] = static_cast<double>(wide.weight[k]);
    for (std::size_t n = 0; n < count; ++n) {
      rule.projection[n][k] = static_cast<double>(wide.projection[n][k]);
    }
  }
  return rule;
}

}  // namespace detail

/// The rule with `count` nodes, computed at the first call, for all threads.
template <class Real, std::size_t count>
[[nodiscard]] const LegendreRule<Real, count>& legendre_rule() {
  static const LegendreRule<Real, count> rule = [] {
    if constexpr (std::is_same_v<Real, double>) {
      return detail::rounded_legendre_rule<count>();
    } else {
      return detail::compute_legendre_rule<Real, count>();
    }
  }();
  return rule;
}

}  // namespace va_event::numerics
