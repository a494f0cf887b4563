// SPDX-License-Identifier: Apache-2.0
// Runs of other simulators with synapses that change, against the exact one: the task and the comparison, without any
// simulator.
#include "va_crossval/simulators/plasticity_peers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#include "va_crossval/simulators/stochastic_peers.hpp"
#include "va_crossval/weight_errors.hpp"
#include "va_event/error.hpp"

namespace va_event::crossval {
namespace {

const cli::Interrupt kNoInterrupt;
const Peer kPeer{.key = "other", .name = "Other", .script = {}, .input_time = InputTime::exact, .how_to_get = {}};

PlasticCase case_of(const std::string& key) {
  for (const PlasticCase& of : plastic_cases()) {
    if (of.key == key) {
      return of;
    }
  }
  throw std::out_of_range(key);
}

PlasticTask task_of(const std::string& key) {
  return make_plastic_task(case_of(key), 1, Session({}, "", kNoInterrupt));
}

PeerRun exact_run(const PlasticTask& task) {
  PeerRun run{};
  run.dt = 0.5;
  run.spikes = task.spikes;
  run.weights = task.weights;
  return run;
}

TEST(PlasticityPeers, EveryTaskBringsAllSpikesToTheSynapsesButTheLastNotToTheNeurons) {
  for (const PlasticCase& of : plastic_cases()) {
    const PlasticTask task = make_plastic_task(of, 1, Session({}, "", kNoInterrupt));
    double last = 0.0;
    for (const std::vector<double>& train : task.post) {
      EXPECT_GT(train.size(), 5U);
      last = std::max(last, train.back());
    }
    for (const PlasticSynapse& synapse : task.synapses) {
      const double closing = task.pre[synapse.pre].back();
      EXPECT_EQ(synapse.delay, std::round(synapse.delay));
      EXPECT_LT(last + synapse.delay, closing - 50.0) << of.name;
      EXPECT_GT(closing + synapse.delay, task.description.duration + 0.5) << of.name;
      if (of.dendritic_delay_fraction > 0.0) {
        EXPECT_LT(closing + (1.0 - of.dendritic_delay_fraction) * synapse.delay, task.description.duration - 0.25);
      }
      const std::vector<double>& train = task.pre[synapse.pre];
      for (std::size_t k = 1; k < train.size(); ++k) {
        EXPECT_GT(train[k] - train[k - 1], synapse.delay);
      }
    }
  }
}

TEST(PlasticityPeers, AdditiveWeightsOfTheTaskAreSumsOverPairsThatNoBoundCuts) {
  for (const std::string key : {"stdp_additive", "stdp_additive_04", "stdp_additive_0"}) {
    const PlasticCase of = case_of(key);
    const PlasticTask task = task_of(key);
    std::vector<double> sums;
    for (const PlasticSynapse& synapse : task.synapses) {
      double weight = of.weight;
      for (const double pre : task.pre[synapse.pre]) {
        const double arrival = pre + (1.0 - of.dendritic_delay_fraction) * synapse.delay;
        for (const double post : task.post[synapse.post]) {
          const double h = post + of.dendritic_delay_fraction * synapse.delay - arrival;
          if (arrival < task.description.duration) {
            weight += of.w_max * (h > 0.0 ? of.parameter("A_plus") * std::exp(-h / of.parameter("tau_plus"))
                                          : -of.parameter("A_minus") * std::exp(h / of.parameter("tau_minus")));
          }
        }
      }
      sums.push_back(weight);
    }
    EXPECT_GT(*std::min_element(sums.begin(), sums.end()), 0.1 * of.w_max) << key;
    EXPECT_LT(*std::max_element(sums.begin(), sums.end()), 0.9 * of.w_max) << key;
    EXPECT_LT(weight_errors(task.weights, sums, of.w_max).largest, 1e-12) << key;
  }
}

TEST(PlasticityPeers, TheExactRunHasNoErrors) {
  const PlasticCase of = case_of("stdp_gutig");
  const PlasticTask task = task_of("stdp_gutig");
  const std::vector<Entry> row = row_of_run(of, task, kPeer, exact_run(task), 0.0);
  ASSERT_EQ(row.size(), 14U);
  for (const std::size_t error : {4U, 5U, 6U, 10U}) {
    EXPECT_EQ(std::get<double>(row[error]), 0.0) << error;
  }
  EXPECT_EQ(std::get<std::int64_t>(row[7]), 0);
  EXPECT_EQ(std::get<std::int64_t>(row[8]), 0);
  EXPECT_EQ(std::get<std::int64_t>(row[9]), static_cast<std::int64_t>(task.synapses.size()));
  EXPECT_EQ(std::get<std::int64_t>(row[11]), static_cast<std::int64_t>(task.spikes.size()));
}

TEST(PlasticityPeers, ASynapseWhoseOrderIsLostIsShownOnItsOwn) {
  const PlasticCase of = case_of("stdp_additive");
  const PlasticTask task = task_of("stdp_additive");
  // A postsynaptic spike that is moved to where it reaches a synapse with a presynaptic one, or just before it.
  const PlasticSynapse& synapse = task.synapses[0];
  std::size_t k = 0;
  while (task.spikes.ids[k] != synapse.post) {
    ++k;
  }
  const double exact = task.spikes.times[k].ms();
  const std::vector<double>& train = task.pre[synapse.pre];
  const double pre = *std::upper_bound(train.begin(), train.end(), exact + synapse.delay);
  for (const bool coincident : {true, false}) {
    PeerRun run = exact_run(task);
    run.spikes.times[k] = Time(pre - synapse.delay + (coincident ? 0.0 : 1e-3));
    run.weights[0] += 0.125 * of.w_max;
    const std::vector<Entry> row = row_of_run(of, task, kPeer, run, 0.0);
    const UnresolvedPairs pairs = lost_orders(task, 1.0, run.spikes, InputTime::exact, 0.5);
    EXPECT_EQ(pairs.coincident, coincident ? 1U : 0U);
    EXPECT_GE(pairs.misordered, coincident ? 0U : 1U);
    EXPECT_FALSE(pairs.all_resolved[0]);
    EXPECT_NEAR(std::get<double>(row[5]), 0.125, 1e-12);
    EXPECT_EQ(std::get<double>(row[10]), 0.0) << "the others are right";
  }
}

TEST(PlasticityPeers, InputsAreTakenAtTheEndsOfStepsAsTheSimulatorDoes) {
  const PlasticTask task = task_of("stdp_additive");
  // Each spike of a neuron at the end of its step: with inputs there, too, pairs of one step coincide.
  Spikes run = task.spikes;
  for (Time& time : run.times) {
    time = Time(std::ceil(time.ms()));
  }
  const UnresolvedPairs ends = lost_orders(task, 1.0, run, InputTime::end_of_step, 1.0);
  const UnresolvedPairs exact = lost_orders(task, 1.0, run, InputTime::exact, 1.0);
  std::uint64_t same_step = 0;
  for (const PlasticSynapse& synapse : task.synapses) {
    for (const double pre : task.pre[synapse.pre]) {
      same_step += static_cast<std::uint64_t>(
          std::count_if(task.post[synapse.post].begin(), task.post[synapse.post].end(),
                        [&](double post) { return std::ceil(post) + synapse.delay == std::ceil(pre); }));
    }
  }
  EXPECT_GT(same_step, 50U);
  EXPECT_EQ(ends.coincident, same_step);
  EXPECT_EQ(ends.misordered, 0U);
  EXPECT_EQ(exact.coincident, 0U);
}

TEST(PlasticityPeers, RunsWithTooFewWeightsOrSpikesAreNotTakenForRight) {
  const PlasticCase of = case_of("stdp_additive");
  const PlasticTask task = task_of("stdp_additive");
  PeerRun run = exact_run(task);
  run.weights.pop_back();
  EXPECT_THROW((void)row_of_run(of, task, kPeer, run, 0.0), Error);
  const CellId lacking = run.spikes.ids.back();
  run.spikes.ids.pop_back();
  run.spikes.times.pop_back();
  const UnresolvedPairs pairs = lost_orders(task, 1.0, run.spikes, InputTime::exact, 1.0);
  for (std::size_t s = 0; s < task.synapses.size(); ++s) {
    EXPECT_EQ(pairs.all_resolved[s], task.synapses[s].post != lacking);
  }
}

TEST(StochasticPeers, ProbabilitiesOfReleaseAreThoseOfAllWaysToGetThere) {
  // One site, by hand: full or empty at each spike.
  const StochasticCase of{.key = "stochastic_tsodyks_markram",
                          .name = {},
                          .simulators = {},
                          .parameters = {{"U", 0.4}, {"tau_rec", 50.0}, {"tau_facil", 20.0}},
                          .synapse = nullptr,
                          .sites = 1.0};
  const std::vector<double> p = release_probabilities(of, {10.0, 30.0, 75.0});
  const double u1 = 0.4, u2 = u1 * std::exp(-1.0) + 0.4 * (1.0 - u1 * std::exp(-1.0));
  const double u3 = u2 * std::exp(-45.0 / 20.0) + 0.4 * (1.0 - u2 * std::exp(-45.0 / 20.0));
  const double back2 = 1.0 - std::exp(-20.0 / 50.0), back3 = 1.0 - std::exp(-45.0 / 50.0);
  const double full2 = (1.0 - u1) + u1 * back2;
  const double full3 = full2 * (1.0 - u2) + full2 * u2 * back3 + (1.0 - full2) * back3;
  EXPECT_NEAR(p[0], u1, 1e-15);
  EXPECT_NEAR(p[1], full2 * u2, 1e-15);
  EXPECT_NEAR(p[2], full3 * u3, 1e-15);
  StochasticCase three = of;
  three.sites = 3.0;
  EXPECT_NEAR(release_probabilities(three, {10.0})[0], 1.0 - 0.6 * 0.6 * 0.6, 1e-15);
}

TEST(StochasticPeers, TheLibraryReleasesAsOftenAsTheDefinitionSays) {
  const Session session({}, "", kNoInterrupt);
  for (const StochasticCase& of : stochastic_cases()) {
    const StochasticTask task = make_stochastic_task(of, 1, session);
    const std::vector<Entry> row = row_of_releases(of, "va-event", task.spikes);
    EXPECT_EQ(static_cast<std::size_t>(std::get<std::int64_t>(row[3])), task.spikes.size()) << "one spike a release";
    EXPECT_NEAR(static_cast<double>(task.spikes.size()) / std::get<double>(row[4]), 1.0, 0.04) << of.name;
    EXPECT_LT(std::get<double>(row[5]), 4.0) << of.name;
    // Another probability stands out.
    StochasticCase other = of;
    for (auto& [name, value] : other.parameters) {
      value *= name == "p" || name == "U" ? 1.3 : 1.0;
    }
    EXPECT_GT(std::get<double>(row_of_releases(other, "va-event", task.spikes)[5]), 4.0) << of.name;
  }
}

}  // namespace
}  // namespace va_event::crossval
