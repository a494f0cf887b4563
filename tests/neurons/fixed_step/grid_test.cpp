// SPDX-License-Identifier: Apache-2.0
#include "neurons/fixed_step/grid.hpp"

#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_bin_float.hpp>

namespace va_event::fixed_step {
namespace {

using Wide = boost::multiprecision::cpp_bin_float_100;

constexpr double kSteps[] = {0.1, 0.7, 1.0 / 3.0, 0x1p-10, 1.0, 25.0};

Wide exactly(const events::Instant<double>& t) { return Wide(t.epoch) * events::kEpoch + Wide(t.offset); }

TEST(Grid, FindsEveryGridPointAtItself) {
  for (const double dt : kSteps) {
    const Grid grid(dt);
    for (const std::int64_t k :
         {std::int64_t{0}, std::int64_t{1}, std::int64_t{7}, std::int64_t{123456}, std::int64_t{1} << 35U}) {
      EXPECT_EQ(grid.locate(grid.instant({k, 0.0})), (GridTime{k, 0.0})) << dt << " " << k;
    }
  }
}

TEST(Grid, LocatesAMomentWithinItsStepToTheResolutionOfTime) {
  for (const double dt : kSteps) {
    const Grid grid(dt);
    for (const double ms : {0.0, 0.05, 0.1, 0.3, 6.999999, 7.0, 15.999999999, 16.0, 1234.5678, 1e6 + 0.125}) {
      const auto t = events::to_instant<double>(Time(ms));
      const GridTime located = grid.locate(t);
      EXPECT_GE(located.offset, 0.0);
      EXPECT_LT(located.offset, dt);
      const Wide back = Wide(located.step) * Wide(dt) + Wide(located.offset);
      EXPECT_LE(abs(back - exactly(t)), 4e-15) << dt << " " << ms;
    }
  }
}

TEST(Grid, MomentsBeyondAllStepsAreNeverReached) {
  EXPECT_EQ(Grid(0x1p-10).locate(events::to_instant<double>(Time(1e18))).step, kNever);
  EXPECT_EQ(Grid(0.1).duration(1e300).step, kNever);
  EXPECT_EQ(Grid(0.1).nearest(1e300), kNever);
  EXPECT_EQ(Grid(0.1).round_up(1e300), kNever);
}

TEST(Grid, SplitsADurationIntoStepsAndRestWithoutError) {
  for (const double dt : kSteps) {
    const Grid grid(dt);
    for (const double ms : {0.0, 1e-300, 0.05, 0.1, 0.2, 0.3, 0.7, 2.1, 7.0, 16.0, 100.0, 12345.678}) {
      const GridTime d = grid.duration(ms);
      EXPECT_GE(d.offset, 0.0);
      EXPECT_LT(d.offset, dt);
      // exact, or rounded once when the quotient was rounded up to a whole number
      EXPECT_LE(abs(Wide(d.step) * Wide(dt) + Wide(d.offset) - Wide(ms)), Wide(dt) * 0x1p-53) << dt << " " << ms;
    }
  }
}

TEST(Grid, AddsDurationsAcrossTheEndOfAStep) {
  const Grid grid(0.5);
  EXPECT_EQ(grid.later({3, 0.25}, {2, 0.125}), (GridTime{5, 0.375}));
  EXPECT_EQ(grid.later({3, 0.25}, {2, 0.25}), (GridTime{6, 0.0}));
  EXPECT_EQ(grid.later({3, 0.375}, {0, 0.25}), (GridTime{4, 0.125}));
}

TEST(Grid, RoundsDurationsToTheNearestStepAndHalvesUp) {
  const Grid grid(0.25);
  EXPECT_EQ(grid.nearest(0.0), 0);
  EXPECT_EQ(grid.nearest(0.124), 0);
  EXPECT_EQ(grid.nearest(0.125), 1);
  EXPECT_EQ(grid.nearest(0.374), 1);
  EXPECT_EQ(grid.nearest(0.375), 2);
}

TEST(Grid, DecimalsThatMissAGridPointByTheirLastBitsCostNoStep) {
  // 2.1 / 0.3 is 7.000000000000001 in doubles; 100 * 0.7 is 69.9999999999999956 as the exact product of the double.
  EXPECT_EQ(Grid(0.3).round_up(2.1), 7);
  EXPECT_EQ(Grid(0.3).round_up(2.101), 8);
  const Grid grid(0.7);
  EXPECT_EQ(grid.round_up(grid.locate(events::to_instant<double>(Time(70.0)))), 100);
  EXPECT_EQ(grid.round_up(grid.locate(events::to_instant<double>(Time(70.001)))), 101);
}

}  // namespace
}  // namespace va_event::fixed_step
