// SPDX-License-Identifier: Apache-2.0
#include "network/parameter_table.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "network/network.hpp"
#include "va_event/cell_types.hpp"

namespace va_event::network {
namespace {

struct Box {
  double width = 2.0;
  double height = 3.0;
  double depth = 5.0;
};

/// In another order than the struct.
constexpr ParameterTable<Box> kTable{{{{&Box::depth, "depth", "m", Bound::positive, "from front to back"},
                                       {&Box::width, "width", "mm", Bound::any, "from left to right"},
                                       {&Box::height, "height", "", Bound::non_negative, "from bottom to top"}}}};

TEST(ParameterTable, DescribesEachParameterWithTheStructsDefaultInItsOwnOrder) {
  ASSERT_EQ(kTable.infos().size(), 3U);
  const ParameterInfo& depth = kTable.infos()[0];
  EXPECT_EQ(depth.name, "depth");
  EXPECT_EQ(depth.unit, "m");
  EXPECT_EQ(depth.default_value, 5.0);
  EXPECT_EQ(depth.bound, Bound::positive);
  EXPECT_EQ(depth.meaning, "from front to back");
  EXPECT_EQ(kTable.infos()[1].default_value, 2.0);
  EXPECT_EQ(kTable.infos()[2].default_value, 3.0);
}

TEST(ParameterTable, TurnsValuesInItsOrderIntoTheStructAndBack) {
  const std::vector<double> values = {7.0, 11.0, 13.0};
  const Box box = kTable.read(values);
  EXPECT_EQ(box.depth, 7.0);
  EXPECT_EQ(box.width, 11.0);
  EXPECT_EQ(box.height, 13.0);
  EXPECT_EQ(kTable.values_of(box), values);
}

TEST(ParameterTable, ReadsOneCellOfAPopulation) {
  PopulationData population;
  population.parameters = {Column(7.0), Column(11.0), Column(13.0)};
  population.parameters[1].set(1, 17.0, 2);
  EXPECT_EQ(kTable.read(population, 0).width, 11.0);
  EXPECT_EQ(kTable.read(population, 1).width, 17.0);
  EXPECT_EQ(kTable.read(population, 1).depth, 7.0);
}

TEST(ParameterTable, TellsWhereAParameterStands) {
  static_assert(kTable.index_of(&Box::depth) == 0);
  static_assert(kTable.index_of(&Box::height) == 2);
  EXPECT_EQ(kTable.infos()[kTable.index_of(&Box::width)].name, "width");
}

}  // namespace
}  // namespace va_event::network
