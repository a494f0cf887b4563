// SPDX-License-Identifier: Apache-2.0
#include "kernels/elementary.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "reference.hpp"

namespace va_event::kernels {
namespace {

using testing::RandomCases;
using testing::Wide;

/// Distance in units of the last place of `expected`.
double ulps(double actual, const Wide& expected) {
  int exponent = 0;
  std::frexp(static_cast<double>(expected), &exponent);
  return static_cast<double>(abs(Wide(actual) - expected) / Wide(std::ldexp(1.0, exponent - 53)));
}

TEST(Elementary, ExpStaysWithinItsBoundOverTheWholeRange) {
  RandomCases random(1);
  for (int i = 0; i < 20000; ++i) {
    const double x = i % 2 == 0 ? random.uniform(elementary::kMinExponent, elementary::kMaxExponent)
                                : random.sign() * random.log_uniform(1e-20, 2);
    ASSERT_LE(ulps(elementary::exp(x), exp(Wide(x))), elementary::kMaxUlp) << "x = " << x;
  }
}

TEST(Elementary, ExpOfTwoNumbersIsTheExpOfEach) {
  RandomCases random(4);
  for (int i = 0; i < 20000; ++i) {
    const elementary::Pair x = {random.uniform(-720, elementary::kMaxExponent), -random.log_uniform(1e-20, 2)};
    const elementary::Pair result = elementary::exp(x);
    for (const int k : {0, 1}) {
      ASSERT_EQ(result[k], elementary::exp(static_cast<double>(x[k]))) << "x = " << x[k];
    }
  }
}

TEST(Elementary, Expm1StaysWithinItsBoundOverTheWholeRange) {
  RandomCases random(2);
  for (int i = 0; i < 20000; ++i) {
    const double x = i % 2 == 0 ? random.uniform(elementary::kMinExponent, elementary::kMaxExponent)
                                : random.sign() * random.log_uniform(1e-20, 2);
    ASSERT_LE(ulps(elementary::expm1(x), expm1(Wide(x))), elementary::kMaxUlp) << "x = " << x;
  }
}

TEST(Elementary, LogStaysWithinItsBoundOverTheWholeRange) {
  RandomCases random(3);
  for (int i = 0; i < 20000; ++i) {
    const double x =
        i % 2 == 0 ? random.log_uniform(1e-300, 1e300) : 1 + random.sign() * random.log_uniform(1e-15, 0.5);
    ASSERT_LE(ulps(elementary::log(x), log(Wide(x))), elementary::kMaxUlp) << "x = " << x;
  }
}

TEST(Elementary, ValuesAtTheEdgesAreExact) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(elementary::exp(0.0), 1.0);
  EXPECT_EQ(elementary::exp(-0.0), 1.0);
  EXPECT_EQ(elementary::exp(-708.5), 0.0);
  EXPECT_EQ(elementary::exp(-750.0), 0.0);
  EXPECT_EQ(elementary::exp(-1e300), 0.0);
  EXPECT_EQ(elementary::exp(-infinity), 0.0);
  EXPECT_TRUE(std::isnan(elementary::exp(std::nan(""))));
  EXPECT_EQ(elementary::expm1(0.0), 0.0);
  EXPECT_EQ(elementary::expm1(-750.0), -1.0);
  EXPECT_EQ(elementary::expm1(-infinity), -1.0);
  EXPECT_EQ(elementary::expm1(1e-300), 1e-300);
  EXPECT_EQ(elementary::log(1.0), 0.0);
}

TEST(Elementary, ExpNeverReturnsADenormalNumber) {
  EXPECT_GE(elementary::exp(elementary::kMinExponent), std::numeric_limits<double>::min());
}

TEST(Elementary, PhiIsTheMeanOfAnExponential) {
  RandomCases random(4);
  EXPECT_EQ(elementary::phi(0.0), 1.0);
  for (int i = 0; i < 5000; ++i) {
    const double x = random.log_uniform(1e-300, 1e300);
    const Wide expected = -expm1(-Wide(x)) / Wide(x);
    ASSERT_LE(ulps(elementary::phi(x), expected), elementary::kMaxUlp + 1) << "x = " << x;
  }
}

TEST(Elementary, AVectorisedLoopGivesTheBitsOfSingleCalls) {
  RandomCases random(5);
  std::array<double, 257> x{}, y{};
  for (double& value : x) {
    value = random.uniform(-750, 700);
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    y[i] = elementary::exp(x[i]);
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    const volatile double alone = x[i];  // keeps this loop scalar
    ASSERT_EQ(elementary::exp(double(alone)), y[i]);
  }
}

}  // namespace
}  // namespace va_event::kernels
