// SPDX-License-Identifier: Apache-2.0
#include "random/bounded.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <vector>

namespace va_event::random {
namespace {

TEST(UniformBelow, drawsEveryNumberEquallyOften) {
  for (const std::uint32_t n : {2U, 3U, 10U, 97U}) {
    RandomStream stream(1, 2, 3, n);
    std::vector<double> counts(n, 0.0);
    const double draws = 1000.0 * n;
    for (int i = 0; i < draws; ++i) {
      const std::uint32_t value = uniform_below(stream, n);
      ASSERT_LT(value, n);
      counts[value] += 1.0;
    }
    double chi_square = 0.0;
    for (const double count : counts) {
      chi_square += (count - 1000.0) * (count - 1000.0) / 1000.0;
    }
    // chi-square with n-1 degrees of freedom: mean n-1, variance 2(n-1).
    EXPECT_LT(chi_square, (n - 1.0) + 5.0 * std::sqrt(2.0 * (n - 1.0)) + 5.0) << n;
  }
}

TEST(UniformBelow, neverDrawsFromTheShareThatDoesNotFit) {
  // n = 2^32 * 2/3: a plain multiplication would draw even numbers twice as often as odd ones.
  constexpr std::uint32_t kN = 2863311531U;
  RandomStream stream(5, 6, 7);
  double odd = 0.0;
  constexpr int kDraws = 30000;
  for (int i = 0; i < kDraws; ++i) {
    odd += uniform_below(stream, kN) % 2;
  }
  EXPECT_NEAR(odd, kDraws / 2.0, 5.0 * std::sqrt(kDraws / 4.0));
}

TEST(UniformBelow, drawsNothingButZeroBelowOne) {
  RandomStream stream(1, 1, 1);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(uniform_below(stream, 1), 0U);
  }
}

}  // namespace
}  // namespace va_event::random
