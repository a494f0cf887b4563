// SPDX-License-Identifier: Apache-2.0
// A model that is added from outside: nothing of the library names it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "tests/neurons/own_model/perfect_integrator.hpp"
#include "va_event/va_event.hpp"

namespace va_event {
namespace {

using testing::PerfectIntegrator;

std::vector<double> times_of(const Population& cells) {
  std::vector<double> times;
  for (const Time& time : cells.spikes().times) {
    times.push_back(time.ms());
  }
  return times;
}

TEST(OwnModel, IntegratesAConstantCurrentWithoutError) {
  Simulation simulation;
  const Population cell = simulation.create(1, PerfectIntegrator{.cm = 0.5, .tau_refrac = 3.0, .i_offset = 0.5});
  cell.record("spikes");
  simulation.run(100.0);
  // 15 mV at 1 mV/ms, then 3 ms
  EXPECT_THAT(times_of(cell), ::testing::ElementsAre(15.0, 33.0, 51.0, 69.0, 87.0));
}

/// v after a spike at `start` and until the next one, in the closed form with w = w0 there.
double v_after(const PerfectIntegrator& p, double since, double w0) {
  return p.v_reset + (p.i_offset * since - w0 * p.tau_w * (1.0 - std::exp(-since / p.tau_w))) / p.cm;
}

TEST(OwnModel, ItsExtraVariableJumpsAtSpikesAndSlowsItDown) {
  const PerfectIntegrator type{.b = 0.3, .i_offset = 1.0};
  Simulation simulation;
  const Population cell = simulation.create(1, type);
  cell.record("spikes");
  simulation.run(400.0);
  const std::vector<double> times = times_of(cell);
  ASSERT_GT(times.size(), 10U);
  double w = 0.0;
  double last = 0.0;
  for (const double time : times) {
    double low = 0.0,
           high = 200.0;  // v rises from low to high at most once before the crossing: w < i_offset at its end
    while (std::nextafter(low, high) < high) {
      const double middle = low + (high - low) / 2;
      (v_after(type, middle, w) < type.v_thresh ? low : high) = middle;
    }
    EXPECT_NEAR(time - last, high, 1e-11);
    w = w * std::exp(-(time - last) / type.tau_w) + type.b;
    last = time;
  }
  EXPECT_NEAR(cell.value("w")[0], w * std::exp(-(400.0 - last) / type.tau_w), 1e-13);
}

Population make_network(Simulation& simulation) {
  Population cells =
      simulation.create(60, PerfectIntegrator{.cm = 0.2, .tau_refrac = 1.0, .b = 0.01, .i_offset = 0.02});
  const Population noise = simulation.create(30, SpikeSourcePoisson{.rate = 60.0});
  const FixedProbabilityConnector connector(0.3);
  simulation.connect(noise, cells, connector, {.weight = 0.05, .delay = 1.0}, {.receptor_type = "synapse"});
  simulation.connect(
      cells, cells, connector,
      {.weight = RandomDistribution("uniform", {-0.02, 0.02}), .delay = RandomDistribution("uniform", {0.5, 3.0})},
      {.receptor_type = "synapse"});
  cells.record("spikes");
  return cells;
}

TEST(OwnModel, SpikesTheSameOnThreadsAndInPiecesAndInQuadPrecision) {
  Simulation whole({.seed = 5, .threads = 1});
  const Population cells = make_network(whole);
  whole.run(200.0);
  const Spikes expected = cells.spikes();
  ASSERT_GT(expected.size(), 200U);

  Simulation cut({.seed = 5, .threads = 2});
  const Population cut_cells = make_network(cut);
  for (const double part : {0.3, 47.7, 102.0, 50.0}) {
    cut.run(part);
  }
  EXPECT_TRUE(cut_cells.spikes() == expected);

  Simulation wide({.seed = 5, .precision = Precision::quad()});
  const Population wide_cells = make_network(wide);
  wide.run(200.0);
  const Spikes exact = wide_cells.spikes();
  ASSERT_EQ(exact.size(), expected.size());
  for (std::size_t k = 0; k < exact.size(); ++k) {
    EXPECT_EQ(exact.ids[k], expected.ids[k]);
    EXPECT_NEAR(exact.times[k].ms(), expected.times[k].ms(), 1e-9);
  }
}

TEST(OwnModel, IsNoneOfTheStandardOnes) {
  const auto standard = list_standard_models();
  EXPECT_EQ(std::count(standard.begin(), standard.end(), &PerfectIntegrator::model()), 0);
}

TEST(OwnModel, ThatTakesNoSinusoidsRefusesThemByName) {
  Simulation simulation;
  const Population cell = simulation.create(1, PerfectIntegrator{});
  try {
    cell.inject(ACSource{.amplitude = 0.1});
    FAIL() << "accepted";
  } catch (const ParameterError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("PerfectIntegrator"));
  }
  simulation.run(1.0);
}

TEST(OwnModel, WithoutAFixedStepFormRefusesFixedStepsByName) {
  Simulation simulation;
  simulation.create(1, PerfectIntegrator{}, {.label = "mine"});
  try {
    FixedStepSimulation clock(simulation, {.dt = 0.1});
    FAIL() << "accepted";
  } catch (const ParameterError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("PerfectIntegrator"));
    EXPECT_THAT(error.what(), ::testing::HasSubstr("mine"));
  }
}

TEST(OwnModel, WithoutAnImplementationIsRefusedWhenCellsAreCreated) {
  static const CellModel nothing{.name = "Nothing", .parameters = {}, .variables = {}, .receptors = {}};
  Simulation simulation;
  EXPECT_THROW(simulation.create(1, CellType(nothing, {})), ParameterError);
}

}  // namespace
}  // namespace va_event
