// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

/// exp, expm1 and log for number types wider than double: fixed sequences of that type's own operations, so that the
/// results are the same bits on every machine, whatever its libraries are; and several times faster than those of
/// boost::multiprecision. A table of e^{j/64} leaves an argument so small that a short power series is enough, and the
/// last part of that series needs the digits of a double only. (Multiplications of these types cost far more than a
/// table does; for double it is the other way round, see elementary.hpp.) The number type needs arithmetic, comparison,
/// ldexp, frexp and numeric_limits.
namespace va_event::numerics::elementary::wide {

/// Largest relative error in units of the type's epsilon: of exp(x) and expm1(x) it is kMaxError + |x|, because x
/// itself is uncertain by its own last bit and ln 2 is known to as many digits as x; of log(x) it is kMaxError +
/// 1/abs(log(x)). The tests compare with 150 digits.
inline constexpr double kMaxError = 4.0;

/// Below minus this number exp is 0 and expm1 is -1; up to this number both are finite, for every type. (binary128, the
/// one with the smallest range of exponents, reaches e^11356.)
inline constexpr double kLargestExponent = 11000.0;

/// What exp needs: x = n ln 2 + j/64 + s with |s| <= 1/128 (Tang 1989, ACM Trans. Math. Softw. 15:144-157). Computed at
/// the first use of a type, in the type's own arithmetic, and shared by all threads.
template <class Real>
class Tables {
 public:
  /// The tables of the type.
  static const Tables& get() {
    static const Tables tables;
    return tables;
  }

  static constexpr double kStepsPerUnit = 64.0;  ///< a table twice as fine would save about a tenth of the terms
  static constexpr int kSteps = 23;              ///< ln(2)/2 is 22.2 steps, and j/64 is the nearest one

  Real ln2;
  std::array<Real, 2 * kSteps + 1> exp_of;    ///< e^{j/64}, j = -kSteps ... kSteps
  std::array<Real, 2 * kSteps + 1> expm1_of;  ///< the same - 1, with all its digits
  std::vector<Real> head;                     ///< e^s - 1 = head[0] s + head[1] s^2 + ...,
  std::vector<double> tail;                   ///< and from there on in double, which is enough for the small rest

 private:
  Tables() : ln2(0) {
    constexpr int kDigits = std::numeric_limits<Real>::digits;
    for (int k = kDigits + 8; k > 0; --k) {  // ln 2 = sum 1/(k 2^k)
      ln2 += ldexp(Real(1) / Real(k), -k);
    }
    for (int j = -kSteps; j <= kSteps; ++j) {
      const Real x = Real(j) / Real(kStepsPerUnit);
      Real sum(0);
      for (int k = kDigits; k > 0; --k) {  // |x|^k/k! is far below the last bit before k = kDigits
        sum = (x + x * sum) / Real(k);
      }
      expm1_of[static_cast<std::size_t>(j + kSteps)] = sum;
      exp_of[static_cast<std::size_t>(j + kSteps)] = 1 + sum;
    }
    // A term that is 2^-(kDigits - kSpare) of s needs kSpare bits. Double has 53, so five are left for rounding errors.
    constexpr int kSpare = 48;
    double bits = 0.0;  // the next term is at most 2^-bits of s: |s|^{k-1}/k! with |s| <= 2^-7
    Real coefficient(1);
    double narrow = 1.0;
    for (int k = 1; bits < kDigits + 4; ++k) {
      coefficient = coefficient / Real(k);
      narrow /= k;
      if (bits < kDigits - kSpare) {
        head.push_back(coefficient);
      } else {
        tail.push_back(narrow);
      }
      bits += 7.0 + std::log2(k + 1.0);
    }
  }
};

/// What e^x is put together from, with r = x - n ln 2: e^x = 2^n (1 + expm1_r); e^x - 1 = 2^n - 1 + 2^n expm1_r.
template <class Real>
struct Reduced {
  Real expm1_r;
  int n;
};

/// The reduction of x. n and j are found in doubles: next to a tie either neighbour serves, if it is the same on every
/// machine.
/// e^{j/64 + s} - 1 = (e^{j/64} - 1) + e^{j/64} (e^s - 1) keeps its digits for small x, where j = 0.
/// @param x of magnitude <= kLargestExponent
template <class Real>
[[nodiscard]] Reduced<Real> reduce(const Real& x) {
  const Tables<Real>& tables = Tables<Real>::get();
  const auto narrow = static_cast<double>(x);
  constexpr double kLn2 = 0x1.62e42fefa39efp-1;
  const double n = std::nearbyint(narrow / kLn2);
  const auto j = static_cast<int>(std::nearbyint((narrow - n * kLn2) * Tables<Real>::kStepsPerUnit));
  Real s = x;
  if (n != 0.0) {
    s -= Real(n) * tables.ln2;
  }
  if (j != 0) {
    s -= Real(j / Tables<Real>::kStepsPerUnit);
  }
  const auto s_narrow = static_cast<double>(s);
  double rest = 0.0;
  for (std::size_t k = tables.tail.size(); k-- > 0;) {
    rest = tables.tail[k] + s_narrow * rest;
  }
  Real sum(rest);
  for (std::size_t k = tables.head.size(); k-- > 0;) {
    sum = tables.head[k] + s * sum;
  }
  sum *= s;
  if (j != 0) {
    const auto at = static_cast<std::size_t>(j + Tables<Real>::kSteps);
    sum = tables.expm1_of[at] + tables.exp_of[at] * sum;
  }
  return {sum, static_cast<int>(n)};
}

/// e^x. @param x <= kLargestExponent
template <class Real>
[[nodiscard]] Real exp(const Real& x) {
  if (x < Real(-kLargestExponent)) {
    return Real(0);
  }
  const Reduced<Real> d = reduce(x);
  const Real result = 1 + d.expm1_r;
  return d.n == 0 ? result : Real(ldexp(result, d.n));
}

/// e^x - 1 without cancellation: for n = 0 it is computed as such. @param x <= kLargestExponent
template <class Real>
[[nodiscard]] Real expm1(const Real& x) {
  if (x < Real(-kLargestExponent)) {
    return Real(-1);
  }
  const Reduced<Real> d = reduce(x);
  if (d.n == 0) {
    return d.expm1_r;
  }
  const Real scale = ldexp(Real(1), d.n);
  return (scale - 1) + scale * d.expm1_r;
}

/// Natural logarithm of x = 2^n m with sqrt(1/2) <= m < sqrt(2). @param x normal and > 0; this is not checked
template <class Real>
[[nodiscard]] Real log(const Real& x) {
  int n = 0;
  Real m = frexp(x, &n);
  if (m * m < Real(1) / 2) {
    m *= 2;
    --n;
  }
  // Halley's method for e^y = m: y + 2 (m - e^y)/(m + e^y) has an error of a twelfth of the cube of that of y, so each
  // step triples the digits. `digits` counts bits from below, which makes two steps more than needed at most.
  const auto d = static_cast<double>(m) - 1.0;
  Real y(d - d * d * (0.5 - d / 3.0));  // three terms of the series of log(1 + d): an error below 0.006
  for (double digits = 4.0; digits < 3.0 * std::numeric_limits<Real>::digits; digits *= 3.0) {
    const Real e = exp(y);
    y += 2 * (m - e) / (m + e);
  }
  return n == 0 ? y : Real(Real(n) * Tables<Real>::get().ln2 + y);
}

}  // namespace va_event::numerics::elementary::wide
