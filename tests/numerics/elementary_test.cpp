// SPDX-License-Identifier: Apache-2.0
#include "numerics/elementary.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "tests/numerics/random_numbers.hpp"

namespace va_event::numerics {
namespace {

using testing::RandomNumbers;
using testing::Wide;

/// Distance in units of the last place of `expected`.
double ulps(double actual, const Wide& expected) {
  int exponent = 0;
  std::frexp(static_cast<double>(expected), &exponent);
  return static_cast<double>(abs(Wide(actual) - expected) / Wide(std::ldexp(1.0, exponent - 53)));
}

TEST(Elementary, ExpStaysWithinItsBoundOverTheWholeRange) {
  RandomNumbers random(1);
  for (int i = 0; i < 20000; ++i) {
    const double x = i % 2 == 0 ? random.uniform(numerics::elementary::kMinExponent, numerics::elementary::kMaxExponent)
                                : random.sign() * random.log_uniform(1e-20, 2);
    ASSERT_LE(ulps(numerics::elementary::exp(x), exp(Wide(x))), numerics::elementary::kMaxUlp) << "x = " << x;
  }
}

TEST(Elementary, ExpOfTwoNumbersIsTheExpOfEach) {
  RandomNumbers random(4);
  for (int i = 0; i < 20000; ++i) {
    const numerics::elementary::Pair x = {random.uniform(-720, numerics::elementary::kMaxExponent),
                                          -random.log_uniform(1e-20, 2)};
    const numerics::elementary::Pair result = numerics::elementary::exp(x);
    for (const int k : {0, 1}) {
      ASSERT_EQ(result[k], numerics::elementary::exp(static_cast<double>(x[k]))) << "x = " << x[k];
    }
  }
}

TEST(Elementary, Expm1StaysWithinItsBoundOverTheWholeRange) {
  RandomNumbers random(2);
  for (int i = 0; i < 20000; ++i) {
    const double x = i % 2 == 0 ? random.uniform(numerics::elementary::kMinExponent, numerics::elementary::kMaxExponent)
                                : random.sign() * random.log_uniform(1e-20, 2);
    ASSERT_LE(ulps(numerics::elementary::expm1(x), expm1(Wide(x))), numerics::elementary::kMaxUlp) << "x = " << x;
  }
}

TEST(Elementary, LogStaysWithinItsBoundOverTheWholeRange) {
  RandomNumbers random(3);
  for (int i = 0; i < 20000; ++i) {
    const double x =
        i % 2 == 0 ? random.log_uniform(1e-300, 1e300) : 1 + random.sign() * random.log_uniform(1e-15, 0.5);
    ASSERT_LE(ulps(numerics::elementary::log(x), log(Wide(x))), numerics::elementary::kMaxUlp) << "x = " << x;
  }
}

TEST(Elementary, ValuesAtTheEdgesAreExact) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(numerics::elementary::exp(0.0), 1.0);
  EXPECT_EQ(numerics::elementary::exp(-0.0), 1.0);
  EXPECT_EQ(numerics::elementary::exp(-708.5), 0.0);
  EXPECT_EQ(numerics::elementary::exp(-750.0), 0.0);
  EXPECT_EQ(numerics::elementary::exp(-1e300), 0.0);
  EXPECT_EQ(numerics::elementary::exp(-infinity), 0.0);
  EXPECT_TRUE(std::isnan(numerics::elementary::exp(std::nan(""))));
  EXPECT_EQ(numerics::elementary::expm1(0.0), 0.0);
  EXPECT_EQ(numerics::elementary::expm1(-750.0), -1.0);
  EXPECT_EQ(numerics::elementary::expm1(-infinity), -1.0);
  EXPECT_EQ(numerics::elementary::expm1(1e-300), 1e-300);
  EXPECT_EQ(numerics::elementary::log(1.0), 0.0);
}

TEST(Elementary, ExpNeverReturnsADenormalNumber) {
  EXPECT_GE(numerics::elementary::exp(numerics::elementary::kMinExponent), std::numeric_limits<double>::min());
}

TEST(Elementary, PhiIsTheMeanOfAnExponential) {
  RandomNumbers random(4);
  EXPECT_EQ(numerics::elementary::phi(0.0), 1.0);
  for (int i = 0; i < 5000; ++i) {
    const double x = random.log_uniform(1e-300, 1e300);
    const Wide expected = -expm1(-Wide(x)) / Wide(x);
    ASSERT_LE(ulps(numerics::elementary::phi(x), expected), numerics::elementary::kMaxUlp + 1) << "x = " << x;
  }
}

TEST(Elementary, AVectorisedLoopGivesTheBitsOfSingleCalls) {
  RandomNumbers random(5);
  std::array<double, 257> x{}, y{};
  for (double& value : x) {
    value = random.uniform(-750, 700);
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    y[i] = numerics::elementary::exp(x[i]);
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    const volatile double alone = x[i];  // keeps this loop scalar
    ASSERT_EQ(numerics::elementary::exp(double(alone)), y[i]);
  }
}

}  // namespace
}  // namespace va_event::numerics
