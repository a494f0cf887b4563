// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "va_event/va_event.hpp"

namespace va_event {
namespace {

Spikes spikes_of(const CellType& type, std::size_t n, double until) {
  Simulation simulation;
  const Population sources = simulation.create(n, type);
  sources.record("spikes");
  simulation.run_until(until);
  return sources.spikes();
}

/// The time from `start` to the first spike of each source [ms].
std::vector<double> first_intervals(const Spikes& spikes, std::size_t n, double start) {
  std::vector<double> first(n, -1.0);
  for (std::size_t k = 0; k < spikes.size(); ++k) {
    double& mine = first[spikes.ids[k]];
    mine = mine < 0.0 ? spikes.times[k].minus(Time(start)) : mine;
  }
  return first;
}

/// Kolmogorov-Smirnov: sqrt(n) times the largest distance from a distribution. Above 1.95 with probability 0.001.
double distance(std::vector<double> intervals, const std::function<double(double)>& cumulative) {
  std::sort(intervals.begin(), intervals.end());
  const auto n = static_cast<double>(intervals.size());
  double largest = 0.0;
  for (std::size_t k = 0; k < intervals.size(); ++k) {
    const double p = cumulative(intervals[k]);
    largest = std::max({largest, p - static_cast<double>(k) / n, static_cast<double>(k + 1) / n - p});
  }
  return largest * std::sqrt(n);
}

/// Of a gamma distribution of whole shape: the chance of at least `shape` events of a Poisson process of `beta` Hz.
double erlang(double x, int shape, double beta) {
  const double events = x * beta / 1000.0;
  double term = std::exp(-events);
  double fewer = 0.0;
  for (int k = 0; k < shape; ++k) {
    fewer += term;
    term *= events / (k + 1);
  }
  return 1.0 - fewer;
}

TEST(SpikeSourcePoissonRefractory, HasExponentialIntervalsAfterADeadTime) {
  const Spikes spikes = spikes_of(SpikeSourcePoissonRefractory{.rate = 100.0, .tau_refrac = 6.0}, 50, 10'000.0);
  const std::vector<double> intervals = inter_spike_intervals(spikes);
  EXPECT_GE(*std::min_element(intervals.begin(), intervals.end()), 6.0 - 1e-12);
  EXPECT_LT(distance(intervals, [](double x) { return -std::expm1(-(x - 6.0) / 4.0); }), 1.95);
  // 1000 spikes per source; intervals have standard deviation 4 ms at a mean of 10 ms.
  EXPECT_NEAR(static_cast<double>(spikes.size()), 50'000.0, 4.0 * 0.4 * std::sqrt(50'000.0) + 50.0);
}

TEST(SpikeSourcePoissonRefractory, WaitsOneIntervalForItsFirstSpikeToo) {
  const SpikeSourcePoissonRefractory type{.rate = 100.0, .tau_refrac = 6.0, .start = 250.0};
  EXPECT_LT(distance(first_intervals(spikes_of(type, 20'000, 400.0), 20'000, 250.0),
                     [](double x) { return -std::expm1(-(x - 6.0) / 4.0); }),
            1.95);
}

TEST(SpikeSourcePoissonRefractory, HasExponentialIntervalsWithoutDeadTime) {
  const Spikes spikes = spikes_of(SpikeSourcePoissonRefractory{.rate = 80.0}, 50, 10'000.0);
  EXPECT_LT(distance(inter_spike_intervals(spikes), [](double x) { return -std::expm1(-x / 12.5); }), 1.95);
}

TEST(SpikeSourcePoissonRefractory, RefusesADeadTimeThatLeavesNoTime) {
  EXPECT_NO_THROW(static_cast<void>(CellType(SpikeSourcePoissonRefractory{.rate = 100.0, .tau_refrac = 9.99})));
  EXPECT_NO_THROW(static_cast<void>(CellType(SpikeSourcePoissonRefractory{.rate = 0.0, .tau_refrac = 1e9})));
  try {
    static_cast<void>(CellType(SpikeSourcePoissonRefractory{.rate = 100.0, .tau_refrac = 10.0}));
    ADD_FAILURE() << "accepted";
  } catch (const ParameterError& error) {
    EXPECT_STREQ(error.what(), "tau_refrac = 10 ms: must be < 1000 / rate, the mean interval in ms");
  }
}

TEST(SpikeSourceGamma, HasGammaIntervalsFromTheFirstOn) {
  for (const int shape : {1, 2, 6}) {
    const auto cumulative = [shape](double x) { return erlang(x, shape, 200.0); };
    const SpikeSourceGamma type{.alpha = static_cast<double>(shape), .beta = 200.0, .start = 33.0};
    const Spikes spikes = spikes_of(type, 2000, 1033.0);
    EXPECT_LT(distance(first_intervals(spikes, 2000, 33.0), cumulative), 1.95) << shape;
    EXPECT_LT(distance(inter_spike_intervals(spikes_of(type, 20, 50'000.0)), cumulative), 1.95) << shape;
  }
}

TEST(SpikeSourceGamma, TakesShapesThatAreNotWhole) {
  for (const double shape : {0.5, 2.5}) {
    const std::vector<double> intervals =
        inter_spike_intervals(spikes_of(SpikeSourceGamma{.alpha = shape, .beta = 100.0}, 20, 50'000.0 * shape));
    const auto n = static_cast<double>(intervals.size());
    double sum = 0.0;
    double squares = 0.0;
    for (const double interval : intervals) {
      sum += interval;
      squares += interval * interval;
    }
    const double mean = sum / n;
    EXPECT_NEAR(mean, shape * 10.0, 4.0 * 10.0 * std::sqrt(shape / n)) << shape;
    // Variance shape / beta^2; its estimate has a relative standard deviation of sqrt((2 + 6 / shape) / n).
    EXPECT_NEAR((squares / n - mean * mean) / (shape * 100.0), 1.0, 4.0 * std::sqrt((2.0 + 6.0 / shape) / n)) << shape;
  }
}

TEST(RenewalSources, SpikeFromStartOnForTheirDurationAndAreSilentAtRateZero) {
  const std::vector<CellType> types = {
      SpikeSourcePoissonRefractory{.rate = 1000.0, .tau_refrac = 0.1, .start = 33.3, .duration = 50.5},
      SpikeSourceGamma{.alpha = 2.0, .beta = 2000.0, .start = 33.3, .duration = 50.5}};
  for (const CellType& type : types) {
    const Spikes spikes = spikes_of(type, 20, 200.0);
    ASSERT_GT(spikes.size(), 900U);
    EXPECT_GE(spikes.times.front(), Time(33.3));
    EXPECT_LT(spikes.times.back(), Time(33.3).plus(50.5));
    EXPECT_GT(spikes.times.back(), Time(83.5));
  }
  EXPECT_EQ(spikes_of(SpikeSourcePoissonRefractory{.rate = 0.0}, 10, 1000.0).size(), 0U);
  EXPECT_EQ(spikes_of(SpikeSourceGamma{.beta = 0.0}, 10, 1000.0).size(), 0U);
  EXPECT_EQ(spikes_of(SpikeSourceGamma{.beta = 5e-324}, 10, 1000.0).size(), 0U);
}

TEST(RenewalSources, OfInfiniteDurationNeverEnd) {
  const double never = std::numeric_limits<double>::infinity();
  EXPECT_EQ(spikes_of(SpikeSourcePoissonRefractory{.rate = 1000.0, .duration = never}, 10, 100.0).times,
            spikes_of(SpikeSourcePoissonRefractory{.rate = 1000.0}, 10, 100.0).times);
  EXPECT_EQ(spikes_of(SpikeSourceGamma{.beta = 1000.0, .duration = never}, 10, 100.0).times,
            spikes_of(SpikeSourceGamma{.beta = 1000.0}, 10, 100.0).times);
}

TEST(RenewalSources, StartAnewWhenAParameterChanges) {
  Simulation simulation;
  const Population sources = simulation.create(2000, SpikeSourceGamma{.alpha = 6.0, .beta = 600.0});
  sources.record("spikes");
  simulation.run_until(100.0);
  sources.clear_recorded();
  sources.set("beta", 1200.0);
  simulation.run_until(300.0);
  EXPECT_LT(distance(first_intervals(sources.spikes(), 2000, 100.0), [](double x) { return erlang(x, 6, 1200.0); }),
            1.95);
}

}  // namespace
}  // namespace va_event
