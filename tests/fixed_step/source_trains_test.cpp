// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "va_event/va_event.hpp"

namespace va_event {
namespace {

TEST(SourceTrains, AreThoseOfTheExactSimulationToTheLastBitAtAnyStep) {
  Simulation simulation({.seed = 7});
  const Population poisson = simulation.create(30, SpikeSourcePoisson{200.0, 3.3, 400.0});
  const Population array = simulation.create(2, SpikeSourceArray{{12.3, 0.0, 0.1, 0.1, 99.99999, 250.0, 499.0}});
  array.set_spike_times(1, {7.0, 0x1p-40});
  poisson.record("spikes");
  array.record("spikes");
  simulation.run(500.0);
  const Spikes exact_poisson = poisson.spikes();
  const Spikes exact_array = array.spikes();
  ASSERT_GT(exact_poisson.size(), 1000U);
  ASSERT_EQ(exact_array.size(), 9U);
  for (const double dt : {0.1, 0x1p-10, 7.0}) {
    for (const DelayTiming delays : {DelayTiming::grid, DelayTiming::continuous}) {
      FixedStepSimulation clocked(simulation, {.dt = dt, .delays = delays});
      clocked.run_until(500.0);
      EXPECT_EQ(clocked.spikes(poisson), exact_poisson) << dt;
      EXPECT_EQ(clocked.spikes(array), exact_array) << dt;
      EXPECT_EQ(clocked.statistics().source_spikes, exact_poisson.size() + exact_array.size());
    }
  }
}

}  // namespace
}  // namespace va_event
