// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <random>
#include <utility>

#include "va_event/random.hpp"

namespace va_event {
namespace {

TEST(NumpyRandom, makesEachNumberFromTwoWordsOfTheMersenneTwister) {
  std::mt19937 words(98765);  // the standard library's, where ours is Boost's
  NumpyRandom random(98765);
  for (int i = 0; i < 2000; ++i) {
    const auto a = static_cast<double>(words() >> 5U);
    const auto b = static_cast<double>(words() >> 6U);
    EXPECT_EQ(random.uniform(), (a * 67108864.0 + b) / 9007199254740992.0);
  }
}

TEST(NumpyRandom, copiesReplayTheNumbers) {
  NumpyRandom original(7);
  static_cast<void>(original.uniform());
  NumpyRandom copy(original);
  NumpyRandom assigned(8);
  assigned = original;
  const std::vector<double> numbers = original.uniform(-60.0, -50.0, 100);
  EXPECT_EQ(copy.uniform(-60.0, -50.0, 100), numbers);
  NumpyRandom moved(std::move(assigned));
  EXPECT_EQ(moved.uniform(-60.0, -50.0, 100), numbers);
}

TEST(NumpyRandom, scalesTheUnitInterval) {
  NumpyRandom unit(3);
  NumpyRandom scaled(3);
  for (const double value : scaled.uniform(-60.0, -50.0, 1000)) {
    EXPECT_EQ(value, -60.0 + 10.0 * unit.uniform());
  }
}

}  // namespace
}  // namespace va_event
