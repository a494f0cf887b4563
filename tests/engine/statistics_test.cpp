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
