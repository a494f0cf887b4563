// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <boost/math/distributions/binomial.hpp>
#include <cmath>

#include "chi_square.hpp"
#include "test_network.hpp"
#include "va_event/error.hpp"

namespace va_event::network {
namespace {

using namespace testing_support;

std::vector<double> binomial_counts(std::size_t n, double p, double trials) {
  const boost::math::binomial distribution(static_cast<double>(n), p);
  std::vector<double> expected;
  for (std::size_t k = 0; k <= n; ++k) {
    expected.push_back(trials * boost::math::pdf(distribution, static_cast<double>(k)));
  }
  return expected;
}

TEST(FixedProbability, inAndOutDegreesAreBinomial) {
  TestNetwork net;
  const Ids pre = net.add(800);
  const Ids post = net.add(1200);
  for (const double p : {0.001, 0.02, 0.3, 0.97}) {
    const ProjectionData projection = net.connect(pre, post, FixedProbabilityConnector(p));
    EXPECT_FALSE(has_multapses(projection));
    const double mean = 800.0 * 1200.0 * p;
    EXPECT_NEAR(static_cast<double>(projection.size()), mean, 4.0 * std::sqrt(mean * (1.0 - p))) << p;
    EXPECT_GT(chi_square_p(histogram(in_degrees(projection), 800), binomial_counts(800, p, 1200.0)), kSignificance);
    EXPECT_GT(chi_square_p(histogram(out_degrees(projection), 1200), binomial_counts(1200, p, 800.0)), kSignificance);
  }
}

TEST(FixedProbability, everyPairIsEquallyLikelyAndIndependentOfTheOthers) {
  TestNetwork net;
  const Ids pre = net.add(3);
  const Ids post = net.add(2);
  constexpr double kP = 0.35;
  constexpr std::size_t kRuns = 20000;
  std::vector<double> observed(64, 0.0);  // which of the 2^6 subsets of pairs
  std::vector<double> expected(64, 0.0);
  for (std::size_t run = 0; run < kRuns; ++run) {
    std::size_t subset = 0;
    for (const Pair& pair : pairs(net.connect(pre, post, FixedProbabilityConnector(kP), {0.5, 0.2}, run))) {
      subset |= std::size_t{1} << (pair.first * 2 + pair.second);
    }
    observed[subset] += 1.0;
  }
  for (std::size_t subset = 0; subset < 64; ++subset) {
    const int size = __builtin_popcountll(subset);
    expected[subset] = kRuns * std::pow(kP, size) * std::pow(1.0 - kP, 6 - size);
  }
  EXPECT_GT(chi_square_p(observed, expected), kSignificance);
}

TEST(FixedProbability, zeroAndOneAreExact) {
  TestNetwork net;
  const Ids cells = net.add(37);
  EXPECT_EQ(net.connect(cells, cells, FixedProbabilityConnector(0.0)).size(), 0U);
  EXPECT_EQ(net.connect(cells, cells, FixedProbabilityConnector(1.0)).size(), 37U * 37U);
  EXPECT_EQ(net.connect(cells, cells, FixedProbabilityConnector(1.0, false)).size(), 37U * 36U);
  EXPECT_EQ(net.connect(cells, cells, FixedProbabilityConnector(1e-300)).size(), 0U);
  EXPECT_EQ(net.connect(cells, cells, FixedProbabilityConnector(1.0 - 0x1p-53)).size(), 37U * 37U);
}

TEST(FixedProbability, selfConnectionsExistOnlyWhereAllowed) {
  TestNetwork net;
  const Ids cells = net.add(200);
  const Ids shuffled = TestNetwork::list({150, 3, 77, 10, 11, 199, 0});
  EXPECT_TRUE(has_self_connections(net.connect(cells, cells, FixedProbabilityConnector(0.5))));
  const ProjectionData without = net.connect(cells, cells, FixedProbabilityConnector(0.5, false));
  EXPECT_FALSE(has_self_connections(without));
  EXPECT_FALSE(has_self_connections(net.connect(shuffled, cells, FixedProbabilityConnector(0.9, false))));
  EXPECT_FALSE(has_self_connections(net.connect(cells, shuffled, FixedProbabilityConnector(0.9, false))));
  EXPECT_FALSE(has_self_connections(net.connect(cells, cells, FixedProbabilityConnector(0.9, NumpyRandom(1), false))));
}

TEST(FixedProbability, differsBetweenSeedsProjectionsAndPostCells) {
  TestNetwork net;
  TestNetwork other(2);
  const Ids cells = net.add(100);
  other.add(100);
  const FixedProbabilityConnector connector(0.1);
  const auto reference = pairs(net.connect(cells, cells, connector));
  EXPECT_EQ(pairs(net.connect(cells, cells, connector)), reference);
  EXPECT_NE(pairs(net.connect(cells, cells, connector, {0.5, 0.2}, 1)), reference);
  EXPECT_NE(pairs(other.connect(cells, cells, connector)), reference);
}

TEST(FixedProbability, refusesProbabilitiesOutsideZeroToOne) {
  for (const double p : {-0.1, 1.1, std::nan(""), -HUGE_VAL, HUGE_VAL}) {
    EXPECT_THROW(FixedProbabilityConnector{p}, ParameterError) << p;
    EXPECT_THROW(FixedProbabilityConnector(p, NumpyRandom(1)), ParameterError) << p;
  }
}

// PyNN's Vogels-Abbott network: one stream for v, then every projection replays it from there.
TEST(FixedProbability, reproducesTheNetworkThatPyNNBuilds) {
  TestNetwork net;
  const Ids exc = net.add(3200);
  const Ids inh = net.add(800);
  const Ids source = net.add(20, kSource);
  NumpyRandom rng(98765);
  static_cast<void>(rng.uniform(-60.0, -50.0, 4000));
  const FixedProbabilityConnector connector(0.02, rng);
  const ProjectionData e2e = net.connect(exc, exc, connector);
  const ProjectionData i2e = net.connect(inh, exc, connector);
  EXPECT_EQ(e2e.size(), 204712U);
  EXPECT_EQ(net.connect(exc, inh, connector).size(), 50753U);
  EXPECT_EQ(i2e.size(), 50753U);
  EXPECT_EQ(net.connect(inh, inh, connector).size(), 12698U);
  const FixedProbabilityConnector external(0.01, NumpyRandom(151985012));
  EXPECT_EQ(net.connect(source, exc, external).size(), 624U);
  EXPECT_EQ(net.connect(source, inh, external).size(), 153U);

  // Replayed by hand: the numbers run over the pre cells of post cell 0, then of post cell 1, ...
  std::vector<Pair> expected;
  for (std::uint32_t post = 0; post < 3200; ++post) {
    for (std::uint32_t pre = 0; pre < 800; ++pre) {
      if (rng.uniform() < 0.02) {
        expected.emplace_back(pre, post);
      }
    }
  }
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(pairs(i2e), expected);
}

}  // namespace
}  // namespace va_event::network
