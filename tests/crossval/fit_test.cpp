// SPDX-License-Identifier: Apache-2.0
#include "va_crossval/fit.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "va_crossval/cost_sweep.hpp"
#include "va_crossval/peer_statistics.hpp"
#include "va_crossval/separation.hpp"
#include "va_event/error.hpp"

namespace va_event::crossval {
namespace {

constexpr double kRounding = 1e-12;

TEST(FitLine, GivesTheTextbookValuesOfAScatteredLine) {
  // x = 1..4, y = 1, 3, 2, 5: slope 1.1, intercept 0, residuals -0.1 0.8 -1.3 0.6, their squares 2.7.
  const std::vector<double> x{1.0, 2.0, 3.0, 4.0};
  const std::vector<double> y{1.0, 3.0, 2.0, 5.0};
  const Line line = fit_line(x, y);
  EXPECT_NEAR(line.slope, 1.1, kRounding);
  EXPECT_NEAR(line.intercept, 0.0, kRounding);
  EXPECT_NEAR(line.slope_error, std::sqrt(2.7 / 2.0 / 5.0), kRounding);
}

TEST(FitLine, HasNoSlopeWithoutTwoPoints) {
  const std::vector<double> one{1.0};
  EXPECT_TRUE(std::isnan(fit_line(one, one).slope));
  EXPECT_TRUE(std::isnan(fit_line({}, {}).slope));
  EXPECT_THROW(static_cast<void>(fit_line(one, {})), SizeError);
}

std::vector<ErrorPoint> power_law(double order) {
  std::vector<ErrorPoint> points;
  for (int k = 0; k < 10; ++k) {
    const double dt = std::ldexp(1.0, -k);
    points.push_back({dt, 3.0 * std::pow(dt, order), true});
  }
  return points;
}

TEST(FitOrder, FindsThePowerOfAPowerLaw) {
  for (const double order : {1.0, 2.0, 4.0}) {
    const Line line = fit_order(power_law(order), 1e-300);
    EXPECT_NEAR(line.slope, order, 1e-10);
    EXPECT_NEAR(line.slope_error, 0.0, 1e-10);
  }
}

TEST(FitOrder, LeavesOutWhatIsBelowTheFloor) {
  std::vector<ErrorPoint> points = power_law(4.0);
  for (ErrorPoint& point : points) {
    point.error = std::max(point.error, 1e-9);  // rounding errors
  }
  EXPECT_NEAR(fit_order(points, 2e-9).slope, 4.0, 1e-10);
  EXPECT_LT(fit_order(points, 0.0).slope, 3.9);
}

TEST(FitOrder, EndsWhereASpikeIsMissed) {
  std::vector<ErrorPoint> points = power_law(2.0);
  points[6] = {points[6].dt, 7.0, false};
  const Line line = fit_order(points, 1e-300);
  EXPECT_EQ(line.points, 3U);
  EXPECT_NEAR(line.slope, 2.0, 1e-10);
}

TEST(MeanOf, HasTheDeviationOfASample) {
  const Mean mean = mean_of(std::vector{2.0, 4.0, 4.0, 6.0});
  EXPECT_EQ(mean.value, 4.0);
  EXPECT_NEAR(mean.deviation, std::sqrt(8.0 / 3.0), kRounding);
  EXPECT_NEAR(mean.standard_error, std::sqrt(8.0 / 3.0) / 2.0, kRounding);
  EXPECT_TRUE(std::isnan(mean_of({}).value));
}

TEST(Median, IsTheMiddle) {
  EXPECT_EQ(median({3.0, 1.0, 2.0}), 2.0);
  EXPECT_EQ(median({4.0, 1.0, 2.0, 3.0}), 2.5);
  EXPECT_TRUE(std::isnan(median({})));
}

TEST(FitExponent, FindsTheRateOfAnExponentialDespiteOutliers) {
  std::vector<double> distance;
  for (int k = 1; k <= 1000; ++k) {
    distance.push_back(1e-12 * std::exp(17.0 * k * 1e-3));
    if (k % 7 == 0) {
      distance.back() = 0.3;  // a sample between the two times of a spike
    }
  }
  EXPECT_NEAR(fit_exponent(distance, 50.0).slope, 17.0, 0.2);
}

TEST(FirstToSpike, NamesEachNeuronOnceFromTheFirstMillisecondOn) {
  Trajectory trajectory;
  for (const auto& [time, id] :
       std::vector<std::pair<double, CellId>>{{0.5, 7}, {1.0, 3}, {2.0, 3}, {2.5, 7}, {4.0, 1}}) {
    trajectory.spikes.times.emplace_back(time);
    trajectory.spikes.ids.push_back(id);
  }
  EXPECT_EQ(first_to_spike(trajectory, 2), (std::vector<std::size_t>{3, 7}));
  EXPECT_EQ(first_to_spike(trajectory, 9), (std::vector<std::size_t>{3, 7, 1}));
}

TEST(FitExponent, EndsWhereTheDistanceSaturates) {
  std::vector<double> distance;
  for (int k = 1; k <= 1000; ++k) {
    distance.push_back(std::min(1.0, 1e-6 * std::exp(40.0 * k * 1e-3)));
  }
  EXPECT_NEAR(fit_exponent(distance, 50.0).slope, 40.0, 1e-6);
}

TEST(Crossing, LiesWherePowerLawsMeet) {
  // a = x, b = 30: equal at x = 30, and both are straight lines in logarithms.
  EXPECT_NEAR(crossing({1.0, 10.0, 100.0}, {1.0, 10.0, 100.0}, {30.0, 30.0, 30.0}), 30.0, 1e-10);
  EXPECT_TRUE(std::isnan(crossing({1.0, 10.0}, {1.0, 10.0}, {30.0, 30.0})));
  EXPECT_TRUE(std::isnan(crossing({1.0}, {1.0}, {2.0})));
  EXPECT_TRUE(std::isnan(crossing({}, {}, {})));
}

TEST(Crossing, IsTheLastOfSeveral) {
  // a/b is 2, 1/2, 1/4, 4: below 1 from x = sqrt(10) on, and above it from the middle of 100 and 1000 on.
  EXPECT_NEAR(crossing({1.0, 10.0, 100.0, 1000.0}, {2.0, 1.0, 1.0, 4.0}, {1.0, 2.0, 4.0, 1.0}), std::pow(10.0, 2.5),
              1e-9);
  EXPECT_NEAR(crossing({1.0, 10.0, 100.0}, {2.0, 1.0, 1.0}, {1.0, 2.0, 4.0}), std::sqrt(10.0), 1e-12);
}

TEST(ZScore, IsWelchsT) {
  // Deviations 3 and 4 over 9 and 16 networks: variances of the means 1 and 1.
  EXPECT_NEAR(z_score({5.0, 3.0}, 9, {3.0, 4.0}, 16), 2.0 / std::sqrt(2.0), kRounding);
  EXPECT_TRUE(std::isnan(z_score({5.0, 0.0}, 1, {3.0, 4.0}, 16)));
}

TEST(PeerStatistics, ArePartOfTheProgram) {
  for (const cli::Benchmark model : {cli::Benchmark::coba, cli::Benchmark::cuba}) {
    const std::vector<PeerStatistics> peers = peer_statistics(model);
    EXPECT_GE(peers.size(), 5U);
    for (const PeerStatistics& peer : peers) {
      EXPECT_EQ(peer.quantities.size(), 5U) << peer.simulator;
      EXPECT_GT(peer.quantities.at(kRateExc).mean, model == cli::Benchmark::coba ? 13.0 : 5.0);
    }
  }
  EXPECT_FALSE(peer_statistics_origin().empty());
}

}  // namespace
}  // namespace va_event::crossval
