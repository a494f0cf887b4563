// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <vector>

#include "foundation/decimal_text.hpp"
#include "va_event/va_event.hpp"

namespace va_event {
namespace {

// IF_curr_delta: an input moves v itself.

using Exact = boost::multiprecision::cpp_bin_float_100;

Exact exact_time(const Spikes& spikes, std::size_t k) {
  return Exact(foundation::decimal_text(spikes.times[k], spikes.tails_of(k), 130));
}

/// Rests at -60 mV, 10 mV below threshold.
IfCurrDelta resting() { return {.v_rest = -60.0, .tau_refrac = 2.0, .v_reset = -62.0, .v_thresh = -50.0}; }

struct Train {
  std::vector<Time> times;
  double weight;  ///< [mV]
  double delay = 1.0;
  const char* receptor = "excitatory";
};

/// One neuron and its inputs; run to `end`.
struct Driven {
  Driven(const IfCurrDelta& type, double v, const std::vector<Train>& trains, double end,
         SimulationOptions options = {})
      : simulation(options), neuron{simulation.create(1, type)} {
    neuron[0].initialize("v", v);
    neuron[0].record("spikes");
    for (const Train& train : trains) {
      const Population source = simulation.create(1, SpikeSourceArray{train.times});
      simulation.connect(source, neuron[0], AllToAllConnector(), {train.weight, train.delay}, {train.receptor, "", {}});
    }
    simulation.run_until(end);
  }
  [[nodiscard]] std::vector<Time> spikes() const { return neuron[0].spikes().times; }
  [[nodiscard]] double v() const { return neuron[0].value("v")[0]; }

  Simulation simulation;
  std::vector<Population> neuron;
};

TEST(DeltaSynapses, AConstantCurrentMakesItsClosedFormPeriodToAllDigits) {
  for (const Precision& precision : {Precision(), Precision::quad(), Precision::decimal(50), Precision::decimal(100)}) {
    const Driven cell(
        {.v_rest = 0.0, .cm = 1.0, .tau_m = 17.0, .tau_refrac = 2.3, .i_offset = 0.7, .v_reset = 0.0, .v_thresh = 10.0},
        0.0, {}, 300.0, {.precision = precision});
    const Spikes spikes = cell.neuron[0].spikes();
    const Exact infinity = Exact(17.0) * Exact(0.7);
    const Exact rise = 17 * log(infinity / (infinity - 10));
    ASSERT_EQ(spikes.size(), 9U);
    for (std::size_t k = 0; k < spikes.size(); ++k) {
      const Exact expected = rise + static_cast<int>(k) * (rise + Exact(2.3));
      ASSERT_LE(abs(Exact(exact_time(spikes, k) - expected)), 300 * pow(Exact(10), -precision.digits()))
          << precision.name() << ", spike " << k;
    }
  }
}

TEST(DeltaSynapses, AnInputBelowAThresholdThatIsReachedLaterBringsTheCrossingForward) {
  for (const Precision& precision : {Precision(), Precision::quad()}) {
    const Driven cell({.v_rest = -40.0, .tau_refrac = 5.0}, -60.0, {{{Time(4.0)}, 3.0}}, 20.0,
                      {.precision = precision});
    const Exact before = -40 - 20 * exp(-Exact(5) / 20) + 3;
    const Exact expected = 5 + 20 * log((-40 - before) / 10);
    const Spikes spikes = cell.neuron[0].spikes();
    ASSERT_EQ(spikes.size(), 1U);
    EXPECT_LE(abs(Exact(exact_time(spikes, 0) - expected)), 20 * pow(Exact(10), -precision.digits()));
  }
}

TEST(DeltaSynapses, AnInputThatReachesTheThresholdIsASpikeAtExactlyItsTime) {
  const Time arrival(4.0);
  EXPECT_EQ(Driven(resting(), -60.0, {{{Time(3.25)}, 25.0, 0.75}}, 50.0).spikes(), std::vector<Time>{arrival});
  EXPECT_EQ(Driven(resting(), -60.0, {{{Time(3.25)}, 10.0, 0.75}}, 50.0).spikes(), std::vector<Time>{arrival});
  const double less = std::nextafter(10.0, 0.0);
  EXPECT_TRUE(Driven(resting(), -60.0, {{{Time(3.25)}, less, 0.75}}, 50.0).spikes().empty());
}

TEST(DeltaSynapses, AJumpFadesWithTheMembrane) {
  const Driven cell(resting(), -60.0, {{{Time(3.0)}, 8.0}, {{Time(7.0)}, -3.0, 1.5, "inhibitory"}}, 30.0);
  EXPECT_NEAR(cell.v(), -60.0 + 8.0 * std::exp(-26.0 / 20.0) - 3.0 * std::exp(-21.5 / 20.0), 1e-13);
}

TEST(DeltaSynapses, PeriodicInputsAddUpAsAGeometricSeries) {
  // After the k-th input v is weight (1 - q^k)/(1 - q) above rest: the first k for that 10 mV are enough is a spike.
  const double period = 3.0;
  const double q = std::exp(-period / 20.0);
  for (const double weight : {1.5, 2.0, 4.0, 7.0}) {
    int k = 1;
    while (weight * (1.0 - std::pow(q, k)) / (1.0 - q) < 10.0) {
      ++k;
    }
    std::vector<Time> inputs;
    for (int n = 0; n < 100; ++n) {
      inputs.emplace_back(period * n);
    }
    // Inputs at exactly the end of refractoriness act; those before it are lost.
    for (const int lost : {0, 2}) {
      IfCurrDelta type = resting();
      type.v_reset = -60.0;
      type.tau_refrac = (lost + 1) * period;
      std::vector<Time> expected;
      for (int n = k - 1; n < 100; n += k + lost) {
        expected.push_back(Time(period * n + 1.0));
      }
      ASSERT_GT(expected.size(), 3U);
      EXPECT_EQ(Driven(type, -60.0, {{inputs, weight}}, 400.0).spikes(), expected) << weight << " mV, " << lost;
    }
  }
}

TEST(DeltaSynapses, InputsOfOneInstantAreAddedUpBeforeTheThresholdIsAskedFor) {
  const std::vector<Time> at{Time(2.0)};
  for (const unsigned threads : {1U, 2U}) {
    const SimulationOptions options{.threads = threads};
    // From different sources in either order, over different delays, at one receptor or two.
    for (const auto& trains : {std::vector<Train>{{at, 25.0}, {at, -20.0}}, std::vector<Train>{{at, -20.0}, {at, 25.0}},
                               std::vector<Train>{{at, 25.0}, {{Time(1.0)}, -20.0, 2.0, "inhibitory"}},
                               std::vector<Train>{{at, 12.0}, {at, -20.0}, {at, 13.0}}}) {
      const Driven cell(resting(), -60.0, trains, 23.0, options);
      EXPECT_TRUE(cell.spikes().empty());
      EXPECT_NEAR(cell.v(), -60.0 + 5.0 * std::exp(-1.0), 1e-13);
    }
    EXPECT_EQ(Driven(resting(), -60.0, {{at, 6.0}, {at, 6.0, 1.0, "inhibitory"}}, 23.0, options).spikes(),
              std::vector<Time>{Time(3.0)});
    EXPECT_EQ(Driven(resting(), -60.0, {{at, 16.0}, {at, 16.0}}, 23.0, options).spikes(), std::vector<Time>{Time(3.0)});
    EXPECT_EQ(Driven(resting(), -60.0, {{at, 30.0}, {at, -20.0}}, 23.0, options).spikes(),
              std::vector<Time>{Time(3.0)});
  }
}

TEST(DeltaSynapses, InputsOfARefractoryNeuronAreLost) {
  for (const double weight : {8.0, 40.0, -40.0}) {
    IfCurrDelta type = resting();
    type.tau_refrac = 10.0;
    const std::vector<Train> trains{{{Time(1.0), Time(5.5), Time(10.0)}, weight}};
    EXPECT_EQ(Driven(type, -45.0, trains, 9.0).v(), -62.0);
    const Driven cell(type, -45.0, trains, 10.75);  // the last input comes after the end
    EXPECT_EQ(cell.spikes(), std::vector<Time>{Time(0.0)});
    EXPECT_NEAR(cell.v(), -60.0 - 2.0 * std::exp(-0.75 / 20.0), 1e-13);
  }
}

TEST(DeltaSynapses, AChainOfNeuronsHandsASpikeOnWithNothingButItsDelays) {
  Simulation simulation;
  const Population source = simulation.create(1, SpikeSourceArray{{Time(1.0)}});
  const Population chain = simulation.create(50, resting());
  chain.initialize("v", -60.0);
  chain.record("spikes");
  simulation.connect(source, chain.slice(0, 1), AllToAllConnector(), {12.0, 0.5});
  simulation.connect(chain.slice(0, 49), chain.slice(1, 50), OneToOneConnector(), {12.0, 0.75});
  simulation.run(100.0);
  const Spikes spikes = chain.spikes();
  ASSERT_EQ(spikes.size(), 50U);
  for (std::size_t k = 0; k < spikes.size(); ++k) {
    EXPECT_EQ(spikes.times[k], Time(1.5 + 0.75 * static_cast<double>(k)));
    EXPECT_EQ(spikes.ids[k], chain.first_id() + k);
  }
}

TEST(DeltaSynapses, PotentialsAndParametersCanBeSetBetweenRuns) {
  Simulation simulation;
  const Population cell = simulation.create(1, resting());
  cell.initialize("v", -60.0);
  cell.record("spikes");
  simulation.run_until(5.25);
  cell.set("v_thresh", -60.0);
  simulation.run_until(20.0);
  cell.set("v_thresh", -50.0);
  cell.set("i_offset", -0.25);
  cell.initialize("v", -50.0);
  simulation.run_until(40.0);
  EXPECT_EQ(cell.spikes().times, (std::vector<Time>{Time(5.25), Time(20.0)}));
  EXPECT_NEAR(cell.value("v")[0], -65.0 + 3.0 * std::exp(-18.0 / 20.0), 1e-13);
}

TEST(DeltaSynapses, TheClosestDecisionIsThatOfAJumpOrOfAPullWhileVRises) {
  {
    Simulation simulation;
    const Population cell = simulation.create(1, resting());
    cell.initialize("v", -60.0);
    simulation.connect(simulation.create(1, SpikeSourceArray{{Time(2.0)}}), cell, AllToAllConnector(),
                       {10.0 - 0x1p-20, 1.5});
    const Certificate certificate = certify(simulation, 20.0);
    ASSERT_TRUE(certificate.closest_approach.has_value());
    EXPECT_NEAR(certificate.closest_approach->distance_mv, 0x1p-20, 1e-13);
    EXPECT_EQ(certificate.closest_approach->time_ms, 3.5);
  }
  {
    Simulation simulation;
    const Population cell = simulation.create(1, IfCurrDelta{.v_rest = -40.0, .tau_refrac = 5.0});
    cell.initialize("v", -60.0);
    simulation.connect(simulation.create(1, SpikeSourceArray{{Time(12.0)}}), cell, AllToAllConnector(), {-15.0, 1.0});
    const Certificate certificate = certify(simulation, 20.0);
    ASSERT_TRUE(certificate.closest_approach.has_value());
    EXPECT_NEAR(certificate.closest_approach->distance_mv, -50.0 + 40.0 + 20.0 * std::exp(-13.0 / 20.0), 1e-12);
    EXPECT_EQ(certificate.closest_approach->time_ms, 13.0);
  }
}

TEST(DeltaSynapses, WeightsOfEitherSignAreMillivoltsAndMustBeFinite) {
  Simulation simulation;
  const Population cell = simulation.create(1, IfCurrDelta{});
  try {
    simulation.connect(cell, cell, AllToAllConnector(), {std::nan(""), 1.0});
    ADD_FAILURE() << "NaN was accepted";
  } catch (const ParameterError& error) {
    EXPECT_EQ(error.field(), "weight");
    EXPECT_EQ(error.unit(), "mV");
  }
  EXPECT_NO_THROW(simulation.connect(cell, cell, AllToAllConnector(), {-1.0, 1.0}));
}

TEST(DeltaSynapses, FixedStepsRefuseTheModelByItsName) {
  Simulation simulation;
  static_cast<void>(simulation.create(1, IfCurrDelta{}, {.label = "jumpers"}));
  try {
    const FixedStepSimulation clocked(simulation, {});
    ADD_FAILURE() << "it was accepted";
  } catch (const ParameterError& error) {
    EXPECT_EQ(error.value(), "IF_curr_delta");
    EXPECT_THAT(error.what(), ::testing::HasSubstr("jumpers"));
  }
}

}  // namespace
}  // namespace va_event
