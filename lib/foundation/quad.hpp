// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>

// x86-64 has __float128; on 64-bit Arm and RISC-V under Linux the same format is long double.
#if defined(__SIZEOF_INT128__) && (defined(__SIZEOF_FLOAT128__) || __LDBL_MANT_DIG__ == 113)
#define VA_EVENT_HAS_BINARY128 1
#endif

#ifdef VA_EVENT_HAS_BINARY128

namespace va_event::foundation {

#if __LDBL_MANT_DIG__ == 113
using Binary128 = long double;
#else
__extension__ using Binary128 = __float128;
#endif
__extension__ using UnsignedInt128 = unsigned __int128;

/// IEEE 754 binary128: 113 bits, 34 decimal digits. The compilers' own type as a class with numeric_limits; it needs
/// no more than the compiler's own support library, where boost::multiprecision::float128 needs libquadmath and its
/// header, which Clang does not find. Every operation is rounded correctly, so that results are the same bits on every
/// machine.
class Quad {
 public:
  constexpr Quad() noexcept = default;
  template <class Number>
  requires std::is_arithmetic_v<Number>
  constexpr Quad(Number x) noexcept : value_(x) {}  // NOLINT(google-explicit-constructor): a number is a number

  template <class Number>
  requires std::is_arithmetic_v<Number>
  explicit constexpr operator Number() const noexcept { return static_cast<Number>(value_); }

  constexpr Quad& operator+=(const Quad& x) noexcept { return value_ += x.value_, *this; }
  constexpr Quad& operator-=(const Quad& x) noexcept { return value_ -= x.value_, *this; }
  constexpr Quad& operator*=(const Quad& x) noexcept { return value_ *= x.value_, *this; }
  constexpr Quad& operator/=(const Quad& x) noexcept { return value_ /= x.value_, *this; }
  friend constexpr Quad operator-(const Quad& x) noexcept { return make(-x.value_); }
  friend constexpr Quad operator+(const Quad& x, const Quad& y) noexcept { return make(x.value_ + y.value_); }
  friend constexpr Quad operator-(const Quad& x, const Quad& y) noexcept { return make(x.value_ - y.value_); }
  friend constexpr Quad operator*(const Quad& x, const Quad& y) noexcept { return make(x.value_ * y.value_); }
  friend constexpr Quad operator/(const Quad& x, const Quad& y) noexcept { return make(x.value_ / y.value_); }
  friend constexpr bool operator==(const Quad& x, const Quad& y) noexcept { return x.value_ == y.value_; }
  friend constexpr bool operator<(const Quad& x, const Quad& y) noexcept { return x.value_ < y.value_; }
  friend constexpr bool operator>(const Quad& x, const Quad& y) noexcept { return x.value_ > y.value_; }
  friend constexpr bool operator<=(const Quad& x, const Quad& y) noexcept { return x.value_ <= y.value_; }
  friend constexpr bool operator>=(const Quad& x, const Quad& y) noexcept { return x.value_ >= y.value_; }

  /// x 2^n for results in the normal range.
  friend Quad ldexp(const Quad& x, int n) noexcept { return x * power_of_two(n); }
  /// x = m 2^n with 1/2 <= |m| < 1; x normal and not 0.
  friend Quad frexp(const Quad& x, int* n) noexcept {
    *n = static_cast<int>((std::bit_cast<UnsignedInt128>(x.value_) >> kFractionBits) & kExponentMask) - kBias + 1;
    return x * power_of_two(-*n);
  }
  /// For |x| < 2^62.
  friend Quad floor(const Quad& x) noexcept {
    const Quad whole(static_cast<std::int64_t>(x.value_));
    return whole > x ? whole - 1 : whole;
  }

 private:
  // The layout of binary128: sign, 15 bits of exponent with this bias, 112 bits of fraction.
  static constexpr int kFractionBits = 112;
  static constexpr int kBias = 16383;
  static constexpr UnsignedInt128 kExponentMask = 0x7fff;

  /// A number of the compiler's type. (A constructor would take part in conversions of all arithmetic types.)
  static constexpr Quad make(Binary128 value) noexcept {
    Quad x;
    x.value_ = value;
    return x;
  }
  /// 2^n for -16382 <= n <= 16383: its exponent field alone.
  static Quad power_of_two(int n) noexcept {
    return make(std::bit_cast<Binary128>(static_cast<UnsignedInt128>(n + kBias) << kFractionBits));
  }
  friend class std::numeric_limits<Quad>;

  Binary128 value_ = 0;
};

}  // namespace va_event::foundation

/// As for double, with the constants of binary128.
template <>
class std::numeric_limits<va_event::foundation::Quad> {
  using Quad = va_event::foundation::Quad;

 public:
  // NOLINTBEGIN(readability-identifier-naming): the names are the standard library's
  static constexpr bool is_specialized = true;
  static constexpr bool is_signed = true;
  static constexpr bool is_integer = false;
  static constexpr bool is_exact = false;
  static constexpr bool has_infinity = true;
  static constexpr bool has_quiet_NaN = true;
  static constexpr bool is_iec559 = true;
  static constexpr int radix = 2;
  static constexpr int digits = 113;
  static constexpr int digits10 = 33;
  static constexpr int max_digits10 = 36;
  static constexpr int min_exponent = -16381;
  static constexpr int max_exponent = 16384;
  static Quad min() noexcept { return Quad::power_of_two(min_exponent - 1); }
  static Quad epsilon() noexcept { return Quad::power_of_two(1 - digits); }
  static constexpr Quad infinity() noexcept { return {std::numeric_limits<double>::infinity()}; }
  static constexpr Quad quiet_NaN() noexcept { return {std::numeric_limits<double>::quiet_NaN()}; }
  // NOLINTEND(readability-identifier-naming)
};

#endif
