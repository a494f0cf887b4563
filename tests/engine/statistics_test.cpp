// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "va_event/va_event.hpp"

namespace va_event {
namespace {

TEST(RunStatistics, CountSpikesAndDeliveriesWhetherRecordedOrNot) {
  Simulation simulation;
  const Population sources = simulation.create(2, SpikeSourceArray{{1.0, 2.0, 50.0}});
  const Population neurons = simulation.create(10, IfCurrExp{});
  simulation.connect(sources, neurons, AllToAllConnector(), {0.01, 0.5});
  simulation.connect(sources.slice(0, 1), neurons, AllToAllConnector(), {0.01, {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}}});
  simulation.connect(neurons, neurons, OneToOneConnector(), {0.01, 0.5});
  neurons.slice(0, 3).initialize("v", -50.0);
  simulation.run_until(30.0);
  const RunStatistics& counts = simulation.statistics();
  EXPECT_EQ(counts.spikes, 3U);
  EXPECT_EQ(counts.source_spikes, 4U);
  EXPECT_EQ(counts.synaptic_events, 4U * 10 + 2U * 10 + 3);
}

TEST(RunStatistics, CountEveryIntervalOnce) {
  Simulation simulation;
  const Population sources = simulation.create(3, SpikeSourcePoisson{300.0, 0.0, 1e9});
  const Population neurons = simulation.create(20, IfCondExp{});
  simulation.connect(sources, neurons, FixedProbabilityConnector(0.7),
                     {0.01, RandomDistribution("uniform", {0.1, 2.0})});
  simulation.connect(neurons, neurons, FixedProbabilityConnector(0.2), {0.02, 0.7}, {"inhibitory", "", {}});
  simulation.run_until(500.0);
  const RunStatistics s = simulation.statistics();
  EXPECT_EQ(s.intervals, s.settled_by_sign + s.settled_by_bound + s.settled_by_search + s.settled_by_refractory +
                             s.settled_by_spike);
  EXPECT_GT(s.spikes, 100U);
  EXPECT_EQ(s.settled_by_spike, s.spikes);
  // An interval begins with the simulation, a delivery, a spike or an awakening (every spike's but those at the very
  // end).
  EXPECT_LE(s.intervals, s.synaptic_events + 2 * s.spikes + neurons.size());
  EXPECT_GE(s.intervals, s.synaptic_events + 2 * s.spikes);
}

TEST(RunStatistics, AreAddedUpOverRunsAndForgottenByReset) {
  Simulation simulation;
  const Population source = simulation.create(1, SpikeSourceArray{{1.0, 2.0, 3.0, 4.0}});
  simulation.run_until(2.5);
  EXPECT_EQ(simulation.statistics().source_spikes, 2U);
  simulation.run_until(10.0);
  EXPECT_EQ(simulation.statistics().source_spikes, 4U);
  simulation.reset();
  EXPECT_EQ(simulation.statistics().source_spikes, 0U);
}

}  // namespace
}  // namespace va_event
