// SPDX-License-Identifier: Apache-2.0
#include "fixed_step/spike_calendar.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace va_event::fixed_step {
namespace {

TravellingSpike spike(std::int64_t arrival, CellId source) {
  TravellingSpike result;
  result.arrival_step = arrival;
  result.source = source;
  return result;
}

void gives_back_what_was_added(std::int64_t max_delay, std::int64_t longest) {
  SpikeCalendar calendar(max_delay);
  std::map<std::int64_t, std::vector<CellId>> expected;
  std::mt19937_64 random(4);
  std::vector<TravellingSpike> arrivals;
  CellId source = 0;
  for (std::int64_t step = 0; step < 500; ++step) {
    calendar.take(step, arrivals);
    std::vector<CellId> got;
    for (const TravellingSpike& arrival : arrivals) {
      got.push_back(arrival.source);
    }
    EXPECT_EQ(got, expected[step]) << step;
    for (int k = 0; k < 3; ++k) {
      const auto arrival = step + 1 + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(longest));
      calendar.add(spike(arrival, source));
      expected[arrival].push_back(source++);
    }
  }
}

TEST(SpikeCalendar, GivesEverySpikeInItsStepInTheOrderOfAdding) {
  gives_back_what_was_added(20, 20);
  gives_back_what_was_added(1, 1);
}

TEST(SpikeCalendar, SpikesThatTakeLongerThanTheRingGoRoundAgain) { gives_back_what_was_added(2, 50); }

TEST(SpikeCalendar, AnEndlessDelayTakesNoMemory) {
  SpikeCalendar calendar(kNever);
  calendar.add(spike(kNever, 1));
  std::vector<TravellingSpike> arrivals;
  for (std::int64_t step = 0; step < 200000; ++step) {
    calendar.take(step, arrivals);
    ASSERT_TRUE(arrivals.empty());
  }
}

}  // namespace
}  // namespace va_event::fixed_step
