// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "va_crossval/plasticity_network.hpp"
#include "va_event/fixed_step.hpp"

namespace va_event::crossval {
namespace {

const cli::Interrupt kNoInterrupt;

Session quiet_session() { return {{}, "", kNoInterrupt}; }

std::vector<std::pair<Time, CellId>> sorted(const Spikes& spikes) {
  std::vector<std::pair<Time, CellId>> pairs;
  for (std::size_t k = 0; k < spikes.size(); ++k) {
    pairs.emplace_back(spikes.times[k], spikes.ids[k]);
  }
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

/// Weight after a presynaptic spike at step 5 and a postsynaptic one that reaches the synapse at `arrival`.
double weight_after_pair(std::int64_t arrival, Coincidence coincidence) {
  const PlasticityRule rule{.w_max = 1.0, .tau_plus = 10.0, .tau_minus = 20.0, .A_plus = 0.1, .A_minus = 0.2};
  const GridLearning learning(rule, 0.5, coincidence);
  GridSynapse synapse{.pre = 0, .post = 0, .delay = 2, .weight = 0.5};
  const std::vector<std::int64_t> post_spikes{arrival - 2};
  learning.take_pre(synapse, 5, post_spikes);
  learning.advance(synapse, 100, post_spikes);
  EXPECT_EQ(synapse.coincident, arrival == 5 ? 1U : 0U);
  return synapse.weight;
}

TEST(Plasticity, PairsOnAGridChangeTheWeightAsTheirIntervalSays) {
  for (const Coincidence coincidence : {Coincidence::nothing, Coincidence::potentiation}) {
    EXPECT_DOUBLE_EQ(weight_after_pair(9, coincidence), 0.5 + 0.1 * std::exp(-4 * 0.5 / 10.0));
    EXPECT_DOUBLE_EQ(weight_after_pair(3, coincidence), 0.5 - 0.2 * std::exp(-2 * 0.5 / 20.0));
  }
  EXPECT_DOUBLE_EQ(weight_after_pair(5, Coincidence::nothing), 0.5);
  EXPECT_DOUBLE_EQ(weight_after_pair(5, Coincidence::potentiation), 0.6);
}

TEST(Plasticity, NeuronsOnTheGridSpikeAsThoseOfTheLibrarysFixedSteps) {
  PlasticSetup setup;
  setup.rule.A_plus = 0.0;
  setup.rule.A_minus = 0.0;
  setup.plastic = false;
  const Session session = quiet_session();
  const PlasticNetwork network(setup, 3, 500.0, session);
  for (const double dt : {0.5, 0.0625}) {
    FixedStepSimulation steps(network.simulation(), {.method = Method::exact, .dt = dt});
    steps.run(500.0);
    const auto expected = sorted(steps.spikes(network.neurons()));
    EXPECT_GT(expected.size(), 100U);
    EXPECT_EQ(sorted(network.run_on_grid(dt, Coincidence::nothing, session).spikes), expected) << dt;
  }
}

std::vector<PlasticityRule> every_rule() {
  std::vector<PlasticityRule> rules;
  for (std::size_t r = 0; r < weight_rule_names().size(); ++r) {
    const auto weight_rule = static_cast<WeightRule>(r);
    rules.push_back(PlasticityRule::of_pairs(weight_rule));
    rules.push_back(PlasticityRule::of_triplets(weight_rule));
  }
  for (const double fraction : {0.0, 0.3, 1.0}) {
    for (std::size_t p = 0; p < pairs_names().size(); ++p) {
      PlasticityRule rule = PlasticityRule::of_pairs(WeightRule::additive);
      rule.pairs = static_cast<SpikePairs>(p);
      rule.dendritic_delay_fraction = fraction;
      rules.push_back(rule);
    }
    PlasticityRule rule = PlasticityRule::of_triplets(WeightRule::additive);
    rule.pairs = SpikePairs::nearest_symmetric;
    rule.dendritic_delay_fraction = fraction;
    rules.push_back(rule);
  }
  return rules;
}

std::string name(const PlasticityRule& rule) {
  return name(rule.weight_rule) + (rule.triplet ? ", triplets, " : ", pairs, ") +
         pairs_names()[static_cast<std::size_t>(rule.pairs)] + ", f = " + std::to_string(rule.dendritic_delay_fraction);
}

/// The largest |difference| [w_max].
double largest_difference(const std::vector<double>& a, const std::vector<double>& b, double w_max) {
  double largest = 0.0;
  for (std::size_t s = 0; s < a.size(); ++s) {
    largest = std::max(largest, std::abs(a[s] - b[s]) / w_max);
  }
  return largest;
}

TEST(Plasticity, EveryRuleOnAVeryFineGridGivesTheExactWeights) {
  const Session session = quiet_session();
  for (const PlasticityRule& rule : every_rule()) {
    const PlasticNetwork network({.rule = rule}, 4, 500.0, session);
    const GridRun run = network.learn_on_grid(std::ldexp(1.0, -24), Coincidence::nothing);
    std::vector<double> initial;
    for (const PlasticSynapse& synapse : network.synapses()) {
      initial.push_back(synapse.weight);
    }
    EXPECT_LT(largest_difference(run.weights, network.weights(), rule.w_max), 1e-7) << name(rule);
    EXPECT_GT(largest_difference(initial, network.weights(), rule.w_max), 1e-3) << name(rule);
  }
}

/// Final weight after spikes of one synapse at whole steps, by the rule's definition and on the grid.
double weight_on_grid(const PlasticityRule& rule, Coincidence coincidence, const std::vector<std::int64_t>& pre,
                      const std::vector<std::int64_t>& post) {
  const GridLearning learning(rule, 1.0, coincidence);
  GridSynapse synapse{.pre = 0, .post = 0, .delay = 0, .weight = 0.5};
  for (const std::int64_t step : pre) {
    learning.take_pre(synapse, step, post);
  }
  learning.advance(synapse, 1000, post);
  return synapse.weight;
}

TEST(Plasticity, ACoincidentSpikeCountsInNearestPairsAsTheConventionSays) {
  PlasticityRule rule{.w_max = 1.0, .tau_plus = 10.0, .tau_minus = 20.0, .A_plus = 0.1, .A_minus = 0.2};
  const auto plus = [](double h) { return 0.1 * std::exp(-h / 10.0); };
  const auto minus = [](double h) { return 0.2 * std::exp(-h / 20.0); };
  const auto weight = [&rule](SpikePairs pairs, Coincidence coincidence) {
    rule.pairs = pairs;
    return weight_on_grid(rule, coincidence, {10, 14, 30}, {14, 20});
  };
  // 14 is a step with both. Ignored: the presynaptic spike of 14 pairs with the next postsynaptic one, of 20.
  constexpr Coincidence kIgnored = Coincidence::nothing, kFirst = Coincidence::potentiation;
  EXPECT_NEAR(weight(SpikePairs::nearest_symmetric, kIgnored), 0.5 + plus(4) + plus(6) - minus(10), 1e-15);
  EXPECT_NEAR(weight(SpikePairs::nearest_symmetric, kFirst), 0.5 + plus(0) + plus(6) - minus(10), 1e-15);
  EXPECT_NEAR(weight(SpikePairs::nearest_presynaptic, kIgnored), 0.5 + plus(4) + plus(6) - minus(10), 1e-15);
  EXPECT_NEAR(weight(SpikePairs::nearest_presynaptic, kFirst), 0.5 + plus(4) + plus(0) - minus(10), 1e-15);
  EXPECT_NEAR(weight(SpikePairs::nearest_reduced, kIgnored), 0.5 + plus(6) - minus(10), 1e-15);
  EXPECT_NEAR(weight(SpikePairs::nearest_reduced, kFirst), 0.5 + plus(0) - minus(10), 1e-15);
  EXPECT_NEAR(weight(SpikePairs::all, kIgnored), 0.5 + plus(4) + plus(10) + plus(6) - minus(16) - minus(10), 1e-15);
}

TEST(Plasticity, ANetworkOnAFineGridWithAxonalDelaysGivesTheExactWeights) {
  const Session session = quiet_session();
  PlasticityRule rule = PlasticityRule::of_pairs(WeightRule::additive);
  rule.dendritic_delay_fraction = 0.2;
  const PlasticNetwork network({.rule = rule}, 3, 120.0, session);
  const double dt = std::ldexp(1.0, -12);
  const GridRun run = network.run_on_grid(dt, Coincidence::nothing, session);
  ASSERT_EQ(run.spikes.size(), network.spikes().size());
  const UnresolvedPairs pairs = network.unresolved_pairs(dt);
  std::vector<double> exact, tested;
  for (std::size_t s = 0; s < run.weights.size(); ++s) {
    if (pairs.all_resolved[s]) {
      exact.push_back(network.weights()[s]);
      tested.push_back(run.weights[s]);
    }
  }
  EXPECT_GT(exact.size(), run.weights.size() - 10);
  EXPECT_LT(largest_difference(exact, tested, rule.w_max), 1e-4);  // a change is 1e-2
}

TEST(Plasticity, UnresolvedPairsAreInProportionToTheStep) {
  const Session session = quiet_session();
  const PlasticNetwork network({}, 5, 2000.0, session);
  const UnresolvedPairs coarse = network.unresolved_pairs(1.0);
  const UnresolvedPairs fine = network.unresolved_pairs(0.125);
  EXPECT_GT(coarse.coincident, 500U);
  EXPECT_NEAR(static_cast<double>(coarse.coincident) / static_cast<double>(fine.coincident), 8.0, 2.0);
  EXPECT_EQ(network.learn_on_grid(1.0, Coincidence::nothing).coincident, coarse.coincident);
  // Of neither kind: rounding to a grid that is far finer than the shortest interval.
  const UnresolvedPairs none = network.unresolved_pairs(std::ldexp(1.0, -30));
  EXPECT_EQ(none.coincident + none.misordered, 0U);
}

}  // namespace
}  // namespace va_event::crossval
