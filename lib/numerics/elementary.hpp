// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "numerics/wide_elementary.hpp"

/// Elementary functions whose results are the same bits on every machine.
///
/// The C library's exp and log differ between versions and processors in the last bit, and one bit is enough to make
/// two runs of a chaotic network diverge. For double these are fixed sequences of IEEE operations without fused
/// multiply-add and without branches, so that compilers vectorise loops over them (the lanes of a vector give the
/// scalar's bits). Tables are avoided: a polynomial of ten coefficients needs no gather in a vector. For wider number
/// types see wide_elementary.hpp. All functions are pure, set no errno and throw nothing; arguments outside the stated
/// ranges give meaningless numbers, except that exp and expm1 pass NaN on.
namespace va_event::numerics::elementary {

/// Largest error of exp, expm1 and log for double, in units of the last place of the result (the tests compare with 50
/// digits), but for expm1 of 0.346 < x < 0.42, where 1 + 2 (e^r - 1) loses a bit: up to 1.9. The library has x <= 0.
inline constexpr double kMaxUlp = 1.5;

/// exp and expm1 take any argument up to kMaxExponent (e^709 = 8e307 is finite), -infinity included. Below kMinExponent
/// (e^-708 = 3e-308, the last integer whose exponential is normal) exp is 0 and expm1 is -1. A denormal number is never
/// returned: arithmetic with it takes up to a hundred times as long on some processors, and amplitudes of silent
/// neurons would reach that range.
inline constexpr double kMaxExponent = 709.0;
inline constexpr double kMinExponent = -708.0;

/// Two numbers in one register: SSE2 of every x86-64 processor, NEON of every 64-bit Arm.
using Pair [[gnu::vector_size(16)]] = double;

namespace detail {

using PairBits [[gnu::vector_size(16)]] = std::uint64_t;

/// What e^x is put together from: x = n ln 2 + r with |r| <= ln(2)/2 (Cody & Waite 1980), e^x = 2^n e^r.
template <class Number>
struct Reduced {
  Number expm1_r;  ///< e^r - 1
  Number scale;    ///< 2^n
};

inline constexpr double kLog2E = 0x1.71547652b82fep+0;
// The sum 1.5 * 2^52 + n lies where doubles are the integers, for |n| < 2^51: adding the constant rounds to the nearest
// integer, which then stands in the low bits, in two's complement; subtracting it again leaves the integer as a double.
// (1.5 instead of 1, so that a negative n does not leave that range.)
inline constexpr double kRound = 0x1.8p52;
// ln 2 = kLn2Hi + kLn2Lo to 2^-86. The first has 32 significant bits, so that its product with any n here (|n| <= 1023)
// is exact, and so is the subtraction of that from x, which is nearly equal.
inline constexpr double kLn2Hi = 0x1.62e42feep-1;
inline constexpr double kLn2Lo = 0x1.a39ef35793c76p-33;
// e^r = 1 + r + r^2/2 + r^3 q(r), q(r) = kC0 + kC1 r + ... + kC9 r^9. The coefficients are near 1/3!, 1/4!, ... 1/12!:
// q interpolates at the Chebyshev nodes of |r| <= 1.0005 ln(2)/2, which leaves 1e-18 of e^r and 2.5e-18 of e^r - 1, a
// fiftieth of a rounding error.
inline constexpr double kC0 = 0x1.5555555555556p-3;
inline constexpr double kC1 = 0x1.5555555555555p-5;
inline constexpr double kC2 = 0x1.11111111109adp-7;
inline constexpr double kC3 = 0x1.6c16c16c167dep-10;
inline constexpr double kC4 = 0x1.a01a01a7c8d47p-13;
inline constexpr double kC5 = 0x1.a01a01a47db6fp-16;
inline constexpr double kC6 = 0x1.71de0d9c145d0p-19;
inline constexpr double kC7 = 0x1.27e4e1ea0f53ap-22;
inline constexpr double kC8 = 0x1.af38d53857513p-26;
inline constexpr double kC9 = 0x1.1f66f85dfa20ap-29;

/// The reduction of x to e^r - 1 and 2^n, for kMinExponent <= x <= kMaxExponent, in a fixed order of operations: the
/// vectors of lanes-inl.hpp repeat it. For smaller x the result is meaningless, and callers replace it.
/// q is summed in four parts (Estrin's scheme) instead of by Horner's rule: ten dependent steps become five.
/// The exponent field of 2^n is n + 1023, at bit 52: the low bits of `shifted` are n, the shift drops all others, and
/// 1 <= n + 1023 <= 2046 leaves the sign bit 0.
/// @tparam Number double, or a vector of them @tparam Bits unsigned integers of the same size
template <class Number, class Bits>
[[gnu::always_inline]] inline Reduced<Number> reduce(Number x) noexcept {
  const Number shifted = x * kLog2E + kRound;
  const Number n = shifted - kRound;
  const Number r = (x - n * kLn2Hi) - n * kLn2Lo;
  const Number r2 = r * r;
  const Number r4 = r2 * r2;
  const Number q0 = (kC0 + kC1 * r) + (kC2 + kC3 * r) * r2;
  const Number q1 = (kC4 + kC5 * r) + (kC6 + kC7 * r) * r2;
  const Number q = q0 + (q1 + (kC8 + kC9 * r) * r4) * r4;
  const Number expm1_r = r + (0.5 * r2 + (r * r2) * q);
  const Bits exponent = (std::bit_cast<Bits>(shifted) << 52U) + (std::uint64_t{1023} << 52U);
  return {expm1_r, std::bit_cast<Number>(exponent)};
}

/// The same reduction with fused multiplications and additions: about half the operations where the processor has them.
[[gnu::always_inline]] inline Reduced<double> reduce_fused(double x) noexcept {
  const double shifted = std::fma(x, kLog2E, kRound);
  const double n = shifted - kRound;
  const double r = std::fma(-n, kLn2Lo, std::fma(-n, kLn2Hi, x));
  const double r2 = r * r;
  const double r4 = r2 * r2;
  const double q0 = std::fma(std::fma(kC3, r, kC2), r2, std::fma(kC1, r, kC0));
  const double q1 = std::fma(std::fma(kC7, r, kC6), r2, std::fma(kC5, r, kC4));
  const double q = std::fma(std::fma(std::fma(kC9, r, kC8), r4, q1), r4, q0);
  const double expm1_r = std::fma(std::fma(r, q, 0.5), r2, r);
  const std::uint64_t exponent = (std::bit_cast<std::uint64_t>(shifted) << 52U) + (std::uint64_t{1023} << 52U);
  return {expm1_r, std::bit_cast<double>(exponent)};
}

}  // namespace detail

/// e^x with fused operations, for code that is compiled for each instruction set (decay_series.cpp): where the compiler
/// may not assume the instruction, std::fma is a call of the C library. std::fma is rounded in the same way everywhere,
/// so these bits are the same on every machine, too; but their last bit may differ from that of exp().
/// @param x <= kMaxExponent. Error below 1 unit of the last place (a million random arguments beside binary128).
[[gnu::always_inline]] inline double exp_fused(double x) noexcept {
  const detail::Reduced<double> d = detail::reduce_fused(x);
  const double result = std::fma(d.scale, d.expm1_r, d.scale);
  return x < kMinExponent ? 0.0 : result;
}
/// e^x - 1 with fused operations, as exp_fused().
[[gnu::always_inline]] inline double expm1_fused(double x) noexcept {
  const detail::Reduced<double> d = detail::reduce_fused(x);
  const double result = std::fma(d.scale, d.expm1_r, d.scale - 1.0);
  return x < kMinExponent ? -1.0 : result;
}

/// e^x. @param x for double: <= kMaxExponent; for wider types: <= wide::kLargestExponent.
/// Error <= kMaxUlp, for wider types as wide::kMaxError says.
template <class Real>
[[nodiscard]] inline Real exp(const Real& x) {
  if constexpr (std::is_same_v<Real, double>) {
    const auto d = detail::reduce<double, std::uint64_t>(x);
    const double result = d.scale + d.scale * d.expm1_r;
    return x < kMinExponent ? 0.0 : result;
  } else {
    return wide::exp(x);
  }
}

/// e^x of two numbers at once, each with the bits of exp(double). The selection at the end stands in the elements,
/// since compilers turn it into a mask.
[[nodiscard, gnu::always_inline]] inline Pair exp(Pair x) {
  const auto d = detail::reduce<Pair, detail::PairBits>(x);
  const Pair result = d.scale + d.scale * d.expm1_r;
  const Pair below = {x[0] < kMinExponent ? 0.0 : result[0], x[1] < kMinExponent ? 0.0 : result[1]};
  return below;
}

/// e^x - 1 without cancellation: 2^n - 1 is exact for |n| <= 53, and e^r - 1 is computed as such, so that for small
/// x (n = 0) no digit is lost. @param x as of exp(). Error as kMaxUlp says, for wider types as wide::kMaxError does.
template <class Real>
[[nodiscard]] inline Real expm1(const Real& x) {
  if constexpr (std::is_same_v<Real, double>) {
    const auto d = detail::reduce<double, std::uint64_t>(x);
    const double result = (d.scale - 1.0) + d.scale * d.expm1_r;
    return x < kMinExponent ? -1.0 : result;
  } else {
    return wide::expm1(x);
  }
}

/// Natural logarithm. @param x positive, finite and not denormal; this is not checked. Error <= kMaxUlp for double.
template <class Real>
[[nodiscard]] inline Real log(const Real& x) {
  if constexpr (std::is_same_v<Real, double>) {
    using detail::kLn2Hi;
    using detail::kLn2Lo;
    // x = 2^k m, sqrt(1/2) <= m < sqrt(2): the difference of the bits from those of sqrt(1/2) has k as its exponent.
    constexpr std::uint64_t kSqrtHalf = 0x3fe6a09e667f3bcdULL;
    const std::uint64_t bits = std::bit_cast<std::uint64_t>(x);
    const std::int64_t k = static_cast<std::int64_t>(bits - kSqrtHalf) >> 52;
    const double m = std::bit_cast<double>(bits - (static_cast<std::uint64_t>(k) << 52U));
    // log m = 2 artanh(s), s = f/(2+f), written as f - (f^2/2 - s(f^2/2 + R)) so that f enters exactly (Tang 1990);
    // R = 2(z/3 + z^2/5 + ...), z = s^2 <= 0.0295: ten terms leave 1.3e-18.
    const double f = m - 1.0;
    const double s = f / (2.0 + f);
    const double z = s * s;
    double sum = 2.0 / 21.0;
    for (int odd = 19; odd >= 3; odd -= 2) {
      sum = 2.0 / odd + z * sum;
    }
    const double half_square = 0.5 * f * f;
    const double kd = static_cast<double>(k);
    return kd * kLn2Hi + (f - (half_square - (s * (half_square + z * sum) + kd * kLn2Lo)));
  } else {
    return wide::log(x);
  }
}

/// phi(x) = (1 - e^-x)/x, the mean of e^-s over [0, x]; 1 at x = 0, and near 1/x for large x. (1 - e^-x and x lose no
/// digit for small x, so no series is needed there.) @param x >= 0, any size. Error <= kMaxUlp + 1 for double.
template <class Real>
[[nodiscard]] inline Real phi(const Real& x) {
  return x == Real(0) ? Real(1) : Real(-expm1(Real(-x)) / x);
}

}  // namespace va_event::numerics::elementary
