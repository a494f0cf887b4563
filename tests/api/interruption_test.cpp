// SPDX-License-Identifier: Apache-2.0
// Runs in which very much happens in a short time can be ended all the same, at a time from which they go on.
#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

#include "tests/recording/temporary_folder.hpp"
#include "va_event/va_event.hpp"

namespace va_event {
namespace {

/// Sources of 10^5 Hz and synapses with delays of their own: thousands of events in a hundredth of a millisecond.
struct Busy {
  explicit Busy(const SimulationOptions& options = {})
      : simulation(options), cells(simulation.create(20, IfCurrExp{})) {
    const Population sources = simulation.create(200, SpikeSourcePoisson{.rate = 1e5});
    simulation.connect(sources, cells, FixedProbabilityConnector(0.5),
                       {.weight = 0.05, .delay = RandomDistribution("uniform", {0.01, 0.5})});
    simulation.connect(cells, cells, AllToAllConnector(),
                       {.weight = 0.1, .delay = RandomDistribution("uniform", {0.02, 0.3})});
    cells.record("spikes");
  }
  Simulation simulation;
  Population cells;
};

constexpr double kDuration = 6.0;  // [ms]

TEST(Interruption, IsAskedForBetweenEventsHoweverManyThereAreInAMillisecond) {
  Busy busy;
  std::size_t polls = 0;
  busy.simulation.on_progress([&polls](const Progress&) { return ++polls > 0; });
  busy.simulation.run(kDuration);
  // One for 0.125 ms of simulated time, and one for some thousand events: 20 source spikes in a microsecond.
  EXPECT_GT(polls, 3 * static_cast<std::size_t>(kDuration / 0.125));
}

TEST(Interruption, LeavesATimeFromWhichTheRunGoesOnWithTheSameBits) {
  Busy whole;
  whole.simulation.run(kDuration);
  const Spikes expected = whole.cells.spikes();
  ASSERT_GT(expected.size(), 100U);
  const testing_support::TemporaryFolder folder;
  for (const std::size_t stop : {1U, 7U, 20U, 45U, 90U, 131U}) {
    Busy busy;
    std::size_t polls = 0;
    busy.simulation.on_progress([&](const Progress&) { return ++polls != stop; });
    ASSERT_EQ(busy.simulation.run(kDuration), RunEnd::interrupted) << stop;
    ASSERT_LT(busy.simulation.now(), Time(kDuration));
    const std::string path = folder / "interrupted.checkpoint";
    busy.simulation.save_checkpoint(path);
    Busy resumed;
    resumed.simulation.load_checkpoint(path);
    for (Busy* one : {&busy, &resumed}) {
      one->simulation.run_until(Time(kDuration));
      const Spikes spikes = one->cells.spikes();
      ASSERT_EQ(spikes.ids, expected.ids) << stop;
      ASSERT_EQ(spikes.times, expected.times) << stop;
      EXPECT_EQ(one->simulation.statistics().synaptic_events, whole.simulation.statistics().synaptic_events) << stop;
    }
  }
}

/// Sums of neurons without short delays go on by a quarter of a millisecond, in which here very many sources spike.
struct BusySums {
  BusySums()
      : simulation({.threads = 1, .method = SimulationMethod::order_free}), cells(simulation.create(20, IfCurrExp{})) {
    const Population sources = simulation.create(100, SpikeSourcePoisson{.rate = 2e6});
    simulation.connect(sources, cells, FixedProbabilityConnector(0.5), {.weight = 2e-4, .delay = 0.1});
    simulation.connect(cells, cells, AllToAllConnector(), {.weight = 2e-4, .delay = 1.0});
    cells.initialize("v", RandomDistribution("uniform", {-51.0, -50.2}));
    cells.record("spikes");
  }
  Simulation simulation;
  Population cells;
};

TEST(Interruption, OfSumsIsAskedForWithinTheirWindowsAndLeavesTheSameBits) {
  constexpr double kShort = 0.6;  // [ms]
  BusySums whole;
  std::size_t all_polls = 0;
  whole.simulation.on_progress([&](const Progress&) { return ++all_polls > 0; });
  whole.simulation.run(kShort);
  EXPECT_GT(all_polls, 15U);  // 120,000 source spikes
  const Spikes expected = whole.cells.spikes();
  ASSERT_GT(expected.size(), 5U);
  for (const std::size_t stop : {2U, 9U, 13U}) {
    BusySums busy;
    std::size_t polls = 0;
    busy.simulation.on_progress([&](const Progress&) { return ++polls != stop; });
    ASSERT_EQ(busy.simulation.run(kShort), RunEnd::interrupted) << stop;
    ASSERT_LT(busy.simulation.now(), Time(kShort));
    busy.simulation.run_until(Time(kShort));
    EXPECT_TRUE(busy.cells.spikes() == expected) << stop;
    EXPECT_EQ(busy.simulation.statistics().synaptic_events, whole.simulation.statistics().synaptic_events) << stop;
  }
}

}  // namespace
}  // namespace va_event
