// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "chi_square.hpp"
#include "test_network.hpp"
#include "va_event/error.hpp"

namespace va_event::network {
namespace {

using namespace testing_support;

std::vector<Position> grid(std::size_t size) { return place(Grid2D{}, size, 1, 0); }

TEST(DistanceDependentProbability, connectsExactlyTheNeighboursWhenTheProbabilityIsAStep) {
  TestNetwork net;
  const Ids cells = net.add(100, kCurrentNeuron, grid(100));
  const DistanceDependentProbabilityConnector connector([](double d) { return d < 1.2 ? 1.0 : 0.0; }, false);
  std::vector<Pair> expected;
  for (std::uint32_t pre = 0; pre < 100; ++pre) {
    for (std::uint32_t post = 0; post < 100; ++post) {
      const int dx = static_cast<int>(pre / 10) - static_cast<int>(post / 10);
      const int dy = static_cast<int>(pre % 10) - static_cast<int>(post % 10);
      if (dx * dx + dy * dy == 1) {
        expected.emplace_back(pre, post);
      }
    }
  }
  EXPECT_EQ(pairs(net.connect(cells, cells, connector)), expected);
}

TEST(DistanceDependentProbability, frequenciesFollowTheFunction) {
  TestNetwork net;
  const Ids pre = net.add(900, kSource, grid(900));
  const Ids post = net.add(400, kCurrentNeuron, grid(400));
  const auto probability = [](double d) { return std::exp(-d / 8.0); };
  const ProjectionData projection = net.connect(pre, post, DistanceDependentProbabilityConnector(probability));
  EXPECT_FALSE(has_multapses(projection));
  const auto bin = [&](std::uint32_t a, std::uint32_t b) {
    const double dx = static_cast<double>(a / 30) - static_cast<double>(b / 20);
    const double dy = static_cast<double>(a % 30) - static_cast<double>(b % 20);
    return std::sqrt(dx * dx + dy * dy);
  };
  std::vector<double> observed(50, 0.0);
  std::vector<double> expected(50, 0.0);
  std::vector<double> variance(50, 0.0);
  for (std::uint32_t a = 0; a < 900; ++a) {
    for (std::uint32_t b = 0; b < 400; ++b) {
      const double p = probability(bin(a, b));
      expected[static_cast<std::size_t>(bin(a, b))] += p;
      variance[static_cast<std::size_t>(bin(a, b))] += p * (1.0 - p);
    }
  }
  for (const Pair& pair : pairs(projection)) {
    observed[static_cast<std::size_t>(bin(pair.first, pair.second))] += 1.0;
  }
  for (std::size_t i = 0; i < observed.size(); ++i) {
    EXPECT_NEAR(observed[i], expected[i], 4.5 * std::sqrt(variance[i])) << i;
  }
}

TEST(DistanceDependentProbability, seesTheSpaceOfTheProjection) {
  TestNetwork net;
  const Ids cells = net.add(10, kCurrentNeuron, place(Line{}, 10, 1, 0));
  const DistanceDependentProbabilityConnector neighbours([](double d) { return d > 0.5 && d < 1.5 ? 1.0 : 0.0; });
  EXPECT_EQ(net.connect(cells, cells, neighbours).size(), 18U);
  Space ring;
  ring.period[0] = 10.0;
  EXPECT_EQ(net.connect(cells, cells, neighbours, {0.5, 0.2}, 0, ring).size(), 20U);
}

TEST(DistanceDependentProbability, refusesWhatIsNoProbabilityOrHasNoPosition) {
  TestNetwork net;
  const Ids placed = net.add(4, kCurrentNeuron, grid(4));
  const Ids nowhere = net.add(4);
  const auto build = [&](const Ids& pre, const Ids& post, double p) {
    static_cast<void>(net.connect(pre, post, DistanceDependentProbabilityConnector([p](double) { return p; })));
  };
  EXPECT_NO_THROW(build(placed, placed, 1.0));
  EXPECT_THROW(build(placed, placed, 1.01), ParameterError);
  EXPECT_THROW(build(placed, placed, -0.01), ParameterError);
  EXPECT_THROW(build(placed, placed, std::nan("")), ParameterError);
  EXPECT_THROW(build(placed, nowhere, 0.5), ConnectionError);
  EXPECT_THROW(build(nowhere, placed, 0.5), ConnectionError);
  EXPECT_THROW(DistanceDependentProbabilityConnector{nullptr}, UserError);
}

}  // namespace
}  // namespace va_event::network
