// SPDX-License-Identifier: Apache-2.0
#include "va_event/statistics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <tuple>
#include <utility>
#include <vector>

#include "va_event/error.hpp"

namespace va_event {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

Spikes sorted(std::vector<std::pair<Time, CellId>> events) {
  std::sort(events.begin(), events.end());
  Spikes spikes;
  for (const auto& event : events) {
    spikes.times.push_back(event.first);
    spikes.ids.push_back(event.second);
  }
  return spikes;
}

/// Spikes of 40 cells on a grid of 1/8 ms, so that simple arithmetic in doubles is exact.
Spikes random_spikes(std::size_t n) {
  std::mt19937_64 bits(5);
  std::vector<std::pair<Time, CellId>> events;
  for (std::size_t i = 0; i < n; ++i) {
    events.emplace_back(Time(static_cast<double>(bits() % 8000U) / 8.0), static_cast<CellId>(bits() % 40U));
  }
  return sorted(events);
}

/// The times of each cell [ms], gathered in the plainest way.
std::map<CellId, std::vector<double>> by_cell(const Spikes& spikes) {
  std::map<CellId, std::vector<double>> trains;
  for (std::size_t i = 0; i < spikes.size(); ++i) {
    trains[spikes.ids[i]].push_back(spikes.times[i].ms());
  }
  return trains;
}

TEST(InterSpikeIntervals, AreTheDifferencesOfEachCellsTimesCellByCell) {
  const Spikes spikes = random_spikes(3000);
  std::vector<double> expected;
  for (const auto& [id, times] : by_cell(spikes)) {
    for (std::size_t i = 1; i < times.size(); ++i) {
      expected.push_back(times[i] - times[i - 1]);
    }
  }
  EXPECT_EQ(inter_spike_intervals(spikes), expected);
}

TEST(InterSpikeIntervals, NeedTwoSpikesOfACell) {
  EXPECT_THAT(inter_spike_intervals({}), IsEmpty());
  EXPECT_THAT(inter_spike_intervals(sorted({{1.0, 0}, {2.0, 1}, {3.0, 2}})), IsEmpty());
  EXPECT_THAT(inter_spike_intervals(sorted({{1.0, 7}, {1.5, 4000000000U}, {4.0, 7}})), ElementsAre(3.0));
}

TEST(InterSpikeIntervals, AreAsExactLateAsEarly) {
  const Time first = Time::from_parts(10000000, 0.5);
  const Time second = first.plus(12.0 + 0x1p-45);  // doubles at 1e7 ms are 2^-29 apart
  EXPECT_THAT(inter_spike_intervals(sorted({{first, 0}, {second, 0}})), ElementsAre(12.0 + 0x1p-45));
}

TEST(CvIsi, OfARegularTrainIsZero) {
  std::vector<std::pair<Time, CellId>> events;
  for (int k = 0; k < 100; ++k) {
    events.emplace_back(Time::from_parts(10000000 + 7 * k, 0.3), 3);
  }
  EXPECT_EQ(cv_isi(sorted(events)), 0.0);
}

TEST(CvIsi, OfShortListsIsWhatOneFindsByHand) {
  // Intervals 1, 3: mean 2, standard deviation 1.
  const Spikes one_three = sorted({{0.0, 1}, {1.0, 1}, {4.0, 1}});
  EXPECT_DOUBLE_EQ(cv_isi(one_three), 0.5);
  // Intervals 2, 4, 4, 4, 5, 5, 7, 9: mean 5, standard deviation 2.
  const Spikes eight =
      sorted({{0.0, 1}, {2.0, 1}, {6.0, 1}, {10.0, 1}, {14.0, 1}, {19.0, 1}, {24.0, 1}, {31.0, 1}, {40.0, 1}});
  EXPECT_DOUBLE_EQ(cv_isi(eight), 0.4);
}

TEST(CvIsi, OfExponentialIntervalsIsOne) {
  std::mt19937_64 bits(9);
  Time now(1e7);
  std::vector<std::pair<Time, CellId>> events;
  constexpr int kSpikes = 40000;
  for (int k = 0; k < kSpikes; ++k) {
    now = now.plus(-20.0 * std::log1p(-static_cast<double>(bits() >> 11U) * 0x1p-53));
    events.emplace_back(now, 0);
  }
  EXPECT_NEAR(cv_isi(sorted(events)), 1.0, 5.0 / std::sqrt(kSpikes));  // 5 standard errors of a Poisson train's CV
}

TEST(CvIsi, AveragesOverCellsWithEnoughIntervals) {
  // Cell 1: intervals 1, 3 (CV 0.5). Cell 2: 2, 2, 2 (CV 0). Cell 3: one interval.
  const Spikes spikes =
      sorted({{0.0, 1}, {1.0, 1}, {4.0, 1}, {0.0, 2}, {2.0, 2}, {4.0, 2}, {6.0, 2}, {0.0, 3}, {9.0, 3}});
  EXPECT_DOUBLE_EQ(cv_isi(spikes), 0.25);
  EXPECT_DOUBLE_EQ(cv_isi(spikes, 3), 0.0);
  EXPECT_DOUBLE_EQ(cv_isi(spikes, 1), 0.5 / 3.0);  // a single interval does not vary
  EXPECT_DOUBLE_EQ(cv_isi(spikes, 0), 0.5 / 3.0);  // a cell without intervals has no mean to divide by
}

TEST(CvIsi, IsNaNWithoutIntervals) {
  EXPECT_TRUE(std::isnan(cv_isi({})));
  EXPECT_TRUE(std::isnan(cv_isi(sorted({{1.0, 0}, {2.0, 0}}))));
  EXPECT_TRUE(std::isnan(cv_isi(sorted({{1.0, 0}, {2.0, 0}, {3.0, 0}}), 3)));
  EXPECT_TRUE(std::isnan(cv_isi(sorted({{1.0, 0}, {1.0, 0}, {1.0, 0}}))));  // 0 / 0
}

TEST(FiringRates, CountSpikesOfEachCellInAHalfOpenInterval) {
  const Spikes spikes = random_spikes(5000);
  const std::vector<double> rates = firing_rates(spikes, 5, 30, 100.0, 350.0);
  ASSERT_EQ(rates.size(), 30U);
  auto trains = by_cell(spikes);
  for (CellId cell = 0; cell < 30; ++cell) {
    const auto& times = trains[cell + 5];
    const auto count = std::count_if(times.begin(), times.end(), [](double t) { return t >= 100.0 && t < 350.0; });
    EXPECT_DOUBLE_EQ(rates[cell], static_cast<double>(count) / 0.25);
  }
}

TEST(FiringRates, IncludeTheStartAndExcludeTheEnd) {
  const Spikes spikes = sorted({{1.0, 0}, {2.0, 0}, {3.0, 0}});
  EXPECT_THAT(firing_rates(spikes, 0, 1, 1.0, 3.0), ElementsAre(1000.0));
  EXPECT_THAT(firing_rates(spikes, 1, 2, 0.0, 10.0), ElementsAre(0.0, 0.0));
  EXPECT_THAT(firing_rates({}, 0, 2, 0.0, 10.0), ElementsAre(0.0, 0.0));
  EXPECT_THAT(firing_rates(spikes, 0, 0, 0.0, 10.0), IsEmpty());
}

TEST(FiringRates, RefuseIntervalsThatAreNone) {
  const std::vector<std::pair<double, double>> intervals{{-1.0, 5.0}, {5.0, 5.0},       {6.0, 5.0},
                                                         {kNaN, 5.0}, {0.0, kInfinity}, {0.0, kNaN}};
  for (const auto& interval : intervals) {
    EXPECT_THROW((void)firing_rates({}, 0, 1, interval.first, interval.second), ParameterError)
        << interval.first << ' ' << interval.second;
  }
}

TEST(PopulationRate, CountsSpikesInBins) {
  const Spikes spikes = random_spikes(5000);
  const std::vector<double> rates = population_rate(spikes, 40, 2.5, 500.0);
  ASSERT_EQ(rates.size(), 200U);
  for (std::size_t bin = 0; bin < rates.size(); ++bin) {
    const double from = 2.5 * static_cast<double>(bin);
    const auto count = std::count_if(spikes.times.begin(), spikes.times.end(),
                                     [from](const Time& t) { return t.ms() >= from && t.ms() < from + 2.5; });
    EXPECT_NEAR(rates[bin], static_cast<double>(count) * 1000.0 / (40.0 * 2.5), 1e-12);
  }
}

TEST(PopulationRate, HasAShorterLastBinWhenTheBinsDoNotFit) {
  const Spikes spikes = sorted({{0.5, 0}, {2.0, 1}, {2.4, 0}, {2.5, 0}});
  EXPECT_THAT(population_rate(spikes, 2, 1.0, 2.5), ElementsAre(500.0, 0.0, 2000.0));
}

TEST(PopulationRate, MakesNoBinOfARoundingError) {
  // 1.1 / 0.1 > 11 and 0.7 / 0.1 < 7 in doubles.
  EXPECT_EQ(population_rate({}, 1, 0.1, 1.1).size(), 11U);
  EXPECT_EQ(population_rate({}, 1, 0.1, 0.7).size(), 7U);
  for (int bins = 1; bins < 2000; ++bins) {
    EXPECT_EQ(population_rate({}, 1, 0.1, bins * 0.1).size(), static_cast<std::size_t>(bins));
  }
  EXPECT_EQ(population_rate({}, 1, 5.0, 1e-3).size(), 1U);
}

TEST(PopulationRate, RefusesBinsThatAreNone) {
  for (const double bad : {0.0, -1.0, kNaN, kInfinity}) {
    EXPECT_THROW((void)population_rate({}, 1, bad, 10.0), ParameterError) << bad;
    EXPECT_THROW((void)population_rate({}, 1, 1.0, bad), ParameterError) << bad;
  }
  EXPECT_THROW((void)population_rate({}, 0, 1.0, 10.0), ParameterError);
  EXPECT_THROW((void)population_rate({}, 1, 1e-300, 10.0), ParameterError);
}

TEST(Statistics, RefuseTimesWithoutIds) {
  Spikes spikes;
  spikes.times.emplace_back(1.0);
  EXPECT_THROW((void)inter_spike_intervals(spikes), SizeError);
  EXPECT_THROW((void)cv_isi(spikes), SizeError);
  EXPECT_THROW((void)firing_rates(spikes, 0, 1, 0.0, 1.0), SizeError);
  EXPECT_THROW((void)population_rate(spikes, 1, 1.0, 1.0), SizeError);
}

}  // namespace
}  // namespace va_event
