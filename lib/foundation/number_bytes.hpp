// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "foundation/bytes.hpp"
#include "foundation/number_types.hpp"

/// Numbers of every type that the engine computes with, written as bytes and read back without loss, infinity and NaN
/// included. Numbers of one type take the same number of bytes each. Doubles and binary128 are written as their own
/// bits, other types by value: sign, kind (finite, infinite, NaN), exponent and fraction.
namespace va_event::foundation {

namespace detail {

inline constexpr int kWordBits = 32;  ///< of the fraction in one word
/// How many words hold all bits of a fraction.
template <class Real>
inline constexpr int kWords = (std::numeric_limits<Real>::digits + kWordBits - 1) / kWordBits;

}  // namespace detail

/// Appends x to `out`.
template <class Real>
void put_number(ByteWriter& out, const Real& x) {
  if constexpr (std::is_arithmetic_v<Real>) {
    out.put(x);
  } else if constexpr (std::is_trivially_copyable_v<Real> && sizeof(Real) == 2 * sizeof(std::uint64_t)) {
    for (const std::uint64_t word : std::bit_cast<std::array<std::uint64_t, 2>>(x)) {
      out.put(word);
    }
  } else {  // sign, kind, exponent, and the fraction in words, the first ones first
    const bool negative = signbit(x);
    const bool finite = isfinite(x);
    out.put<std::uint8_t>(negative ? 1 : 0);
    out.put<std::uint8_t>(finite ? 0 : isnan(x) ? 2 : 1);
    int exponent = 0;
    Real fraction(0);
    if (finite) {
      fraction = frexp(negative ? Real(-x) : x, &exponent);
    }
    out.put<std::int32_t>(exponent);
    for (int k = 0; k < detail::kWords<Real>; ++k) {
      fraction = ldexp(fraction, detail::kWordBits);
      const auto word = static_cast<std::uint32_t>(fraction);
      fraction -= Real(word);
      out.put(word);
    }
  }
}

/// Reads what put_number<Real>() wrote, to the last bit. Any bytes give a number, NaN and infinity included: its range
/// is the caller's to check. @throws BadBytes when the bytes end before
template <class Real>
[[nodiscard]] Real get_number(ByteReader& in) {
  if constexpr (std::is_arithmetic_v<Real>) {
    return in.get<Real>();
  } else if constexpr (std::is_trivially_copyable_v<Real> && sizeof(Real) == 2 * sizeof(std::uint64_t)) {
    const auto low = in.get<std::uint64_t>();
    const auto high = in.get<std::uint64_t>();
    return std::bit_cast<Real>(std::array{low, high});
  } else {
    const bool negative = in.get<std::uint8_t>() != 0;
    const auto kind = in.get<std::uint8_t>();
    const auto exponent = in.get<std::int32_t>();
    std::array<std::uint32_t, detail::kWords<Real>> words;
    for (std::uint32_t& word : words) {
      word = in.get<std::uint32_t>();
    }
    Real x(0);
    for (auto word = words.rbegin(); word != words.rend(); ++word) {
      x = ldexp(Real(x + Real(*word)), -detail::kWordBits);
    }
    x = ldexp(x, exponent);
    if (kind != 0) {
      x = kind == 1 ? std::numeric_limits<Real>::infinity() : std::numeric_limits<Real>::quiet_NaN();
    }
    return negative ? Real(-x) : x;
  }
}

}  // namespace va_event::foundation
