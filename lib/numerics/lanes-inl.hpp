// SPDX-License-Identifier: Apache-2.0
// Included once for each instruction set (Highway's foreach_target.h), hence no #pragma once.
#if defined(VA_EVENT_NUMERICS_LANES_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef VA_EVENT_NUMERICS_LANES_INL_HPP
#undef VA_EVENT_NUMERICS_LANES_INL_HPP
#else
#define VA_EVENT_NUMERICS_LANES_INL_HPP
#endif

/// Vectors of doubles, with exp, expm1 and log of them whose lanes have the bits of elementary.hpp. Highway compiles
/// the code once for each instruction set, and a program chooses when it starts. The results are the same for all of
/// them, because each lane performs the scalar's operations in the scalar's order: no fused operations, and no
/// approximate reciprocals.
#include <hwy/highway.h>

#include <cstddef>
#include <cstdint>

#include "numerics/elementary.hpp"

HWY_BEFORE_NAMESPACE();
namespace va_event::numerics::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
/// Four lanes at most: a neuron is four numbers, and transposing eight rows costs more than eight lanes win back.
using Doubles = hn::CappedTag<double, 4>;
using V = hn::Vec<Doubles>;

/// Room behind arrays of neurons, in doubles, so that the last vector may be a full one.
constexpr std::size_t kPadding = HWY_MAX_BYTES / sizeof(double);

/// As elementary::detail::Reduced: e^r - 1 and 2^n, in each lane.
template <class Vector>
struct ReducedVector {
  Vector expm1_r;  ///< e^r - 1
  Vector scale;    ///< 2^n
};

/// elementary::detail::reduce(), operation by operation; the range of arguments is the same.
template <class Vector>
HWY_INLINE ReducedVector<Vector> reduce(Vector x) {
  using namespace elementary::detail;
  const hn::DFromV<Vector> d;
  const hn::RebindToUnsigned<hn::DFromV<Vector>> bits;
  const auto c = [d](double value) HWY_ATTR { return hn::Set(d, value); };
  const Vector shifted = x * c(kLog2E) + c(kRound);
  const Vector n = shifted - c(kRound);
  const Vector r = (x - n * c(kLn2Hi)) - n * c(kLn2Lo);
  const Vector r2 = r * r;
  const Vector r4 = r2 * r2;
  const Vector q0 = (c(kC0) + c(kC1) * r) + (c(kC2) + c(kC3) * r) * r2;
  const Vector q1 = (c(kC4) + c(kC5) * r) + (c(kC6) + c(kC7) * r) * r2;
  const Vector q = q0 + (q1 + (c(kC8) + c(kC9) * r) * r4) * r4;
  const Vector expm1_r = r + (c(0.5) * r2 + (r * r2) * q);
  const auto exponent = hn::ShiftLeft<52>(hn::BitCast(bits, shifted)) + hn::Set(bits, std::uint64_t{1023} << 52U);
  return {expm1_r, hn::BitCast(d, exponent)};
}

/// e^x in each lane. @param x <= elementary::kMaxExponent
template <class Vector>
HWY_INLINE Vector exp(Vector x) {
  const hn::DFromV<Vector> d;
  const ReducedVector<Vector> e = reduce(x);
  const Vector result = e.scale + e.scale * e.expm1_r;
  return hn::IfThenZeroElse(x < hn::Set(d, elementary::kMinExponent), result);
}

/// e^x - 1 in each lane. @param x <= elementary::kMaxExponent
template <class Vector>
HWY_INLINE Vector expm1(Vector x) {
  const hn::DFromV<Vector> d;
  const ReducedVector<Vector> e = reduce(x);
  const Vector result = (e.scale - hn::Set(d, 1.0)) + e.scale * e.expm1_r;
  return hn::IfThenElse(x < hn::Set(d, elementary::kMinExponent), hn::Set(d, -1.0), result);
}

/// The natural logarithm in each lane, operation by operation as elementary::log(). @param x  positive and normal
template <class Vector>
HWY_INLINE Vector log(Vector x) {
  const hn::DFromV<Vector> d;
  const hn::RebindToUnsigned<hn::DFromV<Vector>> bits;
  const hn::RebindToSigned<hn::DFromV<Vector>> integers;
  const auto c = [d](double value) HWY_ATTR { return hn::Set(d, value); };
  constexpr std::uint64_t kSqrtHalf = 0x3fe6a09e667f3bcdULL;
  const auto from = hn::BitCast(bits, x);
  // Arithmetic shift of the difference by 52: its exponent, from -1074 to 1023, as a double and in place.
  const auto shifted =
      hn::ShiftRight<52>((from - hn::Set(bits, kSqrtHalf)) + hn::Set(bits, std::uint64_t{2048} << 52U));
  const auto k = hn::BitCast(integers, shifted) - hn::Set(integers, 2048);
  const Vector m = hn::BitCast(d, from - hn::ShiftLeft<52>(hn::BitCast(bits, k)));
  const Vector f = m - c(1.0);
  const Vector s = f / (c(2.0) + f);
  const Vector z = s * s;
  Vector sum = c(2.0 / 21.0);
  for (int odd = 19; odd >= 3; odd -= 2) {
    sum = c(2.0 / odd) + z * sum;
  }
  const Vector half_square = c(0.5) * f * f;
  const Vector kd = hn::ConvertTo(d, k);
  return kd * c(elementary::detail::kLn2Hi) +
         (f - (half_square - (s * (half_square + z * sum) + kd * c(elementary::detail::kLn2Lo))));
}

/// The bits of the first `count` lanes of a mask: bit k is lane k; bits from `count` on are 0. @param count  >= 1
HWY_INLINE unsigned bits_of(hn::Mask<Doubles> mask, std::size_t count) {
  std::uint8_t bytes[(HWY_MAX_BYTES / sizeof(double) + 7) / 8 + 8] = {};
  const Doubles d;
  hn::StoreMaskBits(d, mask, bytes);
  const unsigned bits = bytes[0];
  return count >= 8 ? bits : bits & ((1U << count) - 1U);
}

}  // namespace va_event::numerics::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
