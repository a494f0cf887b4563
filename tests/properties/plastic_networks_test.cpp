// SPDX-License-Identifier: Apache-2.0
// Whole random networks with plastic synapses of every rule against the reference simulator: spikes, potentials, and
// the weights at the end.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iostream>
#include <string>

#include "agreement.hpp"
#include "random_network.hpp"
#include "reference_simulator.hpp"
#include "tests/cases.hpp"

namespace va_event {
namespace {

struct AgreementOfWeights {
  std::size_t weights = 0, changes = 0;
  double largest_error = 0.0, largest_bound = 0.0;  ///< relative to the largest weight of the synapse
};

void compare_weights(const reference::Description& description, const reference::Result& expected,
                     const BuiltNetwork& network, double until, AgreementOfWeights& agreement) {
  for (std::size_t k = 0; k < network.plastic.size(); ++k) {
    const std::vector<double> weights = network.plastic[k].weights();
    ASSERT_EQ(weights.size(), network.plastic_synapses[k].size());
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const std::size_t s = network.plastic_synapses[k][i];
      const reference::Synapse& synapse = description.synapses[s];
      Wide weight = synapse.weight;
      double bound = 0.0;
      double scale = std::abs(synapse.weight);
      bool decided = true;
      std::size_t changes = 0;
      for (const auto& change : expected.changes[s]) {
        decided = decided && std::abs(static_cast<double>(change.time - until)) > 1e-9;
        if (change.time < until) {
          weight = change.weight;
          bound = change.error;
          scale = std::max(scale, std::abs(static_cast<double>(weight)));
          ++changes;
        }
      }
      if (!decided) {
        continue;
      }
      const auto error = static_cast<double>(abs(Wide(weights[i] - weight)));
      ASSERT_LE(error, bound + 2e-16 * scale)
          << "weight of synapse " << s << " from cell " << synapse.pre << " to neuron " << synapse.post << ": "
          << weights[i] << " instead of " << weight << " after " << changes << " changes";
      agreement.largest_error = std::max(agreement.largest_error, error / scale);
      agreement.largest_bound = std::max(agreement.largest_bound, bound / scale);
      agreement.changes += changes;
      ++agreement.weights;
    }
  }
}

TEST(PlasticNetworks, SpikeAndLearnAsTheReferenceSimulatorInWideArithmeticDoes) {
  constexpr std::uint64_t kNetworks = testing_support::cases(150);
  Agreement agreement;
  AgreementOfWeights of_weights;
  for (std::uint64_t seed = 1; seed <= kNetworks; ++seed) {
    SCOPED_TRACE("network " + std::to_string(seed));
    const reference::Description description = plastic_network(seed);
    const reference::Result expected = reference::simulate(description);
    const double until = std::min(expected.reliable_until, description.duration);
    BuiltNetwork network(description);
    network.simulation.run_until(until);
    agreement.cut_short += until < description.duration ? 1 : 0;
    compare_spikes(expected, network.spikes(), description.sources.size() + description.neurons.size(), until,
                   agreement);
    compare_v(expected, network.neurons.front().signal("v"), agreement);
    if (!HasFatalFailure()) {
      compare_weights(description, expected, network, until, of_weights);
    }
    if (HasFatalFailure()) {
      return;
    }
  }
  std::cout << agreement.spikes << " spikes agree within " << agreement.largest_error << " ms (bound at most "
            << agreement.largest_bound << "), " << of_weights.weights << " weights after " << of_weights.changes
            << " changes within " << of_weights.largest_error << " of their size (bound at most "
            << of_weights.largest_bound << "); " << agreement.cut_short << " networks were cut short\n";
  EXPECT_GT(agreement.spikes, 30 * kNetworks);
  EXPECT_GT(of_weights.changes, 100 * kNetworks);
  EXPECT_LT(agreement.cut_short, kNetworks / 3);
  EXPECT_LE(agreement.largest_bound, reference::kUndecided);
}

TEST(PlasticNetworks, SpikeAsTheReferenceSimulatorDoesToTwentyDigitsInQuadPrecision) {
  double largest = 0.0;
  std::size_t compared = 0;
  std::size_t networks = 0;
  for (std::uint64_t seed = 201; networks < 15; ++seed) {
    SCOPED_TRACE("network " + std::to_string(seed));
    reference::Description description = plastic_network(seed);
    if (description.neurons.back().conductance_based) {
      continue;  // their series in the reference simulator have fewer digits
    }
    ++networks;
    description.duration = std::min(description.duration, 30.0);
    const reference::Result expected = reference::simulate(description);
    const double until = std::min(expected.reliable_until, description.duration);
    BuiltNetwork network(description, 1, Precision::quad());
    network.simulation.run_until(until);
    const Spikes spikes = network.spikes();
    std::size_t k = 0;
    for (const reference::Spike& spike : expected.spikes) {
      if (!(spike.time < until)) {
        continue;
      }
      ASSERT_LT(k, spikes.size());
      // Spikes of one instant are ordered by cell in both.
      ASSERT_EQ(spikes.ids[k], spike.cell);
      Wide time = Wide(spikes.times[k].whole()) + spikes.times[k].fraction();
      for (const double tail : spikes.tails_of(k)) {
        time += tail;
      }
      const auto error = static_cast<double>(abs(Wide(time - spike.time)));
      ASSERT_LE(error, std::max(1e-23, 1e-11 * spike.error)) << "cell " << spike.cell << " at " << spike.time << " ms";
      largest = std::max(largest, error);
      compared += spike.cell >= description.sources.size() ? 1 : 0;
      ++k;
    }
    ASSERT_EQ(k, spikes.size());
  }
  std::cout << compared << " spikes agree within " << largest << " ms\n";
  EXPECT_GT(compared, 100U);
}

}  // namespace
}  // namespace va_event
