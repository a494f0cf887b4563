// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "va_event/fixed_step.hpp"
#include "va_event/va_event.hpp"

namespace va_event {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Two neurons that excite each other, a source, a current: something of everything.
struct Pair {
  Pair() {
    neurons.initialize("v", {-65.0, -49.0});
    simulation.connect(neurons, neurons, AllToAllConnector(false), {0.5, {1.0, 0.3, 1.7, 1.0}});
    simulation.connect(source, neurons, AllToAllConnector(), {0.25, 0.45});
    neurons.inject(StepCurrentSource({5.05, 30.0}, {0.3, -0.1}));
  }
  Simulation simulation{{.seed = 3}};
  Population neurons = simulation.create(2, IfCurrExp{.tau_refrac = 2.0, .i_offset = 0.8});
  Population source = simulation.create(1, SpikeSourcePoisson{300.0});
};

std::vector<FixedStepOptions> every_combination(double dt) {
  std::vector<FixedStepOptions> result;
  for (const Method method :
       {Method::exact, Method::exponential_euler, Method::forward_euler, Method::rk2, Method::rk4}) {
    for (const SpikeTiming spikes : {SpikeTiming::grid, SpikeTiming::linear, SpikeTiming::cubic}) {
      for (const DelayTiming delays : {DelayTiming::grid, DelayTiming::continuous}) {
        result.push_back({method, dt, spikes, delays});
      }
    }
  }
  return result;
}

std::string text(const FixedStepOptions& o) {
  return std::string(name(o.method)) + " " + std::string(name(o.spikes)) + " " + std::string(name(o.delays));
}

TEST(FixedStepSimulation, ARunThatIsCutAnywhereIsTheUncutRun) {
  const Pair pair;
  for (const FixedStepOptions& options : every_combination(0.1)) {
    FixedStepSimulation whole(pair.simulation, options);
    whole.record(pair.neurons, "v");
    whole.run(60.0);
    EXPECT_GT(whole.spikes(pair.neurons).size(), 3U) << text(options);
    FixedStepSimulation cut(pair.simulation, options);
    cut.record(pair.neurons, "v");
    for (const double duration : {0.1, 0.0, 4.9, 0.05, 20.0, 0.3}) {
      cut.run(duration);
    }
    cut.run_until(60.0);
    EXPECT_EQ(cut.spikes(), whole.spikes()) << text(options);
    EXPECT_EQ(cut.signal(pair.neurons, "v"), whole.signal(pair.neurons, "v")) << text(options);
    EXPECT_EQ(cut.value(pair.neurons, "isyn_exc"), whole.value(pair.neurons, "isyn_exc")) << text(options);
  }
}

TEST(FixedStepSimulation, LeavesTheNetworkAsItIsAndStartsWhereResetWouldStart) {
  Pair fresh;
  fresh.neurons.record("spikes");
  FixedStepSimulation before(fresh.simulation);
  before.run(50.0);
  EXPECT_EQ(fresh.simulation.now(), Time());
  fresh.simulation.run(50.0);
  const Spikes exact = fresh.neurons.spikes();
  FixedStepSimulation after(fresh.simulation);
  after.run(50.0);
  EXPECT_EQ(after.spikes(), before.spikes());
  EXPECT_EQ(fresh.simulation.now(), Time(50.0));
  EXPECT_EQ(fresh.neurons.spikes(), exact);
  fresh.simulation.reset();
  fresh.simulation.run(50.0);
  EXPECT_EQ(fresh.neurons.spikes(), exact);
}

TEST(FixedStepSimulation, NothingButWeightsOfTheNetworkIsSeenAfterwards) {
  Pair changed;
  const Pair untouched;
  FixedStepSimulation a(changed.simulation);
  FixedStepSimulation b(untouched.simulation);
  changed.neurons.set("i_offset", 0.0);
  changed.source.set("rate", 0.0);
  const Population added = changed.simulation.create(100, IfCurrExp{});
  changed.simulation.connect(added, changed.neurons, AllToAllConnector(), {1.0, 1.0});
  changed.neurons.inject(DCSource{5.0});
  a.run(50.0);
  b.run(50.0);
  EXPECT_EQ(a.spikes(), b.spikes());
  EXPECT_THROW(static_cast<void>(a.value(added, "v")), IndexError);
}

TEST(FixedStepSimulation, KeepsTheNetworkAlive) {
  const auto make = [] {
    const Pair pair;
    return FixedStepSimulation(pair.simulation);
  };
  FixedStepSimulation orphan = make();
  orphan.run(50.0);
  const Pair pair;
  FixedStepSimulation child(pair.simulation);
  child.run(50.0);
  EXPECT_EQ(orphan.spikes(), child.spikes());
}

TEST(FixedStepSimulation, ASpikeIsAtTheEndOfItsStepAndRefractorinessIsWholeSteps) {
  Simulation simulation;
  const Population cell =
      simulation.create(1, IfCurrExp{.v_rest = -65, .tau_m = 20, .tau_refrac = 1.3, .i_offset = 2, .v_reset = -65});
  cell.initialize("v", -65.0);
  // v_inf = -25 mV: from -65 to -50 takes tau_m log(40/25).
  const double rise = 20.0 * std::log(40.0 / 25.0);  // 9.4001 ms
  FixedStepSimulation clocked(simulation, {Method::exact, 0.5});
  clocked.run(40.0);
  const double first = std::ceil(rise / 0.5) * 0.5;
  const double interval = first + 1.5;  // 1.3 ms are 2.6 steps: 3
  const Spikes spikes = clocked.spikes();
  ASSERT_EQ(spikes.size(), 3U);
  EXPECT_EQ(spikes.times[0], Time(first));
  EXPECT_EQ(spikes.times[1], Time(first + interval));
  EXPECT_EQ(spikes.times[2], Time(first + 2 * interval));
}

TEST(FixedStepSimulation, InterpolatedSpikesAndTheirRefractorinessAreNotRounded) {
  Simulation simulation;
  const Population cell =
      simulation.create(1, IfCurrExp{.v_rest = -65, .tau_m = 20, .tau_refrac = 1.3, .i_offset = 2, .v_reset = -65});
  cell.initialize("v", -65.0);
  const double rise = 20.0 * std::log(40.0 / 25.0);
  for (const auto& [timing, tolerance] : {std::pair(SpikeTiming::linear, 2e-3), std::pair(SpikeTiming::cubic, 2e-7)}) {
    FixedStepSimulation clocked(simulation, {Method::exact, 0.5, timing});
    clocked.run(40.0);
    const Spikes spikes = clocked.spikes();
    ASSERT_EQ(spikes.size(), 3U);
    for (int k = 0; k < 3; ++k) {
      EXPECT_NEAR(spikes.times[static_cast<std::size_t>(k)].ms(), (k + 1) * rise + k * 1.3, tolerance * (k + 1));
    }
  }
}

TEST(FixedStepSimulation, SeveralInterpolatedSpikesFitIntoOneStep) {
  Simulation simulation;
  const Population cell =
      simulation.create(1, IfCurrExp{.v_rest = -65, .tau_m = 20, .tau_refrac = 0.0, .i_offset = 300, .v_reset = -65});
  cell.initialize("v", -65.0);
  cell.record("spikes");
  simulation.run(5.0);
  FixedStepSimulation clocked(simulation, {Method::exact, 1.0, SpikeTiming::cubic});
  clocked.run(5.0);
  const Spikes exact = cell.spikes();
  const Spikes spikes = clocked.spikes();
  ASSERT_GT(exact.size(), 90U);
  ASSERT_EQ(spikes.size(), exact.size());
}

TEST(FixedStepSimulation, InputsOnTheGridArriveAfterTheRoundedDelayAndNotInTheSameStep) {
  Simulation simulation;
  const Population cells = simulation.create(4, IfCurrExp{.tau_syn_E = 1e9});
  const Population source = simulation.create(1, SpikeSourceArray{{1.1, 3.0}});
  // [steps of 0.5 ms]: 0.2 -> 1, 0.7 -> 1, 0.75 -> 2, 100 -> 200
  simulation.connect(source, cells,
                     FromListConnector({{0, 0, 1.0, 0.2}, {0, 1, 1.0, 0.7}, {0, 2, 1.0, 0.75}, {0, 3, 1.0, 100.0}}),
                     {1.0, 1.0});
  FixedStepSimulation clocked(simulation, {Method::exact, 0.5});
  const auto at = [&](double ms) {
    clocked.run_until(ms);
    return clocked.value(cells, "isyn_exc");
  };
  const auto about = [](double x) { return DoubleNear(x, 1e-6); };
  // The spike at 1.1 counts at 1.5; what arrives at a grid point is seen at the next.
  EXPECT_THAT(at(2.0), ElementsAre(about(0), about(0), about(0), about(0)));
  EXPECT_THAT(at(2.5), ElementsAre(about(1), about(1), about(0), about(0)));
  EXPECT_THAT(at(3.0), ElementsAre(about(1), about(1), about(1), about(0)));
  // That at 3.0 is on the grid and counts there.
  EXPECT_THAT(at(3.5), ElementsAre(about(1), about(1), about(1), about(0)));
  EXPECT_THAT(at(4.0), ElementsAre(about(2), about(2), about(1), about(0)));
  EXPECT_THAT(at(4.5), ElementsAre(about(2), about(2), about(2), about(0)));
  EXPECT_THAT(at(101.5), ElementsAre(about(2), about(2), about(2), about(0)));
  EXPECT_THAT(at(102.0), ElementsAre(about(2), about(2), about(2), about(1)));
  EXPECT_EQ(clocked.statistics().synaptic_events, 7U);
}

TEST(FixedStepSimulation, ContinuousInputsActAtTheirOwnTimesEvenInTheStepOfTheSpike) {
  Simulation simulation;
  const Population cell = simulation.create(1, IfCurrExp{.tau_syn_E = 4.0, .v_thresh = 1e6});
  const Population source = simulation.create(1, SpikeSourceArray{{1.1}});
  simulation.connect(source, cell, AllToAllConnector(), {1.0, 0.2});
  FixedStepSimulation clocked(simulation, {Method::exact, 0.5, SpikeTiming::cubic, DelayTiming::continuous});
  clocked.run_until(1.5);
  EXPECT_NEAR(clocked.value(cell, "isyn_exc")[0], std::exp(-0.2 / 4.0), 1e-15);
}

TEST(FixedStepSimulation, CurrentsChangeAtTheNextGridPointOrAtTheirTimes) {
  Simulation simulation;
  const Population cell = simulation.create(1, IfCurrExp{.v_rest = -65, .tau_m = 20, .v_thresh = 1e6});
  cell.initialize("v", -65.0);
  cell.inject(StepCurrentSource({0.0, 1.2, 3.3}, {0.5, 2.0, -1.0}));
  cell.inject(DCSource{0.25, 2.0, 4.0});
  // v after currents (amplitude, until): v_inf + (v - v_inf) e^-t/tau_m, resistance 20 MOhm.
  const auto response = [](const std::vector<std::pair<double, double>>& currents) {
    double v = -65.0;
    double t = 0.0;
    for (const auto& [until, amplitude] : currents) {
      const double v_inf = -65.0 + 20.0 * amplitude;
      v = v_inf + (v - v_inf) * std::exp(-(until - t) / 20.0);
      t = until;
    }
    return v;
  };
  FixedStepSimulation on_grid(simulation, {Method::exact, 0.5});
  on_grid.run_until(5.0);
  EXPECT_NEAR(on_grid.value(cell, "v")[0], response({{1.5, 0.5}, {2.0, 2.0}, {3.5, 2.25}, {4.0, -0.75}, {5.0, -1.0}}),
              1e-13);
  FixedStepSimulation continuous(simulation, {Method::exact, 0.5, SpikeTiming::grid, DelayTiming::continuous});
  continuous.run_until(5.0);
  EXPECT_NEAR(continuous.value(cell, "v")[0],
              response({{1.2, 0.5}, {2.0, 2.0}, {3.3, 2.25}, {4.0, -0.75}, {5.0, -1.0}}), 1e-13);
}

TEST(FixedStepSimulation, ACellAboveTheThresholdAtTheStartSpikesAtZero) {
  const Pair pair;
  for (const FixedStepOptions& options : every_combination(0.1)) {
    FixedStepSimulation clocked(pair.simulation, options);
    clocked.run(0.1);
    const Spikes spikes = clocked.spikes(pair.neurons);
    ASSERT_EQ(spikes.size(), 1U);
    EXPECT_EQ(spikes.times[0], Time());
    EXPECT_EQ(spikes.ids[0], 1U);
    EXPECT_EQ(clocked.value(pair.neurons, "v")[1], -65.0);
  }
}

TEST(FixedStepSimulation, SamplesAreTheValuesAtTheirGridPoints) {
  const Pair pair;
  FixedStepSimulation sampled(pair.simulation, {.dt = 0.25});
  sampled.record(pair.neurons, "v", 0.5);
  sampled.run(0.25);
  sampled.record(pair.neurons.slice(1, 2), "isyn_exc");
  sampled.run(10.0);
  const Signal v = sampled.signal(pair.neurons, "v");
  const Signal isyn = sampled.signal(pair.neurons, "isyn_exc");
  EXPECT_EQ(v.samples(), 21U);  // 0 ... 10
  EXPECT_EQ(v.sampling_interval, 0.5);
  EXPECT_EQ(v.unit, "mV");
  EXPECT_EQ(isyn.first_sample, 1);
  EXPECT_EQ(isyn.samples(), 40U);  // 0.25 ... 10
  EXPECT_THAT(isyn.ids, ElementsAre(1U));
  FixedStepSimulation stopped(pair.simulation, {.dt = 0.25});
  for (std::size_t k = 0; k < v.samples(); ++k) {
    stopped.run_until(v.time(k));
    EXPECT_THAT(stopped.value(pair.neurons, "v"), ElementsAre(v.at(k, 0), v.at(k, 1)));
    if (k > 0) {
      EXPECT_EQ(stopped.value(pair.neurons, "isyn_exc")[1], isyn.at(2 * k - 1, 0));
    }
  }
}

TEST(FixedStepSimulation, RunsWholeStepsAndCountsThem) {
  const Pair pair;
  FixedStepSimulation clocked(pair.simulation, {.dt = 0.7});
  clocked.run_until(7.0);  // 10 * 0.7 is below 7
  EXPECT_EQ(clocked.statistics().steps, 10U);
  EXPECT_NEAR(clocked.now().ms(), 7.0, 1e-14);
  clocked.run_until(7.0);
  clocked.run(0.0);
  EXPECT_EQ(clocked.statistics().steps, 10U);
  clocked.run(0.1);
  EXPECT_EQ(clocked.statistics().steps, 11U);
  clocked.run_until(3.0);
  EXPECT_EQ(clocked.statistics().steps, 11U);
}

TEST(FixedStepSimulation, StepsOfPowersOfTwoHaveExactTimes) {
  const Pair pair;
  FixedStepSimulation clocked(pair.simulation, {.dt = 0x1p-10});
  clocked.run_until(20.0);
  EXPECT_EQ(clocked.now(), Time(20.0));
  for (const Time& time : clocked.spikes(pair.neurons).times) {
    EXPECT_EQ(time.fraction() * 1024.0, std::floor(time.fraction() * 1024.0));
  }
}

template <class Error, class Call>
std::string message_of(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing thrown";
}

TEST(FixedStepSimulation, RefusesStepsThatAreNotPositiveNumbers) {
  const Pair pair;
  for (const double dt : {0.0, -0.1, kNan, kInfinity}) {
    EXPECT_THAT(message_of<ParameterError>([&] { FixedStepSimulation(pair.simulation, {.dt = dt}); }),
                testing::AllOf(HasSubstr("dt = "), HasSubstr("ms: must be > 0 and finite")));
  }
}

TEST(FixedStepSimulation, RefusesExactPropagationOfConductances) {
  Simulation simulation;
  simulation.create(1, IfCondExp{}, {.label = "cortex", .structure = {}});
  EXPECT_THAT(message_of<ParameterError>([&] { FixedStepSimulation(simulation, {.method = Method::exact}); }),
              testing::AllOf(HasSubstr("method = exact"), HasSubstr("cortex")));
}

TEST(FixedStepSimulation, RefusesStepsThatAreTooLongForTheMethod) {
  Simulation simulation;
  const Population cells = simulation.create(2, IfCurrExp{.tau_syn_E = 5.0});
  cells.set("tau_syn_I", {4.0, 0.5});
  for (const auto& [method, limit] :
       {std::pair(Method::forward_euler, 1.0), std::pair(Method::rk2, 1.0), std::pair(Method::rk4, 1.3925)}) {
    EXPECT_NO_THROW(FixedStepSimulation(simulation, {method, limit}));
    EXPECT_THAT(message_of<ParameterError>([&, m = method, l = limit] {
                  FixedStepSimulation(simulation, {m, l * 1.0001});
                }),
                testing::AllOf(HasSubstr("tau_syn_I = 0.5 ms"), HasSubstr(std::string(name(method)))));
  }
  EXPECT_NO_THROW(FixedStepSimulation(simulation, {Method::exponential_euler, 10.0}));
  EXPECT_NO_THROW(FixedStepSimulation(simulation, {Method::exact, 10.0}));
}

TEST(FixedStepSimulation, RefusesSpikesThatWouldArriveInAStepThatIsOver) {
  Simulation simulation;
  const Population cells = simulation.create(2, IfCurrExp{});
  const Population source = simulation.create(1, SpikeSourcePoisson{100.0});
  simulation.connect(cells, cells, AllToAllConnector(), {0.1, 0.2});
  simulation.connect(source, cells, AllToAllConnector(), {0.1, 0.001});  // of sources any delay will do
  const FixedStepOptions fits{Method::rk4, 0.2, SpikeTiming::cubic, DelayTiming::continuous};
  const FixedStepOptions too_long{Method::rk4, 0.25, SpikeTiming::cubic, DelayTiming::continuous};
  const FixedStepOptions on_grid{Method::rk4, 0.25, SpikeTiming::grid, DelayTiming::continuous};
  EXPECT_NO_THROW(FixedStepSimulation(simulation, fits).run(1.0));
  EXPECT_NO_THROW(FixedStepSimulation(simulation, on_grid).run(1.0));
  EXPECT_THAT(message_of<ParameterError>([&] { FixedStepSimulation(simulation, too_long); }),
              testing::AllOf(HasSubstr("dt = 0.25 ms"), HasSubstr("at most 0.2 ms")));
}

TEST(FixedStepSimulation, RefusesDurationsThatAreNoDurations) {
  const Pair pair;
  FixedStepSimulation clocked(pair.simulation);
  for (const double duration : {-1.0, kNan, kInfinity, 1e300}) {
    EXPECT_THROW(clocked.run(duration), ParameterError) << duration;
  }
  EXPECT_THROW(clocked.run_until(1e18), ParameterError);
}

TEST(FixedStepSimulation, RefusesRequestsForWhatDoesNotExist) {
  const Pair pair;
  const Pair other;
  FixedStepSimulation clocked(pair.simulation, {.dt = 0.5});
  EXPECT_THROW(clocked.record(pair.neurons, "gsyn_exc"), UnknownNameError);
  EXPECT_THROW(clocked.record(pair.source, "v"), UnknownNameError);
  EXPECT_THROW(static_cast<void>(clocked.value(pair.source, "v")), UnknownNameError);
  EXPECT_THROW(static_cast<void>(clocked.signal(pair.neurons, "v")), UnknownNameError);
  EXPECT_THROW(clocked.record(other.neurons, "v"), ConnectionError);
  EXPECT_THROW(static_cast<void>(clocked.spikes(other.neurons)), ConnectionError);
  EXPECT_THROW(static_cast<void>(clocked.value(other.neurons, "v")), ConnectionError);
  for (const double interval : {0.0, -0.5, 0.25, 0.75, kNan, kInfinity}) {
    EXPECT_THROW(clocked.record(pair.neurons, "v", interval), ParameterError) << interval;
  }
  clocked.record(pair.neurons, "v", 1.0);
  EXPECT_THROW(clocked.record(pair.neurons, "v", 0.5), StateError);
}

TEST(FixedStepSimulation, ItsChoicesHaveNames) {
  EXPECT_EQ(name(Method::exponential_euler), "exponential_euler");
  EXPECT_EQ(name(Method::rk4), "rk4");
  EXPECT_EQ(name(SpikeTiming::linear), "linear");
  EXPECT_EQ(name(DelayTiming::continuous), "continuous");
}

}  // namespace
}  // namespace va_event
