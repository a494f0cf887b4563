// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <vector>

#include "recording/files/nearest_time.hpp"
#include "recording/recorder.hpp"
#include "sample_data.hpp"
#include "temporary_folder.hpp"
#include "va_event/error.hpp"
#include "va_event/files.hpp"

namespace va_event::recording {
namespace {

using ::testing::ElementsAre;
using testing_support::TemporaryFolder;

/// Four spikes at nearly the same time, recorded in another order.
Recorder nearly_simultaneous() {
  Recorder recorder;
  recorder.record_spikes(std::vector<CellId>{0, 1, 2, 3});
  recorder.set_resolution(2, 36);
  recorder.add_spike(0, Time(5.5), std::vector<double>{1e-20, 1e-38});
  recorder.add_spike(1, Time(5.5), std::vector<double>{1e-20, -1e-38});
  recorder.add_spike(2, Time(5.5), std::vector<double>{-1e-20, 0.0});
  recorder.add_spike(3, Time(5.5), std::vector<double>{1e-20, -1e-38});
  return recorder;
}

TEST(SpikeTails, DecideTheOrderOfSpikesThatADoubleCannotTellApart) {
  const Spikes spikes = nearly_simultaneous().spikes(std::vector<CellId>{0, 1, 2, 3});
  EXPECT_THAT(spikes.ids, ElementsAre(2, 1, 3, 0));
  EXPECT_THAT(spikes.tails, ElementsAre(-1e-20, 0.0, 1e-20, -1e-38, 1e-20, -1e-38, 1e-20, 1e-38));
  EXPECT_THAT(spikes.tails_of(3), ElementsAre(1e-20, 1e-38));
  EXPECT_EQ(spikes.decimals, 36);
}

TEST(SpikeTails, StayWithTheirSpikesWhenOthersAreForgotten) {
  Recorder recorder = nearly_simultaneous();
  recorder.clear(std::vector<CellId>{0, 2});
  const Spikes spikes = recorder.spikes(std::vector<CellId>{0, 1, 2, 3});
  EXPECT_THAT(spikes.ids, ElementsAre(1, 3));
  EXPECT_THAT(spikes.tails, ElementsAre(1e-20, -1e-38, 1e-20, -1e-38));
  recorder.restart();
  EXPECT_TRUE(recorder.spikes(std::vector<CellId>{0, 1}).tails.empty());
}

TEST(SpikeTails, DecideWhichDoubleIsNearestHalfWayBetweenTwo) {
  const double low = 1024.0, high = std::nextafter(low, 2048.0);
  const double half = (high - low) / 2;  // of a time that has more digits than a double
  Spikes spikes{.times = std::vector<Time>(5, Time::from_parts(1024, half)),
                .ids = {0, 1, 2, 3, 4},
                .tails = {1e-20, 0.0, -1e-20, 0.0, 0.0, 0.0, 0.0, 1e-38, 0.0, -1e-38},
                .tails_per_spike = 2};
  const std::vector<double> expected = {high, low, low, high, low};  // the tie alone goes to the even one
  for (std::size_t k = 0; k < expected.size(); ++k) {
    const NearestTime time = nearest_time(spikes, k);
    EXPECT_EQ(time.ms, expected[k]) << k;
    EXPECT_EQ(time.residual, expected[k] == low ? half : -half) << k;
  }
  spikes.times[0] = Time::from_parts(1024, 0.75 * half);
  EXPECT_EQ(nearest_time(spikes, 0).ms, low);
}

TEST(SpikeTails, ThatAreNotAsManyAsTheyMustBeAreRefused) {
  const TemporaryFolder folder;
  Spikes spikes = testing_support::sample_wide_spikes();
  spikes.tails.pop_back();
  EXPECT_THROW(write_spikes(folder / "a.gdf", spikes, testing_support::sample_populations()), SizeError);
  EXPECT_EQ(folder.entries(), 0U);
}

}  // namespace
}  // namespace va_event::recording
