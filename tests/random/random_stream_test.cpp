// SPDX-License-Identifier: Apache-2.0
#include <Random123/philox.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "va_event/random.hpp"

namespace va_event {
namespace {

struct KnownAnswer {
  std::array<std::uint32_t, 4> counter;
  std::array<std::uint32_t, 2> key;
  std::array<std::uint32_t, 4> words;
};

// The lines "philox4x32 10" of kat_vectors, published with Random123.
constexpr std::array<KnownAnswer, 3> kKnownAnswers{{
    {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
     {0xffffffff, 0xffffffff},
     {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
     {0xa4093822, 0x299f31d0},
     {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
}};

TEST(RandomStream, givesThePublishedWordsOfPhilox) {
  for (const KnownAnswer& known : kKnownAnswers) {
    RandomStream stream(known.key[0] | std::uint64_t{known.key[1]} << 32U, known.counter[3], known.counter[2],
                        known.counter[1]);
    stream.seek(2 * std::uint64_t{known.counter[0]});
    EXPECT_EQ(stream(), known.words[0] | std::uint64_t{known.words[1]} << 32U);
    EXPECT_EQ(stream(), known.words[2] | std::uint64_t{known.words[3]} << 32U);
  }
}

TEST(RandomStream, givesTheWordsOfRandom123ForAnyKey) {
  RandomStream keys(17, 0, 0);
  for (int trial = 0; trial < 200; ++trial) {
    const std::uint64_t seed = keys();
    const std::uint32_t purpose = static_cast<std::uint32_t>(keys());
    const std::uint32_t object = static_cast<std::uint32_t>(keys());
    const std::uint32_t item = static_cast<std::uint32_t>(keys());
    RandomStream stream(seed, purpose, object, item);
    for (std::uint32_t block = 0; block < 3; ++block) {
      const philox4x32_ctr_t counter = {{block, item, object, purpose}};
      const philox4x32_key_t key = {{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32U)}};
      const philox4x32_ctr_t words = philox4x32(counter, key);
      EXPECT_EQ(stream(), words.v[0] | std::uint64_t{words.v[1]} << 32U);
      EXPECT_EQ(stream(), words.v[2] | std::uint64_t{words.v[3]} << 32U);
    }
  }
}

TEST(RandomStream, continuesAfterSeekWhereItWouldHaveArrived) {
  RandomStream uncut(3, 1, 4, 1);
  std::vector<std::uint64_t> words;
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(uncut.position(), static_cast<std::uint64_t>(i));
    words.push_back(uncut());
  }
  for (std::uint64_t start = 0; start < words.size(); ++start) {
    RandomStream stream(3, 1, 4, 1);
    stream.seek(start);
    EXPECT_EQ(stream.position(), start);
    for (std::uint64_t i = start; i < words.size(); ++i) {
      EXPECT_EQ(stream(), words[i]);
    }
  }
}

TEST(RandomStream, differsWhereverAnyPartOfTheKeyDiffers) {
  const auto first = [](std::uint64_t seed, std::uint64_t purpose, std::uint64_t object, std::uint64_t item) {
    return RandomStream(seed, purpose, object, item)();
  };
  std::vector<std::uint64_t> words;
  for (std::uint64_t a = 0; a < 2; ++a) {
    for (std::uint64_t b = 0; b < 2; ++b) {
      for (std::uint64_t c = 0; c < 2; ++c) {
        for (std::uint64_t d = 0; d < 2; ++d) {
          words.push_back(first(a, b, c, d));
          words.push_back(first(a | 1ULL << 40U, b, c, d));
        }
      }
    }
  }
  std::sort(words.begin(), words.end());
  EXPECT_EQ(std::adjacent_find(words.begin(), words.end()), words.end());
}

TEST(RandomStream, uniformNumbersAreMultiplesOf2ToMinus53BelowOne) {
  RandomStream stream(9, 9, 9);
  double sum = 0.0;
  constexpr int kDraws = 100000;
  for (int i = 0; i < kDraws; ++i) {
    const double u = stream.uniform();
    ASSERT_GE(u, 0.0);
    ASSERT_LT(u, 1.0);
    ASSERT_EQ(u * 0x1p53, std::floor(u * 0x1p53));
    sum += u;
  }
  EXPECT_NEAR(sum / kDraws, 0.5, 5.0 / std::sqrt(12.0 * kDraws));
}

TEST(RandomStream, firstNumbersOfNeighbouringStreamsAreUncorrelated) {
  constexpr int kStreams = 100000;
  double sum = 0.0;
  double previous = RandomStream(1, 2, 3, 0).uniform() - 0.5;
  for (std::uint64_t item = 1; item <= kStreams; ++item) {
    const double next = RandomStream(1, 2, 3, item).uniform() - 0.5;
    sum += previous * next;
    previous = next;
  }
  EXPECT_NEAR(sum / kStreams, 0.0, 5.0 / 12.0 / std::sqrt(double{kStreams}));
}

TEST(RandomStream, exponentialNumbersFollowTheExponentialDistribution) {
  RandomStream stream(4, 5, 6);
  constexpr std::size_t kDraws = 100000;
  std::vector<double> values(kDraws);
  for (double& value : values) {
    value = stream.exponential();
    ASSERT_GT(value, 0.0);
    ASSERT_LT(value, 40.0);
  }
  std::sort(values.begin(), values.end());
  double distance = 0.0;  // Kolmogorov-Smirnov
  for (std::size_t i = 0; i < kDraws; ++i) {
    const double expected = -std::expm1(-values[i]);
    distance = std::max(
        {distance, expected - static_cast<double>(i) / kDraws, static_cast<double>(i + 1) / kDraws - expected});
  }
  EXPECT_LT(distance * std::sqrt(double{kDraws}), 1.95);  // exceeded with probability 0.001
}

TEST(RandomStream, exponentialIsMinusTheLogarithmOfTheWordInUse) {
  RandomStream stream(4, 5, 6);
  RandomStream words(4, 5, 6);
  for (int i = 0; i < 1000; ++i) {
    const long double u = (static_cast<long double>(words() >> 12U) + 0.5L) * 0x1p-52L;
    const long double expected = -std::log(u);
    EXPECT_NEAR(static_cast<double>(stream.exponential() - expected), 0.0,
                4e-16 * static_cast<double>(expected) + 1e-19);
  }
}

}  // namespace
}  // namespace va_event
