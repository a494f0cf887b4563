// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include "expect_error.hpp"
#include "va_event/va_event.hpp"

namespace va_event {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

class Recording : public ::testing::Test {
 protected:
  Simulation simulation_;
  Population sources_ = simulation_.create(2, SpikeSourceArray{{1.0, 2.0, 30.0}});
  Population cells_ = simulation_.create(4, IfCurrExp{});  // ids 2 ... 5
};

TEST_F(Recording, OfSpikesHoldsThoseOfTheCellsThatWereAskedFor) {
  sources_.slice(1, 2).record("spikes");
  cells_.slice(0, 2).record("spikes");
  cells_.initialize("v", -50.0);
  simulation_.run_until(10.0);
  const Spikes spikes = (cells_ + sources_).spikes();
  EXPECT_EQ(spikes.ids, (std::vector<CellId>{2, 3, 1, 1}));
  EXPECT_EQ(spikes.times, (std::vector<Time>{0.0, 0.0, 1.0, 2.0}));
  EXPECT_EQ(cells_.slice(1, 4).spikes().ids, (std::vector<CellId>{3}));
  EXPECT_EQ(cells_.spike_counts(), (std::vector<std::size_t>{1, 1, 0, 0}));
  EXPECT_EQ(cells_.select(std::vector<std::size_t>{3, 0}).spike_counts(), (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(cells_.mean_spike_count(), 0.5);
  EXPECT_EQ(sources_.mean_spike_count(), 1.0);
  expect_error<StateError>([&] { (void)cells_.slice(2, 4).mean_spike_count(); }, "mean_spike_count");
}

TEST_F(Recording, OfSpikesBeginsWhenItIsAskedFor) {
  simulation_.run_until(1.5);
  sources_.record("spikes");
  simulation_.run_until(10.0);
  EXPECT_EQ(sources_.spikes().times, (std::vector<Time>{2.0, 2.0}));
}

TEST_F(Recording, OfSignalsSamplesOnTheGridOfTheInterval) {
  cells_.set("i_offset", {0.0, 0.1, 0.2, 0.3});
  cells_.record("v", 0.25);
  simulation_.run_until(10.0);
  const Signal v = cells_.signal("v");
  EXPECT_EQ(v.variable, "v");
  EXPECT_EQ(v.unit, "mV");
  EXPECT_EQ(v.sampling_interval, 0.25);
  EXPECT_EQ(v.first_sample, 0);
  EXPECT_EQ(v.ids, (std::vector<CellId>{2, 3, 4, 5}));
  ASSERT_EQ(v.samples(), 40U);  // the sample at 10 ms belongs to the next run
  for (std::size_t k = 0; k < 40; ++k) {
    EXPECT_EQ(v.time(k), 0.25 * static_cast<double>(k));
    for (std::size_t i = 0; i < 4; ++i) {
      const double current = 0.1 * static_cast<double>(i);
      EXPECT_NEAR(v.at(k, i), -65.0 + 20.0 * current * (1.0 - std::exp(-v.time(k) / 20.0)), 1e-13);
    }
  }
  simulation_.run_until(10.1);
  EXPECT_EQ(cells_.signal("v").samples(), 41U);
}

TEST_F(Recording, OfSignalsTakesASampleBeforeTheEventsAtItsInstant) {
  const FromListConnector one({{0, 0, 1.0, 1.0}});
  simulation_.connect(sources_, cells_, one, {});
  cells_.slice(0, 1).record("isyn_exc", 1.0);
  cells_.slice(1, 2).initialize("v", -50.0);
  cells_.slice(1, 2).record("v", 1.0);
  simulation_.run_until(4.0);
  const Signal current = cells_.signal("isyn_exc");
  EXPECT_EQ(current.unit, "nA");
  EXPECT_EQ(current.at(2, 0), 0.0);  // arrives at exactly 2 ms
  EXPECT_NEAR(current.at(3, 0), std::exp(-0.2), 1e-15);
  EXPECT_EQ(cells_.signal("v").at(0, 0), -50.0);  // spikes at exactly 0 ms
}

TEST_F(Recording, OfPartsAtTheSameTimeIsOneSignal) {
  cells_.slice(2, 4).record("v", 0.5);
  cells_.slice(0, 1).record("v", 0.5);
  cells_.slice(0, 3).record("v", 0.5);  // two of them again
  simulation_.run_until(2.0);
  EXPECT_EQ(cells_.signal("v").ids, (std::vector<CellId>{2, 3, 4, 5}));
  EXPECT_EQ(cells_.signal("v").values, std::vector<double>(16, -65.0));
  EXPECT_EQ(cells_.select(std::vector<std::size_t>{3, 1}).signal("v").ids, (std::vector<CellId>{3, 5}));
}

TEST_F(Recording, OfSignalsBeginsWithTheFirstSampleThatIsNotOver) {
  simulation_.run_until(1.05);
  cells_.slice(0, 1).record("v", 0.5);
  cells_.slice(1, 2).record("v", 0.25);
  simulation_.run_until(3.0);
  cells_.slice(2, 3).record("v", 0.1);  // exactly now
  simulation_.run_until(4.0);
  EXPECT_EQ(cells_.slice(0, 1).signal("v").first_sample, 3);
  EXPECT_EQ(cells_.slice(0, 1).signal("v").samples(), 5U);
  EXPECT_EQ(cells_.slice(1, 2).signal("v").first_sample, 5);
  EXPECT_EQ(cells_.slice(2, 3).signal("v").first_sample, 30);
  EXPECT_EQ(cells_.slice(2, 3).signal("v").samples(), 10U);
  expect_error<StateError>([&] { (void)cells_.signal("v"); }, "variable", "same times");
}

TEST_F(Recording, OfOneVariableAtTwoIntervalsIsRefused) {
  cells_.slice(0, 2).record("v", 0.5);
  expect_error<StateError>([&] { cells_.record("v", 0.25); }, "sampling_interval");
  EXPECT_NO_THROW(cells_.record("isyn_exc", 0.25));
  EXPECT_NO_THROW(cells_.slice(2, 4).record("v", 0.25));
}

TEST_F(Recording, OfSeveralVariablesAtOnce) {
  cells_.record({"spikes", "v"});
  cells_.record({"isyn_exc", "isyn_inh", "v"}, 0.1);
  cells_.record(std::vector<std::string>{"spikes"});
  simulation_.run_until(1.0);
  EXPECT_EQ(cells_.signal("v").samples(), 10U);
  EXPECT_EQ(cells_.signal("isyn_inh").samples(), 10U);
}

TEST_F(Recording, OfSeveralVariablesBeginsForAllOrForNone) {
  EXPECT_THROW(cells_.record({"spikes", "v", "nonsense"}), UnknownNameError);
  cells_.slice(0, 1).record("isyn_inh", 0.5);
  EXPECT_THROW(cells_.record({"spikes", "v", "isyn_exc", "isyn_inh"}, 0.25), StateError);
  EXPECT_THROW((void)cells_.mean_spike_count(), StateError);
  EXPECT_THROW((void)cells_.signal("v"), UnknownNameError);
  EXPECT_THROW((void)cells_.signal("isyn_exc"), UnknownNameError);
}

TEST_F(Recording, OfUnknownNamesOrAtImpossibleIntervalsIsRefused) {
  for (const double bad : {0.0, -0.1, kNaN, kInfinity, -kInfinity}) {
    expect_error<ParameterError>([&] { cells_.record("v", bad); }, "sampling_interval");
  }
  EXPECT_THROW(cells_.record("gsyn_exc"), UnknownNameError);
  EXPECT_THROW(cells_.record(""), UnknownNameError);
  EXPECT_THROW((cells_ + sources_).record("v"), UnknownNameError);
  EXPECT_THROW((void)cells_.signal("v"), UnknownNameError);
  EXPECT_THROW((void)cells_.signal("nonsense"), UnknownNameError);
}

TEST_F(Recording, AtIntervalsFarBeyondTheRunOrFarBelowTheResolutionHarmsNobody) {
  cells_.slice(0, 1).record("v", 0.5);
  cells_.slice(1, 2).record("v", 1e15);
  simulation_.run_until(100.0);
  EXPECT_EQ(cells_.slice(0, 1).signal("v").samples(), 200U);
  EXPECT_EQ(cells_.slice(1, 2).signal("v").samples(), 1U);
  expect_error<ParameterError>([&] { cells_.slice(2, 3).record("v", 1e300); }, "sampling_interval");
  expect_error<ParameterError>([&] { cells_.slice(3, 4).record("v", 1e-300); }, "sampling_interval");
}

TEST_F(Recording, ForgetsDataOfThoseCellsOnly) {
  sources_.record("spikes");
  cells_.record("v", 0.5);
  simulation_.run_until(1.5);
  sources_.slice(0, 1).clear_recorded();
  cells_.slice(0, 2).clear_recorded();
  simulation_.run_until(5.0);
  EXPECT_EQ(sources_.slice(0, 1).spikes().times, (std::vector<Time>{2.0}));
  EXPECT_EQ(sources_.slice(1, 2).spikes().times, (std::vector<Time>{1.0, 2.0}));
  EXPECT_EQ(cells_.slice(0, 2).signal("v").first_sample, 3);
  EXPECT_EQ(cells_.slice(0, 2).signal("v").samples(), 7U);
  EXPECT_EQ(cells_.slice(2, 4).signal("v").samples(), 10U);
}

TEST_F(Recording, StopsForThoseCellsAndBeginsAnew) {
  sources_.record("spikes");
  cells_.record("v", 0.5);
  simulation_.run_until(1.5);
  sources_.slice(0, 1).stop_recording();
  cells_.slice(0, 2).stop_recording();
  simulation_.run_until(5.0);
  EXPECT_EQ(sources_.spike_counts(), (std::vector<std::size_t>{0, 2}));
  EXPECT_EQ(sources_.slice(0, 1).spikes().size(), 0U);
  EXPECT_THROW((void)cells_.slice(0, 2).signal("v"), UnknownNameError);
  EXPECT_THROW((void)sources_.slice(0, 1).mean_spike_count(), StateError);
  EXPECT_EQ(cells_.signal("v").ids, (std::vector<CellId>{4, 5}));
  EXPECT_EQ(cells_.signal("v").samples(), 10U);
  cells_.slice(0, 1).record("v", 0.2);  // at another interval
  simulation_.run_until(6.0);
  EXPECT_EQ(cells_.slice(0, 1).signal("v").first_sample, 25);
  EXPECT_EQ(cells_.slice(0, 1).signal("v").samples(), 5U);
  EXPECT_EQ(cells_.slice(2, 4).signal("v").samples(), 12U);
}

TEST_F(Recording, IsWrittenToFiles) {
  const std::filesystem::path folder = std::filesystem::path(::testing::TempDir()) / "va_event_recording_test";
  std::filesystem::create_directories(folder);
  sources_.record("spikes");
  cells_.slice(0, 1).record("v", 1.0);
  simulation_.run_until(3.0);
  const std::string spikes = (folder / "spikes.csv").string();
  const std::string v = (folder / "v.csv").string();
  sources_.write(spikes);
  cells_.write(v, "v");
  const auto content = [](const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  };
  EXPECT_EQ(content(spikes), "id,time_ms\n0,1\n1,1\n0,2\n1,2\n");
  EXPECT_EQ(content(v), "time_ms,2\n0,-65\n1,-65\n2,-65\n");
  EXPECT_THROW(cells_.write((folder / "v.txt").string(), "v"), UnknownNameError);
  EXPECT_THROW(cells_.write(v, "isyn_exc"), UnknownNameError);
  EXPECT_THROW(sources_.write((folder / "none" / "spikes.csv").string()), FileError);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace va_event
