// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>

#include "chi_square.hpp"
#include "test_network.hpp"
#include "va_event/error.hpp"

namespace va_event::network {
namespace {

using namespace testing_support;
using testing::Each;

/// Builds a tiny projection again and again (as projection 0, 1, 2, ...) and compares how often each set of pairs
/// comes with what `weight` says, relatively.
void expect_sets_follow(const Connector& connector, std::uint32_t n_pre, std::uint32_t n_post, bool recurrent,
                        const std::function<double(const std::vector<Pair>&)>& weight, std::size_t sets) {
  TestNetwork net;
  const Ids pre = net.add(n_pre);
  const Ids post = recurrent ? pre : net.add(n_post);
  constexpr std::size_t kRuns = 20000;
  std::map<std::vector<Pair>, double> counts;
  for (std::size_t run = 0; run < kRuns; ++run) {
    counts[pairs(net.connect(pre, post, connector, {0.5, 0.2}, run))] += 1.0;
  }
  ASSERT_EQ(counts.size(), sets);
  if (sets == 1) {
    return;
  }
  std::vector<double> observed;
  std::vector<double> expected;
  double total = 0.0;
  for (const auto& entry : counts) {
    observed.push_back(entry.second);
    expected.push_back(weight(entry.first));
    total += expected.back();
  }
  for (double& value : expected) {
    value *= kRuns / total;
  }
  EXPECT_GT(chi_square_p(observed, expected), kSignificance);
}

double equally(const std::vector<Pair>& /*pairs*/) { return 1.0; }

/// Ordered draws that give this multiset, up to a factor: 1 / product of the factorials of multiplicities.
double multinomially(const std::vector<Pair>& all) {
  std::map<Pair, int> multiplicity;
  for (const Pair& pair : all) {
    ++multiplicity[pair];
  }
  double weight = 1.0;
  for (const auto& entry : multiplicity) {
    weight /= std::tgamma(entry.second + 1.0);
  }
  return weight;
}

TEST(FixedNumberPre, everySubsetIsEquallyLikely) {
  expect_sets_follow(FixedNumberPreConnector(2), 5, 1, false, equally, 10);        // C(5,2)
  expect_sets_follow(FixedNumberPreConnector(1), 3, 2, false, equally, 9);         // columns are independent
  expect_sets_follow(FixedNumberPreConnector(2, false), 4, 4, true, equally, 81);  // C(3,2)^4
  expect_sets_follow(FixedNumberPreConnector(5), 5, 1, false, equally, 1);
}

TEST(FixedNumberPre, withReplacementEveryDrawIsIndependent) {
  expect_sets_follow(FixedNumberPreConnector(3, true, true), 3, 1, false, multinomially, 10);
  expect_sets_follow(FixedNumberPreConnector(2, false, true), 3, 3, true, multinomially, 27);
}

TEST(FixedNumberPre, everyPostCellGetsThatMany) {
  TestNetwork net;
  const Ids pre = net.add(300);
  const Ids post = net.add(200);
  const ProjectionData projection = net.connect(pre, post, FixedNumberPreConnector(70));
  EXPECT_THAT(in_degrees(projection), Each(70U));
  EXPECT_FALSE(has_multapses(projection));
  const ProjectionData repeated = net.connect(pre, post, FixedNumberPreConnector(700, true, true));
  EXPECT_THAT(in_degrees(repeated), Each(700U));
  EXPECT_TRUE(has_multapses(repeated));
  std::vector<double> observed;
  for (const std::size_t degree : out_degrees(repeated)) {
    observed.push_back(static_cast<double>(degree));
  }
  EXPECT_GT(chi_square_p(observed, std::vector<double>(300, 700.0 * 200.0 / 300.0)), kSignificance);
}

TEST(FixedNumberPost, everySubsetIsEquallyLikely) {
  expect_sets_follow(FixedNumberPostConnector(2), 1, 5, false, equally, 10);
  expect_sets_follow(FixedNumberPostConnector(1), 2, 3, false, equally, 9);
  expect_sets_follow(FixedNumberPostConnector(2, false), 4, 4, true, equally, 81);
  expect_sets_follow(FixedNumberPostConnector(3, true, true), 1, 3, false, multinomially, 10);
  expect_sets_follow(FixedNumberPostConnector(2, false, true), 3, 3, true, multinomially, 27);
}

TEST(FixedNumberPost, everyPreCellGetsThatMany) {
  TestNetwork net;
  const Ids pre = net.add(300);
  const Ids post = net.add(200);
  const ProjectionData projection = net.connect(pre, post, FixedNumberPostConnector(70));
  EXPECT_THAT(out_degrees(projection), Each(70U));
  EXPECT_FALSE(has_multapses(projection));
  const ProjectionData repeated = net.connect(pre, post, FixedNumberPostConnector(700, true, true));
  EXPECT_THAT(out_degrees(repeated), Each(700U));
  EXPECT_TRUE(has_multapses(repeated));
}

TEST(FixedTotalNumber, everySetIsEquallyLikelyWithoutReplacement) {
  expect_sets_follow(FixedTotalNumberConnector(2, true, false), 2, 3, false, equally, 15);  // C(6,2)
  expect_sets_follow(FixedTotalNumberConnector(4, true, false), 2, 3, false, equally, 15);  // C(6,4)
  expect_sets_follow(FixedTotalNumberConnector(3, false, false), 3, 3, true, equally, 20);  // C(6,3)
  expect_sets_follow(FixedTotalNumberConnector(6, true, false), 2, 3, false, equally, 1);
  expect_sets_follow(FixedTotalNumberConnector(5, false, false), 3, 3, true, equally, 6);
}

TEST(FixedTotalNumber, everyDrawIsIndependentWithReplacement) {
  expect_sets_follow(FixedTotalNumberConnector(2), 2, 3, false, multinomially, 21);  // C(6+2-1,2)
  expect_sets_follow(FixedTotalNumberConnector(2, false), 3, 3, true, multinomially, 21);
}

TEST(FixedTotalNumber, degreesOfLargeNetworksHaveTheRightSpread) {
  TestNetwork net;
  const Ids pre = net.add(500);
  const Ids post = net.add(2000);
  constexpr double kN = 300000.0;
  for (const bool with_replacement : {false, true}) {
    const ProjectionData projection = net.connect(pre, post, FixedTotalNumberConnector(300000, true, with_replacement));
    EXPECT_EQ(projection.size(), 300000U);
    EXPECT_EQ(has_multapses(projection), with_replacement);
    // Hypergeometric, or binomial. The estimate of a variance from n values has a standard error of sqrt(2/n).
    const auto expect_spread = [&](const std::vector<std::size_t>& degrees) {
      const auto cells = static_cast<double>(degrees.size());
      double variance = 0.0;
      for (const std::size_t degree : degrees) {
        variance += (static_cast<double>(degree) - kN / cells) * (static_cast<double>(degree) - kN / cells) / cells;
      }
      const double expected = kN / cells * (1.0 - 1.0 / cells) * (with_replacement ? 1.0 : (1e6 - kN) / (1e6 - 1.0));
      EXPECT_NEAR(variance / expected, 1.0, 4.0 * std::sqrt(2.0 / cells));
    };
    expect_spread(in_degrees(projection));
    expect_spread(out_degrees(projection));
  }
}

TEST(FixedNumbers, selfConnectionsExistOnlyWhereAllowed) {
  TestNetwork net;
  const Ids cells = net.add(20);
  const Ids view = TestNetwork::list({19, 4, 5, 11, 0});
  for (const bool with_replacement : {false, true}) {
    EXPECT_TRUE(has_self_connections(net.connect(cells, cells, FixedNumberPreConnector(19, true, with_replacement))));
    EXPECT_TRUE(has_self_connections(net.connect(cells, cells, FixedNumberPostConnector(19, true, with_replacement))));
    EXPECT_FALSE(has_self_connections(net.connect(cells, cells, FixedNumberPreConnector(19, false, with_replacement))));
    EXPECT_FALSE(
        has_self_connections(net.connect(cells, cells, FixedNumberPostConnector(19, false, with_replacement))));
    EXPECT_FALSE(
        has_self_connections(net.connect(cells, cells, FixedTotalNumberConnector(300, false, with_replacement))));
    EXPECT_FALSE(has_self_connections(net.connect(view, cells, FixedNumberPreConnector(4, false, with_replacement))));
    EXPECT_FALSE(has_self_connections(net.connect(view, cells, FixedNumberPostConnector(19, false, with_replacement))));
  }
}

TEST(FixedNumbers, areRefusedWhenThereAreNotSoManyCells) {
  TestNetwork net;
  const Ids pre = net.add(5);
  const Ids post = net.add(7);
  const Ids one = TestNetwork::range(0, 1);
  const auto fails = [&](const Ids& a, const Ids& b, const Connector& connector) {
    EXPECT_THROW(static_cast<void>(net.connect(a, b, connector)), ParameterError) << connector.name();
  };
  fails(pre, post, FixedNumberPreConnector(6));
  fails(pre, pre, FixedNumberPreConnector(5, false));
  fails(one, one, FixedNumberPreConnector(1, false, true));
  fails(pre, post, FixedNumberPostConnector(8));
  fails(pre, pre, FixedNumberPostConnector(5, false));
  fails(pre, post, FixedTotalNumberConnector(36, true, false));
  fails(pre, pre, FixedTotalNumberConnector(21, false, false));
  EXPECT_EQ(net.connect(pre, post, FixedNumberPreConnector(0)).size(), 0U);
  EXPECT_EQ(net.connect(pre, post, FixedNumberPostConnector(0)).size(), 0U);
  EXPECT_EQ(net.connect(pre, post, FixedTotalNumberConnector(0)).size(), 0U);
}

}  // namespace
}  // namespace va_event::network
