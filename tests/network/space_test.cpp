// SPDX-License-Identifier: Apache-2.0
#include "va_event/space.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "network/network.hpp"
#include "va_event/error.hpp"

namespace va_event::network {
namespace {

using testing::ElementsAre;

TEST(Space, measuresEuclideanDistancesAlongItsAxes) {
  const Position a{1.0, 2.0, 3.0};
  const Position b{4.0, 6.0, 15.0};
  EXPECT_EQ(Space{}.distance(a, b), 13.0);
  EXPECT_EQ(Space{"xy"}.distance(a, b), 5.0);
  EXPECT_EQ(Space{"z"}.distance(a, b), 12.0);
  EXPECT_DOUBLE_EQ(Space{"yz"}.distance(a, b), std::sqrt(160.0));
}

// PyNN: |pre - scale_factor * (post + offset)|
TEST(Space, shiftsThenScalesThePostPosition) {
  Space space{"x", 2.0, {0.5, 0.0, 0.0}};
  EXPECT_EQ(space.distance({10.0, 0.0, 0.0}, {3.0, 0.0, 0.0}), 3.0);
}

TEST(Space, takesTheShortestWayAroundWhereItWraps) {
  Space space;
  space.period = {10.0, 4.0, HUGE_VAL};
  EXPECT_EQ(space.distance({0.5, 0.0, 0.0}, {9.5, 0.0, 0.0}), 1.0);
  EXPECT_EQ(space.distance({0.0, 0.0, 0.0}, {0.0, 3.0, 0.0}), 1.0);
  EXPECT_EQ(space.distance({0.0, 0.0, 0.0}, {0.0, 0.0, 300.0}), 300.0);
  EXPECT_EQ(space.distance({0.0, 0.0, 0.0}, {25.0, 0.0, 0.0}), 5.0);  // further than a period
}

TEST(Space, refusesImpossibleGeometry) {
  EXPECT_NO_THROW(Space{}.check());
  EXPECT_THROW(Space{"xx"}.check(), UnknownNameError);
  EXPECT_THROW(Space{""}.check(), UnknownNameError);
  EXPECT_THROW(Space{"w"}.check(), UnknownNameError);
  for (const double bad : {0.0, -1.0, std::nan(""), HUGE_VAL}) {
    EXPECT_THROW((Space{"x", bad}.check()), ParameterError) << bad;
  }
  EXPECT_THROW((Space{"x", 1.0, {0.0, std::nan(""), 0.0}}.check()), ParameterError);
  for (const double bad : {0.0, -1.0, std::nan("")}) {
    Space space;
    space.period[1] = bad;
    EXPECT_THROW(space.check(), ParameterError) << bad;
  }
}

TEST(Place, putsCellsOnALine) {
  EXPECT_THAT(place(Line{2.0, 1.0, 5.0, 6.0}, 3, 1, 0),
              ElementsAre(Position{1.0, 5.0, 6.0}, Position{3.0, 5.0, 6.0}, Position{5.0, 5.0, 6.0}));
  EXPECT_TRUE(place(std::monostate{}, 3, 1, 0).empty());
}

// PyNN's Grid2D(aspect_ratio=1.5).generate_positions(6) and Grid3D(1.0, 0.5).generate_positions(...): the last
// coordinate runs fastest.
TEST(Place, fillsGridsAsPyNNDoes) {
  EXPECT_THAT(place(Grid2D{1.5, 10.0, 1.0, 100.0, 0.0, 7.0}, 6, 1, 0),
              ElementsAre(Position{100, 0, 7}, Position{100, 1, 7}, Position{110, 0, 7}, Position{110, 1, 7},
                          Position{120, 0, 7}, Position{120, 1, 7}));
  // n = 16, a = 1, b = 1/2: nx = round(cbrt(8)) = 2, ny = 2, nz = 4
  const std::vector<Position> box = place(Grid3D{1.0, 0.5}, 16, 1, 0);
  ASSERT_EQ(box.size(), 16U);
  EXPECT_EQ(box[1], (Position{0, 0, 1}));
  EXPECT_EQ(box[4], (Position{0, 1, 0}));
  EXPECT_EQ(box[8], (Position{1, 0, 0}));
  EXPECT_EQ(box[15], (Position{1, 1, 3}));
}

TEST(Place, spreadsCellsUniformlyInABoxKeyedBySeedAndPopulation) {
  const RandomBox box{{0.0, -1.0, 5.0}, {10.0, 1.0, 5.0}};
  const std::vector<Position> positions = place(box, 10000, 1, 0);
  Position mean{};
  for (const Position& position : positions) {
    for (std::size_t k = 0; k < 3; ++k) {
      ASSERT_GE(position[k], box.low[k]);
      ASSERT_LE(position[k], box.high[k]);
      mean[k] += position[k] / 10000.0;
    }
  }
  EXPECT_NEAR(mean[0], 5.0, 4.0 * 10.0 / std::sqrt(12.0 * 10000.0));
  EXPECT_NEAR(mean[1], 0.0, 4.0 * 2.0 / std::sqrt(12.0 * 10000.0));
  const std::vector<Position> fewer = place(box, 100, 1, 0);
  EXPECT_TRUE(std::equal(fewer.begin(), fewer.end(), positions.begin()));
  EXPECT_NE(place(box, 100, 2, 0), fewer);
  EXPECT_NE(place(box, 100, 1, 1), fewer);
}

TEST(Place, refusesCellsThatDoNotFit) {
  EXPECT_THROW(static_cast<void>(place(Grid2D{}, 7, 1, 0)), SizeError);
  EXPECT_THROW(static_cast<void>(place(Grid3D{}, 9, 1, 0)), SizeError);
  EXPECT_THROW(static_cast<void>(place(std::vector<Position>(3), 2, 1, 0)), SizeError);
  EXPECT_THROW(static_cast<void>(place(Grid2D{0.0}, 4, 1, 0)), ParameterError);
  EXPECT_THROW(static_cast<void>(place(Grid2D{-1.0}, 4, 1, 0)), ParameterError);
  EXPECT_THROW(static_cast<void>(place(Grid3D{1.0, std::nan("")}, 8, 1, 0)), ParameterError);
  EXPECT_THROW(static_cast<void>(place(Grid2D{1e-300}, 4, 1, 0)), SizeError);
  EXPECT_THROW(static_cast<void>(place(Line{HUGE_VAL}, 4, 1, 0)), ParameterError);
  EXPECT_THROW(static_cast<void>(place(Line{1.0, std::nan("")}, 4, 1, 0)), ParameterError);
  EXPECT_THROW(static_cast<void>(place(RandomBox{{1.0, 0.0, 0.0}, {0.0, 1.0, 1.0}}, 4, 1, 0)), ParameterError);
  EXPECT_THROW(static_cast<void>(place(RandomBox{{0.0, 0.0, 0.0}, {HUGE_VAL, 1.0, 1.0}}, 4, 1, 0)), ParameterError);
  EXPECT_THROW(static_cast<void>(place(std::vector<Position>(1, Position{0.0, std::nan(""), 0.0}), 1, 1, 0)),
               ParameterError);
}

}  // namespace
}  // namespace va_event::network
