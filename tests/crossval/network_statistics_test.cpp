// SPDX-License-Identifier: Apache-2.0
#include "va_crossval/network_statistics.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "va_crossval/peer_statistics.hpp"
#include "va_event/random.hpp"

namespace va_event::crossval {
namespace {

/// Spikes of cells at random times of [0, to) ms, in order.
Spikes random_spikes(std::size_t cells, std::size_t count, double to) {
  RandomStream random(7, 7, 7);
  std::vector<std::pair<double, CellId>> list;
  for (std::size_t i = 0; i < count; ++i) {
    list.emplace_back(random.uniform() * to, static_cast<CellId>(random() % cells));
  }
  std::sort(list.begin(), list.end());
  Spikes spikes;
  for (const auto& [time, id] : list) {
    spikes.times.emplace_back(time);
    spikes.ids.push_back(id);
  }
  return spikes;
}

double correlation_of(const std::vector<double>& a, const std::vector<double>& b) {
  const auto n = static_cast<double>(a.size());
  double sa = 0, sb = 0, saa = 0, sbb = 0, sab = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sa += a[i];
    sb += b[i];
    saa += a[i] * a[i];
    sbb += b[i] * b[i];
    sab += a[i] * b[i];
  }
  return (n * sab - sa * sb) / std::sqrt((n * saa - sa * sa) * (n * sbb - sb * sb));
}

TEST(PairwiseCorrelation, IsTheMeanOverAllPairs) {
  constexpr std::size_t kCells = 6;
  const Spikes spikes = random_spikes(kCells, 300, 500.0);
  std::vector<std::vector<double>> counts(kCells, std::vector<double>(80, 0.0));
  for (std::size_t i = 0; i < spikes.size(); ++i) {
    const double time = spikes.times[i].ms();
    if (time >= 100.0) {
      counts[spikes.ids[i]][static_cast<std::size_t>((time - 100.0) / 5.0)] += 1.0;
    }
  }
  double sum = 0.0;
  for (std::size_t a = 0; a < kCells; ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      sum += correlation_of(counts[a], counts[b]);
    }
  }
  const ActivityWindow window{4, 2, 100.0, 500.0};
  EXPECT_NEAR(pairwise_correlation(spikes, window, 5.0, 200), sum / 15.0, 1e-12);
}

TEST(PairwiseCorrelation, OfCellsThatSpikeTogetherIs1) {
  Spikes spikes;
  for (const double time : {3.0, 12.0, 13.0, 41.0}) {
    for (const CellId id : {0U, 1U, 2U}) {
      spikes.times.emplace_back(time);
      spikes.ids.push_back(id);
    }
  }
  EXPECT_NEAR(pairwise_correlation(spikes, {3, 0, 0.0, 50.0}, 5.0, 200), 1.0, 1e-12);
  EXPECT_TRUE(std::isnan(pairwise_correlation(Spikes(), {3, 0, 0.0, 50.0}, 5.0, 200)));
}

TEST(NetworkStatistics, CountsTheWindowOnly) {
  Spikes spikes;
  for (const auto& [time, id] : std::vector<std::pair<double, CellId>>{
           {1.0, 0}, {10.0, 0}, {12.0, 2}, {15.0, 1}, {20.0, 0}, {30.0, 0}, {35.0, 9}}) {
    spikes.times.emplace_back(time);
    spikes.ids.push_back(id);
  }
  const auto statistics = network_statistics(spikes, {2, 1, 10.0, 30.0});
  EXPECT_NEAR(statistics.at(kRateExc), 3.0 / 2.0 / 0.02, 1e-9);  // two of cell 0 and one of cell 1
  EXPECT_NEAR(statistics.at(kRateInh), 1.0 / 0.02, 1e-9);
  EXPECT_NEAR(statistics.at(kFano), 0.5, 1e-12);  // counts 2 1 1 0: mean 1, variance 1/2
}

TEST(CvOfIntervals, IsThatOfASampleOverCellsWithFourSpikes) {
  Spikes spikes;
  for (const auto& [time, id] : std::vector<std::pair<double, CellId>>{
           {0.0, 0}, {1.0, 1}, {1.0, 0}, {2.0, 1}, {3.0, 0}, {4.0, 1}, {6.0, 0}, {9.0, 2}}) {
    spikes.times.emplace_back(time);
    spikes.ids.push_back(id);
  }
  // Cell 0: intervals 1 2 3, mean 2, sample variance 1. The others have too few spikes.
  EXPECT_NEAR(cv_of_intervals(spikes), 0.5, 1e-15);
  EXPECT_TRUE(std::isnan(cv_of_intervals(Spikes())));
  EXPECT_EQ(last_spike_ms(spikes), 9.0);
  EXPECT_TRUE(std::isnan(last_spike_ms(Spikes())));
}

}  // namespace
}  // namespace va_event::crossval
