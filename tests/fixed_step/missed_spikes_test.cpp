// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "va_event/va_event.hpp"

/// An excitatory input, and 0.03 ms later a stronger inhibitory one: v rises above the threshold and falls below it
/// again between two grid points. The event-driven simulation finds the spike, a test at the ends of steps does not.
namespace va_event {
namespace {

constexpr double kArrival = 10.01;      // [ms]
constexpr double kCutOff = 0.03;        // [ms]
constexpr double kThreshold = -64.995;  // [mV]

struct Excursion {
  Excursion() {
    neuron.record("spikes");
    neuron.initialize("v", -65.0);
    simulation.connect(excitatory, neuron, AllToAllConnector(), {1.0, 1.0});
    simulation.connect(inhibitory, neuron, AllToAllConnector(), {-20.0, 1.0}, {"inhibitory"});
    simulation.run(20.0);
  }

  [[nodiscard]] std::size_t clocked_spikes(const FixedStepOptions& options) const {
    FixedStepSimulation clocked(simulation, options);
    clocked.run(20.0);
    return clocked.spikes(neuron).size();
  }

  Simulation simulation;
  Population neuron = simulation.create(1, IfCurrExp{.v_rest = -65.0,
                                                     .cm = 1.0,
                                                     .tau_m = 20.0,
                                                     .tau_refrac = 2.0,
                                                     .tau_syn_E = 5.0,
                                                     .tau_syn_I = 5.0,
                                                     .v_reset = -65.0,
                                                     .v_thresh = kThreshold});
  Population excitatory = simulation.create(1, SpikeSourceArray{{kArrival - 1.0}});
  Population inhibitory = simulation.create(1, SpikeSourceArray{{kArrival - 1.0 + kCutOff}});
};

TEST(MissedSpikes, TheEventDrivenSimulationFindsAnExcursionBetweenGridPoints) {
  const Excursion excursion;
  const Spikes spikes = excursion.neuron.spikes();
  ASSERT_EQ(spikes.size(), 1U);
  // v - v_rest = 1 nA/nF * t to first order: 0.005 ms after the input, and well before the inhibition.
  EXPECT_NEAR(spikes.times[0].ms(), kArrival + 0.005, 1e-5);
}

TEST(MissedSpikes, ATestAtTheEndsOfStepsMissesIt) {
  const Excursion excursion;
  for (const Method method :
       {Method::exact, Method::exponential_euler, Method::forward_euler, Method::rk2, Method::rk4}) {
    EXPECT_EQ(excursion.clocked_spikes({method, 0.1, SpikeTiming::grid, DelayTiming::continuous}), 0U) << name(method);
    EXPECT_EQ(excursion.clocked_spikes({method, 0.1, SpikeTiming::grid, DelayTiming::grid}), 0U) << name(method);
    EXPECT_EQ(excursion.clocked_spikes({method, 0.1, SpikeTiming::cubic, DelayTiming::grid}), 0U) << name(method);
  }
}

TEST(MissedSpikes, TestsAtTheArrivalsOfInputsFindThisOne) {
  const Excursion excursion;
  EXPECT_EQ(excursion.clocked_spikes({Method::exact, 0.1, SpikeTiming::linear, DelayTiming::continuous}), 1U);
  EXPECT_EQ(excursion.clocked_spikes({Method::rk4, 0.1, SpikeTiming::cubic, DelayTiming::continuous}), 1U);
}

TEST(MissedSpikes, ShortStepsFindIt) {
  const Excursion excursion;
  EXPECT_EQ(excursion.clocked_spikes({Method::rk4, 0x1p-10, SpikeTiming::grid, DelayTiming::continuous}), 1U);
}

/// Two inputs make a compound PSP whose smooth maximum stands above the threshold for less than a step: no input
/// arrives meanwhile, so that not even interpolation with exact propagation sees it.
TEST(MissedSpikes, ASmoothMaximumBetweenGridPointsIsMissedByInterpolationToo) {
  const auto make = [](Simulation& simulation, double v_thresh) {
    const Population neuron = simulation.create(1, IfCurrExp{.v_rest = -65.0,
                                                             .tau_m = 20.0,
                                                             .tau_syn_E = 0.5,
                                                             .tau_syn_I = 0.5,
                                                             .v_reset = -70.0,
                                                             .v_thresh = v_thresh});
    neuron.initialize("v", -65.0);
    neuron.record("spikes");
    const Population source = simulation.create(1, SpikeSourceArray{{9.03, 9.23}});
    simulation.connect(source, neuron, AllToAllConnector(), {8.0, 1.0});
    return neuron;
  };
  // Where and how high the maximum is, from closed forms: tau_m/(tau_m - tau_s) w tau_s/cm (e^-t/tau_m - e^-t/tau_s)
  // for each input; the derivative is zero at t_max.
  const auto v = [](double t) {
    const auto psp = [](double s) { return 8.0 * 0.5 * 20.0 / 19.5 * (std::exp(-s / 20.0) - std::exp(-s / 0.5)); };
    return -65.0 + psp(t - 10.03) + psp(t - 10.23);
  };
  double t_max = 10.23;
  for (double t = 10.23; t < 20.0; t += 1e-4) {
    t_max = v(t) > v(t_max) ? t : t_max;
  }
  const double dt = 0.25;
  const double before = std::floor(t_max / dt) * dt;
  const double highest_on_grid = std::max(v(before), v(before + dt));
  ASSERT_GT(v(t_max), highest_on_grid);
  const double v_thresh = 0.5 * (v(t_max) + highest_on_grid);

  Simulation simulation;
  const Population neuron = make(simulation, v_thresh);
  simulation.run(30.0);
  ASSERT_EQ(neuron.spikes().size(), 1U);
  EXPECT_LT(neuron.spikes().times[0].ms(), t_max);
  EXPECT_NEAR(v(neuron.spikes().times[0].ms()), v_thresh, 1e-12);

  FixedStepSimulation clocked(simulation, {Method::exact, dt, SpikeTiming::cubic, DelayTiming::continuous});
  clocked.run(30.0);
  EXPECT_EQ(clocked.spikes(neuron).size(), 0U);
}

}  // namespace
}  // namespace va_event
