// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace va_event::foundation {

/// Sums of doubles without error, or with one rounding at the end, from operations of doubles only. Times need them:
/// the sum of a time and a delay is rounded once, so that it does not depend on the order of operations. Compilers must
/// not reorder these operations: they are wrong under -ffast-math.

/// An unevaluated sum: `high` is the rounded value, `low` what rounding left out.
struct DoublePair {
  double high;
  double low;
};

/// high + low == a + b exactly, for any finite a and b whose sum does not overflow, whichever is larger: six
/// operations, no branch. Source: Knuth, The Art of Computer Programming 2, 4.2.2, theorem B.
[[nodiscard]] inline DoublePair two_sum(double a, double b) noexcept {
  const double sum = a + b;
  const double b_part = sum - a;
  const double a_part = sum - b_part;
  return {sum, (a - a_part) + (b - b_part)};
}

/// a + b, rounded to odd: an inexact sum gets the neighbour whose last bit is set. Rounding that to a shorter format is
/// then the same as rounding the exact sum, since it never lies half-way between two numbers of that format unless the
/// exact sum does.
[[nodiscard]] inline double add_round_to_odd(double a, double b) noexcept {
  const DoublePair sum = two_sum(a, b);
  const bool last_bit_set = (std::bit_cast<std::uint64_t>(sum.high) & 1U) != 0;
  if (sum.low == 0.0 || last_bit_set) {
    return sum.high;
  }
  const double towards =
      sum.low > 0.0 ? std::numeric_limits<double>::infinity() : -std::numeric_limits<double>::infinity();
  return std::nextafter(sum.high, towards);
}

/// The double nearest to the exact a + b + c: rounded once. @param a, b, c  finite, no partial sum overflows
/// Source: Boldo & Melquiond 2008, IEEE Trans. Comput. 57:462-471, "Emulation of FMA and correctly rounded sums".
[[nodiscard]] inline double sum_of_three(double a, double b, double c) noexcept {
  const DoublePair u = two_sum(b, c);
  const DoublePair t = two_sum(a, u.high);
  return t.high + add_round_to_odd(t.low, u.low);
}

}  // namespace va_event::foundation
