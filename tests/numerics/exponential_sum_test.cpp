// SPDX-License-Identifier: Apache-2.0
#include "numerics/exponential_sum.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <random>

#include "tests/numerics/random_numbers.hpp"

namespace va_event::numerics {
namespace {

using testing::RandomNumbers;
using testing::Wide;

ExponentialSum<double> random_sum(RandomNumbers& random) {
  const double rate = random.log_uniform(0.01, 2);
  const double other = random.one_in(6) ? rate : random.one_in(4) ? rate * (1 + 1e-9) : random.log_uniform(0.01, 2);
  return {random.one_in(8) ? 0.0 : random.sign() * random.log_uniform(1e-6, 30),
          random.one_in(8) ? 0.0 : random.sign() * random.log_uniform(1e-2, 300),
          random.one_in(8) ? 0.0 : random.sign() * random.log_uniform(1e-2, 300), rate, other};
}

double terms(const ExponentialSum<double>& b) { return std::abs(b.constant) + std::abs(b.first) + std::abs(b.second); }

TEST(ExponentialSum, UpperBoundHoldsForAllTimes) {
  RandomNumbers random(11);
  for (int i = 0; i < 3000; ++i) {
    const ExponentialSum<double> b = random_sum(random);
    const double bound = b.upper_bound();
    for (int k = 0; k < 200; ++k) {
      const double t = k == 0 ? 0.0 : random.log_uniform(1e-3, 1e3);
      ASSERT_LE(b.value(t), bound + 1e-14 * terms(b)) << "t = " << t;
    }
  }
}

TEST(ExponentialSum, PiecesTileTheIntervalWithAlternatingSignsThatSamplesConfirm) {
  RandomNumbers random(12);
  int three_pieces = 0;
  for (int i = 0; i < 5000; ++i) {
    const ExponentialSum<double> b = random_sum(random);
    const double h = random.log_uniform(0.1, 1000);
    const numerics::SignPieces<double> pieces = b.sign_pieces(h);
    ASSERT_GE(pieces.count, 1);
    ASSERT_LE(pieces.count, 3);
    three_pieces += pieces.count == 3 ? 1 : 0;
    double end = 0;
    for (int p = 0; p < pieces.count; ++p) {
      const numerics::SignPiece<double>& piece = pieces.piece[static_cast<std::size_t>(p)];
      ASSERT_EQ(piece.begin, end);
      ASSERT_LE(piece.begin, piece.end);
      if (p > 0) {
        ASSERT_NE(piece.positive, pieces.piece[static_cast<std::size_t>(p - 1)].positive);
      }
      end = piece.end;
      for (int k = 1; k < 40; ++k) {
        const double f = b.value(piece.begin + (piece.end - piece.begin) * k / 40);
        ASSERT_GE(piece.positive ? f : -f, -4e-15 * terms(b)) << "piece " << p;
      }
    }
    ASSERT_EQ(end, h);
  }
  EXPECT_GT(three_pieces, 20);
}

TEST(ExponentialSum, ZeroOfOneExponentialIsItsLogarithm) {
  const ExponentialSum<double> b{-10, 70, 0, 0.2, 0.1};
  const numerics::SignPieces<double> pieces = b.sign_pieces(100);
  ASSERT_EQ(pieces.count, 2);
  EXPECT_TRUE(pieces.piece[0].positive);
  EXPECT_NEAR(pieces.piece[0].end, static_cast<double>(5 * log(Wide(7))), 1e-14);
}

TEST(ExponentialSum, ZerosOfAQuadraticInTheExponentialAreItsRoots) {
  // With rate_exc = 2 rate_inh and s = e^{-t/10}: 6 s^2 - 5 s + 1 = 0 at s = 1/2 and s = 1/3.
  const ExponentialSum<double> b{1, 6, -5, 0.2, 0.1};
  const numerics::SignPieces<double> pieces = b.sign_pieces(1000);
  ASSERT_EQ(pieces.count, 3);
  EXPECT_NEAR(pieces.piece[0].end, static_cast<double>(10 * log(Wide(2))), 1e-13);
  EXPECT_NEAR(pieces.piece[1].end, static_cast<double>(10 * log(Wide(3))), 1e-13);
  EXPECT_TRUE(pieces.piece[0].positive);
  EXPECT_FALSE(pieces.piece[1].positive);
  EXPECT_TRUE(pieces.piece[2].positive);
}

TEST(ExponentialSum, ADriveThatStartsAtZeroAndRisesIsPositiveAfterwards) {
  const ExponentialSum<double> b{1, 0, -1, 0.2, 0.1};
  const numerics::SignPieces<double> pieces = b.sign_pieces(10);
  EXPECT_TRUE(pieces.piece[static_cast<std::size_t>(pieces.count - 1)].positive);
  EXPECT_LT(pieces.piece[static_cast<std::size_t>(pieces.count - 1)].begin, 1e-12);
}

TEST(ExponentialSum, AnIntervalOfLengthZeroIsOnePiece) {
  const ExponentialSum<double> b{1, 6, -5, 0.2, 0.1};
  EXPECT_EQ(b.sign_pieces(0).count, 1);
}

/// Against sums over fine steps into the past.
TEST(LossBound, IsAtLeastWhatTheIntegralCanHaveLostSinceTheDriveWasPositive) {
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> uniform(-1.0, 1.0);
  std::size_t zeros = 0, tight = 0, losses = 0;
  for (int k = 0; k < 4000; ++k) {
    const ExponentialSum<double> drive{2.0 * uniform(random), std::pow(10.0, uniform(random)) * uniform(random),
                                       std::pow(10.0, uniform(random)) * uniform(random),
                                       std::pow(10.0, uniform(random) - 0.5), std::pow(10.0, uniform(random) - 0.5)};
    const double since = 4.0 * std::abs(uniform(random));
    const double bound = drive.loss_bound(since);
    constexpr int kSteps = 400;
    double integral = 0.0, largest = 0.0;
    for (int step = 0; step < kSteps; ++step) {
      const double h = since / kSteps;
      const double s = -h * (step + 1);
      integral -= h / 6 * (drive.value(s) + 4 * drive.value(s + h / 2) + drive.value(s + h));
      if (drive.value(s) <= 0.0 && drive.derivative(s) <= 0.0) {
        largest = std::max(largest, integral);
      }
    }
    ASSERT_GE(bound, largest * (1.0 - 1e-6) - 1e-12) << k;
    zeros += bound == 0.0 ? 1 : 0;
    losses += largest > 0.0 ? 1 : 0;
    tight += largest > 0.0 && bound < 3 * largest ? 1 : 0;
  }
  EXPECT_GT(zeros, 500U);
  EXPECT_GT(losses, 500U);
  EXPECT_GT(tight, losses / 4);
}

}  // namespace
}  // namespace va_event::numerics
