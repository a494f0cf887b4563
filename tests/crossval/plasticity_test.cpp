// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
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

TEST(Plasticity, EveryRuleOnAVeryFineGridGivesTheExactWeights) {
  const Session session = quiet_session();
  for (std::size_t r = 0; r < weight_rule_names().size(); ++r) {
    const auto weight_rule = static_cast<WeightRule>(r);
    for (const PlasticityRule& rule :
         {PlasticityRule::of_pairs(weight_rule), PlasticityRule::of_triplets(weight_rule)}) {
      const PlasticNetwork network({.rule = rule}, 4, 500.0, session);
      const double dt = std::ldexp(1.0, -24);
      const GridRun run = network.learn_on_grid(dt, Coincidence::nothing);
      double largest = 0.0;
      double moved = 0.0;
      for (std::size_t s = 0; s < run.weights.size(); ++s) {
        largest = std::max(largest, std::abs(run.weights[s] - network.weights()[s]) / rule.w_max);
        moved = std::max(moved, std::abs(network.weights()[s] - network.synapses()[s].weight) / rule.w_max);
      }
      EXPECT_LT(largest, 1e-7) << name(weight_rule) << (rule.triplet ? ", triplets" : ", pairs");
      EXPECT_GT(moved, 1e-3) << name(weight_rule) << (rule.triplet ? ", triplets" : ", pairs");
    }
  }
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
