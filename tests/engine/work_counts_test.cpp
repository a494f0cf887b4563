// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdint>

#include "va_event/va_event.hpp"

namespace va_event {
namespace {

/// 20 neurons with private noise, of any model.
template <class Type>
Simulation noisy_network(const Type& type, double exc, double inh, SimulationMethod method) {
  Simulation simulation({.method = method});
  const Population sources = simulation.create(3, SpikeSourcePoisson{300.0, 0.0, 1e9});
  const Population neurons = simulation.create(20, type);
  simulation.connect(sources, neurons, FixedProbabilityConnector(0.7),
                     {exc, RandomDistribution("uniform", {0.1, 2.0})});
  simulation.connect(neurons, neurons, FixedProbabilityConnector(0.2), {inh, 0.7}, {"inhibitory", "", {}});
  simulation.run_until(500.0);
  return simulation;
}

void expect_every_interval_once(const Simulation& simulation) {
  const RunStatistics& events = simulation.statistics();
  const WorkCounts& work = simulation.work_counts();
  EXPECT_EQ(work.intervals, work.settled_by_sign + work.settled_by_bound + work.settled_by_search +
                                work.settled_by_refractory + work.settled_by_spike);
  EXPECT_GT(events.spikes, 100U);
  EXPECT_EQ(work.settled_by_spike, events.spikes);
  EXPECT_EQ(work.looks, 0U);
  // An interval begins with the simulation, a delivery, a spike or an awakening (every spike's but those at the very
  // end).
  EXPECT_LE(work.intervals, events.synaptic_events + 2 * events.spikes + 20);
  EXPECT_GE(work.intervals, events.synaptic_events + 2 * events.spikes);
}

TEST(WorkCounts, CountEveryIntervalOnce) {
  expect_every_interval_once(noisy_network(IfCondExp{}, 0.01, 0.02, SimulationMethod::one_by_one));
  expect_every_interval_once(noisy_network(IfCurrExp{}, 1.0, -1.0, SimulationMethod::one_by_one));
  expect_every_interval_once(noisy_network(IfCurrDelta{}, 4.0, -2.0, SimulationMethod::one_by_one));
}

// Each spike needs a look at least; but most inputs need none.
TEST(WorkCounts, OfOtherMethodsAreLooks) {
  for (const SimulationMethod method : {SimulationMethod::near_spikes, SimulationMethod::order_free}) {
    for (const Simulation& simulation :
         {noisy_network(IfCurrExp{}, 1.0, -1.0, method), noisy_network(IfCondExp{}, 0.01, 0.02, method)}) {
      const WorkCounts& work = simulation.work_counts();
      EXPECT_EQ(work.intervals, 0U);
      EXPECT_GE(work.looks, simulation.statistics().spikes);
    }
  }
}

TEST(WorkCounts, AreAddedUpOverRunsAndForgottenByReset) {
  Simulation simulation = noisy_network(IfCurrExp{}, 1.0, -1.0, SimulationMethod::one_by_one);
  const std::uint64_t intervals = simulation.work_counts().intervals;
  simulation.run(100.0);
  EXPECT_GT(simulation.work_counts().intervals, intervals);
  simulation.reset();
  EXPECT_EQ(simulation.work_counts().intervals, 0U);
}

}  // namespace
}  // namespace va_event
