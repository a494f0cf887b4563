// SPDX-License-Identifier: Apache-2.0
#include "engine/shard/current_schedule.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

namespace va_event::engine {
namespace {

double ms(const events::Instant<double>& t) { return static_cast<double>(t.epoch * events::kEpoch) + t.offset; }

/// What a source gives at `t`, straight from its definition.
double amplitude_at(const StepCurrentSource& source, double t) {
  double amplitude = 0.0;
  for (std::size_t k = 0; k < source.times().size(); ++k) {
    amplitude = source.times()[k] <= Time(t) ? source.amplitudes()[k] : amplitude;
  }
  return amplitude;
}

TEST(CurrentSchedule, WithoutInjectionsIsEmptyAndGivesNoCurrent) {
  const network::Network network;
  const CurrentSchedule schedule(network);
  EXPECT_TRUE(schedule.empty());
  EXPECT_EQ(schedule.current(0), 0.0);
}

TEST(CurrentSchedule, StepsAtTimeZeroAreMadeFromTheStart) {
  network::Network network;
  network.injections.push_back({StepCurrentSource({0.0, 5.0}, {0.5, 1.0}), {3}});
  CurrentSchedule schedule(network);
  EXPECT_EQ(schedule.current(3), 0.5);
  EXPECT_EQ(schedule.current(2), 0.0);
  ASSERT_FALSE(schedule.empty());
  EXPECT_EQ(ms(schedule.next_time()), 5.0);
  EXPECT_EQ(schedule.step(), 0U);
  EXPECT_EQ(schedule.current(3), 1.0);
  EXPECT_TRUE(schedule.empty());
}

TEST(CurrentSchedule, GivesTheSumOfItsSourcesAtEveryTimeAlsoOfThoseAddedOnTheWay) {
  std::mt19937_64 generator(11);
  const auto random_source = [&generator] {
    std::vector<Time> times;
    std::vector<double> amplitudes;
    double t = 0.0;
    for (int k = 0; k < 12; ++k) {
      t += 0.5 * static_cast<double>(1 + generator() % 40);  // on a grid: many steps at one instant
      times.emplace_back(t);
      amplitudes.push_back(static_cast<double>(generator() % 100) / 64.0);
    }
    return StepCurrentSource(times, amplitudes);
  };
  network::Network network;
  network.injections.push_back({random_source(), {0, 1}});
  network.injections.push_back({random_source(), {1, 2}});
  CurrentSchedule schedule(network);
  double before = -1.0;
  while (!schedule.empty()) {
    const double now = ms(schedule.next_time());
    ASSERT_GE(now, before);
    before = now;
    schedule.step();
    const bool more_at_this_instant = !schedule.empty() && ms(schedule.next_time()) == now;
    if (more_at_this_instant) {
      continue;
    }
    for (CellId cell = 0; cell < 4; ++cell) {
      double expected = 0.0;
      for (const network::Injection& injection : network.injections) {
        const auto& cells = injection.cells;
        if (std::find(cells.begin(), cells.end(), cell) != cells.end()) {
          expected += amplitude_at(injection.source, now);
        }
      }
      ASSERT_EQ(schedule.current(cell), expected) << "cell " << cell << " at " << now;
    }
    if (network.injections.size() < 8) {
      network.injections.push_back({random_source(), {static_cast<CellId>(generator() % 4)}});
      schedule.add(network.injections.size() - 1, events::to_instant<double>(Time(now)));
    }
  }
  EXPECT_EQ(network.injections.size(), 8U);
}

TEST(CurrentSchedule, SinusoidsActFromStartToStopAndThoseOfOneKindAddUp) {
  network::Network network;
  const auto inject = [&network](const ACSource& source, std::vector<CellId> cells) {
    network.injections.push_back({DCSource{source.offset, source.start, source.stop}, std::move(cells), source});
  };
  inject({0.5, 0.1, 40.0, 30.0, 2.0, 9.0}, {0, 1});
  inject({0.25, 0.0, 40.0, 30.0, 2.0, 20.0}, {1});
  inject({0.25, 0.0, 41.0, 30.0, 2.0, 20.0}, {1});
  inject({-0.5, -0.1, 40.0, 30.0, 2.0, 9.0}, {0});
  CurrentSchedule schedule(network);
  EXPECT_TRUE(schedule.is_driven(0));
  EXPECT_TRUE(schedule.is_driven(1));
  EXPECT_FALSE(schedule.is_driven(2));
  EXPECT_TRUE(schedule.sines(1).empty()) << "not yet";
  while (!schedule.empty() && ms(schedule.next_time()) == 2.0) {
    schedule.step();
  }
  EXPECT_TRUE(schedule.sines(0).empty()) << "cancelled";
  EXPECT_EQ(schedule.current(0), 0.0);
  EXPECT_EQ(schedule.current(1), 0.1);
  const auto sines = schedule.sines(1);
  ASSERT_EQ(sines.size(), 2U);
  EXPECT_EQ(sines[0].amplitude, 0.75);
  EXPECT_EQ(sines[0].frequency, 40.0);
  EXPECT_EQ(sines[0].phase, 30.0);
  EXPECT_EQ(sines[0].start_epoch, 0);
  EXPECT_EQ(sines[0].start_offset, 2.0);
  EXPECT_EQ(sines[1].amplitude, 0.25);
  while (!schedule.empty() && ms(schedule.next_time()) == 9.0) {
    schedule.step();
  }
  EXPECT_EQ(schedule.sines(1)[0].amplitude, 0.25);
  while (!schedule.empty()) {
    schedule.step();
  }
  EXPECT_TRUE(schedule.sines(1).empty());
  EXPECT_EQ(schedule.current(1), 0.0);
  EXPECT_TRUE(schedule.is_driven(1));
}

}  // namespace
}  // namespace va_event::engine
