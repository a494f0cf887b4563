// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "expect_error.hpp"
#include "va_event/va_event.hpp"

namespace va_event {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// One population of each model, whose numbers can be set.
std::vector<Population> one_of_each(Simulation& simulation) {
  return {simulation.create(2, IfCurrExp{}), simulation.create(2, IfCondExp{}),
          simulation.create(2, SpikeSourcePoisson{})};
}

TEST(Parameters, OfEveryModelRefuseWhatTheirBoundExcludesAndTakeTheRest) {
  Simulation simulation;
  for (const Population& cells : one_of_each(simulation)) {
    for (const ParameterInfo& info : cells.cell_type().model().parameters) {
      const std::string name(info.name);
      SCOPED_TRACE(std::string(cells.cell_type().model().name) + " " + name);
      for (const double bad : {kNaN, info.bound == Bound::duration ? -1.0 : kInfinity, -kInfinity}) {
        expect_error<ParameterError>([&] { cells.set(name, bad); }, name);
        expect_error<ParameterError>([&] { cells.set(name, {info.default_value, bad}); }, name);
      }
      if (info.bound != Bound::any) {
        expect_error<ParameterError>([&] { cells.set(name, -1.0); }, name);
        expect_error<ParameterError>([&] { cells.set(name, -1e-300); }, name);
      }
      if (info.bound == Bound::positive) {
        expect_error<ParameterError>([&] { cells.set(name, 0.0); }, name);
      } else if (name != "v_thresh") {
        EXPECT_NO_THROW(cells.set({{name, info.bound == Bound::any ? -70.0 : 0.0}}));
      }
      cells.set(name, info.default_value);
      EXPECT_EQ(cells.get(name), std::vector<double>(2, info.default_value));
    }
  }
}

TEST(Parameters, GivenAtCreationAreCheckedToo) {
  Simulation simulation;
  IfCurrExp type;
  type.tau_m = 0.0;
  expect_error<ParameterError>([&] { simulation.create(1, type); }, "tau_m");
  IfCondExp other;
  other.cm = kNaN;
  expect_error<ParameterError>([&] { simulation.create(1, other); }, "cm");
  expect_error<ParameterError>([&] { simulation.create(1, SpikeSourcePoisson{-1.0, 0.0, 1.0}); }, "rate");
}

TEST(Parameters, WithUnknownNamesAreRefusedAndTheMessageListsThoseThatExist) {
  Simulation simulation;
  const std::vector<Population> all = one_of_each(simulation);
  for (const Population& cells : all) {
    try {
      cells.set("tau", 1.0);
      FAIL();
    } catch (const UnknownNameError& error) {
      for (const ParameterInfo& info : cells.cell_type().model().parameters) {
        EXPECT_NE(std::string(error.what()).find(info.name), std::string::npos) << error.what();
      }
    }
    EXPECT_THROW((void)cells.get(""), UnknownNameError);
    EXPECT_THROW(cells.initialize("w", 1.0), UnknownNameError);
    EXPECT_THROW((void)cells.value("w"), UnknownNameError);
    EXPECT_THROW(cells.record("w"), UnknownNameError);
  }
  EXPECT_THROW(all[0].set("e_rev_E", 0.0), UnknownNameError);
  EXPECT_THROW(all[0].initialize("gsyn_exc", 0.0), UnknownNameError);
  EXPECT_THROW((all[0] + all[1]).set("e_rev_E", 0.0), UnknownNameError);
  EXPECT_THROW(all[2].initialize("v", 0.0), UnknownNameError);
}

TEST(Parameters, ComeAsOneNumberAnArrayOrADistribution) {
  Simulation simulation({17});
  const Population cells = simulation.create(4, IfCurrExp{});
  cells.set("tau_m", 7.0);
  EXPECT_EQ(cells.get("tau_m"), std::vector<double>(4, 7.0));
  cells.set("tau_m", {1.0, 2.0, 3.0, 4.0});
  EXPECT_EQ(cells.select(std::vector<std::size_t>{3, 1}).get("tau_m"), (std::vector<double>{4.0, 2.0}));
  cells.set("tau_m", RandomDistribution("uniform", {10.0, 20.0}));
  const std::vector<double> drawn = cells.get("tau_m");
  EXPECT_EQ(std::set<double>(drawn.begin(), drawn.end()).size(), 4U);
  for (const double tau : drawn) {
    EXPECT_GE(tau, 10.0);
    EXPECT_LT(tau, 20.0);
  }
  // Drawn for each cell: a view gets the same numbers, whatever its order.
  cells.set("tau_m", 1.0);
  cells.select(std::vector<std::size_t>{2, 0}).set("tau_m", RandomDistribution("uniform", {10.0, 20.0}));
  EXPECT_EQ(cells.get("tau_m"), (std::vector<double>{drawn[0], 1.0, drawn[2], 1.0}));
}

TEST(Parameters, InArraysOfAnotherLengthOrOfDistanceAreRefused) {
  Simulation simulation;
  const Population cells = simulation.create(4, IfCurrExp{});
  EXPECT_THROW(cells.set("tau_m", std::vector<double>(3, 1.0)), SizeError);
  EXPECT_THROW(cells.set("tau_m", std::vector<double>(5, 1.0)), SizeError);
  EXPECT_THROW(cells.set("tau_m", std::vector<double>{}), SizeError);
  EXPECT_THROW(cells.initialize("v", std::vector<double>(3, 1.0)), SizeError);
  EXPECT_THROW(cells.set("tau_m", OfDistance{[](double d) { return d; }}), ConnectionError);
}

TEST(Parameters, ChangeAllTogetherOrNotAtAll) {
  Simulation simulation;
  const Population cells = simulation.create(3, IfCurrExp{});
  EXPECT_THROW(cells.set("tau_m", {1.0, 2.0, -3.0}), ParameterError);
  EXPECT_THROW(cells.set({{"cm", 2.0}, {"tau_m", -1.0}}), ParameterError);
  EXPECT_THROW(cells.set({{"cm", 2.0}, {"nonsense", 1.0}}), UnknownNameError);
  EXPECT_THROW(cells.set({{"tau_m", 2.0}, {"v_reset", -50.0}}), ParameterError);
  EXPECT_EQ(cells.get("tau_m"), std::vector<double>(3, 20.0));
  EXPECT_EQ(cells.get("cm"), std::vector<double>(3, 1.0));
  cells.set({{"v_reset", -20.0}, {"v_thresh", -10.0}, {"cm", 2.0}});
  EXPECT_EQ(cells.get("v_reset"), std::vector<double>(3, -20.0));
}

TEST(Parameters, ThatBreakARuleBetweenThemNameTheRule) {
  Simulation simulation;
  const Population cells = simulation.create(1, IfCondExp{});
  for (const double v_reset : {-50.0, -49.0}) {
    expect_error<ParameterError>([&] { cells.set("v_reset", v_reset); }, "v_reset", "v_thresh");
  }
}

TEST(Parameters, SetBetweenRunsActFromThenOn) {
  Simulation simulation;
  const Population cell = simulation.create(2, IfCurrExp{});
  simulation.run_until(10.0);
  cell.slice(0, 1).set("i_offset", 0.5);
  simulation.run_until(30.0);
  EXPECT_NEAR(cell.value("v")[0], -65.0 + 10.0 * (1.0 - std::exp(-20.0 / 20.0)), 1e-12);
  EXPECT_EQ(cell.value("v")[1], -65.0);
  cell.set("tau_m", 5.0);
  EXPECT_NEAR(cell.value("v")[0], -65.0 + 10.0 * (1.0 - std::exp(-1.0)), 1e-12);  // v is continuous
  simulation.run_until(200.0);
  EXPECT_NEAR(cell.value("v")[0], -65.0 + 2.5, 1e-12);
}

TEST(InitialValues, AreDefaultsUntilSetAndAreRestoredByReset) {
  Simulation simulation;
  const Population cells = simulation.create(2, IfCondExp{});
  EXPECT_EQ(cells.value("v"), std::vector<double>(2, -65.0));
  cells.initialize("v", {-60.0, -70.0});
  cells.initialize("gsyn_exc", 0.001);
  EXPECT_EQ(cells.value("v"), (std::vector<double>{-60.0, -70.0}));
  simulation.run_until(5.0);
  EXPECT_NEAR(cells.value("gsyn_exc")[0], 0.001 * std::exp(-1.0), 1e-18);
  cells.initialize("v", -55.0);  // now, not at time 0
  EXPECT_EQ(cells.value("v"), std::vector<double>(2, -55.0));
  EXPECT_NEAR(cells.value("gsyn_exc")[0], 0.001 * std::exp(-1.0), 1e-18);
  simulation.reset();
  EXPECT_EQ(cells.value("v"), (std::vector<double>{-60.0, -70.0}));
  simulation.run_until(1.0);
  EXPECT_NEAR(cells.value("gsyn_exc")[0], 0.001 * std::exp(-0.2), 1e-18);
}

TEST(InitialValues, ThatAreNoStatesAreRefused) {
  Simulation simulation;
  const Population curr = simulation.create(1, IfCurrExp{});
  const Population cond = simulation.create(1, IfCondExp{});
  for (const double bad : {kNaN, kInfinity, -kInfinity}) {
    expect_error<ParameterError>([&] { curr.initialize("v", bad); }, "v");
    expect_error<ParameterError>([&] { cond.initialize("gsyn_inh", bad); }, "gsyn_inh");
  }
  expect_error<ParameterError>([&] { cond.initialize("gsyn_exc", -1e-9); }, "gsyn_exc", ">= 0");
  EXPECT_NO_THROW(curr.initialize("isyn_inh", -1.0));
}

TEST(InitialValues, ChangeInAllCellsOrInNone) {
  for (const double begin : {0.0, 2.5}) {  // [ms] before the first run, and after it
    SCOPED_TRACE(begin);
    Simulation simulation;
    const Population cond = simulation.create(3, IfCondExp{});
    const Population curr = simulation.create(2, IfCurrExp{});
    simulation.run_until(begin);
    expect_error<ParameterError>([&] { cond.initialize("gsyn_exc", {0.1, 0.2, -0.3}); }, "gsyn_exc", ">= 0");
    expect_error<ParameterError>([&] { (curr + cond).initialize("v", {-70.0, -70.0, -70.0, -70.0, kNaN}); }, "v");
    EXPECT_THROW((cond + curr).initialize("gsyn_exc", 0.1), UnknownNameError);
    EXPECT_THROW((cond + curr).initialize("v", std::vector<double>(4, -70.0)), SizeError);
    EXPECT_EQ(cond.value("gsyn_exc"), std::vector<double>(3, 0.0));
    EXPECT_EQ((cond + curr).value("v"), std::vector<double>(5, -65.0));
    simulation.reset();
    EXPECT_EQ((cond + curr).value("v"), std::vector<double>(5, -65.0));
  }
}

TEST(CurrentSources, AreCheckedAndGoToNeuronsOnly) {
  expect_error<SizeError>([] { StepCurrentSource({1.0, 2.0}, {1.0}); }, "amplitudes");
  EXPECT_THROW(StepCurrentSource({2.0, 1.0}, {1.0, 1.0}), ParameterError);
  EXPECT_THROW(StepCurrentSource({1.0, 1.0}, {1.0, 1.0}), ParameterError);
  EXPECT_THROW(StepCurrentSource({1.0}, {kNaN}), ParameterError);
  EXPECT_THROW(StepCurrentSource({1.0}, {kInfinity}), ParameterError);
  EXPECT_THROW(StepCurrentSource({-1.0}, {1.0}), ParameterError);
  EXPECT_THROW((void)StepCurrentSource(DCSource{1.0, 5.0, 5.0}), ParameterError);
  EXPECT_THROW((void)StepCurrentSource(DCSource{1.0, -1.0, 5.0}), ParameterError);
  EXPECT_THROW((void)StepCurrentSource(DCSource{kNaN, 0.0, 5.0}), ParameterError);
  for (const double bad : {kNaN, kInfinity, 1e300, -1.0}) {
    expect_error<ParameterError>([&] { (void)StepCurrentSource(DCSource{1.0, bad}); }, "start", ">= 0");
    expect_error<ParameterError>([&] { ACSource{.start = bad}.check(); }, "start", ">= 0");
  }
  for (const double bad : {kNaN, -kInfinity, 1e300}) {
    expect_error<ParameterError>([&] { (void)StepCurrentSource(DCSource{1.0, 0.0, bad}); }, "stop", "> start");
    expect_error<ParameterError>([&] { ACSource{.stop = bad}.check(); }, "stop", "> start");
  }
  Simulation simulation;
  const Population sources = simulation.create(1, SpikeSourceArray{});
  const Population neuron = simulation.create(1, IfCurrExp{});
  expect_error<ConnectionError>([&] { (neuron + sources).inject(DCSource{}); }, "current source into");
  simulation.run_until(10.0);
  EXPECT_EQ(neuron.value("v")[0], -65.0);  // a refused source leaves nothing behind
}

}  // namespace
}  // namespace va_event
