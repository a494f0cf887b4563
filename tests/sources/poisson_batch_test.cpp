// SPDX-License-Identifier: Apache-2.0
#include "sources/poisson_batch.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <vector>

#include "sources/poisson_train.hpp"
#include "tests/neurons/every_target.hpp"

namespace va_event::sources {
namespace {

/// The spikes of PoissonSlot, in the order in which they are drawn together.
struct Expected {
  std::vector<std::uint8_t> counts;
  std::vector<std::uint32_t> source;
  std::vector<std::uint64_t> ticks;

  void add(const PoissonSource& one) {
    const PoissonSlot slot(one.key, one.cell, one.number, one.slots, nullptr);
    std::array<std::uint64_t, kMostSpikes> times;
    slot.ticks(times);
    source.insert(source.end(), slot.count(), static_cast<std::uint32_t>(counts.size()));
    ticks.insert(ticks.end(), times.begin(), times.begin() + slot.count());
    counts.push_back(static_cast<std::uint8_t>(slot.count()));
  }
  void expect_equal(const PoissonSpikes& drawn, const std::string& where) const {
    ASSERT_EQ(drawn.size(), ticks.size()) << where;
    EXPECT_EQ(std::vector(drawn.counts().begin(), drawn.counts().end()), counts) << where;
    EXPECT_EQ(std::vector(drawn.source().begin(), drawn.source().end()), source) << where;
    EXPECT_EQ(std::vector(drawn.ticks().begin(), drawn.ticks().end()), ticks) << where;
  }
};

TEST(PoissonBatch, HasTheSpikesOfTheScalarDefinitionOnEveryInstructionSet) {
  struct Case {
    double rate;
    CellId first;
    std::size_t count;
    std::uint64_t number;
    std::uint32_t change;
  };
  const std::vector<Case> cases{{8000.0, 0, 300, 0, 0},
                                {4001.0, 5, 1, 77, 1},
                                {7999.0, 123, 129, 0x123456789abc, 3},
                                {1e9, 7, 17, ~0ULL, 0},
                                {0.123, 9, 64, 2, 0},
                                {60.0, 9, 0, 2, 0},
                                {250.0, 4'294'967'200U, 96, 1ULL << 32U, 9},
                                {16'000.0, 2, 255, 5, 0},
                                {31.25, 40, 128, 11, 12}};
  neurons::testing::on_every_target([&cases](const std::string& target) {
    PoissonSpikes drawn;  // used again and again
    for (const Case& c : cases) {
      const PoissonSlots slots = slots_of(c.rate);
      const PoissonCounts counts(slots.mean);
      const random::PhiloxKey key = poisson_key(99, c.change);
      draw_poisson(key, c.first, c.count, slots, counts, c.number, drawn);
      Expected expected;
      for (std::size_t i = 0; i < c.count; ++i) {
        expected.add({key, c.first + static_cast<CellId>(i), slots, c.number});
      }
      expected.expect_equal(drawn, target + ", " + std::to_string(c.rate));
      EXPECT_EQ(count_poisson(key, c.first, c.count, slots, counts, c.number), expected.ticks.size()) << target;
    }
  });
}

/// 25 spikes and more, of which block 0 does not have the coarse places.
TEST(PoissonBatch, HasSlotsWithVeryManySpikesToo) {
  const PoissonSlots slots = slots_of(7999.0);
  const PoissonCounts counts(slots.mean);
  const random::PhiloxKey key = poisson_key(1, 0);
  neurons::testing::on_every_target([&](const std::string& target) {
    PoissonSpikes drawn;
    std::size_t many = 0;
    constexpr CellId kSources = 20'000;
    for (std::uint64_t number = 0; number < 200 && many == 0; ++number) {
      draw_poisson(key, 0, kSources, slots, counts, number, drawn);
      for (std::size_t i = 0; i < kSources; ++i) {
        if (drawn.counts()[i] > 24) {
          ++many;
          Expected expected;  // of this and the next ones
          PoissonSpikes part;
          const auto first = static_cast<CellId>(i - i % 100);
          draw_poisson(key, first, 100, slots, counts, number, part);
          for (CellId k = 0; k < 100; ++k) {
            expected.add({key, first + k, slots, number});
          }
          expected.expect_equal(part, target);
        }
      }
    }
    EXPECT_GT(many, 0U) << target;
  });
}

TEST(PoissonBatch, HasTheSameSpikesForAnyPartOfTheSources) {
  const PoissonSlots slots = slots_of(5000.0);
  const PoissonCounts counts(slots.mean);
  const random::PhiloxKey key = poisson_key(4, 0);
  PoissonSpikes all, part;
  draw_poisson(key, 0, 500, slots, counts, 8, all);
  std::vector<std::uint64_t> joined;
  for (CellId first = 0, step = 1; first < 500; first += step, step = std::min(2 * step + 1, 500 - first)) {
    draw_poisson(key, first, step, slots, counts, 8, part);
    joined.insert(joined.end(), part.ticks().begin(), part.ticks().end());
  }
  EXPECT_EQ(joined, std::vector(all.ticks().begin(), all.ticks().end()));
}

TEST(PoissonBatch, DrawsSourcesThatHaveNothingInCommon) {
  std::vector<PoissonSource> sources;
  Expected expected;
  const PoissonCounts counts(slots_of(8000.0).mean);
  for (std::uint32_t i = 0; i < 200; ++i) {
    const double rate = i % 3 == 0 ? 8000.0 : 0.2 + 77.7 * i;
    sources.push_back(
        {poisson_key(7, i % 5), 1000 - i, slots_of(rate), i * 1'000'003ULL, i % 3 == 0 ? &counts : nullptr});
    expected.add(sources.back());
  }
  PoissonSpikes drawn;
  draw_poisson(sources, drawn);
  expected.expect_equal(drawn, "own rates");
}

}  // namespace
}  // namespace va_event::sources
