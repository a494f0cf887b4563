// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

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

TEST(SpikeTails, ThatAreNotAsManyAsTheyMustBeAreRefused) {
  const TemporaryFolder folder;
  Spikes spikes = testing_support::sample_wide_spikes();
  spikes.tails.pop_back();
  EXPECT_THROW(write_spikes(folder / "a.gdf", spikes, testing_support::sample_populations()), SizeError);
  EXPECT_EQ(folder.entries(), 0U);
}

}  // namespace
}  // namespace va_event::recording
