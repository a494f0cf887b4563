// SPDX-License-Identifier: Apache-2.0
// Synapses that change onto neurons whose inputs are added up or listed: the same spikes and weights as one by one.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "va_event/va_event.hpp"

namespace va_event {
namespace {

constexpr double kTime = 120.0;  // [ms]

struct Case {
  std::string name;
  CellType neuron;
  SimulationMethod method;
  double source_weight, weight;
  double rate = 10000.0;  // of each neuron's Poisson source [Hz]
};

const std::vector<Case>& cases() {
  const IfCurrExp current{.v_rest = -60.0, .cm = 0.2, .tau_refrac = 2.0, .v_reset = -60.0};
  const IfCurrDelta delta{.v_rest = -60.0, .cm = 0.2, .tau_refrac = 2.0, .v_reset = -60.0};
  const IfCondExp conductance{.v_rest = -60.0, .cm = 0.2, .tau_refrac = 2.0, .v_reset = -60.0};
  static const std::vector<Case> kCases{
      {"Current", current, SimulationMethod::order_free, 0.0019, 0.02},
      {"Delta", delta, SimulationMethod::order_free, 0.05, 0.5},
      {"Conductance", conductance, SimulationMethod::order_free, 6e-5, 0.001},
      {"Listed", conductance, SimulationMethod::near_spikes, 6e-4, 0.001, 1000.0},
  };
  return kCases;
}

/// Recurrent synapses with STDP and with short-term dynamics, and a private Poisson source for each neuron.
struct Network {
  Network(const Case& one, double fraction, const Values& delay, SimulationMethod method, unsigned threads,
          const std::vector<double>& cuts = {})
      : simulation({.seed = 3, .threads = threads, .method = method}) {
    const Population sources = simulation.create(kNeurons, SpikeSourcePoisson{.rate = one.rate});
    simulation.connect(sources, neurons_of(one), OneToOneConnector(), {.weight = one.source_weight, .delay = 0.1});
    plastic.push_back(
        simulation.connect(neurons[0], neurons[0], FixedProbabilityConnector(0.2),
                           StdpMechanism{.timing_dependence = SpikePairRule{.A_minus = 0.012},
                                         .weight_dependence = AdditiveWeightDependence{.w_max = 2.0 * one.weight},
                                         .dendritic_delay_fraction = fraction,
                                         .weight = one.weight,
                                         .delay = delay}));
    simulation.connect(neurons[0], neurons[0], FixedProbabilityConnector(0.1),
                       TsodyksMarkramSynapse{.weight = one.weight, .delay = delay, .tau_rec = 50.0});
    neurons[0].record("spikes");
    for (const double cut : cuts) {
      simulation.run_until(cut);
      static_cast<void>(plastic[0].weights());  // asking changes nothing
    }
    simulation.run_until(kTime);
  }

  Population neurons_of(const Case& one) {
    neurons.push_back(simulation.create(kNeurons, one.neuron));
    return neurons[0];
  }

  static constexpr std::size_t kNeurons = 120;
  Simulation simulation;
  std::vector<Population> neurons;
  std::vector<Projection> plastic;
};

class PlasticMethods : public ::testing::TestWithParam<std::size_t> {};

TEST_P(PlasticMethods, GiveTheSpikesAndWeightsOfOneByOne) {
  const Case& one = cases()[GetParam()];
  for (const Values& delay : {Values(1.5), Values(RandomDistribution("uniform", {0.8, 2.0}))}) {
    for (const double fraction : {1.0, 0.2}) {
      const Network expected(one, fraction, delay, SimulationMethod::one_by_one, 1);
      const Network found(one, fraction, delay, one.method, 1);
      ASSERT_EQ(found.simulation.methods()[1].method, name_of(one.method));
      const Spikes theirs = expected.neurons[0].spikes();
      const Spikes mine = found.neurons[0].spikes();
      ASSERT_GT(theirs.size(), 500U);
      ASSERT_EQ(mine.ids, theirs.ids);
      for (std::size_t k = 0; k < mine.size(); ++k) {
        ASSERT_NEAR(mine.times[k].ms(), theirs.times[k].ms(), 1e-9);
      }
      const std::vector<double> weights = expected.plastic[0].weights();
      const auto [least, largest] = std::minmax_element(weights.begin(), weights.end());
      EXPECT_LT(*least, 0.9 * one.weight);
      EXPECT_GT(*largest - *least, 0.05 * one.weight);
      const std::vector<double> others = found.plastic[0].weights();
      for (std::size_t k = 0; k < weights.size(); ++k) {
        ASSERT_NEAR(others[k], weights[k], 1e-9 * one.weight);
      }
    }
  }
}

TEST_P(PlasticMethods, GiveTheSameBitsForAnyThreadsAndCuts) {
  const Case& one = cases()[GetParam()];
  const Values delay = RandomDistribution("uniform", {0.8, 2.0});
  for (const SimulationMethod method : {one.method, SimulationMethod::one_by_one}) {
    const Network expected(one, 0.7, delay, method, 1);
    for (const unsigned threads : {1U, 3U}) {
      const Network found(one, 0.7, delay, method, threads, {0.3, 17.77, 60.0, 60.01});
      EXPECT_EQ(found.neurons[0].spikes().times, expected.neurons[0].spikes().times);
      EXPECT_EQ(found.plastic[0].weights(), expected.plastic[0].weights());
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Models, PlasticMethods, ::testing::Range(std::size_t{0}, std::size_t{4}),
                         [](const auto& parameter) { return cases()[parameter.param].name; });

TEST(PlasticMethod, IsOneByOneWhereWeightsDependOnTheLatestSpikes) {
  const Case& one = cases()[0];
  const Network network(one, 0.0, 1.5, SimulationMethod::automatic, 1);
  EXPECT_EQ(network.simulation.methods()[1].method, "one-by-one");
  EXPECT_EQ(network.simulation.methods()[1].reason, "synapses onto it change with its latest spikes");
}

}  // namespace
}  // namespace va_event
