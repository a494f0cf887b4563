// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <string>
#include <vector>

#include "foundation/decimal_text.hpp"
#include "va_event/va_event.hpp"

namespace va_event {
namespace {

using Exact = boost::multiprecision::cpp_bin_float_100;

const std::vector<Precision> kPrecisions{Precision(), Precision::quad(), Precision::decimal(50),
                                         Precision::decimal(100)};

Exact exact_time(const Spikes& spikes, std::size_t k) {
  return Exact(foundation::decimal_text(spikes.times[k], spikes.tails_of(k), 130));
}

/// What one unit in the last digit of the precision is worth.
Exact last_digit(const Precision& precision) { return pow(Exact(10), -precision.digits()); }

TEST(PrecisionOfTheEngine, ADrivenNeuronHasItsClosedFormPeriodToAllDigits) {
  // v = v_inf (1 - e^{-t/tau}) from v_reset = 0 reaches v_thresh after tau ln(v_inf/(v_inf - v_thresh)).
  for (const bool conductance_based : {false, true}) {
    for (const Precision& precision : kPrecisions) {
      Simulation simulation({.seed = 1, .precision = precision});
      const Population cell = conductance_based ? simulation.create(1, IfCondExp{.v_rest = 0.0,
                                                                                 .cm = 1.0,
                                                                                 .tau_m = 17.0,
                                                                                 .tau_refrac = 2.3,
                                                                                 .v_thresh = 10.0,
                                                                                 .v_reset = 0.0,
                                                                                 .i_offset = 0.7})
                                                : simulation.create(1, IfCurrExp{.v_rest = 0.0,
                                                                                 .cm = 1.0,
                                                                                 .tau_m = 17.0,
                                                                                 .tau_refrac = 2.3,
                                                                                 .i_offset = 0.7,
                                                                                 .v_reset = 0.0,
                                                                                 .v_thresh = 10.0});
      cell.initialize("v", 0.0);
      cell.record("spikes");
      simulation.run(300.0);
      const Spikes spikes = cell.spikes();
      const Exact infinity = Exact(17.0) * Exact(0.7);
      const Exact rise = 17 * log(infinity / (infinity - 10));
      ASSERT_EQ(spikes.size(), 9U);
      for (std::size_t k = 0; k < spikes.size(); ++k) {
        const Exact expected = rise + static_cast<int>(k) * (rise + Exact(2.3));
        const Exact error = abs(Exact(exact_time(spikes, k) - expected));
        ASSERT_LE(error, 300 * last_digit(precision)) << precision.name() << ", spike " << k;
      }
    }
  }
}

/// Both kinds of sources, and a neuron that is driven by them and by a current step.
struct DrivenNeuron {
  explicit DrivenNeuron(const Precision& precision) : simulation({.seed = 7, .precision = precision}) {
    const std::vector<Time> times{Time(1.7), Time::from_parts(4, 0.1 + 0x1p-53), Time(30.1)};
    poisson = {simulation.create(3, SpikeSourcePoisson{.rate = 300.0, .start = 3.3, .duration = 80.0})};
    array = {simulation.create(1, SpikeSourceArray{times})};
    neuron = {simulation.create(1, IfCondExp{})};
    simulation.connect(poisson[0], neuron[0], AllToAllConnector(), {.weight = 0.01, .delay = 0.7});
    simulation.connect(array[0], neuron[0], AllToAllConnector(), {.weight = 0.02, .delay = 1.1});
    neuron[0].inject(StepCurrentSource({Time(10.1), Time(20.7)}, {1.1, 0.2}));
    for (const Population& cells : {poisson[0], array[0], neuron[0]}) {
      cells.record("spikes");
    }
    neuron[0].record("v", 0.3);
    simulation.run(100.0);
  }
  Simulation simulation;
  std::vector<Population> poisson, array, neuron;
};

TEST(PrecisionOfTheEngine, StimuliAreTheSameNumbersInEveryPrecision) {
  const DrivenNeuron narrow{Precision()};
  ASSERT_GT(narrow.poisson[0].spikes().size(), 40U);
  ASSERT_GT(narrow.neuron[0].spikes().size(), 3U);
  for (const Precision& precision : kPrecisions) {
    const DrivenNeuron wide(precision);
    for (const auto& [a, b] : {std::pair{narrow.poisson[0].spikes(), wide.poisson[0].spikes()},
                               std::pair{narrow.array[0].spikes(), wide.array[0].spikes()}}) {
      EXPECT_EQ(a.times, b.times);
      EXPECT_EQ(a.ids, b.ids);
      for (const double tail : b.tails) {
        EXPECT_EQ(tail, 0.0);
      }
    }
    const Spikes a = narrow.neuron[0].spikes(), b = wide.neuron[0].spikes();
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t k = 0; k < a.size(); ++k) {
      EXPECT_LE(abs(Exact(exact_time(a, k) - exact_time(b, k))), Exact(1e-12));
    }
    const Signal v = narrow.neuron[0].signal("v"), w = wide.neuron[0].signal("v");
    ASSERT_EQ(v.samples(), w.samples());
    for (std::size_t k = 0; k < v.samples(); ++k) {
      EXPECT_NEAR(v.at(k, 0), w.at(k, 0), 1e-11) << k;
    }
  }
}

TEST(PrecisionOfTheEngine, ARunCutInPiecesIsTheWholeRunInEveryPrecision) {
  for (const Precision& precision : kPrecisions) {
    std::vector<Spikes> results;
    for (const std::vector<double>& stops : {std::vector<double>{60.0}, std::vector<double>{1e-3, 16.0, 21.7, 60.0}}) {
      Simulation simulation({.seed = 3, .precision = precision});
      const Population cells = simulation.create(20, IfCurrExp{.tau_m = 10.0, .i_offset = 1.6});
      cells.initialize("v", RandomDistribution("uniform", {-65.0, -50.0}));
      simulation.connect(cells, cells, FixedProbabilityConnector(0.3), {.weight = 0.3, .delay = 0.9});
      cells.record("spikes");
      for (const double stop : stops) {
        simulation.run_until(stop);
      }
      results.push_back(cells.spikes());
    }
    EXPECT_GT(results[0].size(), 60U);
    EXPECT_EQ(results[0], results[1]) << precision.name();
  }
}

TEST(PrecisionOfTheEngine, ResetKeepsThePrecision) {
  Simulation simulation({.seed = 3, .precision = Precision::quad()});
  const Population cell = simulation.create(1, IfCurrExp{.i_offset = 1.0});
  cell.record("spikes");
  simulation.run(100.0);
  const Spikes first = cell.spikes();
  simulation.reset();
  simulation.run(100.0);
  EXPECT_EQ(cell.spikes(), first);
  EXPECT_EQ(first.tails_per_spike, 2U);
  EXPECT_EQ(simulation.precision(), Precision::quad());
}

}  // namespace
}  // namespace va_event
