// SPDX-License-Identifier: Apache-2.0
#include "foundation/number_types.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace va_event::foundation {
namespace {

template <class Real>
class NumberType : public ::testing::Test {};
using Types = ::testing::Types<Quad, Digits50, Digits100>;
TYPED_TEST_SUITE(NumberType, Types);

TYPED_TEST(NumberType, HasTheDigitsItNames) {
  using Limits = std::numeric_limits<TypeParam>;
  const TypeParam epsilon = Limits::epsilon();
  EXPECT_TRUE(TypeParam(1) + epsilon > TypeParam(1));
  EXPECT_TRUE(TypeParam(1) + epsilon / 2 == TypeParam(1));
  EXPECT_TRUE(ldexp(epsilon, Limits::digits - 1) == TypeParam(1));
  EXPECT_GT(Limits::digits, 3 * Limits::digits10);
  EXPECT_TRUE(Limits::min() > TypeParam(0));
  EXPECT_TRUE(Limits::infinity() > TypeParam(1e300) * TypeParam(1e300));
}

TYPED_TEST(NumberType, KeepsDoublesAndGivesThemBack) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 1000; ++i) {
    const double x = std::ldexp(static_cast<double>(random()) - 0x1p63, static_cast<int>(random() % 400) - 200);
    EXPECT_EQ(static_cast<double>(TypeParam(x)), x);
  }
}

TYPED_TEST(NumberType, FloorAndExponentsAreExact) {
  for (const double x : {0.25, 1.0, 1.5, 15.999, 1e9 + 0.5, -0.25, -3.0, -3.5}) {
    EXPECT_EQ(static_cast<double>(floor(TypeParam(x))), std::floor(x)) << x;
    int n = 0, expected = 0;
    EXPECT_EQ(static_cast<double>(frexp(TypeParam(x), &n)), std::frexp(x, &expected)) << x;
    EXPECT_EQ(n, expected) << x;
    EXPECT_EQ(static_cast<double>(ldexp(TypeParam(x), -7)), std::ldexp(x, -7)) << x;
  }
  const TypeParam below_one = TypeParam(1) - std::numeric_limits<TypeParam>::epsilon() / 2;
  EXPECT_TRUE(floor(below_one) == TypeParam(0));
}

TEST(Quad, RoundsEveryOperationCorrectly) {
  std::mt19937_64 random(2);
  const auto draw = [&random] {
    return ldexp(Quad(static_cast<double>(random() >> 11U)), static_cast<int>(random() % 60)) +
           Quad(static_cast<double>(random() >> 11U));
  };
  const auto widen = [](Quad x) {  // exactly
    const auto high = static_cast<double>(x);
    const auto middle = static_cast<double>(x - Quad(high));
    return Digits100(high) + Digits100(middle) + Digits100(static_cast<double>(x - Quad(high) - Quad(middle)));
  };
  const auto relative_error = [&widen](Quad result, const Digits100& exact) {
    return static_cast<double>(abs(Digits100((widen(result) - exact) / exact)));
  };
  const double half_ulp = std::ldexp(1.0, -113);
  for (int i = 0; i < 1000; ++i) {
    const Quad a = draw(), b = draw();
    ASSERT_LE(relative_error(a + b, widen(a) + widen(b)), half_ulp);
    ASSERT_LE(relative_error(a * b, widen(a) * widen(b)), half_ulp);
    ASSERT_LE(relative_error(a / b, widen(a) / widen(b)), half_ulp * (1 + 1e-9));
    ASSERT_TRUE(a - b == -(b - a) && (a < b) == (b > a) && (a <= b) == !(a > b));
  }
}

}  // namespace
}  // namespace va_event::foundation
