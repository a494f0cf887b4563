// SPDX-License-Identifier: Apache-2.0
// What users do to plastic synapses between runs, against sums over all pairs of spikes in 50 digits.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "trained_network.hpp"

namespace va_event {
namespace {

using testing_support::Digits;
using testing_support::plastic_kinds;
using testing_support::TrainedNetwork;

constexpr double kEnd = 99.0;

class PlasticChanges : public ::testing::TestWithParam<std::size_t> {
 protected:
  [[nodiscard]] static const reference::Plasticity& kind() { return plastic_kinds()[GetParam()].second; }
};

/// A weight between the bounds of each synapse.
std::vector<double> other_weights(const TrainedNetwork& network) {
  std::vector<double> weights;
  for (const ListedConnection& synapse : network.synapses()) {
    const reference::Plasticity& p = network.numbers_of(synapse);
    weights.push_back(p.w_min + (p.w_max - p.w_min) * (0.3 + 0.01 * static_cast<double>(weights.size())));
  }
  return weights;
}

TEST_P(PlasticChanges, ASetWeightIsChangedByWhatComesWhileTracesStay) {
  constexpr double kNow = 41.3;
  TrainedNetwork network(kind(), 5, {});
  network.simulation.run_until(kNow);
  const std::vector<double> set = other_weights(network);
  network.projection().set_weights(set);
  EXPECT_EQ(network.projection().weights(), set);
  network.simulation.run_until(kEnd);
  const std::vector<double> weights = network.projection().weights();
  for (std::size_t s = 0; s < set.size(); ++s) {
    auto expected = network.by_pairs(network.synapses()[s]);
    expected.set_weight(kNow, set[s]);
    const auto weight = static_cast<double>(expected.weight(kEnd));
    const double bound = expected.changes().empty() ? 0.0 : expected.changes().back().error;
    EXPECT_NEAR(weights[s], weight, bound + 1e-17) << s;
  }
}

TEST_P(PlasticChanges, ResetGoesBackToTheWeightsThatTheUserGaveLastAndClearsTraces) {
  TrainedNetwork network(kind(), 6, {});
  const std::vector<double> initial = network.projection().weights();
  network.simulation.run_until(kEnd);
  const std::vector<double> first = network.projection().weights();
  const std::vector<double> v = network.neurons[0].value("v");
  if (kind().learns) {
    EXPECT_NE(first, initial);
  }
  network.simulation.reset();
  EXPECT_EQ(network.projection().weights(), initial);
  network.simulation.run_until(kEnd);
  EXPECT_EQ(network.projection().weights(), first);
  EXPECT_EQ(network.neurons[0].value("v"), v);

  const std::vector<double> set = other_weights(network);
  network.projection().set_weights(set);
  network.simulation.run_until(kEnd + 10.0);
  network.simulation.reset();
  EXPECT_EQ(network.projection().weights(), set);
}

TEST_P(PlasticChanges, OfNumbersHoldFromThenOn) {
  if (!kind().learns) {
    TrainedNetwork network(kind(), 7, {.own_numbers = false});
    network.projection().set("U", 0.25);
    EXPECT_EQ(network.projection().parameter("U"), std::vector<double>(network.synapses().size(), 0.25));
    return;
  }
  // All spikes come before some 65 ms, or after 100 ms; the longest delay is 12 ms: all changes of the former are made
  // when the numbers change.
  TrainedNetwork network(kind(), 7, {.own_numbers = false, .duration = 50.0});
  network.simulation.run_until(99.0);
  reference::Plasticity other = network.numbers_of(network.synapses()[0]);
  const std::vector<double> before = network.projection().weights();
  const auto set = [&](const std::string& name, double reference::Plasticity::*member, double value) {
    other.*member = value;
    network.projection().set(name, value);
    EXPECT_EQ(network.projection().parameter(name), std::vector<double>(before.size(), value));
  };
  if (kind().timing == reference::Timing::vogels) {
    set("eta", &reference::Plasticity::eta, 0.001);
    set("rho", &reference::Plasticity::rho, 0.02);
  } else {
    set("A_plus", &reference::Plasticity::A_plus, 0.07);
    set("A_minus", &reference::Plasticity::A_minus, 0.08);
  }
  set("w_max", &reference::Plasticity::w_max, 1.1 * other.w_max);
  EXPECT_EQ(network.projection().weights(), before);
  network.spike_again(100.0);
  network.simulation.run_until(160.0);
  const std::vector<double> weights = network.projection().weights();
  ASSERT_NE(weights, before);
  for (std::size_t s = 0; s < weights.size(); ++s) {
    auto expected = network.by_pairs(network.synapses()[s]);
    expected.set_numbers(99.0, other);
    const auto weight = static_cast<double>(expected.weight(160.0));
    const double bound = expected.changes().empty() ? 0.0 : expected.changes().back().error;
    EXPECT_NEAR(weights[s], weight, bound + 1e-17) << s;
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, PlasticChanges, ::testing::Range<std::size_t>(0, plastic_kinds().size()),
                         [](const auto& test) { return plastic_kinds()[test.param].first; });

/// One synapse from a source that spikes at `pre` onto a neuron that spikes at `post`, each 1 ms late at the synapse.
struct OneSynapse {
  OneSynapse(const StdpMechanism& mechanism, const std::vector<Time>& pre, const std::vector<Time>& post,
             const std::string& receptor = "excitatory") {
    const Population source = simulation.create(1, SpikeSourceArray{pre});
    std::vector<Time> early;
    for (const Time& time : post) {
      early.push_back(time.plus(-0.5));
    }
    const Population driver = simulation.create(1, SpikeSourceArray{early});
    const Population neuron = simulation.create(1, IfCurrDelta{.tau_refrac = 0.25});
    simulation.connect(driver, neuron, OneToOneConnector(), {40.0, 0.5});
    synapses.push_back(simulation.connect(source, neuron, OneToOneConnector(), mechanism, {.receptor_type = receptor}));
  }
  [[nodiscard]] double weight_at(double time) {
    simulation.run_until(time);
    return synapses[0].weights()[0];
  }

  Simulation simulation;
  std::vector<Projection> synapses;  ///< one
};

/// f = 0.5, delay 2: both kinds of spikes reach the synapse after 1 ms.
StdpMechanism halfway(double weight, double w_min = 0.0, double w_max = 1.0) {
  StdpMechanism mechanism;
  mechanism.timing_dependence = SpikePairRule{.A_plus = 0.25, .A_minus = 0.125};
  mechanism.weight_dependence = AdditiveWeightDependence{.w_min = w_min, .w_max = w_max};
  mechanism.dendritic_delay_fraction = 0.5;
  mechanism.weight = weight;
  mechanism.delay = 2.0;
  return mechanism;
}

TEST(PlasticSynapse, ShowsAChangeAsSoonAsTheSpikeHasReachedItDeliveredOrNot) {
  OneSynapse synapse(halfway(0.5), {10.0}, {20.0});
  EXPECT_EQ(synapse.weight_at(20.75), 0.5);
  EXPECT_EQ(synapse.weight_at(21.0), 0.5);  // half-open runs: the arrival at 21 is yet to come
  EXPECT_NEAR(synapse.weight_at(21.0 + 0x1p-20), 0.5 + 0.25 * std::exp(-0.5), 1e-15);
  EXPECT_NEAR(synapse.weight_at(1e5), 0.5 + 0.25 * std::exp(-0.5), 1e-15);
}

TEST(PlasticSynapse, ShowsADepressionBeforeItsSpikeIsDelivered) {
  OneSynapse synapse(halfway(0.5), {20.0}, {10.0});
  EXPECT_EQ(synapse.weight_at(20.75), 0.5);
  EXPECT_NEAR(synapse.weight_at(21.5), 0.5 - 0.125 * std::exp(-0.5), 1e-15);
  EXPECT_NEAR(synapse.weight_at(30.0), 0.5 - 0.125 * std::exp(-0.5), 1e-15);
}

TEST(PlasticSynapse, IsClippedAtItsFirstChangeWhereItsWeightIsOutsideOfTheBounds) {
  OneSynapse above(halfway(1.5), {20.0}, {10.0});
  EXPECT_EQ(above.weight_at(20.0), 1.5);
  EXPECT_EQ(above.weight_at(30.0), 1.0);
  OneSynapse below(halfway(0.25, 0.5), {10.0}, {20.0});
  EXPECT_NEAR(below.weight_at(30.0), std::max(0.5, 0.25 + 0.25 * std::exp(-0.5)), 1e-15);
}

TEST(PlasticSynapse, OfNegativeWeightFollowsTheRuleWithItsMagnitudeWhateverBoundIsCalledMinimum) {
  for (const auto& [w_min, w_max] : {std::pair(0.0, -1.0), std::pair(-1.0, 0.0)}) {
    OneSynapse stronger(halfway(-0.5, w_min, w_max), {10.0}, {20.0}, "inhibitory");
    EXPECT_NEAR(stronger.weight_at(30.0), -0.5 - 0.25 * std::exp(-0.5), 1e-15);
    OneSynapse weaker(halfway(-0.5, w_min, w_max), {20.0}, {10.0}, "inhibitory");
    EXPECT_NEAR(weaker.weight_at(30.0), -0.5 + 0.125 * std::exp(-0.5), 1e-15);
  }
}

TEST(PlasticSynapse, RefusesWeightsOfAnotherSignThanTheBounds) {
  EXPECT_THROW(OneSynapse(halfway(-0.5), {10.0}, {20.0}), ParameterError);
  EXPECT_THROW(OneSynapse(halfway(0.5, 0.0, -1.0), {10.0}, {20.0}), ParameterError);
}

TEST(PlasticSynapse, IsNotDisturbedByAPairOfEqualTimesNorAreTheNeighboursOfThePair) {
  const double far = std::exp(-0.5);
  for (const SpikePairs pairs :
       {SpikePairs::all, SpikePairs::nearest_symmetric, SpikePairs::nearest_presynaptic, SpikePairs::nearest_reduced}) {
    StdpMechanism mechanism = halfway(0.5);
    std::get<SpikePairRule>(mechanism.timing_dependence).pairs = pairs;
    EXPECT_EQ(OneSynapse(mechanism, {20.0}, {20.0}).weight_at(50.0), 0.5);
    // A spike of each cell 10 ms before both pairs with the other cell's simultaneous one.
    // (The simultaneous presynaptic one comes first: where pairs must be neighbours, it stands between.)
    const double before = pairs == SpikePairs::nearest_reduced ? 0.0 : 0.25 * far;
    EXPECT_NEAR(OneSynapse(mechanism, {10.0, 20.0}, {20.0}).weight_at(50.0), 0.5 + before, 1e-15);
    EXPECT_NEAR(OneSynapse(mechanism, {20.0}, {10.0, 20.0}).weight_at(50.0), 0.5 - 0.125 * far, 1e-15);
    // And one after both.
    EXPECT_NEAR(OneSynapse(mechanism, {20.0, 30.0}, {20.0}).weight_at(50.0), 0.5 - 0.125 * far, 1e-15);
    EXPECT_NEAR(OneSynapse(mechanism, {20.0}, {20.0, 30.0}).weight_at(50.0), 0.5 + 0.25 * far, 1e-15);
  }
}

/// Memory of this process [bytes].
std::size_t resident_memory() {
  std::ifstream file("/proc/self/statm");
  std::size_t pages = 0;
  file >> pages >> pages;
  return pages * 4096;
}

TEST(PlasticSynapses, ThatNoSpikePassesAnyMoreKeepLittleOfTheSpikesThatTheirTargetsMake) {
  constexpr std::size_t kNeurons = 200;
  Simulation simulation({.threads = 1});
  const Population source = simulation.create(1, SpikeSourceArray{{1.0}});
  const Population neurons =
      simulation.create(kNeurons, IfCurrDelta{.tau_refrac = 0.5, .i_offset = 1000.0, .v_reset = -65.0});
  const Projection synapses = simulation.connect(source, neurons, AllToAllConnector(), halfway(0.5));
  simulation.run_until(100.0);
  const std::size_t before = resident_memory();
  const std::uint64_t spikes = simulation.statistics().spikes;
  simulation.run_until(1100.0);
  // Of each spike the time alone would take 16 bytes.
  const std::uint64_t more = simulation.statistics().spikes - spikes;
  EXPECT_GT(more, 350000U);
  EXPECT_LT(static_cast<double>(resident_memory()), static_cast<double>(before) + 4.0 * static_cast<double>(more));
  EXPECT_GT(synapses.weights()[0], 0.5);
}

}  // namespace
}  // namespace va_event
