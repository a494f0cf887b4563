// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <limits>

#include "numerics/magnitude.hpp"
#include "numerics/turns.hpp"

namespace va_event::numerics {

/// Spherical Bessel functions, by which an integrand that is smooth but for a sinusoidal factor is integrated at a cost
/// that does not depend on the frequency: with the smooth factor as a sum of c_k P_k(s) (legendre_rule.hpp), the
/// integral with e^{ixs} over [-1, 1] is the sum of c_k 2 i^k j_k(x) (Bakhvalov & Vasil'eva 1968; DLMF 18.17.19).

/// The functions j_0(x) ... j_{count-1}(x), which are the Fourier transforms of Legendre polynomials:
/// the integral of P_k(s) e^{ixs} over [-1, 1] is 2 i^k j_k(x).
///
/// Three ranges, because no one way is accurate in all of them:
/// - x <= 1: the power series j_k(x) = x^k/(2k + 1)!! (1 - (x^2/2)/(1 (2k + 3)) + (x^2/2)^2/(2 (2k + 3)(2k + 5)) -
/// ...),
///   in which little cancels;
/// - x >= count: the recurrence j_{k+1} = (2k + 1)/x j_k - j_{k-1} upward from j_0 and j_1, stable for orders below x;
/// - between: upward, the second solution y_k, which grows, would take over. So the recurrence runs downward from an
///   arbitrary start at order 3 count, where j_k is the solution that grows, and the result is scaled to the known j_0
///   or j_1 (Miller's method; Gautschi 1967, SIAM Rev. 9:24-82).
/// @param x [rad], >= 0, finite
/// @param at sine and cosine of x, which callers have with a smaller error than those of the rounded x have
/// @tparam count number of orders, >= 2; tested with 24 for double, 40 for quad, 58 for 50 digits
/// @returns element k is j_k(x), |j_k(x)| <= 1; absolute error below kMaxBesselError epsilon
template <std::size_t count, class Real>
[[nodiscard]] std::array<Real, count> spherical_bessel(const Real& x, const SineCosine<Real>& at) {
  static_assert(count >= 2);
  std::array<Real, count> j;
  if (x <= Real(1)) {
    const Real half_square = x * x / 2;
    Real first(1);  // x^k/(2k + 1)!!
    for (std::size_t k = 0; k < count; ++k) {
      Real term(1), sum(1);
      for (std::size_t m = 1; magnitude(term) > std::numeric_limits<Real>::epsilon() / 16; ++m) {
        term *= -half_square / Real(m * (2 * k + 2 * m + 1));
        sum += term;
      }
      j[k] = first * sum;
      first *= x / Real(2 * k + 3);
    }
    return j;
  }
  j[0] = at.sine / x;
  j[1] = (j[0] - at.cosine) / x;
  if (x >= Real(count)) {
    for (std::size_t k = 1; k + 1 < count; ++k) {
      j[k + 1] = Real(2 * k + 1) / x * j[k] - j[k - 1];
    }
    return j;
  }
  const SineCosine<Real> known{j[0], j[1]};  // the pair j_0, j_1, before the recurrence overwrites them
  Real above(0);
  Real here = Real(0x1p-500);  // small, because the recurrence grows by up to 1e126 (double, 24 orders, x near 1)
  for (std::size_t k = 3 * count; k > 0; --k) {
    const Real below = Real(2 * k + 1) / x * here - above;
    above = here;
    here = below;
    if (k <= count) {
      j[k - 1] = here;
    }
  }
  // Scales the downward recurrence by the larger of the two known values: one of them may be near a zero of its
  // function.
  const Real factor = magnitude(j[0]) > magnitude(j[1]) ? Real(known.sine / j[0]) : Real(known.cosine / j[1]);
  for (Real& one : j) {
    one *= factor;
  }
  return j;
}

/// Largest error of spherical_bessel() for double, absolute, in units of epsilon; tested against 100 digits.
inline constexpr double kMaxBesselError = 4.0;

}  // namespace va_event::numerics
