// SPDX-License-Identifier: Apache-2.0
#include "engine/shard/routing.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <memory>
#include <numeric>
#include <random>
#include <tuple>
#include <vector>

#include "va_event/connectors.hpp"

namespace va_event::engine {
namespace {

/// Two populations of neurons (20 and 15 cells) and one of sources (5 cells).
network::Network cells() {
  network::Network network;
  for (const std::uint32_t size : {20U, 15U, 5U}) {
    network::PopulationData population;
    population.model = size == 5 ? &SpikeSourceArray::model() : &IfCondExp::model();
    population.first = static_cast<CellId>(network.cells());
    population.size = size;
    network.populations.push_back(std::move(population));
  }
  return network;
}

std::shared_ptr<const std::vector<CellId>> ids(std::vector<CellId> list) {
  return std::make_shared<const std::vector<CellId>>(std::move(list));
}

std::shared_ptr<const std::vector<CellId>> range(CellId begin, CellId end) {
  std::vector<CellId> list(end - begin);
  std::iota(list.begin(), list.end(), begin);
  return ids(std::move(list));
}

void connect(network::Network& network, std::shared_ptr<const std::vector<CellId>> pre,
             std::shared_ptr<const std::vector<CellId>> post, const Connector& connector, const StaticSynapse& synapse,
             const char* receptor = "excitatory") {
  network.projections.push_back(network::build_projection(network, network.projections.size(), std::move(pre),
                                                          std::move(post), connector, {synapse}, receptor, {}));
}

/// (pre cell, post cell, receptor, weight, delay) -> how many.
using Synapses = std::map<std::tuple<CellId, CellId, std::size_t, double, double>, int>;

Synapses described(const network::Network& network) {
  Synapses synapses;
  for (const network::ProjectionData& projection : network.projections) {
    const std::size_t receptor = projection.receptor == "excitatory" ? 0 : 1;
    for (const ListedConnection& c : projection.connections()) {
      ++synapses[{(*projection.pre)[c.pre], (*projection.post)[c.post], receptor, *c.weight, *c.delay}];
    }
  }
  return synapses;
}

Processes& alone() {
  static const std::shared_ptr<Processes> processes = single_process();
  return *processes;
}

Synapses routed(const network::Network& network, const Routing& routing) {
  Synapses synapses;
  for (std::size_t p = 0; p < network.populations.size(); ++p) {
    for (const Route& route : routing.routes_of(p)) {
      EXPECT_TRUE(route.delay || route.branches.size() == 1);
      for (const Branch& branch : route.branches) {
        for (std::uint32_t i = 0; i < network.populations[p].size; ++i) {
          const auto row = branch.row(i);
          for (std::size_t k = 0; k < row.target.size(); ++k) {
            const CellId post = network.populations[branch.post_population].first + row.target[k];
            const double weight = row.weight.empty() ? branch.table->constant_weight() : row.weight[k];
            const double delay = row.delay.empty() ? route.delay.value() : row.delay[k];
            ++synapses[{network.populations[p].first + i, post, branch.receptor, weight, delay}];
          }
        }
      }
    }
  }
  return synapses;
}

TEST(Routing, OfANetworkWithoutSynapsesHasNoRoutesAndNoShortestDelay) {
  const network::Network network = cells();
  const Routing routing(network, alone());
  for (std::size_t p = 0; p < 3; ++p) {
    EXPECT_TRUE(routing.routes_of(p).empty());
  }
  EXPECT_EQ(routing.min_delay_of_neurons(), std::numeric_limits<double>::infinity());
  EXPECT_EQ(routing.min_delay_of_sources(), std::numeric_limits<double>::infinity());
}

TEST(Routing, LeadsThroughExactlyTheSynapsesThatWereDescribed) {
  network::Network network = cells();
  const RandomDistribution delays("uniform", {0.5, 3.0});
  connect(network, range(0, 20), range(0, 35), FixedProbabilityConnector(0.3), {0.1, 1.0});
  connect(network, range(0, 35), range(20, 35), FixedProbabilityConnector(0.3), {0.2, 1.0}, "inhibitory");
  connect(network, range(35, 40), range(0, 35), FixedProbabilityConnector(0.5), {0.3, delays});
  // A part of several populations, out of order: rows have to be looked up.
  connect(network, ids({37, 3, 22, 1, 36, 30}), ids({34, 2, 19, 21}), AllToAllConnector(), {delays, 0.25});
  connect(network, ids({5, 4}), ids({7}), AllToAllConnector(), {0.4, delays}, "inhibitory");
  const Routing routing(network, alone());
  EXPECT_EQ(routed(network, routing), described(network));
  EXPECT_EQ(routing.min_delay_of_neurons(), 0.25);
  EXPECT_EQ(routing.min_delay_of_sources(), 0.25);
}

TEST(Routing, JoinsAllSynapsesOfOneConstantDelayIntoOneRoute) {
  network::Network network = cells();
  for (int repetition = 0; repetition < 3; ++repetition) {
    connect(network, range(0, 20), range(0, 35), FixedProbabilityConnector(0.3), {0.1, 0.2});
    connect(network, range(0, 20), range(0, 20), FixedProbabilityConnector(0.3), {0.1, 0.7});
  }
  const Routing routing(network, alone());
  ASSERT_EQ(routing.routes_of(0).size(), 2U);
  EXPECT_EQ(routing.routes_of(0)[0].branches.size(), 6U);
  EXPECT_EQ(routing.routes_of(0)[1].branches.size(), 3U);
}

TEST(Routing, DoesNotDependOnTheOrderOfTheProjections) {
  std::mt19937_64 generator(12);
  std::vector<int> order{0, 1, 2, 3, 4, 5};
  const auto build = [&order](network::Network& network) {
    for (const int k : order) {
      // Alike but for one thing each: delay, a weight, the target of the last synapse.
      std::vector<ListedConnection> list{
          {0, 1, {}, {}}, {1, 2, {}, {}}, {2, static_cast<std::uint32_t>(k % 2), {}, {}}};
      list[1].weight = k < 4 ? 0.1 : 0.2;
      connect(network, range(0, 20), range(0, 20), FromListConnector(list), {0.1, k < 2 ? 0.2 : 0.5});
    }
  };
  const auto contents = [](const network::Network& network, const Routing& routing) {
    std::vector<std::tuple<double, std::size_t, double, std::uint32_t>> list;
    for (const Route& route : routing.routes_of(0)) {
      for (const Branch& branch : route.branches) {
        for (std::uint32_t i = 0; i < network.populations[0].size; ++i) {
          const auto row = branch.row(i);
          for (std::size_t k = 0; k < row.target.size(); ++k) {
            list.emplace_back(route.delay.value_or(-1.0), i, row.weight.empty() ? -1.0 : row.weight[k], row.target[k]);
          }
        }
      }
    }
    return list;
  };
  network::Network first = cells();
  build(first);
  const auto expected = contents(first, Routing(first, alone()));
  for (int permutation = 0; permutation < 20; ++permutation) {
    std::shuffle(order.begin(), order.end(), generator);
    network::Network network = cells();
    build(network);
    EXPECT_EQ(contents(network, Routing(network, alone())), expected);
  }
}

}  // namespace
}  // namespace va_event::engine
