// SPDX-License-Identifier: Apache-2.0
// Weights at any time, and what spikes deliver, against sums over all pairs of spikes in 50 digits.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <string>
#include <vector>

#include "trained_network.hpp"

namespace va_event {
namespace {

using testing_support::Digits;
using testing_support::plastic_kinds;
using testing_support::TrainedNetwork;

/// Queries of weights: with spikes in flight, on the grid at which spikes arrive, in silence.
const std::vector<double> kStops{0.0, 3.0, 7.3, 12.0, 20.0, 33.25, 48.7, 64.125, 80.0, 99.0};

/// Weights as of each of the stops.
std::vector<std::vector<double>> run_and_query(TrainedNetwork& network) {
  std::vector<std::vector<double>> weights;
  for (const double stop : kStops) {
    network.simulation.run_until(stop);
    weights.push_back(network.projection().weights());
  }
  return weights;
}

struct Found {
  std::size_t changes = 0;
  std::size_t at_bounds = 0;
  double largest_error = 0.0;  ///< relative to w_max
  double largest_bound = 0.0;
};

/// @param wide  the simulation was in more digits than a double has: weights are right to the last bit
void compare_weights(const TrainedNetwork& network, const std::vector<std::vector<double>>& weights, bool wide,
                     Found& found) {
  for (std::size_t s = 0; s < network.synapses().size(); ++s) {
    const ListedConnection& synapse = network.synapses()[s];
    auto expected = network.by_pairs(synapse);
    const reference::Plasticity& p = network.numbers_of(synapse);
    const double high = std::max(std::abs(p.w_min), std::abs(p.w_max));
    for (std::size_t k = 0; k < kStops.size(); ++k) {
      const Digits weight = expected.weight(kStops[k]);
      const double bound = wide ? 0x1.0001p-53 * std::abs(static_cast<double>(weight))
                                : 1e-15 * high + (expected.changes().empty() ? 0.0 : expected.changes().back().error);
      const auto error = static_cast<double>(abs(Digits(weights[k][s] - weight)));
      ASSERT_LE(error, bound) << "synapse " << s << " from " << synapse.pre << " to " << synapse.post << " at "
                              << kStops[k] << " ms: " << weights[k][s] << " instead of " << static_cast<double>(weight)
                              << ", made with " << *synapse.weight << ", delay " << *synapse.delay << ", f "
                              << p.fraction;
      found.largest_error = std::max(found.largest_error, error / high);
      found.largest_bound = std::max(found.largest_bound, bound / high);
    }
    found.changes += expected.changes().size();
    found.at_bounds += expected.at_bounds();
  }
}

/// The inhibitory currents, which are nothing but what the plastic synapses delivered.
void compare_currents(const TrainedNetwork& network, double end) {
  const Signal current = network.neurons[0].signal("isyn_inh");
  ASSERT_GT(current.samples(), 100U);
  for (std::size_t n = 0; n < TrainedNetwork::kNeurons; ++n) {
    std::vector<Digits> expected(current.samples(), Digits(0));
    std::vector<double> bound(current.samples(), 0.0);
    for (const ListedConnection& synapse : network.synapses()) {
      if (synapse.post != n) {
        continue;
      }
      auto by_pairs = network.by_pairs(synapse);
      for (const Digits& t : network.times_before(synapse)) {
        const Digits arrival = t + *synapse.delay;
        if (arrival >= end) {
          break;
        }
        const auto delivered = by_pairs.deliver();
        for (std::size_t k = 0; k < current.samples(); ++k) {
          const Digits h = Digits(static_cast<double>(k)) * TrainedNetwork::kSampling - arrival;
          if (h > 0) {
            const Digits left = exp(Digits(-h / TrainedNetwork::kTauSyn));
            expected[k] += delivered.value * left;
            bound[k] +=
                (delivered.error + 4e-15 * std::abs(static_cast<double>(delivered.value))) * static_cast<double>(left);
          }
        }
      }
    }
    for (std::size_t k = 0; k < current.samples(); ++k) {
      ASSERT_LE(static_cast<double>(abs(Digits(current.at(k, n) - expected[k]))), bound[k] + 1e-18)
          << "neuron " << n << " at " << current.time(k) << " ms";
    }
  }
}

class PlasticWeights : public ::testing::TestWithParam<std::size_t> {
 protected:
  [[nodiscard]] static const reference::Plasticity& kind() { return plastic_kinds()[GetParam()].second; }
  static void report(const Found& found) {
    std::cout << found.changes << " changes, " << found.at_bounds << " to a bound; weights agree within "
              << found.largest_error << " w_max (bound at most " << found.largest_bound << ")\n";
    if (kind().learns) {
      EXPECT_GT(found.changes, 400U);
      EXPECT_GT(found.at_bounds, 0U);
      EXPECT_LT(found.at_bounds, found.changes);
    }
  }
};

TEST_P(PlasticWeights, AndInputsFollowFromAllPairsOfSpikes) {
  Found found;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    SCOPED_TRACE("network " + std::to_string(seed));
    TrainedNetwork network(kind(), seed,
                           {.own_numbers = seed != 2, .own_delays = seed != 3, .negative = seed % 2 == 0});
    const std::vector<std::vector<double>> weights = run_and_query(network);
    compare_weights(network, weights, false, found);
    compare_currents(network, kStops.back());
    if (HasFatalFailure()) {
      return;
    }
  }
  report(found);
  if (kind().dependence != reference::Dependence::gutig) {  // whose slope is infinite at the bounds
    EXPECT_LE(found.largest_bound, 1e-12);
  }
}

TEST_P(PlasticWeights, FollowFromAllPairsOfSpikesWhereManyAreSimultaneous) {
  Found found;
  for (std::uint64_t seed = 11; seed <= 13; ++seed) {
    SCOPED_TRACE("network " + std::to_string(seed));
    TrainedNetwork network(
        kind(), seed, {.grid = true, .own_numbers = seed != 12, .own_delays = seed != 13, .negative = seed % 2 == 0});
    const std::vector<std::vector<double>> weights = run_and_query(network);
    compare_weights(network, weights, false, found);
    if (HasFatalFailure()) {
      return;
    }
  }
  report(found);
}

TEST_P(PlasticWeights, AreRightToTheLastBitInWiderArithmetic) {
  Found found;
  for (const std::uint64_t seed : {21U, 22U}) {
    TrainedNetwork network(kind(), seed, {.negative = seed == 22, .precision = Precision::quad()});
    const std::vector<std::vector<double>> weights = run_and_query(network);
    compare_weights(network, weights, true, found);
    if (HasFatalFailure()) {
      return;
    }
  }
  report(found);
}

INSTANTIATE_TEST_SUITE_P(Kinds, PlasticWeights, ::testing::Range<std::size_t>(0, plastic_kinds().size()),
                         [](const auto& test) { return plastic_kinds()[test.param].first; });

}  // namespace
}  // namespace va_event
