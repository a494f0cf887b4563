// SPDX-License-Identifier: Apache-2.0
#include "neurons/fixed_step/interpolation.hpp"

#include <gtest/gtest.h>

#include <random>

namespace va_event::fixed_step {
namespace {

/// s (x - a)(x - b)(x - c) over a piece of length h, as its ends see it.
struct Cubic {
  double s, a, b, c;
  [[nodiscard]] PieceEnd end(double x, double h) const {
    return {s * (x - a) * (x - b) * (x - c), s * ((x - b) * (x - c) + (x - a) * (x - c) + (x - a) * (x - b)) / h};
  }
};

TEST(LinearCrossing, IsWhereTheStraightLineIsZero) {
  EXPECT_DOUBLE_EQ(linear_crossing({-3.0, 100.0}, {1.0, -100.0}), 0.75);
  EXPECT_EQ(linear_crossing({-3.0, 0.0}, {0.0, 0.0}), 1.0);
}

TEST(CubicPiece, FindsTheRootOfRandomCubics) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  for (int trial = 0; trial < 100000; ++trial) {
    // One root inside, the others outside of [0, 1]; from below to above.
    const double inside = uniform(random);
    Cubic cubic{1.0 + uniform(random), inside, -0.1 - uniform(random), 1.1 + uniform(random)};
    cubic.s = cubic.end(0.0, 1.0).above < 0.0 ? cubic.s : -cubic.s;
    const double h = 0.01 + uniform(random);
    EXPECT_NEAR(CubicPiece(cubic.end(0.0, h), cubic.end(1.0, h), h).first_crossing(), inside, 1e-14);
  }
}

TEST(CubicPiece, FindsTheFirstOfThreeRoots) {
  std::mt19937_64 random(2);
  std::uniform_real_distribution<double> uniform(0.02, 0.98);
  for (int trial = 0; trial < 10000; ++trial) {
    double roots[] = {uniform(random), uniform(random), uniform(random)};
    std::sort(std::begin(roots), std::end(roots));
    if (roots[1] - roots[0] < 0.01) {
      continue;  // nearly a double root: badly conditioned
    }
    const Cubic cubic{5.0, roots[0], roots[1], roots[2]};
    EXPECT_NEAR(CubicPiece(cubic.end(0.0, 0.5), cubic.end(1.0, 0.5), 0.5).first_crossing(), roots[0], 1e-11);
  }
}

TEST(CubicPiece, ARootAtTheEndIsFound) {
  EXPECT_EQ(CubicPiece({-1.0, 4.0}, {0.0, 4.0}, 0.25).first_crossing(), 1.0);
  const Cubic touching{-1.0, 1.0, 1.0, -1.0};  // -(x-1)^2 (x+1): touches from below
  EXPECT_NEAR(CubicPiece(touching.end(0.0, 1.0), touching.end(1.0, 1.0), 1.0).first_crossing(), 1.0, 1e-7);
}

TEST(CubicPiece, StraightLinesAndParabolasAreCubicsToo) {
  EXPECT_DOUBLE_EQ(CubicPiece({-1.0, 2.0}, {1.0, 2.0}, 1.0).first_crossing(), 0.5);
  // 2 x - x^2 - 0.75 = 0 at 0.5
  EXPECT_DOUBLE_EQ(CubicPiece({-0.75, 2.0}, {0.25, 0.0}, 1.0).first_crossing(), 0.5);
  // x^2 - 0.25
  EXPECT_DOUBLE_EQ(CubicPiece({-0.25, 0.0}, {0.75, 2.0}, 1.0).first_crossing(), 0.5);
}

}  // namespace
}  // namespace va_event::fixed_step
