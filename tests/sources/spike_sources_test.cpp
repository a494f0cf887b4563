// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <vector>

#include "va_event/va_event.hpp"

namespace va_event {
namespace {

Spikes poisson_spikes(const SpikeSourcePoisson& type, std::size_t n, double until, std::uint64_t seed = 1) {
  Simulation simulation({seed});
  const Population sources = simulation.create(n, type);
  sources.record("spikes");
  simulation.run_until(until);
  return sources.spikes();
}

/// Kolmogorov-Smirnov: sqrt(n) times the largest distance between the intervals' distribution and 1 - exp(-x/mean).
/// Above 1.95 with probability 0.001.
double distance_from_exponential(std::vector<double> intervals, double mean) {
  std::sort(intervals.begin(), intervals.end());
  const auto n = static_cast<double>(intervals.size());
  double distance = 0.0;
  for (std::size_t k = 0; k < intervals.size(); ++k) {
    const double p = -std::expm1(-intervals[k] / mean);
    distance = std::max({distance, p - static_cast<double>(k) / n, static_cast<double>(k + 1) / n - p});
  }
  return distance * std::sqrt(n);
}

TEST(SpikeSourcePoisson, HasTheRateThatWasAskedFor) {
  for (const double rate : {0.5, 10.0, 100.0, 5000.0}) {
    const double until = 2e6 / rate;  // 2000 spikes per source expected
    const auto n = static_cast<double>(poisson_spikes({rate, 0.0, 1e10}, 20, until).size());
    EXPECT_NEAR(n, 40'000.0, 4.0 * 200.0) << rate;  // four standard deviations
  }
}

TEST(SpikeSourcePoisson, HasExponentialIntervals) {
  const Spikes spikes = poisson_spikes({100.0, 0.0, 1e10}, 50, 10'000.0);
  EXPECT_LT(distance_from_exponential(inter_spike_intervals(spikes), 10.0), 1.95);
}

TEST(SpikeSourcePoisson, WaitsAnExponentialTimeForItsFirstSpikeToo) {
  const Spikes spikes = poisson_spikes({100.0, 250.0, 1e10}, 20'000, 400.0);
  std::vector<double> first(20'000, -1.0);
  for (std::size_t k = 0; k < spikes.size(); ++k) {
    double& mine = first[spikes.ids[k]];
    mine = mine < 0.0 ? spikes.times[k].ms() - 250.0 : mine;
  }
  EXPECT_LT(distance_from_exponential(first, 10.0), 1.95);
}

TEST(SpikeSourcePoisson, HasIndependentCountsInConsecutiveWindows) {
  // Of a Poisson process the counts in windows of 10 ms have variance = mean = 1 and no correlation.
  const Spikes spikes = poisson_spikes({100.0, 0.0, 1e10}, 10, 20'000.0);
  std::vector<double> counts(10 * 2000, 0.0);
  for (std::size_t k = 0; k < spikes.size(); ++k) {
    counts[spikes.ids[k] * 2000 + static_cast<std::size_t>(spikes.times[k].ms() / 10.0)] += 1.0;
  }
  double variance = 0.0;
  double covariance = 0.0;
  for (std::size_t k = 0; k + 1 < counts.size(); ++k) {
    variance += (counts[k] - 1.0) * (counts[k] - 1.0);
    covariance += (counts[k] - 1.0) * (counts[k + 1] - 1.0);
  }
  const auto n = static_cast<double>(counts.size());
  EXPECT_NEAR(variance / n, 1.0, 4.0 * std::sqrt(3.0 / n));
  EXPECT_NEAR(covariance / n, 0.0, 4.0 / std::sqrt(n));
}

TEST(SpikeSourcePoisson, SourcesAreIndependentOfEachOtherAndOfTheSeed) {
  const Spikes spikes = poisson_spikes({100.0, 0.0, 1e10}, 200, 1000.0);
  const std::set<std::pair<std::int64_t, double>> distinct = [&] {
    std::set<std::pair<std::int64_t, double>> times;
    for (const Time& t : spikes.times) {
      times.emplace(t.whole(), t.fraction());
    }
    return times;
  }();
  EXPECT_EQ(distinct.size(), spikes.size());
  EXPECT_FALSE(poisson_spikes({100.0, 0.0, 1e10}, 200, 1000.0, 2) == spikes);
  EXPECT_TRUE(poisson_spikes({100.0, 0.0, 1e10}, 200, 1000.0) == spikes);
  // The merged train of 200 sources is a Poisson process of 200 times the rate.
  std::vector<double> merged;
  for (std::size_t k = 1; k < spikes.size(); ++k) {
    merged.push_back(spikes.times[k].minus(spikes.times[k - 1]));
  }
  EXPECT_LT(distance_from_exponential(merged, 0.05), 1.95);
}

TEST(SpikeSourcePoisson, SpikesFromStartOnForItsDurationAndNotLonger) {
  const Spikes spikes = poisson_spikes({1000.0, 33.3, 50.5}, 20, 200.0);
  ASSERT_GT(spikes.size(), 900U);
  EXPECT_GE(spikes.times.front(), Time(33.3));
  EXPECT_LT(spikes.times.front(), Time(33.6));
  EXPECT_LT(spikes.times.back(), Time(33.3).plus(50.5));
  EXPECT_GT(spikes.times.back(), Time(83.5));
}

TEST(SpikeSourcePoisson, IsSilentWithARateOrDurationOfZeroAndWithATinyRate) {
  EXPECT_EQ(poisson_spikes({0.0, 0.0, 1e10}, 10, 1000.0).size(), 0U);
  EXPECT_EQ(poisson_spikes({1000.0, 0.0, 0.0}, 10, 1000.0).size(), 0U);
  EXPECT_EQ(poisson_spikes({1e-300, 0.0, 1e10}, 10, 1000.0).size(), 0U);
  EXPECT_EQ(poisson_spikes({5e-324, 0.0, 1e10}, 10, 1000.0).size(), 0U);
}

TEST(SpikeSourcePoisson, MayStartOrLastBeyondAllTime) {
  EXPECT_EQ(poisson_spikes({1000.0, 1e12, 1e300}, 10, 100.0).size(), 0U);
  EXPECT_GT(poisson_spikes({1000.0, 0.0, 1e300}, 10, 100.0).size(), 500U);
  const double never = std::numeric_limits<double>::infinity();
  EXPECT_EQ(poisson_spikes({1000.0, 0.0, never}, 10, 100.0).times,
            poisson_spikes({1000.0, 0.0, 1e10}, 10, 100.0).times);
  const Spikes late = poisson_spikes({1e-11, 0.0, never}, 10, 4e15);  // a spike in 1e14 ms
  EXPECT_NEAR(static_cast<double>(late.size()), 400.0, 80.0);         // four standard deviations
  EXPECT_GT(late.times.back(), Time(3.8e15));
}

TEST(SpikeSourcePoisson, IsAsFinelyResolvedAt1e7MsAsAtZero) {
  const auto finest_bits = [](double start) {
    int fine = 0;
    const Spikes spikes = poisson_spikes({1000.0, start, 1e10}, 1, start + 1000.0);
    EXPECT_GT(spikes.size(), 800U);
    for (const Time& t : spikes.times) {
      fine += std::fmod(t.fraction(), 0x1p-45) != 0.0 ? 1 : 0;  // uses bits below 3e-14 ms
    }
    EXPECT_LT(distance_from_exponential(inter_spike_intervals(spikes), 1.0), 1.95);
    return fine;
  };
  EXPECT_GT(finest_bits(0.0), 700);
  EXPECT_GT(finest_bits(1e7), 700);
  EXPECT_GT(finest_bits(1e7 + 3.3), 700);
}

TEST(SpikeSourcePoisson, ChangesItsRateBetweenRuns) {
  Simulation simulation;
  const Population sources = simulation.create(100, SpikeSourcePoisson{10.0, 0.0, 1e10});
  sources.record("spikes");
  simulation.run_until(1000.0);
  EXPECT_NEAR(static_cast<double>(sources.spikes().size()), 1000.0, 130.0);
  sources.clear_recorded();
  sources.set("rate", 100.0);
  simulation.run_until(2000.0);
  EXPECT_NEAR(static_cast<double>(sources.spikes().size()), 10'000.0, 400.0);
  EXPECT_GE(sources.spikes().times.front(), Time(1000.0));
  sources.clear_recorded();
  sources.slice(0, 50).set("rate", 0.0);
  simulation.run_until(3000.0);
  const Spikes spikes = sources.spikes();
  EXPECT_NEAR(static_cast<double>(spikes.size()), 5000.0, 300.0);
  EXPECT_TRUE(std::all_of(spikes.ids.begin(), spikes.ids.end(), [](CellId id) { return id >= 50; }));
}

TEST(SpikeSourceArray, SpikesAtTheGivenTimesInTheirOrderAndAsOften) {
  Simulation simulation;
  const Population sources = simulation.create(2, SpikeSourceArray{{5.0, 0.0, 17.5, 5.0, 100.0}});
  sources.set_spike_times(1, {Time(3.0).plus(0x1p-45)});
  sources.record("spikes");
  simulation.run_until(100.0);  // excludes 100
  EXPECT_EQ(sources.slice(0, 1).spikes().times, (std::vector<Time>{0.0, 5.0, 5.0, 17.5}));
  EXPECT_EQ(sources.slice(1, 2).spikes().times, (std::vector<Time>{Time(3.0).plus(0x1p-45)}));
  simulation.run_until(101.0);
  EXPECT_EQ(sources.slice(0, 1).spikes().size(), 5U);
}

TEST(SpikeSourceArray, TakesNewTimesBetweenRunsAndIgnoresThoseThatArePast) {
  Simulation simulation;
  const Population sources = simulation.create(2, SpikeSourceArray{{5.0, 15.0, 25.0}});
  sources.record("spikes");
  simulation.run_until(10.0);
  sources.set_spike_times(0, {1.0, 20.0, 10.0});
  simulation.run_until(30.0);
  EXPECT_EQ(sources.slice(0, 1).spikes().times, (std::vector<Time>{5.0, 10.0, 20.0}));
  EXPECT_EQ(sources.slice(1, 2).spikes().times, (std::vector<Time>{5.0, 15.0, 25.0}));
  simulation.reset();
  simulation.run_until(30.0);
  EXPECT_EQ(sources.slice(0, 1).spikes().times, (std::vector<Time>{1.0, 10.0, 20.0}));
}

TEST(SpikeSourceArray, KeepsTimesThatADoubleCannotHold) {
  const Time late = Time(1e7).plus(0x1p-45);
  Simulation simulation;
  const Population source = simulation.create(1, SpikeSourceArray{{late}});
  source.record("spikes");
  simulation.run_until(2e7);
  EXPECT_EQ(source.spikes().times, std::vector<Time>{late});
  EXPECT_NE(late, Time(late.ms()));
}

}  // namespace
}  // namespace va_event
