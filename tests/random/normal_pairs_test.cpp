// SPDX-License-Identifier: Apache-2.0
#include "random/normal_pairs.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

#include "../neurons/every_target.hpp"
#include "numerics/elementary.hpp"
#include "numerics/turns.hpp"
#include "va_event/random.hpp"

namespace va_event::random {
namespace {

/// Items of many numbers, some of them equal.
struct SomeItems {
  explicit SomeItems(std::size_t count) : number(count), object(count), part(count) {
    for (std::size_t i = 0; i < count; ++i) {
      number[i] = static_cast<std::uint32_t>(i % 3 == 0 ? 0 : 0xFFFFFFFFU - i);
      object[i] = static_cast<std::uint32_t>(i / 7 * 0x9E3779B9U);
      part[i] = static_cast<std::uint32_t>(i * i);
    }
  }
  [[nodiscard]] Items items() const { return {number, object, part}; }

  std::vector<std::uint32_t> number, object, part;
};

struct Pairs {
  Pairs(std::uint64_t key, const SomeItems& items, std::uint32_t attempt)
      : cosine(items.number.size()), sine(items.number.size()) {
    draw_normal_pairs(key, items.items(), attempt, cosine, sine);
  }
  std::vector<double> cosine, sine;
};

constexpr std::uint64_t kKey = 0x0123456789abcdef;

// The scalar functions give the same bits, whatever the number of items beside the vectors' lanes.
TEST(NormalPairs, areBoxAndMullersOfTheWordsOfEachItemsStreamOnEveryInstructionSet) {
  neurons::testing::on_every_target([](const std::string& target) {
    for (const std::size_t count : {0U, 1U, 2U, 3U, 4U, 5U, 7U, 8U, 9U, 1000U}) {
      for (const std::uint32_t attempt : {0U, 1U, 1000U}) {
        const SomeItems items(count);
        const Pairs pairs(kKey, items, attempt);
        for (std::size_t i = 0; i < count; ++i) {
          RandomStream stream(kKey, items.number[i], items.object[i], items.part[i]);
          stream.seek(2 * std::uint64_t{attempt});
          const double u = (static_cast<double>(stream() >> 12U) + 0.5) * 0x1p-52;
          const auto angle = numerics::at_turns(static_cast<double>(stream() >> 12U) * 0x1p-52);
          const double radius = std::sqrt(-2.0 * numerics::elementary::log(u));
          EXPECT_EQ(pairs.cosine[i], radius * angle.cosine) << target;
          EXPECT_EQ(pairs.sine[i], radius * angle.sine) << target;
        }
      }
    }
  });
}

/// Kolmogorov-Smirnov: sqrt(n) times the largest distance from a distribution. Above 1.95 with probability 0.001.
double ks_distance(std::vector<double> values, const std::function<double(double)>& distribution) {
  std::sort(values.begin(), values.end());
  const auto n = static_cast<double>(values.size());
  double distance = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double below = distribution(values[i]);
    distance = std::max({distance, below - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - below});
  }
  return distance * std::sqrt(n);
}

double normal(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

TEST(NormalPairs, areNormalAndIndependent) {
  const SomeItems items(40000);
  const Pairs pairs(kKey, items, 0);
  const Pairs next(kKey, items, 1);
  EXPECT_LT(ks_distance(pairs.cosine, normal), 1.95);
  EXPECT_LT(ks_distance(pairs.sine, normal), 1.95);
  const auto correlation = [](std::vector<double> a, std::vector<double> b, double power) {
    const auto raise = [power](double x) { return power == 1.0 ? x : (x * x - 1.0) / std::sqrt(2.0); };
    std::transform(a.begin(), a.end(), a.begin(), raise);
    std::transform(b.begin(), b.end(), b.begin(), raise);
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0) / std::sqrt(static_cast<double>(a.size()));
  };
  for (const double power : {1.0, 2.0}) {
    EXPECT_LT(std::abs(correlation(pairs.cosine, pairs.sine, power)), 4.0);
    EXPECT_LT(std::abs(correlation(pairs.cosine, next.cosine, power)), 4.0);
    EXPECT_LT(std::abs(correlation(pairs.sine, next.cosine, power)), 4.0);
  }
}

TEST(ClippedNormal, redrawsWhatIsOutside) {
  const SomeItems items(20000);
  const ClippedNormal clipped{1.5, 0.75, 0.9, 1.8};
  const auto below = [&](double x) { return normal((x - clipped.mu) / clipped.sigma); };
  const double low = below(clipped.low);
  const double inside = below(clipped.high) - low;
  for (const OfPair which : {OfPair::cosine, OfPair::sine}) {
    const Pairs pairs(kKey, items, 0);
    std::vector<double> values = which == OfPair::cosine ? pairs.cosine : pairs.sine;
    clipped.finish(kKey, items.items(), which, values);
    EXPECT_LT(ks_distance(values, [&](double x) { return (below(x) - low) / inside; }), 1.95);
    EXPECT_GE(*std::min_element(values.begin(), values.end()), clipped.low);
    EXPECT_LE(*std::max_element(values.begin(), values.end()), clipped.high);
  }
}

}  // namespace
}  // namespace va_event::random
