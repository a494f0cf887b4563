// SPDX-License-Identifier: Apache-2.0
// Every number that a user gives is refused with its rule, or the results are finite and do not take for ever.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "va_event/va_event.hpp"

namespace va_event {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
const std::vector<double> kExtremes = {0.0,
                                       -0.0,
                                       1.0,
                                       -1.0,
                                       1e-320,
                                       -1e-320,
                                       1e-308,
                                       1e-15,
                                       1e-9,
                                       1e-6,
                                       1e6,
                                       -1e6,
                                       1e9,
                                       -1e9,
                                       1e12,
                                       -1e12,
                                       1e15,
                                       1e30,
                                       -1e30,
                                       1e60,
                                       -1e60,
                                       1e-30,
                                       1e-60,
                                       1e100,
                                       1e308,
                                       -1e308,
                                       kInfinity,
                                       -kInfinity,
                                       std::numeric_limits<double>::quiet_NaN()};

struct Outcome {
  std::size_t accepted = 0;
  std::size_t refused = 0;
};

/// Runs what `make` makes; refusals must name the field and say a rule. At most 20,000 events in some ms.
template <class Make>
void try_one(const std::string& field, double value, const Make& make, Outcome& outcome) {
  SCOPED_TRACE(field + " = " + std::to_string(value));
  Simulation simulation({.seed = 1, .threads = 1});
  try {
    const std::vector<Population> cells = make(simulation);
    int asked = 0;
    simulation.on_progress([&](const Progress&) { return ++asked < 20'000; });
    simulation.run(4.0);
    for (const Population& some : cells) {
      for (const VariableInfo& variable : some.cell_type().model().variables) {
        for (const double x : some.value(variable.name)) {
          EXPECT_TRUE(std::isfinite(x)) << variable.name;
        }
      }
    }
    ++outcome.accepted;
  } catch (const UserError& error) {
    const std::string message = error.what();
    EXPECT_NE(message.find(field), std::string::npos) << message;
    EXPECT_NE(message.find("must be"), std::string::npos) << message;
    ++outcome.refused;
  }
}

/// A neuron of each type that gets an input, and a current.
template <class Type>
std::vector<Population> neuron(Simulation& simulation, const CellType& type, double weight) {
  const Population cell = simulation.create(2, type);
  const Population source = simulation.create(1, SpikeSourceArray{{Time(0.5), Time(1.0)}});
  simulation.connect(source, cell, AllToAllConnector(), {.weight = weight, .delay = 0.25});
  return {cell};
}

template <class Type>
void try_parameters(const Type& defaults, double weight, Outcome& outcome) {
  const CellType normal = defaults;
  const CellModel& model = normal.model();
  for (std::size_t p = 0; p < model.parameters.size(); ++p) {
    for (const double value : kExtremes) {
      if (model.parameters[p].name == "tau_refrac" && value >= 0.0 && value < 1e-3) {
        continue;  // without refractoriness spikes may follow each other at once: the user's wish
      }
      try_one(
          std::string(model.parameters[p].name), value,
          [&](Simulation& simulation) {
            std::vector<double> values = normal.values();
            values[p] = value;
            return neuron<Type>(simulation, CellType(model, values), weight);
          },
          outcome);
    }
  }
  for (const VariableInfo& variable : model.variables) {
    for (const double value : kExtremes) {
      try_one(
          std::string(variable.name), value,
          [&](Simulation& simulation) {
            auto cells = neuron<Type>(simulation, normal, weight);
            cells[0].initialize(variable.name, value);
            return cells;
          },
          outcome);
    }
  }
  for (const double value : kExtremes) {
    try_one(
        "weight", value, [&](Simulation& simulation) { return neuron<Type>(simulation, normal, value); }, outcome);
    try_one(
        "amplitude", value,
        [&](Simulation& simulation) {
          auto cells = neuron<Type>(simulation, normal, weight);
          cells[0].inject(DCSource{.amplitude = value, .start = 1.0});
          return cells;
        },
        outcome);
    try_one(
        "delay", value,
        [&](Simulation& simulation) {
          auto cells = neuron<Type>(simulation, normal, weight);
          simulation.connect(cells[0], cells[0], AllToAllConnector(), {.weight = weight, .delay = value});
          return cells;
        },
        outcome);
  }
}

TEST(Extremes, OfCurrentBasedNeuronsAreRefusedOrGiveFiniteResults) {
  Outcome outcome;
  try_parameters(IfCurrExp{.tau_refrac = 0.1}, 2.0, outcome);
  EXPECT_GT(outcome.accepted, 100U);
  EXPECT_GT(outcome.refused, 100U);
}

TEST(Extremes, OfConductanceBasedNeuronsAreRefusedOrGiveFiniteResults) {
  Outcome outcome;
  try_parameters(IfCondExp{.tau_refrac = 0.1}, 0.05, outcome);
  EXPECT_GT(outcome.accepted, 100U);
  EXPECT_GT(outcome.refused, 100U);
}

TEST(Extremes, OfDeltaNeuronsAreRefusedOrGiveFiniteResults) {
  Outcome outcome;
  try_parameters(IfCurrDelta{.tau_refrac = 0.1}, 3.0, outcome);
  EXPECT_GT(outcome.accepted, 80U);
  EXPECT_GT(outcome.refused, 80U);
}

TEST(Extremes, TimeConstantsHaveAMaximumThatTheMessageNames) {
  try {
    Simulation simulation;
    simulation.create(1, IfCurrExp{.tau_m = 1e308});
    FAIL() << "accepted";
  } catch (const ParameterError& error) {
    EXPECT_EQ(std::string(error.what()), "tau_m = 1e+308 ms: must be <= 1e+60 ms");
  }
  EXPECT_NO_THROW(CellType(IfCurrExp{.tau_m = 1e60}));  // hardly leaks
}

}  // namespace
}  // namespace va_event
