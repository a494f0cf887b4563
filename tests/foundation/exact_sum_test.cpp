// SPDX-License-Identifier: Apache-2.0
#include "foundation/exact_sum.hpp"

#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <random>

namespace va_event::foundation {
namespace {

/// 2000 bits hold the exact sum of any doubles used here; its conversion to double rounds to nearest even.
using Wide =
    boost::multiprecision::number<boost::multiprecision::cpp_bin_float<2000, boost::multiprecision::digit_base_2>,
                                  boost::multiprecision::et_off>;

/// Doubles whose exponents differ by up to 120 bits, with few bits set often enough that ties happen.
class Doubles {
 public:
  double operator()() {
    const auto few_bits = static_cast<double>(bits_() >> (64U - 1U - bits_() % 53U));
    const double mantissa = bits_() % 2 == 0 ? few_bits : static_cast<double>(bits_() >> 11U);
    const double value = std::ldexp(mantissa, static_cast<int>(bits_() % 120U) - 60);
    return bits_() % 2 == 0 ? value : -value;
  }

 private:
  std::mt19937_64 bits_{7};
};

TEST(ExactSum, TwoSumLosesNothing) {
  Doubles next;
  for (int i = 0; i < 100000; ++i) {
    const double a = next();
    const double b = next();
    const DoublePair sum = two_sum(a, b);
    EXPECT_EQ(sum.high, a + b);
    EXPECT_EQ(Wide(sum.high) + Wide(sum.low), Wide(a) + Wide(b)) << a << " + " << b;
  }
}

TEST(ExactSum, SumOfThreeIsRoundedOnce) {
  Doubles next;
  for (int i = 0; i < 200000; ++i) {
    const double a = next();
    const double b = next();
    const double c = next();
    EXPECT_EQ(sum_of_three(a, b, c), static_cast<double>(Wide(a) + Wide(b) + Wide(c))) << a << ' ' << b << ' ' << c;
  }
}

TEST(ExactSum, SumOfThreeBreaksTiesByTheSmallestTerm) {
  // 1 + 2^-53 is a tie, that would round to 1; the third term decides.
  EXPECT_EQ(sum_of_three(1.0, 0x1p-53, 0x1p-500), 1.0 + 0x1p-52);
  EXPECT_EQ(sum_of_three(1.0, 0x1p-53, -0x1p-500), 1.0);
  EXPECT_EQ(sum_of_three(0x1p-500, 0x1p-53, 1.0), 1.0 + 0x1p-52);
  EXPECT_EQ(sum_of_three(1.0, 0x1p-53, 0.0), 1.0);
}

}  // namespace
}  // namespace va_event::foundation
