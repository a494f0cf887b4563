// SPDX-License-Identifier: Apache-2.0
#include "neurons/group/population_ranges.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace va_event::neurons {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

PopulationRanges ranges_of(const std::vector<std::uint32_t>& sets) {
  PopulationRanges ranges;
  ranges.add(0, static_cast<std::uint32_t>(sets.size()), sets);
  return ranges;
}

TEST(PopulationRanges, ListTheFewNeuronsThatDifferFromTheOthers) {
  std::vector<std::uint32_t> sets(32, 5);
  sets[0] = 6;
  sets[20] = 7;
  const PopulationRanges ranges = ranges_of(sets);
  EXPECT_EQ(ranges.range_of(3).set, 5U);
  EXPECT_THAT(ranges.range_of(3).exceptions, ElementsAre(0, 20));
}

TEST(PopulationRanges, HaveNoCommonSetWhenManyDiffer) {
  std::vector<std::uint32_t> sets(32, 5);
  for (std::size_t k = 0; k < 5; ++k) {
    sets[6 * k] = 6;
  }
  EXPECT_FALSE(ranges_of(sets).range_of(0).set.has_value());
  EXPECT_FALSE(ranges_of({1, 2, 3, 4}).range_of(0).set.has_value());
}

TEST(PopulationRanges, ForgetAnExceptionThatReturnsToTheCommonSet) {
  PopulationRanges ranges = ranges_of(std::vector<std::uint32_t>(32, 5));
  ranges.set_changed(9, 8);
  ranges.set_changed(9, 11);
  ranges.set_changed(4, 8);
  EXPECT_THAT(ranges.range_of(0).exceptions, ElementsAre(4, 9));
  ranges.set_changed(9, 5);
  EXPECT_THAT(ranges.range_of(0).exceptions, ElementsAre(4));
  ranges.set_changed(4, 5);
  EXPECT_THAT(ranges.range_of(0).exceptions, IsEmpty());
  EXPECT_EQ(ranges.range_of(0).set, 5U);
}

TEST(PopulationRanges, DivideEachNeuronToExactlyOneStretch) {
  std::mt19937 random(1);
  for (int round = 0; round < 100; ++round) {
    std::vector<std::uint32_t> sets(100, 5);
    for (int k = 0; k < round % 12; ++k) {
      sets[random() % 100] = 6;
    }
    const PopulationRanges ranges = ranges_of(sets);
    ASSERT_TRUE(ranges.range_of(0).set.has_value());
    std::vector<std::uint32_t> seen;
    PopulationRanges::divide(
        ranges.range_of(0),
        [&](std::uint32_t begin, std::uint32_t end) {
          ASSERT_LT(begin, end);
          for (std::uint32_t i = begin; i < end; ++i) {
            EXPECT_EQ(sets[i], 5U);
            seen.push_back(i);
          }
        },
        [&](std::uint32_t i) {
          EXPECT_EQ(sets[i], 6U);
          seen.push_back(i);
        });
    ASSERT_EQ(seen.size(), 100U);
    for (std::uint32_t i = 0; i < 100; ++i) {
      ASSERT_EQ(seen[i], i);
    }
  }
}

}  // namespace
}  // namespace va_event::neurons
