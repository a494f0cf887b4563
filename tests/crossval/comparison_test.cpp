// SPDX-License-Identifier: Apache-2.0
#include "va_crossval/comparison.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace va_event::crossval {
namespace {

using ::testing::ElementsAre;

constexpr double kRounding = 1e-12;

SpikeMatch match(const std::vector<Time>& reference, const std::vector<Time>& tested, double window) {
  return match_spikes(reference, tested, window);
}

TEST(MatchSpikes, PairsNearSpikesInOrder) {
  const SpikeMatch m = match({10.0, 20.0, 30.0}, {10.25, 19.5, 30.0}, 1.0);
  EXPECT_THAT(m.errors, ElementsAre(0.25, -0.5, 0.0));
  EXPECT_EQ(m.missed + m.spurious, 0U);
  EXPECT_FALSE(m.first_mismatch_ms);
  EXPECT_EQ(m.max_error(), 0.5);
  EXPECT_NEAR(m.rms_error(), std::sqrt((0.0625 + 0.25) / 3.0), kRounding);
}

TEST(MatchSpikes, CountsAMissedSpikeAndGoesOnBehindIt) {
  const SpikeMatch m = match({10.0, 20.0, 30.0}, {10.0, 30.5}, 1.0);
  EXPECT_THAT(m.errors, ElementsAre(0.0, 0.5));
  EXPECT_EQ(m.missed, 1U);
  EXPECT_EQ(m.spurious, 0U);
  EXPECT_EQ(m.first_mismatch_ms, 20.0);
}

TEST(MatchSpikes, CountsASpuriousSpikeAndGoesOnBehindIt) {
  const SpikeMatch m = match({10.0, 30.0}, {5.0, 10.0, 20.0, 30.0, 40.0}, 1.0);
  EXPECT_THAT(m.errors, ElementsAre(0.0, 0.0));
  EXPECT_EQ(m.spurious, 3U);
  EXPECT_EQ(m.first_mismatch_ms, 5.0);
}

TEST(MatchSpikes, PrefersTheNearerOfTwoWithinTheWindow) {
  const SpikeMatch late = match({10.0}, {9.25, 10.125}, 1.0);
  EXPECT_THAT(late.errors, ElementsAre(0.125));
  EXPECT_EQ(late.spurious, 1U);
  const SpikeMatch early = match({9.25, 10.125}, {10.0}, 1.0);
  EXPECT_THAT(early.errors, ElementsAre(-0.125));
  EXPECT_EQ(early.missed, 1U);
}

TEST(MatchSpikes, TakesSpikesFartherAwayThanTheWindowForTwoMismatches) {
  const SpikeMatch m = match({10.0}, {11.5}, 1.0);
  EXPECT_TRUE(m.errors.empty());
  EXPECT_EQ(m.missed, 1U);
  EXPECT_EQ(m.spurious, 1U);
  EXPECT_EQ(m.first_mismatch_ms, 10.0);
  EXPECT_TRUE(std::isnan(m.max_error()));
}

TEST(MatchSpikes, FindsNothingWrongWithSilence) {
  const SpikeMatch m = match({}, {}, 1.0);
  EXPECT_EQ(m.missed + m.spurious, 0U);
}

Spikes spikes(const std::vector<std::pair<double, CellId>>& list) {
  Spikes result;
  for (const auto& [time, id] : list) {
    result.times.emplace_back(time);
    result.ids.push_back(id);
  }
  return result;
}

TEST(CompareNetworks, IsContentWithItself) {
  const Spikes all = spikes({{1.0, 0}, {2.0, 1}, {3.0, 0}});
  const NetworkComparison c = compare_networks(all, all, 0.1, 10.0);
  EXPECT_EQ(c.right, 3U);
  EXPECT_FALSE(c.first_wrong_ms);
  EXPECT_EQ(c.max_error, 0.0);
}

TEST(CompareNetworks, StopsAtTheFirstSpikeThatIsTooFarAway) {
  const Spikes reference = spikes({{1.0, 0}, {2.0, 1}, {3.0, 0}, {4.0, 1}});
  const Spikes tested = spikes({{1.0625, 0}, {2.0, 1}, {3.25, 0}, {4.0, 1}});
  const NetworkComparison c = compare_networks(reference, tested, 0.125, 10.0);
  EXPECT_EQ(c.first_wrong_ms, 3.0);
  EXPECT_EQ(c.right, 2U);
  EXPECT_EQ(c.max_error, 0.0625);
  EXPECT_EQ(c.median_error, 0.03125);
}

TEST(CompareNetworks, NoticesTheWrongNeuron) {
  const NetworkComparison c =
      compare_networks(spikes({{1.0, 0}, {2.0, 1}, {9.0, 0}}), spikes({{1.0, 0}, {2.0, 2}, {9.0, 0}}), 0.1, 20.0);
  EXPECT_EQ(c.first_wrong_ms, 2.0);
  EXPECT_EQ(c.right, 1U);
}

TEST(CompareNetworks, DoesNotBlameASpikeWhosePartnerMayLieBehindTheEnd) {
  const Spikes reference = spikes({{1.0, 0}, {9.95, 0}});
  EXPECT_FALSE(compare_networks(reference, spikes({{1.0, 0}}), 0.1, 10.0).first_wrong_ms);
  EXPECT_TRUE(compare_networks(reference, spikes({{1.0, 0}}), 0.01, 10.0).first_wrong_ms);
}

}  // namespace
}  // namespace va_event::crossval
