// SPDX-License-Identifier: Apache-2.0
#include "engine/shard/arrival_buckets.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <tuple>
#include <vector>

#include "sources/poisson_train.hpp"

namespace va_event::engine {
namespace {

using Instant = events::Instant<double>;

struct Arrival {
  Instant time;
  std::uint32_t source;
  friend bool operator==(const Arrival&, const Arrival&) = default;
  friend bool operator<(const Arrival& a, const Arrival& b) {
    return a.time == b.time ? a.source < b.source : a.time < b.time;
  }
};

/// Slots of sources of one rate with one delay, drawn ahead as a simulation does, with windows of many lengths.
struct Case {
  int exponent;  ///< of a slot
  double delay;
  bool by_slots;
};

class ArrivalBucketsOf : public ::testing::TestWithParam<Case> {};

TEST_P(ArrivalBucketsOf, GiveEachSpikeOnceInTheWindowInWhichItArrives) {
  const auto [exponent, delay, by_slots] = GetParam();
  std::mt19937_64 random(17);
  const double length = std::ldexp(1.0, exponent);
  const auto ticks_of_slot = static_cast<std::uint64_t>(length / sources::kTick);
  sources::SlotStart slot = sources::SlotStart::of({3, 11.0}, exponent);
  const Instant begin = events::later(slot.time, delay);
  ArrivalBuckets buckets(begin, 2 * length, exponent);
  std::vector<Arrival> expected, taken;
  Instant end = begin;
  for (int window = 0; window < 150; ++window) {
    const double lengths[] = {1.0 / 16, 0.25, 0.1, 1e-9, 0.7, 4.0};
    end = events::later(end, lengths[random() % 6]);
    buckets.forget_taken();
    buckets.make_room(end);
    for (; events::later(slot.time, delay) < end; slot = slot.next(exponent)) {
      std::vector<std::uint64_t> ticks;
      std::vector<std::uint32_t> source;
      for (std::uint32_t k = 0; k < 37; ++k) {
        ticks.push_back(k == 0 ? 0 : k == 1 ? ticks_of_slot - 1 : random() % ticks_of_slot);
        source.push_back(k);
        const Instant emitted{slot.time.epoch, slot.time.offset + static_cast<double>(ticks[k]) * sources::kTick};
        expected.push_back({events::later(emitted, delay), k});
        if (!by_slots) {
          buckets.push(expected.back().time, k);
        }
      }
      if (by_slots) {
        buckets.push({.ticks = ticks, .source = source, .start = slot.time.offset}, slot.time.epoch, delay);
      }
    }
    const std::size_t before = taken.size();
    buckets.take(end, [&](const ArrivalBuckets::Due& due) {
      for (std::size_t k = 0; k < due.source.size(); ++k) {
        taken.push_back({{due.epoch, due.offset[k]}, due.source[k]});
      }
    });
    std::sort(expected.begin(), expected.end());
    std::sort(taken.begin() + static_cast<std::ptrdiff_t>(before), taken.end());
    const auto due = std::count_if(expected.begin(), expected.end(), [&](const Arrival& a) { return a.time < end; });
    ASSERT_EQ(taken.size(), static_cast<std::size_t>(due)) << "window " << window;
  }
  ASSERT_GT(taken.size(), 1000U);
  EXPECT_TRUE(std::equal(taken.begin(), taken.end(), expected.begin()));
}

INSTANTIATE_TEST_SUITE_P(ArrivalBuckets, ArrivalBucketsOf,
                         ::testing::Values(Case{-4, 0.1, true}, Case{-2, 1.5, true}, Case{-1, 0.1, true},
                                           Case{0, 0.3, true}, Case{0, 1e-3, true}, Case{-1, 15.9, true},
                                           Case{-1, 16.0, true}, Case{-3, 37.3, true}, Case{0, 0.1, false},
                                           Case{-2, 20.1, false}));

}  // namespace
}  // namespace va_event::engine
