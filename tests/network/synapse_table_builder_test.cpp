// SPDX-License-Identifier: Apache-2.0
#include "network/synapse_table_builder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <numeric>
#include <random>
#include <tuple>
#include <vector>

namespace va_event::network {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;

struct Synapse {
  std::uint32_t row;
  std::uint32_t target;
  double weight;
  double delay;
};

SynapseTable build(std::size_t rows, const std::vector<Synapse>& synapses, bool weights, bool delays,
                   double weight = 0.5, double delay = 0.2) {
  std::vector<std::uint64_t> begin(rows + 1, 0);
  for (const Synapse& synapse : synapses) {
    ++begin[synapse.row + std::size_t{1}];
  }
  std::partial_sum(begin.begin(), begin.end(), begin.begin());
  std::vector<std::uint64_t> next = begin;
  SynapseTableBuilder builder(begin, weights, delays);
  const MutableRow all = builder.rows(0, rows);
  for (const Synapse& synapse : synapses) {
    const std::uint64_t place = next[synapse.row]++;
    all.target[place] = synapse.target;
    if (weights) {
      all.weight[place] = synapse.weight;
    }
    if (delays) {
      all.delay[place] = synapse.delay;
    }
  }
  RowSorter sorter;
  for (std::size_t row = 0; row < rows; ++row) {
    sorter.sort(builder.rows(row, row + 1));
  }
  return builder.finish(weight, delay);
}

const std::vector<Synapse> kSynapses{{1, 4, 2.0, 1.0}, {0, 3, 1.0, 2.0}, {1, 0, 1.0, 3.0}, {1, 2, 3.0, 1.0}};

TEST(SynapseTableBuilder, sortsRowsByDelayThenTarget) {
  const SynapseTable table = build(3, kSynapses, true, true);
  EXPECT_EQ(table.rows(), 3U);
  EXPECT_EQ(table.size(), 4U);
  EXPECT_THAT(table.row(0).target, ElementsAre(3));
  EXPECT_THAT(table.row(1).target, ElementsAre(2, 4, 0));
  EXPECT_THAT(table.row(1).weight, ElementsAre(3.0, 2.0, 1.0));
  EXPECT_THAT(table.row(1).delay, ElementsAre(1.0, 1.0, 3.0));
  EXPECT_THAT(table.row(2).target, IsEmpty());
  EXPECT_EQ(table.delays().first, 1.0);
}

TEST(SynapseTableBuilder, sortsByTargetThenWeightWhereTheDelayIsConstant) {
  std::vector<Synapse> synapses = kSynapses;
  synapses.push_back({1, 2, 1.0, 1.0});
  const SynapseTable table = build(2, synapses, true, false);
  EXPECT_THAT(table.row(1).target, ElementsAre(0, 2, 2, 4));
  EXPECT_THAT(table.row(1).weight, ElementsAre(1.0, 1.0, 3.0, 2.0));
  EXPECT_THAT(table.row(1).delay, IsEmpty());
  EXPECT_EQ(table.constant_delay(), 0.2);
  EXPECT_EQ(table.delays().first, 0.2);
}

TEST(SynapseTableBuilder, storesOnlyTargetsWhenWeightAndDelayAreConstant) {
  const SynapseTable table = build(2, kSynapses, false, false);
  EXPECT_THAT(table.row(1).target, ElementsAre(0, 2, 4));
  EXPECT_TRUE(table.has_constant_weight());
  EXPECT_TRUE(table.has_constant_delay());
  EXPECT_EQ(table.constant_weight(), 0.5);
}

TEST(SynapseTableBuilder, stopsStoringValuesThatTurnOutEqual) {
  std::vector<Synapse> synapses = kSynapses;
  for (Synapse& synapse : synapses) {
    synapse.weight = 7.0;
    synapse.delay = 9.0;
  }
  const SynapseTable table = build(2, synapses, true, true);
  EXPECT_TRUE(table.has_constant_weight());
  EXPECT_TRUE(table.has_constant_delay());
  EXPECT_EQ(table.constant_weight(), 7.0);
  EXPECT_EQ(table.constant_delay(), 9.0);
  EXPECT_THAT(table.row(1).target, ElementsAre(0, 2, 4));
}

TEST(SynapseTableBuilder, replacingWeightsKeepsTheOrderOfRows) {
  std::vector<Synapse> synapses{{0, 1, 1.0, 1.0}, {0, 1, 2.0, 1.0}, {0, 0, 3.0, 1.0}};
  SynapseTable table = build(1, synapses, true, false);
  ASSERT_THAT(table.row(0).weight, ElementsAre(3.0, 1.0, 2.0));
  SynapseTableBuilder::replace_weights(table, {5.0, 9.0, 8.0}, true);
  EXPECT_THAT(table.row(0).target, ElementsAre(0, 1, 1));
  EXPECT_THAT(table.row(0).weight, ElementsAre(5.0, 8.0, 9.0));
  SynapseTableBuilder::replace_weights(table, {5.0, 9.0, 8.0}, false);  // the second and third stay where they are
  EXPECT_THAT(table.row(0).weight, ElementsAre(5.0, 9.0, 8.0));
  SynapseTableBuilder::replace_weights(table, {4.0, 4.0, 4.0}, true);
  EXPECT_TRUE(table.has_constant_weight());
  EXPECT_EQ(table.constant_weight(), 4.0);
}

TEST(SynapseTableBuilder, anEmptyTableHasNoSmallestDelay) {
  const SynapseTable table = build(2, {}, true, true);
  EXPECT_EQ(table.size(), 0U);
  EXPECT_EQ(table.rows(), 2U);
  EXPECT_EQ(table.delays().first, std::numeric_limits<double>::infinity());
}

/// Rows of every length with repeated targets, cut everywhere, beside looking at each synapse.
TEST(SynapseTable, cutsRowsForPartsOfThePostPopulation) {
  std::mt19937 random(7);
  constexpr std::uint32_t kCells = 12;
  for (std::uint32_t length = 0; length < 20; ++length) {
    std::vector<Synapse> synapses;
    for (std::uint32_t k = 0; k < length; ++k) {
      synapses.push_back({0, static_cast<std::uint32_t>(random() % kCells), static_cast<double>(k), 0.2});
    }
    for (const bool own_weights : {false, true}) {
      const SynapseTable table = build(1, synapses, own_weights, false);
      const SynapseTable::Row row = table.row(0);
      for (std::uint32_t begin = 0; begin <= kCells; ++begin) {
        for (std::uint32_t end = begin; end <= kCells + 1; ++end) {
          std::vector<std::uint32_t> targets;
          std::vector<double> weights;
          for (std::size_t k = 0; k < row.target.size(); ++k) {
            if (row.target[k] >= begin && row.target[k] < end) {
              targets.push_back(row.target[k]);
              if (!row.weight.empty()) {
                weights.push_back(row.weight[k]);
              }
            }
          }
          const SynapseTable::Row part = row.onto({begin, end});
          EXPECT_THAT(part.target, ElementsAreArray(targets)) << length << " from " << begin << " to " << end;
          EXPECT_THAT(part.weight, ElementsAreArray(weights));
        }
      }
    }
  }
}

}  // namespace
}  // namespace va_event::network
