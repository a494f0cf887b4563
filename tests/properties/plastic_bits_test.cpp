// SPDX-License-Identifier: Apache-2.0
// Spikes and weights of plastic networks are the same bits for any threads, processes, cuts of a run, checkpoints and
// orders of construction: for synapses of every type.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "../recording/temporary_folder.hpp"
#include "../synapses/plastic_kinds.hpp"
#include "plastic_bits_network.hpp"
#include "thread_processes.hpp"
#include "va_event/va_event.hpp"

namespace va_event {
namespace {

using testing_support::content;
using testing_support::kDuration;
using testing_support::plastic_kinds;
using testing_support::PlasticNetwork;
using testing_support::TemporaryFolder;
using testing_support::types;

void expect_same(const PlasticNetwork::Outcome& a, const PlasticNetwork::Outcome& b) {
  EXPECT_TRUE(a.spikes == b.spikes) << a.spikes.size() << " and " << b.spikes.size() << " spikes";
  EXPECT_TRUE(a.weights == b.weights);
  EXPECT_EQ(a.synaptic_events, b.synaptic_events);
}

class PlasticBits : public ::testing::TestWithParam<std::size_t> {
 protected:
  [[nodiscard]] static PlasticNetwork::Outcome alone(SimulationMethod method = SimulationMethod::automatic) {
    PlasticNetwork network(GetParam(), 1, nullptr, method);
    const std::vector<double> initial = network.plastic[0].weights();
    network.simulation.run_until(kDuration);
    const PlasticNetwork::Outcome outcome = network.outcome();
    EXPECT_GT(outcome.spikes.size(), 200U);
    if (GetParam() < plastic_kinds().size() && plastic_kinds()[GetParam()].second.learns) {
      std::size_t changed = 0;
      for (std::size_t k = 0; k < initial.size(); ++k) {
        changed += outcome.weights[k] != initial[k] ? 1 : 0;
      }
      EXPECT_GT(changed, initial.size() / 2);
    } else {
      EXPECT_EQ(outcome.weights, initial);
    }
    return outcome;
  }
};

TEST_P(PlasticBits, AreThoseOfOneThread) {
  const PlasticNetwork::Outcome expected = alone();
  for (const unsigned threads : {2U, 3U}) {
    SCOPED_TRACE(std::to_string(threads) + " threads");
    PlasticNetwork network(GetParam(), threads);
    network.simulation.run_until(kDuration);
    expect_same(network.outcome(), expected);
  }
}

TEST_P(PlasticBits, AreThoseOfARunInOneGoWhateverIsAskedForMeanwhile) {
  const PlasticNetwork::Outcome expected = alone();
  std::mt19937_64 generator(3);
  for (const unsigned threads : {1U, 2U}) {
    PlasticNetwork network(GetParam(), threads);
    std::vector<double> cuts{0.0, 16.0, 32.0};
    for (int k = 0; k < 8; ++k) {
      cuts.push_back(std::uniform_real_distribution(0.0, kDuration)(generator));
      cuts.push_back(expected.spikes.times[generator() % expected.spikes.size()].ms());
      cuts.push_back(expected.spikes.times[generator() % expected.spikes.size()].ms() + 1.5);
    }
    std::sort(cuts.begin(), cuts.end());
    for (std::size_t k = 0; k < cuts.size(); ++k) {
      network.simulation.run_until(std::min(cuts[k], kDuration));
      if (k % 2 == 0) {
        EXPECT_EQ(network.plastic[0].weights().size(), expected.weights.size());
      }
    }
    network.simulation.run_until(kDuration);
    expect_same(network.outcome(), expected);
    network.simulation.reset();
    network.simulation.run_until(kDuration);
    expect_same(network.outcome(), expected);
  }
}

TEST_P(PlasticBits, GoOnFromACheckpointAsIfNothingHadHappened) {
  const PlasticNetwork::Outcome expected = alone();
  const TemporaryFolder folder;
  const std::vector<double> cuts{0.0, 4.3, 16.0, 37.7};
  PlasticNetwork whole(GetParam(), 2);
  for (std::size_t k = 0; k < cuts.size(); ++k) {
    whole.simulation.run_until(cuts[k]);
    whole.simulation.save_checkpoint(folder / std::to_string(k));
  }
  const std::vector<double> weights_at_last_cut = whole.plastic[0].weights();
  whole.simulation.run_until(kDuration);
  whole.simulation.save_checkpoint(folder / "end");
  expect_same(whole.outcome(), expected);
  for (std::size_t k = 0; k < cuts.size(); ++k) {
    SCOPED_TRACE("saved at " + std::to_string(cuts[k]) + " ms");
    PlasticNetwork resumed(GetParam(), 1 + k % 3);
    resumed.simulation.load_checkpoint(folder / std::to_string(k));
    resumed.simulation.save_checkpoint(folder / "again");
    EXPECT_TRUE(content(folder / "again") == content(folder / std::to_string(k)));
    if (k + 1 == cuts.size()) {
      EXPECT_EQ(resumed.plastic[0].weights(), weights_at_last_cut);
    }
    resumed.simulation.run_until(kDuration);
    expect_same(resumed.outcome(), expected);
    resumed.simulation.save_checkpoint(folder / "again");
    EXPECT_TRUE(content(folder / "again") == content(folder / "end"));
  }
}

TEST_P(PlasticBits, AreThoseOfOneProcess) {
  const TemporaryFolder folder;
  PlasticNetwork one(GetParam(), 1);
  one.simulation.run_until(31.0);
  one.simulation.save_checkpoint(folder / "one");
  one.simulation.run_until(kDuration);
  const PlasticNetwork::Outcome expected = one.outcome();
  for (const unsigned count : {2U, 3U}) {
    SCOPED_TRACE(std::to_string(count) + " processes");
    ThreadProcesses::run(count, [&](const std::shared_ptr<Processes>& processes) {
      PlasticNetwork network(GetParam(), 1 + processes->rank() % 2, processes);
      network.simulation.run_until(31.0);
      const std::vector<double> meanwhile = network.plastic[0].weights();
      network.simulation.save_checkpoint(folder / "many");
      network.simulation.run_until(kDuration);
      const PlasticNetwork::Outcome mine = network.outcome();
      static std::mutex one_after_the_other;
      const std::lock_guard lock(one_after_the_other);
      EXPECT_EQ(meanwhile.size(), expected.weights.size());
      expect_same(mine, expected);
    });
    EXPECT_TRUE(content(folder / "many") == content(folder / "one"));
  }
}

TEST_P(PlasticBits, DoNotDependOnThreadsAndCutsWhereEachInputIsAnEvent) {
  const PlasticNetwork::Outcome expected = alone(SimulationMethod::one_by_one);
  PlasticNetwork network(GetParam(), 3, nullptr, SimulationMethod::one_by_one);
  for (const double cut : {3.0, 16.0, 27.1, 50.9}) {
    network.simulation.run_until(cut);
  }
  network.simulation.run_until(kDuration);
  expect_same(network.outcome(), expected);
}

INSTANTIATE_TEST_SUITE_P(Types, PlasticBits, ::testing::Range<std::size_t>(0, types().size()),
                         [](const auto& test) { return types()[test.param].name; });

// Lists of synapses of several types between the same cells, on a grid: inputs of several projections meet at one time,
// and pairs of cells have synapses of several.

struct Part {
  std::size_t type = 0;
  std::vector<ListedConnection> list;
};

struct Listed {
  Spikes spikes;
  std::vector<std::vector<ListedConnection>> weights;  ///< by type, in an order of their own
};

SynapseType small_type(std::size_t type) {
  switch (type) {
    case 0:
      return StdpMechanism{.timing_dependence = SpikePairRule{.A_plus = 0.1, .A_minus = 0.11},
                           .weight_dependence = MultiplicativeWeightDependence{.w_max = 0.25},
                           .dendritic_delay_fraction = 0.5};
    case 1:
      return StdpMechanism{.timing_dependence = TripletRule{.A_plus = 0.01, .A_minus = 0.02},
                           .weight_dependence = AdditiveWeightDependence{.w_max = 0.25},
                           .dendritic_delay_fraction = 0.25,
                           .short_term = ShortTermDynamics{}};
    case 2:
      return TsodyksMarkramSynapse{.tau_facil = 20.0};
    case 3:
      return SimpleStochasticSynapse{};
    case 4:
      return StochasticTsodyksMarkramSynapse{.tau_rec = 10.0};
    default:
      return MultiQuantalSynapse{.n = 3.0, .tau_rec = 10.0};
  }
}

constexpr std::size_t kSmallTypes = 6;
const std::vector<std::size_t> kDeterministic{0, 1, 2};
const std::vector<std::size_t> kAll{0, 1, 2, 3, 4, 5};

Listed simulate(const std::vector<Part>& parts) {
  Simulation simulation;
  const Population sources = simulation.create(10, SpikeSourceArray{{1.0, 3.0, 3.5, 8.0, 12.0, 30.0, 31.0, 32.5}});
  const Population neurons =
      simulation.create(30, IfCurrExp{.v_rest = -52.0, .cm = 0.05, .tau_refrac = 2.0, .i_offset = 0.003});
  neurons.initialize("v", RandomDistribution("uniform", {-60.0, -50.0}));
  std::vector<Projection> projections;
  for (const Part& part : parts) {
    projections.push_back(
        simulation.connect(sources + neurons, neurons, FromListConnector(part.list), small_type(part.type)));
  }
  neurons.record("spikes");
  simulation.run(60.0);
  Listed result{neurons.spikes(), std::vector<std::vector<ListedConnection>>(kSmallTypes)};
  for (std::size_t k = 0; k < parts.size(); ++k) {
    const std::vector<ListedConnection> connections = projections[k].connections();
    std::vector<double> weights = projections[k].weights();
    auto& all = result.weights[parts[k].type];
    for (std::size_t s = 0; s < weights.size(); ++s) {
      all.push_back(connections[s]);
      all.back().weight = weights[s];
    }
  }
  for (auto& all : result.weights) {
    std::sort(all.begin(), all.end(), [](const ListedConnection& a, const ListedConnection& b) {
      return std::tuple(a.pre, a.post, *a.delay, *a.weight) < std::tuple(b.pre, b.post, *b.delay, *b.weight);
    });
  }
  return result;
}

void expect_same(const Listed& a, const Listed& b) {
  EXPECT_TRUE(a.spikes == b.spikes) << a.spikes.size() << " and " << b.spikes.size() << " spikes";
  for (std::size_t type = 0; type < kSmallTypes; ++type) {
    ASSERT_EQ(a.weights[type].size(), b.weights[type].size());
    std::size_t different = 0;
    for (std::size_t k = 0; k < a.weights[type].size(); ++k) {
      different += a.weights[type][k].weight != b.weights[type][k].weight ? 1 : 0;
    }
    EXPECT_EQ(different, 0U) << "weights of type " << type;
  }
}

std::vector<Part> random_parts(std::vector<std::size_t> types, std::mt19937_64& generator) {
  std::vector<Part> parts;
  for (const std::size_t type : types) {
    std::vector<ListedConnection> list(150);
    for (ListedConnection& c : list) {
      c.pre = static_cast<std::uint32_t>(generator() % 40);
      c.post = static_cast<std::uint32_t>(generator() % 30);
      c.weight = 0.05 + static_cast<double>(generator() % 5) / 70.0;
      c.delay = 0.5 * static_cast<double>(1 + generator() % 3);
    }
    parts.push_back({type, list});
  }
  return parts;
}

void permute(const std::vector<std::size_t>& types) {
  std::mt19937_64 generator(5);
  std::vector<Part> parts = random_parts(types, generator);
  const Listed expected = simulate(parts);
  EXPECT_GT(expected.spikes.size(), 100U);
  for (int permutation = 0; permutation < 6; ++permutation) {
    std::shuffle(parts.begin(), parts.end(), generator);
    for (Part& part : parts) {
      std::shuffle(part.list.begin(), part.list.end(), generator);
    }
    expect_same(simulate(parts), expected);
  }
}

TEST(PlasticConstructionOrder, OfProjectionsAndListsLeavesNoTrace) { permute(kDeterministic); }

void cut_list(std::size_t type) {
  std::mt19937_64 generator(6);
  const std::vector<Part> whole = random_parts({type}, generator);
  std::vector<Part> parts(40);
  for (const ListedConnection& c : whole[0].list) {
    parts[c.pre].type = type;
    parts[c.pre].list.push_back(c);
  }
  std::erase_if(parts, [](const Part& part) { return part.list.empty(); });
  std::shuffle(parts.begin(), parts.end(), generator);
  expect_same(simulate(parts), simulate(whole));
}

TEST(PlasticConstructionOrder, AListCutIntoOneProjectionForEachSourceIsTheSameNetwork) {
  for (const std::size_t type : kDeterministic) {
    SCOPED_TRACE("type " + std::to_string(type));
    cut_list(type);
  }
}

TEST(PlasticConstructionOrder, OfProjectionsOfTheSameSynapsesOfOtherTypesLeavesNoTrace) {
  std::mt19937_64 generator(7);
  std::vector<Part> parts = random_parts(kDeterministic, generator);
  for (Part& part : parts) {
    part.list = parts[0].list;
  }
  const Listed expected = simulate(parts);
  for (int permutation = 0; permutation < 6; ++permutation) {
    std::shuffle(parts.begin(), parts.end(), generator);
    expect_same(simulate(parts), expected);
  }
}

TEST(PlasticConstructionOrder, OfStochasticProjectionsLeavesNoTrace) { permute(kAll); }

TEST(PlasticConstructionOrder, AListOfStochasticSynapsesCutIntoProjectionsIsTheSameNetwork) {
  for (const std::size_t type : {3, 4, 5}) {
    SCOPED_TRACE("type " + std::to_string(type));
    cut_list(type);
  }
}

}  // namespace
}  // namespace va_event
