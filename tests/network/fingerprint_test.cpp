// SPDX-License-Identifier: Apache-2.0
#include "network/fingerprint.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <vector>

#include "test_network.hpp"

namespace va_event::network {
namespace {

using testing_support::TestNetwork;

TEST(Fingerprint, OfSynapsesIsTheSumOfItsParts) {
  TestNetwork test;
  const auto cells = test.add(6);
  const std::vector<ListedConnection> list{
      {0, 1, 0.5, 0.2}, {0, 1, 0.5, 0.2}, {2, 1, -0.5, 0.2}, {3, 5, 0.5, 1.2}, {5, 0, 0.25, 3.0}};
  const auto sum_of = [&](std::size_t begin, std::size_t end) {
    return hash_sum(test.connect(cells, cells,
                                 FromListConnector({list.begin() + static_cast<std::ptrdiff_t>(begin),
                                                    list.begin() + static_cast<std::ptrdiff_t>(end)})));
  };
  const std::uint64_t whole = sum_of(0, list.size());
  for (std::size_t cut = 0; cut <= list.size(); ++cut) {
    EXPECT_EQ(sum_of(0, cut) + sum_of(cut, list.size()), whole);
  }
}

TEST(Fingerprint, OfSynapsesDependsOnEverythingAboutThem) {
  TestNetwork test;
  const auto cells = test.add(3);
  std::set<std::uint64_t> sums;
  const std::vector<ListedConnection> synapses{{0, 1, 0.5, 0.2}, {1, 0, 0.5, 0.2},  {0, 2, 0.5, 0.2}, {2, 1, 0.5, 0.2},
                                               {0, 1, 0.2, 0.5}, {0, 1, -0.5, 0.2}, {0, 1, 0.5, 0.3}};
  for (const ListedConnection& synapse : synapses) {
    sums.insert(hash_sum(test.connect(cells, cells, FromListConnector({synapse}))));
  }
  EXPECT_EQ(sums.size(), synapses.size());
}

TEST(Fingerprint, OfASynapseDoesNotDependOnHowItsValuesAreStored) {
  TestNetwork test;
  const auto cells = test.add(3);
  const auto constant = test.connect(cells, cells, AllToAllConnector(), {0.5, 0.2});
  std::vector<ListedConnection> list = constant.connections();
  list[0].weight = 0.25;
  list[1].delay = 0.1;
  const auto each = test.connect(cells, cells, FromListConnector(list));
  list.erase(list.begin(), list.begin() + 2);
  const auto rest = test.connect(cells, cells, FromListConnector(list));
  const auto first = test.connect(cells, cells, FromListConnector({each.connections()[0], each.connections()[1]}));
  EXPECT_EQ(hash_sum(each), hash_sum(first) + hash_sum(rest));
}

}  // namespace
}  // namespace va_event::network
