// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <vector>

/// Sine and cosine of angles that are counted in turns (1 turn = 2 pi), where the reduction of large angles is exact:
/// whole turns are dropped without pi. In radians, the phase of a sinusoid after days would have lost the digits that
/// its number of turns takes. As all of elementary.hpp: fixed sequences of a type's own operations, so that the results
/// are the same bits on every machine.
namespace va_event::numerics {

/// A point of the unit circle.
template <class Real>
struct SineCosine {
  Real sine;
  Real cosine;
};

/// Largest absolute error of sine and cosine for double, in units of epsilon (2^-52); tested against 50 digits.
inline constexpr double kMaxTurnsError = 1.5;

namespace detail {

/// 2 pi, and the Taylor coefficients of sine and cosine, by the square of the argument, of a type wider than double.
/// They are as many as arguments up to pi/4 need: what follows is below the last bit.
template <class Real>
class CircleTables {
 public:
  /// The tables of the type, computed at the first call.
  static const CircleTables& get() {
    static const CircleTables tables;
    return tables;
  }

  Real two_pi;
  std::vector<Real> sine, cosine;  ///< sin x / x = sine[0] + sine[1] x^2 + ...; cos x = cosine[0] + cosine[1] x^2 + ...

 private:
  CircleTables() : two_pi(8 * (4 * arctangent(5) - arctangent(239))) {  // Machin: pi/4 = 4 arctan 1/5 - arctan 1/239
    Real power(1);                                                      // (pi/4)^k/k!, the size of the term
    Real coefficient(1);                                                // 1/k!
    for (int k = 0; k < 4 || power > std::numeric_limits<Real>::epsilon() / 64; ++k) {
      const bool negative = k % 4 >= 2;
      (k % 2 == 0 ? cosine : sine).push_back(negative ? Real(-coefficient) : coefficient);
      coefficient /= Real(k + 1);
      power *= Real(0.785398163397448310) / Real(k + 1);
    }
  }

  /// arctan(1/n), by its Taylor series. @param n > 1
  static Real arctangent(int n) {
    const Real square = Real(1) / Real(n * n);
    Real term = Real(1) / Real(n);
    Real sum(0);
    for (int k = 1; term > std::numeric_limits<Real>::epsilon() / 64; k += 2) {
      sum += (k % 4 == 1 ? term : Real(-term)) / Real(k);
      term *= square;
    }
    return sum;
  }
};

/// Taylor coefficients (-1)^n/k! for k = first, first + 2, ...: k! is an exact double as far as needed, so that each
/// coefficient is rounded once.
template <std::size_t first, std::size_t count>
[[nodiscard]] constexpr std::array<double, count> circle_coefficients() {
  std::array<double, count> result{};
  double factorial = 1.0;
  for (std::size_t k = 1, n = 0; n < count; ++k) {
    if (k % 2 == first % 2 && k >= first) {
      result[n] = (n % 2 == 0 ? -1.0 : 1.0) / factorial;
      ++n;
    }
    factorial *= static_cast<double>(k + 1);
  }
  return result;
}
inline constexpr std::array<double, 8> kSine = circle_coefficients<3, 8>();    // x^3 ... x^17: 1e-19 is left
inline constexpr std::array<double, 9> kCosine = circle_coefficients<2, 9>();  // x^2 ... x^18: 1e-20

}  // namespace detail

/// 2 pi, rounded to the type.
template <class Real>
[[nodiscard]] Real two_pi() {
  if constexpr (std::is_same_v<Real, double>) {
    return 0x1.921fb54442d18p+2;
  } else {
    return detail::CircleTables<Real>::get().two_pi;
  }
}

/// Sine and cosine of 2 pi turns. The nearest quarter of a turn is subtracted, exactly, which leaves an angle of at
/// most pi/4 for the Taylor polynomials; the quarter's number decides which of them is the sine, and the signs.
/// Multiples of a quarter give exactly 0, 1 or -1.
/// @param turns of magnitude < 2^49, so that quarters are exact in double. Error <= kMaxTurnsError for double.
template <class Real>
[[nodiscard]] SineCosine<Real> at_turns(const Real& turns) {
  if constexpr (std::is_same_v<Real, double>) {
    constexpr double kRound = 0x1.8p52;  // adding it rounds to the nearest integer
    const double quarters = (4.0 * turns + kRound) - kRound;
    const double x = (turns - 0.25 * quarters) * two_pi<double>();
    const double x2 = x * x;
    double sine = 0.0;
    for (std::size_t k = detail::kSine.size(); k-- > 0;) {
      sine = detail::kSine[k] + x2 * sine;
    }
    double cosine = 0.0;
    for (std::size_t k = detail::kCosine.size(); k-- > 0;) {
      cosine = detail::kCosine[k] + x2 * cosine;
    }
    sine = x + x * (x2 * sine);
    cosine = 1.0 + x2 * cosine;
    const auto quarter = static_cast<long long>(quarters) & 3;
    const double s = quarter % 2 == 0 ? sine : cosine;
    const double c = quarter % 2 == 0 ? cosine : sine;
    return {quarter >= 2 ? -s : s, quarter == 1 || quarter == 2 ? -c : c};
  } else {
    using std::floor;
    const detail::CircleTables<Real>& tables = detail::CircleTables<Real>::get();
    const Real quarters = floor(4 * turns + Real(1) / 2);
    const Real x = (turns - quarters / 4) * tables.two_pi;
    const Real x2 = x * x;
    const auto sum = [&x2](const std::vector<Real>& coefficients) {
      Real result(0);
      for (std::size_t k = coefficients.size(); k-- > 0;) {
        result = coefficients[k] + x2 * result;
      }
      return result;
    };
    const Real sine = x * sum(tables.sine);
    const Real cosine = sum(tables.cosine);
    const auto quarter = static_cast<long long>(quarters) & 3;
    const Real s = quarter % 2 == 0 ? sine : cosine;
    const Real c = quarter % 2 == 0 ? cosine : sine;
    return {quarter >= 2 ? Real(-s) : s, quarter == 1 || quarter == 2 ? Real(-c) : c};
  }
}

/// The turns after a time: frequency t/1000, without whole turns. For double the product is formed exactly, as a sum of
/// two doubles, and fmod is exact: an error of epsilon, however many turns there are, and a result that may lie outside
/// [0, 1] by as much. Wider types have digits to spare: their error is epsilon times the number of turns.
/// @param frequency [Hz], >= 0 @param t [ms], >= 0 @returns turns, in [0, 1]
template <class Real>
[[nodiscard]] Real turns_after(double frequency, const Real& t) {
  if constexpr (std::is_same_v<Real, double>) {
    const double high = frequency * t;
    const double low = std::fma(frequency, t, -high);
    return (std::fmod(high, 1000.0) + low) / 1000.0;
  } else {
    using std::floor;
    const Real turns = Real(frequency) * t / 1000;
    return turns - floor(turns);
  }
}

}  // namespace va_event::numerics
