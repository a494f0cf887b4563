// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "test_network.hpp"
#include "va_event/error.hpp"

namespace va_event::network {
namespace {

using namespace testing_support;

TEST(AllToAll, connectsEveryPairOnce) {
  TestNetwork net;
  const Ids pre = net.add(3, kSource);
  const Ids post = net.add(2);
  const std::vector<Pair> expected{{0, 0}, {0, 1}, {1, 0}, {1, 1}, {2, 0}, {2, 1}};
  EXPECT_EQ(pairs(net.connect(pre, post, AllToAllConnector())), expected);
}

TEST(AllToAll, leavesOutSelfConnectionsWhereTheyAreNotAllowed) {
  TestNetwork net;
  const Ids cells = net.add(5);
  EXPECT_EQ(net.connect(cells, cells, AllToAllConnector()).size(), 25U);
  const ProjectionData projection = net.connect(cells, cells, AllToAllConnector(false));
  EXPECT_EQ(projection.size(), 20U);
  EXPECT_FALSE(has_self_connections(projection));
  EXPECT_FALSE(has_multapses(projection));
  // Cells are the same by identity, not by their number in the set.
  const ProjectionData views =
      net.connect(TestNetwork::list({4, 2, 0}), TestNetwork::list({2, 3}), AllToAllConnector(false));
  EXPECT_EQ(pairs(views), (std::vector<Pair>{{0, 0}, {0, 1}, {1, 1}, {2, 0}, {2, 1}}));
}

TEST(OneToOne, connectsEqualNumbers) {
  TestNetwork net;
  const Ids pre = net.add(3);
  const Ids post = net.add(3);
  EXPECT_EQ(pairs(net.connect(pre, post, OneToOneConnector())), (std::vector<Pair>{{0, 0}, {1, 1}, {2, 2}}));
  const ProjectionData views = net.connect(TestNetwork::list({2, 0}), TestNetwork::list({4, 5}), OneToOneConnector());
  EXPECT_EQ(pairs(views), (std::vector<Pair>{{0, 0}, {1, 1}}));
}

TEST(OneToOne, refusesGroupsOfDifferentSize) {
  TestNetwork net;
  const Ids pre = net.add(3);
  const Ids post = net.add(4);
  EXPECT_THROW(static_cast<void>(net.connect(pre, post, OneToOneConnector())), SizeError);
}

}  // namespace
}  // namespace va_event::network
