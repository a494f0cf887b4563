// SPDX-License-Identifier: Apache-2.0
#include "engine/run/spikes_in_order.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

namespace va_event::engine {
namespace {

struct Sender {
  std::vector<EmittedSpike<double>> emitted_spikes;
};
using Spike = std::pair<std::pair<std::int64_t, double>, CellId>;

std::vector<Spike> list_of(const std::vector<EmittedSpike<double>>& emitted_spikes) {
  std::vector<Spike> list;
  for (const EmittedSpike<double>& one : emitted_spikes) {
    list.push_back({{one.time.epoch, one.time.offset}, one.cell});
  }
  return list;
}

TEST(SpikesInOrder, AreThoseOfAllVoicesSortedByTime) {
  std::mt19937 random(3);
  SpikesInOrder<double> joined;
  for (int trial = 0; trial < 300; ++trial) {
    std::vector<Sender> senders(random() % 10 + 1);
    std::vector<Spike> expected;
    CellId cell = 0;
    for (Sender& sender : senders) {
      sender.emitted_spikes.resize(random() % 8);
      for (EmittedSpike<double>& one : sender.emitted_spikes) {
        one = {cell++, {static_cast<std::int64_t>(random() % 2), static_cast<double>(random() % 50)}};
      }
      std::sort(sender.emitted_spikes.begin(), sender.emitted_spikes.end(),
                [](const auto& a, const auto& b) { return a.time < b.time; });
      const auto list = list_of(sender.emitted_spikes);
      expected.insert(expected.end(), list.begin(), list.end());
    }
    std::vector<Spike> found = list_of(joined.of(senders));
    EXPECT_TRUE(
        std::is_sorted(found.begin(), found.end(), [](const Spike& a, const Spike& b) { return a.first < b.first; }));
    std::sort(found.begin(), found.end());
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(found, expected);
  }
}

}  // namespace
}  // namespace va_event::engine
