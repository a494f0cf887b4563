// SPDX-License-Identifier: Apache-2.0
#include "network/row_sorter.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>
#include <tuple>
#include <vector>

namespace va_event::network {
namespace {

using Synapse = std::tuple<double, std::uint32_t, double>;  // delay, target, weight

/// Delays of every kind, beside std::sort.
TEST(RowSorter, ordersByDelayTargetWeightWhateverTheDelays) {
  std::mt19937 random(5);
  const auto uniform = [&] { return static_cast<double>(random()) * 0x1p-32; };
  const std::vector<std::function<double()>> delays = {
      [&] { return 0.1 + uniform(); },
      [&] { return 0.1 * static_cast<double>(1 + random() % 3); },  // many in a bucket
      [&] { return std::exp(40.0 * uniform()); },                   // nearly all in the first bucket
      [&] { return random() % 100 == 0 ? 1e60 : 1.0 + 1e-9 * uniform(); },
      [&] { return 5e-324 * static_cast<double>(1 + random() % 9); },  // the smallest numbers
      [] { return 1.5; },
  };
  RowSorter sorter;
  for (std::size_t kind = 0; kind < delays.size(); ++kind) {
    for (const std::size_t count : {0U, 1U, 2U, 16U, 17U, 100U, 1023U, 1024U, 3000U}) {
      std::vector<Synapse> expected;
      std::vector<double> delay, weight;
      std::vector<std::uint32_t> target;
      for (std::size_t i = 0; i < count; ++i) {
        delay.push_back(delays[kind]());
        target.push_back(static_cast<std::uint32_t>(random() % 50));
        weight.push_back(static_cast<double>(random() % 4));
        expected.emplace_back(delay[i], target[i], weight[i]);
      }
      std::sort(expected.begin(), expected.end());
      sorter.sort({target, weight, delay});
      std::vector<Synapse> sorted;
      for (std::size_t i = 0; i < count; ++i) {
        sorted.emplace_back(delay[i], target[i], weight[i]);
      }
      EXPECT_EQ(sorted, expected) << kind << ", " << count;
    }
  }
}

TEST(RowSorter, ordersTargetsAlone) {
  std::mt19937 random(6);
  RowSorter sorter;
  for (const std::size_t count : {0U, 1U, 17U, 1000U}) {
    for (const std::uint32_t cells : {1U, 30U, 4'000'000'000U}) {
      std::vector<std::uint32_t> targets(count);
      std::generate(targets.begin(), targets.end(), [&] { return static_cast<std::uint32_t>(random() % cells); });
      std::vector<std::uint32_t> expected = targets;
      std::sort(expected.begin(), expected.end());
      sorter.sort(targets);
      EXPECT_EQ(targets, expected);
    }
  }
}

}  // namespace
}  // namespace va_event::network
