// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstdint>

#include "../recording/temporary_folder.hpp"
#include "random_network.hpp"
#include "va_event/va_event.hpp"

namespace va_event::testing_support {

/// What a run leaves, for tests that it is the same however the network is run.
struct Outcome {
  Spikes spikes;
  Signal v;
  RunStatistics statistics;
  WorkCounts work;
};

[[nodiscard]] inline Outcome outcome_of(const BuiltNetwork& network) {
  return {network.spikes(), network.neurons[0].signal("v"), network.simulation.statistics(),
          network.simulation.work_counts()};
}

inline void expect_same(const RunStatistics& a, const RunStatistics& b) {
  EXPECT_EQ(a.spikes, b.spikes);
  EXPECT_EQ(a.source_spikes, b.source_spikes);
  EXPECT_EQ(a.synaptic_events, b.synaptic_events);
}

/// The intervals of neurons that are simulated one by one; looks at others depend on windows.
inline void expect_same_intervals(const WorkCounts& a, const WorkCounts& b) {
  EXPECT_EQ(a.intervals, b.intervals);
  EXPECT_EQ(a.settled_by_sign, b.settled_by_sign);
  EXPECT_EQ(a.settled_by_bound, b.settled_by_bound);
  EXPECT_EQ(a.settled_by_search, b.settled_by_search);
  EXPECT_EQ(a.settled_by_refractory, b.settled_by_refractory);
  EXPECT_EQ(a.settled_by_spike, b.settled_by_spike);
}

inline void expect_same(const Outcome& a, const Outcome& b) {
  EXPECT_TRUE(a.spikes == b.spikes) << a.spikes.size() << " and " << b.spikes.size() << " spikes";
  EXPECT_TRUE(a.v == b.v);
  expect_same(a.statistics, b.statistics);
  expect_same_intervals(a.work, b.work);
}

/// Runs a network in one go and saves it at `cut` and `end`; another one that goes on from `cut`, on another number of
/// threads, must end the same, and save the same. @returns the spikes after `cut`
inline std::uint64_t expect_same_from_checkpoint(const reference::Description& description, unsigned threads,
                                                 Precision precision, double cut, double end) {
  const TemporaryFolder folder;
  BuiltNetwork whole(description, threads, precision);
  whole.simulation.run_until(cut);
  whole.simulation.save_checkpoint(folder / "cut");
  const std::uint64_t before = whole.simulation.statistics().spikes;
  whole.simulation.run_until(end);
  whole.simulation.save_checkpoint(folder / "end");

  BuiltNetwork resumed(description, 1 + threads % 3, precision);
  resumed.simulation.load_checkpoint(folder / "cut");
  resumed.simulation.save_checkpoint(folder / "again");
  EXPECT_TRUE(content(folder / "again") == content(folder / "cut"));
  resumed.simulation.run_until(end);
  expect_same(outcome_of(resumed), outcome_of(whole));
  resumed.simulation.save_checkpoint(folder / "again");
  EXPECT_TRUE(content(folder / "again") == content(folder / "end"));
  return whole.simulation.statistics().spikes - before;
}

}  // namespace va_event::testing_support
