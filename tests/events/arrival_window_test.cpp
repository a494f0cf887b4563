// SPDX-License-Identifier: Apache-2.0
#include "events/arrival_window.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

namespace va_event::events {
namespace {

constexpr double kBegin = 2.0;
constexpr double kEnd = 2.5;

/// `count` events of some spikes from three sources; with a grid many of them arrive at the same time.
ArrivalWindow<double> random_window(std::size_t count, double grid, std::mt19937_64& random) {
  std::uniform_real_distribution<double> any(kBegin, kEnd);
  ArrivalWindow<double> window;
  window.restart(kEnd);
  while (window.size() < count) {
    const std::uint32_t source = static_cast<std::uint32_t>(random() % 3);
    for (std::size_t k = 0; k <= random() % 8; ++k) {
      double arrival = any(random);
      arrival = grid > 0.0 ? kBegin + grid * static_cast<double>(static_cast<int>((arrival - kBegin) / grid)) : arrival;
      window.add(arrival, 0.5, source, random() % 5);
    }
    const std::uint32_t route = static_cast<std::uint32_t>(random() % 2);
    window.add_spike({{{1, 3.0}, source, route, 9, {0, static_cast<double>(random() % 4)}}, random() % 2 == 0});
  }
  return window;
}

/// What stands in the window, as a queue of deliveries would hold it.
std::vector<Delivery<double>> deliveries(const ArrivalWindow<double>& window,
                                         std::span<const ArrivalWindow<double>::Spike> spikes) {
  std::vector<Delivery<double>> all;
  for (const auto& event : window.events()) {
    const Delivery<double>& spike = spikes[event.spike].next;
    all.push_back({{0, event.arrival}, spike.source, spike.route, event.position, spike.emitted});
  }
  return all;
}

bool same(const Delivery<double>& a, const Delivery<double>& b) { return !(a < b) && !(b < a); }

TEST(ArrivalWindow, SortsItsEventsAsAQueueOfDeliveriesWould) {
  std::mt19937_64 random(3);
  for (const double grid : {0.0, 0.01, 0.25, 1.0}) {
    for (const std::size_t count : {1, 2, 7, 100, 1000}) {
      ArrivalWindow<double> window = random_window(count, grid, random);
      ArrivalWindow<double> copy = window;
      const auto spikes = copy.restart(kEnd);
      auto expected = deliveries(window, spikes);
      std::sort(expected.begin(), expected.end());
      window.sort(kBegin);
      const auto sorted = deliveries(window, spikes);
      ASSERT_TRUE(std::equal(sorted.begin(), sorted.end(), expected.begin(), expected.end(), same))
          << count << " events on a grid of " << grid << " ms";
    }
  }
}

TEST(ArrivalWindow, BreaksATieWithADeliveryByContents) {
  ArrivalWindow<double> window;
  window.restart(kEnd);
  window.add(2.25, 0.5, 7, 4);
  window.add_spike({{{1, 3.0}, 11, 1, 9, {0, 1.0}}, true});
  window.sort(kBegin);
  const auto delivery = [](std::uint32_t source, std::uint32_t route, std::uint64_t position, double emitted) {
    return Delivery<double>{{0, 2.25}, source, route, position, {0, emitted}};
  };
  EXPECT_FALSE(window.ties_before(delivery(10, 2, 9, 2.0)));
  EXPECT_TRUE(window.ties_before(delivery(12, 0, 0, 0.0)));
  EXPECT_FALSE(window.ties_before(delivery(11, 0, 9, 2.0)));
  EXPECT_TRUE(window.ties_before(delivery(11, 2, 0, 0.0)));
  EXPECT_FALSE(window.ties_before(delivery(11, 1, 3, 2.0)));
  EXPECT_TRUE(window.ties_before(delivery(11, 1, 5, 0.0)));
  EXPECT_FALSE(window.ties_before(delivery(11, 1, 4, 0.5)));
  EXPECT_TRUE(window.ties_before(delivery(11, 1, 4, 1.5)));
}

TEST(ArrivalWindow, GivesBackWhatIsLeftOfEverySpike) {
  ArrivalWindow<double> window;
  window.restart(kEnd);
  window.add(2.1, 0.5, 0, 1);
  window.add(2.3, 0.5, 0, 2);
  window.add_spike({{{5, 3.0}, 0, 0, 3, {4, 1.0}}, true});  // the second event is left
  window.add(2.2, 0.5, 0, 8);
  window.add_spike({{{5, 4.0}, 1, 0, 9, {4, 1.0}}, true});  // none in the window
  window.add(2.0, 0.5, 0, 6);
  window.add_spike({{{4, 2.0}, 2, 0, 6, {4, 1.0}}, false});  // none at all
  window.add(2.4, 0.5, 0, 6);
  window.add(2.45, 0.5, 0, 7);
  window.add_spike({{{4, 2.0}, 3, 0, 6, {4, 1.0}}, false});  // both
  window.sort(kBegin);
  window.drop(3);
  auto left = window.close(4);
  std::sort(left.begin(), left.end());
  const std::vector<Delivery<double>> expected = {
      {{4, 2.3}, 0, 0, 2, {4, 1.0}}, {{4, 2.4}, 3, 0, 6, {4, 1.0}}, {{5, 4.0}, 1, 0, 9, {4, 1.0}}};
  EXPECT_TRUE(std::equal(left.begin(), left.end(), expected.begin(), expected.end(), same));
  EXPECT_TRUE(window.empty());
}

}  // namespace
}  // namespace va_event::events
