// SPDX-License-Identifier: Apache-2.0
#include "engine/run/emissions_in_order.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

namespace va_event::engine {
namespace {

struct Voice {
  std::vector<Emission<double>> emissions;
};
using Spike = std::pair<std::pair<std::int64_t, double>, CellId>;

std::vector<Spike> list_of(const std::vector<Emission<double>>& emissions) {
  std::vector<Spike> list;
  for (const Emission<double>& one : emissions) {
    list.push_back({{one.time.epoch, one.time.offset}, one.cell});
  }
  return list;
}

TEST(EmissionsInOrder, AreThoseOfAllVoicesSortedByTime) {
  std::mt19937 random(3);
  EmissionsInOrder<double> joined;
  for (int trial = 0; trial < 300; ++trial) {
    std::vector<Voice> voices(random() % 10 + 1);
    std::vector<Spike> expected;
    CellId cell = 0;
    for (Voice& voice : voices) {
      voice.emissions.resize(random() % 8);
      for (Emission<double>& one : voice.emissions) {
        one = {cell++, {static_cast<std::int64_t>(random() % 2), static_cast<double>(random() % 50)}};
      }
      std::sort(voice.emissions.begin(), voice.emissions.end(),
                [](const auto& a, const auto& b) { return a.time < b.time; });
      const auto list = list_of(voice.emissions);
      expected.insert(expected.end(), list.begin(), list.end());
    }
    std::vector<Spike> found = list_of(joined.of(voices));
    EXPECT_TRUE(
        std::is_sorted(found.begin(), found.end(), [](const Spike& a, const Spike& b) { return a.first < b.first; }));
    std::sort(found.begin(), found.end());
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(found, expected);
  }
}

}  // namespace
}  // namespace va_event::engine
