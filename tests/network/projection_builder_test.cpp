// SPDX-License-Identifier: Apache-2.0
#include "network/projection_builder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "test_network.hpp"
#include "va_event/csa.hpp"
#include "va_event/error.hpp"

namespace va_event::network {
namespace {

using namespace testing_support;

const Values kRandomWeight(RandomDistribution("normal", {0.0, 1.0}));
const Values kRandomDelay(RandomDistribution("uniform", {0.1, 5.0}));

std::vector<std::shared_ptr<const Connector>> every_connector() {
  const auto probability = [](double d) { return 0.5 * std::exp(-d / 5.0); };
  const auto weight = [](std::size_t pre, std::size_t) { return static_cast<double>(pre); };
  return {
      std::make_shared<AllToAllConnector>(),
      std::make_shared<AllToAllConnector>(false),
      std::make_shared<OneToOneConnector>(),
      std::make_shared<FixedProbabilityConnector>(0.2),
      std::make_shared<FixedProbabilityConnector>(0.2, false),
      std::make_shared<FixedProbabilityConnector>(0.2, NumpyRandom(4)),
      std::make_shared<FixedNumberPreConnector>(7),
      std::make_shared<FixedNumberPreConnector>(7, false, true),
      std::make_shared<FixedNumberPostConnector>(7),
      std::make_shared<FixedNumberPostConnector>(7, false, true),
      std::make_shared<FixedTotalNumberConnector>(200),
      std::make_shared<FixedTotalNumberConnector>(200, false, false),
      std::make_shared<FromListConnector>(
          std::vector<ListedConnection>{{0, 35, 1.5, {}}, {3, 2, {}, 0.7}, {3, 2, {}, 0.7}, {9, 20, {}, {}}}),
      std::make_shared<DistanceDependentProbabilityConnector>(probability),
      std::make_shared<CSAConnector>(csa::random(0.3) - csa::one_to_one()),
      std::make_shared<CSAConnector>(csa::cset(csa::random(0.3) * ~csa::random(0.5), weight, {})),
  };
}

/// 36 cells of two populations, in an order of their own.
struct TwoPopulations {
  TwoPopulations() {
    net.add(20, kCurrentNeuron, place(Grid2D{1.25}, 20, 1, 0));
    net.add(16, kCurrentNeuron, place(Grid2D{}, 16, 1, 0));
    std::vector<CellId> mixed;
    for (CellId i = 0; i < 36; ++i) {
      mixed.push_back(i * 5 % 36);
    }
    cells = TestNetwork::list(mixed);
  }
  TestNetwork net;
  Ids cells;
};

TEST(ProjectionBuilder, sharesOfTheCellsAddUpToTheWhole) {
  TwoPopulations two;
  for (const auto& connector : every_connector()) {
    for (const StaticSynapse& synapse : {StaticSynapse{0.5, 0.2}, StaticSynapse{kRandomWeight, kRandomDelay}}) {
      two.net.network.share = {};
      const std::vector<Synapse> whole = synapses(two.net.connect(two.cells, two.cells, *connector, synapse, 3));
      EXPECT_FALSE(whole.empty());
      for (const std::uint32_t count : {2U, 3U, 25U}) {  // of 25 some get no cell of a population
        std::vector<Synapse> parts;
        for (std::uint32_t index = 0; index < count; ++index) {
          two.net.network.share = {index, count};
          const std::vector<Synapse> part = synapses(two.net.connect(two.cells, two.cells, *connector, synapse, 3));
          for (const Synapse& one : part) {
            EXPECT_TRUE(two.net.network.is_local((*two.cells)[std::get<1>(one)]));
          }
          parts.insert(parts.end(), part.begin(), part.end());
        }
        std::sort(parts.begin(), parts.end());
        EXPECT_EQ(parts, whole) << connector->name() << " on " << count;
      }
    }
  }
}

// 200,000 connections of 250 neurons, or less: enough that the builder takes several threads.
TEST(ProjectionBuilder, threadsMakeTheSameTables) {
  TestNetwork net;
  const Ids first = net.add(150);
  const Ids second = net.add(100);
  std::vector<CellId> cells = *first;
  cells.insert(cells.end(), second->begin(), second->end());
  const Ids all = TestNetwork::list(cells);
  const std::vector<std::shared_ptr<const Connector>> connectors = {
      std::make_shared<AllToAllConnector>(),
      std::make_shared<FixedProbabilityConnector>(0.9),
      std::make_shared<FixedProbabilityConnector>(0.9, NumpyRandom(4)),
      std::make_shared<FixedNumberPreConnector>(800, true, true),
      std::make_shared<FixedNumberPostConnector>(800, false, true),
      std::make_shared<FixedTotalNumberConnector>(200'000),
      std::make_shared<CSAConnector>(csa::full()),
  };
  for (const auto& connector : connectors) {
    for (const StaticSynapse& synapse : {StaticSynapse{0.5, 0.2}, StaticSynapse{kRandomWeight, kRandomDelay}}) {
      const auto build = [&](unsigned threads) {
        net.network.threads = threads;
        return net.connect(all, all, *connector, synapse, 3);
      };
      const ProjectionData alone = build(1);
      for (const unsigned threads : {2U, 3U}) {
        const ProjectionData shared = build(threads);
        EXPECT_TRUE(same_tables(alone, shared)) << connector->name() << " on " << threads;
      }
    }
  }
}

TEST(ProjectionBuilder, everyRowIsSortedByDelayTargetWeight) {
  const TwoPopulations two;
  for (const auto& connector : every_connector()) {
    const ProjectionData projection = two.net.connect(two.cells, two.cells, *connector, {kRandomWeight, kRandomDelay});
    for (const SynapseBlock& block : projection.blocks) {
      for (std::size_t r = 0; r < block.table.rows(); ++r) {
        const SynapseTable::Row row = block.table.row(r);
        for (std::size_t k = 1; k < row.target.size() && !row.delay.empty(); ++k) {
          EXPECT_LE(std::make_tuple(row.delay[k - 1], row.target[k - 1]), std::make_tuple(row.delay[k], row.target[k]));
        }
      }
    }
  }
}

TEST(ProjectionBuilder, sortsTargetsIntoTheBlocksOfTheirPopulations) {
  const TwoPopulations two;
  const ProjectionData projection = two.net.connect(two.cells, two.cells, AllToAllConnector());
  ASSERT_EQ(projection.blocks.size(), 2U);
  EXPECT_EQ(projection.blocks[0].post_population, 0U);
  EXPECT_EQ(projection.blocks[1].post_population, 1U);
  std::vector<std::uint32_t> first(20);
  std::vector<std::uint32_t> second(16);
  std::iota(first.begin(), first.end(), 0U);
  std::iota(second.begin(), second.end(), 0U);
  for (std::size_t pre = 0; pre < 36; ++pre) {
    EXPECT_THAT(projection.blocks[0].table.row(pre).target, testing::ElementsAreArray(first));
    EXPECT_THAT(projection.blocks[1].table.row(pre).target, testing::ElementsAreArray(second));
  }
}

TEST(ProjectionBuilder, connectionsComeByPreCellThenBlockThenRow) {
  const TwoPopulations two;
  const ProjectionData projection =
      two.net.connect(two.cells, two.cells, FixedProbabilityConnector(0.3), {kRandomWeight, kRandomDelay});
  std::size_t k = 0;
  const std::vector<ListedConnection> connections = projection.connections();
  EXPECT_EQ(connections.size(), projection.size());
  for (std::size_t pre = 0; pre < 36; ++pre) {
    for (const SynapseBlock& block : projection.blocks) {
      const SynapseTable::Row row = block.table.row(pre);
      for (std::size_t i = 0; i < row.target.size(); ++i, ++k) {
        const CellId target = two.net.network.populations[block.post_population].first + row.target[i];
        EXPECT_EQ(connections[k].pre, pre);
        EXPECT_EQ((*projection.post)[connections[k].post], target);
        EXPECT_EQ(connections[k].weight, row.weight[i]);
        EXPECT_EQ(connections[k].delay, row.delay[i]);
      }
    }
  }
  EXPECT_EQ(k, connections.size());
}

TEST(ProjectionBuilder, arraysGiveEachPairItsElement) {
  const TwoPopulations two;
  std::vector<double> weights(36 * 36);
  std::vector<double> delays(36 * 36);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    weights[i] = static_cast<double>(i);
    delays[i] = 1.0 + static_cast<double>(i % 7);
  }
  const auto connections =
      two.net.connect(two.cells, two.cells, FixedProbabilityConnector(0.3), {weights, delays}).connections();
  for (const ListedConnection& connection : connections) {
    EXPECT_EQ(connection.weight, weights[connection.pre * 36 + connection.post]);
    EXPECT_EQ(connection.delay, delays[connection.pre * 36 + connection.post]);
  }
}

TEST(ProjectionBuilder, functionsOfDistanceSeeTheDistanceOfEachPair) {
  const TwoPopulations two;
  const Values twice(OfDistance{[](double d) { return 2.0 * d; }});
  const Values delayed(OfDistance{[](double d) { return 0.1 + 0.01 * d; }});
  const auto& populations = two.net.network.populations;
  const auto position = [&](std::uint32_t index) {
    const CellId id = (*two.cells)[index];
    return id < 20 ? populations[0].positions[id] : populations[1].positions[id - 20];
  };
  for (const ListedConnection& connection :
       two.net.connect(two.cells, two.cells, AllToAllConnector(), {twice, delayed}).connections()) {
    const Position a = position(connection.pre);
    const Position b = position(connection.post);
    const double d = std::hypot(a[0] - b[0], a[1] - b[1]);
    EXPECT_NEAR(*connection.weight, 2.0 * d, 1e-14);
    EXPECT_NEAR(*connection.delay, 0.1 + 0.01 * d, 1e-14);
  }
}

/// Box and Muller's formula by the C library, from the words of a synapse's stream.
std::pair<double, double> normal_pair(RandomStream& stream) {
  const double u = (static_cast<double>(stream() >> 12U) + 0.5) * 0x1p-52;
  const double angle = 2.0 * M_PI * static_cast<double>(stream() >> 12U) * 0x1p-52;
  const double radius = std::sqrt(-2.0 * std::log(u));
  return {radius * std::cos(angle), radius * std::sin(angle)};
}

// Of the pre cell, the post cell, and the number of the synapse among those of the pair.
TEST(ProjectionBuilder, randomValuesAreFunctionsOfTheSynapse) {
  TestNetwork net(77);
  const Ids pre = net.add(30);
  const Ids post = net.add(20);
  const FixedNumberPreConnector connector(40, true, true);  // many pairs have several synapses
  const std::uint64_t weight_key = RandomStream(77, 3, 5)();
  const std::uint64_t delay_key = RandomStream(77, 4, 5)();
  const std::uint64_t normal_key = RandomStream(77, 8, 5)();
  const RandomDistribution gamma("gamma", {2.0, 0.5});
  const RandomDistribution clipped("normal_clipped", {1.0, 0.8, 0.1, 2.0});
  std::map<Pair, std::multiset<std::pair<double, double>>> expected;
  std::map<Pair, std::uint32_t> number;
  for (const Pair& pair : pairs(net.connect(pre, post, connector, {}, 5))) {
    const std::uint32_t n = number[pair]++;
    RandomStream weights(weight_key, n, pair.first, pair.second);
    RandomStream delays(delay_key, n, pair.first, pair.second);
    expected[pair].emplace(gamma.draw(weights), kRandomDelay.distribution()->draw(delays));
  }
  std::map<Pair, std::multiset<std::pair<double, double>>> drawn;
  for (const auto& [i, j, weight, delay] : synapses(net.connect(pre, post, connector, {gamma, kRandomDelay}, 5))) {
    drawn[{i, j}].emplace(weight, delay);
  }
  EXPECT_EQ(drawn, expected);

  // Normal numbers come in pairs, weight and delay; clipped ones are the first within the limits.
  const auto normal = net.connect(pre, post, FixedProbabilityConnector(0.4), {kRandomWeight, clipped}, 5);
  std::size_t redrawn = 0;
  for (const auto& [i, j, weight, delay] : synapses(normal)) {
    RandomStream stream(normal_key, 0, i, j);
    const auto [cosine, sine] = normal_pair(stream);
    EXPECT_NEAR(weight, cosine, 1e-14);
    double wanted = 1.0 + 0.8 * sine;
    for (; wanted < 0.1 || wanted > 2.0; ++redrawn) {
      wanted = 1.0 + 0.8 * normal_pair(stream).second;
    }
    EXPECT_NEAR(delay, wanted, 1e-14);
  }
  EXPECT_GT(redrawn, 10U);
}

TEST(ProjectionBuilder, keepsConstantValuesOutOfMemory) {
  TestNetwork net;
  const Ids pre = net.add(400);
  const Ids post = net.add(600);
  const FixedProbabilityConnector connector(0.1);  // 60 synapses in a row
  const auto bytes_per_synapse = [&](const StaticSynapse& synapse) {
    const ProjectionData projection = net.connect(pre, post, connector, synapse);
    return static_cast<double>(projection.blocks[0].table.memory_bytes()) / static_cast<double>(projection.size());
  };
  EXPECT_LE(bytes_per_synapse({0.5, 0.2}), 6.0);
  EXPECT_LE(bytes_per_synapse({std::vector<double>(400 * 600, 0.5), std::vector<double>(400 * 600, 0.2)}), 6.0);
  EXPECT_LE(bytes_per_synapse({kRandomWeight, 0.2}), 24.0);
  EXPECT_LE(bytes_per_synapse({kRandomWeight, kRandomDelay}), 24.0);
}

TEST(ProjectionBuilder, turnsNegativeZeroIntoZero) {
  TestNetwork net;
  const Ids cells = net.add(2);
  EXPECT_FALSE(
      std::signbit(net.connect(cells, cells, AllToAllConnector(), {-0.0, 0.2}).blocks[0].table.constant_weight()));
  const ProjectionData listed =
      net.connect(cells, cells, FromListConnector({{0, 0, -0.0, {}}, {0, 1, 1.0, {}}}), {1.0, 0.2});
  EXPECT_FALSE(std::signbit(listed.blocks[0].table.row(0).weight[0]));
}

TEST(ProjectionBuilder, connectsNothingWhenASetIsEmpty) {
  TestNetwork net;
  const Ids cells = net.add(3);
  const Ids none = TestNetwork::list({});
  EXPECT_EQ(net.connect(none, cells, FixedProbabilityConnector(0.5)).size(), 0U);
  EXPECT_EQ(net.connect(cells, none, FixedProbabilityConnector(0.5)).size(), 0U);
  EXPECT_EQ(net.connect(none, cells, CSAConnector(csa::block(2, 2) + ~csa::full())).size(), 0U);
  EXPECT_TRUE(net.connect(none, none, AllToAllConnector()).connections().empty());
}

TEST(ProjectionBuilder, refusesImpossibleWeightsAndDelaysHoweverTheyAreGiven) {
  TestNetwork net;
  const Ids cells = net.add(4, kCurrentNeuron, place(Line{}, 4, 1, 0));
  const Ids conductance = net.add(4, kConductanceNeuron);
  const auto build = [&](const Ids& post, const Values& weight, const Values& delay) {
    static_cast<void>(net.connect(cells, post, AllToAllConnector(), {weight, delay}));
  };
  const auto function = [](double value) { return Values(OfDistance{[value](double) { return value; }}); };
  for (const double bad : {0.0, -0.1, std::nan(""), HUGE_VAL}) {
    EXPECT_THROW(build(cells, 1.0, bad), ParameterError);
    EXPECT_THROW(build(cells, 1.0, std::vector<double>(16, bad)), ParameterError);
    EXPECT_THROW(build(cells, 1.0, function(bad)), ParameterError);
  }
  for (const double bad : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
    EXPECT_THROW(build(cells, bad, 1.0), ParameterError);
    EXPECT_THROW(build(cells, std::vector<double>(16, bad), 1.0), ParameterError);
    EXPECT_THROW(build(cells, function(bad), 1.0), ParameterError);
  }
  EXPECT_NO_THROW(build(cells, -0.1, 1.0));
  EXPECT_THROW(build(conductance, -0.1, 1.0), ParameterError);
  EXPECT_THROW(build(conductance, std::vector<double>(16, -0.1), 1.0), ParameterError);
  EXPECT_THROW(build(conductance, kRandomWeight, 1.0), ParameterError);
  EXPECT_THROW(build(cells, 1.0, kRandomWeight), ParameterError);
  EXPECT_NO_THROW(build(conductance, 0.0, 1.0));
  EXPECT_THROW(build(conductance, function(1.0), 1.0), ConnectionError);  // no positions
}

TEST(ProjectionBuilder, refusesArraysOfAnotherSizeAndSaysWhichIsRight) {
  TestNetwork net;
  const Ids pre = net.add(4);
  const Ids post = net.add(3);
  try {
    static_cast<void>(net.connect(pre, post, AllToAllConnector(), {std::vector<double>(4, 1.0), 0.2}));
    FAIL();
  } catch (const SizeError& error) {
    EXPECT_STREQ(error.what(), "weight = 4 values: must be n_pre * n_post = 12, element [pre * n_post + post]");
  }
  EXPECT_THROW(static_cast<void>(net.connect(pre, post, AllToAllConnector(), {1.0, std::vector<double>(13, 1.0)})),
               SizeError);
}

TEST(ProjectionBuilder, refusesImpossibleTargets) {
  TestNetwork net;
  const Ids neurons = net.add(4);
  const Ids sources = net.add(2, kSource);
  const Ids foreign = TestNetwork::list({1, 99});
  const auto build = [&](const Ids& pre, const Ids& post, const std::string& receptor) {
    static_cast<void>(
        build_projection(net.network, 0, pre, post, AllToAllConnector(), {StaticSynapse{1.0, 0.2}}, receptor, Space{}));
  };
  EXPECT_NO_THROW(build(sources, neurons, "inhibitory"));
  EXPECT_THROW(build(neurons, sources, "excitatory"), ConnectionError);
  EXPECT_THROW(build(neurons, TestNetwork::range(0, 6), "excitatory"), ConnectionError);
  EXPECT_THROW(build(neurons, neurons, "excitatry"), UnknownNameError);
  EXPECT_THROW(build(foreign, neurons, "excitatory"), IndexError);
  EXPECT_THROW(build(neurons, foreign, "excitatory"), IndexError);
}

/// A connector as a user may write one, with whatever mistakes.
class UsersConnector : public Connector {
 public:
  explicit UsersConnector(std::function<void(const ConnectionContext&, ConnectionSink&)> f) : f_(std::move(f)) {}
  void connect(const ConnectionContext& context, ConnectionSink& sink) const override { f_(context, sink); }
  [[nodiscard]] std::string name() const override { return "UsersConnector"; }

 private:
  std::function<void(const ConnectionContext&, ConnectionSink&)> f_;
};

TEST(ProjectionBuilder, takesColumnsOfUserConnectorsInAnyOrder) {
  TestNetwork net;
  const Ids pre = net.add(5);
  const Ids post = net.add(4);
  const UsersConnector connector([](const ConnectionContext&, ConnectionSink& sink) {
    const std::vector<std::uint32_t> column{4, 1, 1};
    sink.add(column.data(), 3, 2);
    sink.add(3, 0, 9.0, {});
    sink.add(column.data(), 2, 0);
    sink.add(column.data(), 1, 2);
  });
  const std::vector<Synapse> expected{{1, 0, 0.5, 0.2}, {1, 2, 0.5, 0.2}, {1, 2, 0.5, 0.2}, {3, 0, 9.0, 0.2},
                                      {4, 0, 0.5, 0.2}, {4, 2, 0.5, 0.2}, {4, 2, 0.5, 0.2}};
  EXPECT_EQ(synapses(net.connect(pre, post, connector)), expected);

  const UsersConnector ordered([](const ConnectionContext&, ConnectionSink& sink) {
    const std::vector<std::uint32_t> columns{1, 4, 1, 1, 4, 4};
    sink.add(columns.data(), 2, 0);
    sink.add(3, 0, 9.0, {});
    sink.add(columns.data() + 2, 4, 2);
  });
  const StaticSynapse random{kRandomWeight, kRandomDelay};
  EXPECT_EQ(synapses(net.connect(pre, post, connector, random)), synapses(net.connect(pre, post, ordered, random)));
}

TEST(ProjectionBuilder, catchesUserConnectorsThatLeaveTheGroups) {
  TestNetwork net;
  const Ids pre = net.add(5);
  const Ids post = net.add(4);
  const std::uint32_t beyond = 5;
  const auto build = [&](std::function<void(const ConnectionContext&, ConnectionSink&)> f) {
    static_cast<void>(net.connect(pre, post, UsersConnector(std::move(f))));
  };
  EXPECT_THROW(build([&](auto&, auto& sink) { sink.add(&beyond, 1, 0); }), IndexError);
  EXPECT_THROW(build([&](auto&, auto& sink) { sink.add(&beyond, 1, 4); }), IndexError);
  EXPECT_THROW(build([&](auto&, auto& sink) { sink.add(5, 0, {}, {}); }), IndexError);
  EXPECT_THROW(build([&](auto&, auto& sink) { sink.add(0, 4, {}, {}); }), IndexError);
}

TEST(SetWeights, assignsConstantsArraysAndDistributions) {
  const TwoPopulations two;
  const auto& populations = two.net.network.populations;
  ProjectionData projection =
      two.net.connect(two.cells, two.cells, FixedProbabilityConnector(0.3), {0.5, kRandomDelay}, 2);
  const std::vector<Pair> before = pairs(projection);

  std::vector<double> values;
  for (std::size_t i = 0; i < projection.size(); ++i) {
    values.push_back(static_cast<double>(i));
  }
  projection.set_weights(projection.evaluate_weights(values, populations, 1, 2));
  const auto connections = projection.connections();
  for (std::size_t i = 0; i < connections.size(); ++i) {
    EXPECT_EQ(connections[i].weight, values[i]);
  }
  EXPECT_EQ(pairs(projection), before);

  // The same numbers as if the projection had been made with the distribution.
  projection.set_weights(projection.evaluate_weights(kRandomWeight, populations, 1, 2));
  EXPECT_EQ(synapses(projection), synapses(two.net.connect(two.cells, two.cells, FixedProbabilityConnector(0.3),
                                                           {kRandomWeight, kRandomDelay}, 2)));

  projection.set_weights(projection.evaluate_weights(0.25, populations, 1, 2));
  for (const SynapseBlock& block : projection.blocks) {
    EXPECT_TRUE(block.table.has_constant_weight());
    EXPECT_EQ(block.table.constant_weight(), 0.25);
  }
}

TEST(SetWeights, refusesBadValuesAndThenChangesNothing) {
  TestNetwork net;
  const Ids pre = net.add(3);
  const Ids post = net.add(3, kConductanceNeuron);
  ProjectionData projection = net.connect(pre, post, AllToAllConnector());
  const std::vector<Synapse> before = synapses(projection);
  const auto set = [&](const Values& values) {
    projection.set_weights(projection.evaluate_weights(values, net.network.populations, 1, 0));
  };
  EXPECT_THROW(set(-1.0), ParameterError);
  EXPECT_THROW(set(std::nan("")), ParameterError);
  EXPECT_THROW(set({1, 1, 1, 1, 1, 1, 1, 1, -1}), ParameterError);
  EXPECT_THROW(set(kRandomWeight), ParameterError);
  EXPECT_THROW(set(std::vector<double>(8, 1.0)), SizeError);
  EXPECT_THROW(set(OfDistance{[](double d) { return d; }}), ConnectionError);
  EXPECT_EQ(synapses(projection), before);
}

}  // namespace
}  // namespace va_event::network
