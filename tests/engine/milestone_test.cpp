// SPDX-License-Identifier: Apache-2.0
#include "engine/run/milestone.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace va_event::engine {
namespace {

/// Two threads add to one number in turn; every thousandth time one is so late that the other sleeps meanwhile.
TEST(Milestone, ShowsWhatWasWrittenBeforeItHoweverLongTheWaitIs) {
  constexpr unsigned kRounds = 5000;
  Milestone here;
  Milestone there;
  unsigned number = 0;
  std::thread other([&] {
    for (unsigned round = 1; round <= kRounds; ++round) {
      here.await(round);
      if (round % 1000 == 0) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
      }
      ++number;
      there.reach(round);
    }
  });
  for (unsigned round = 1; round <= kRounds; ++round) {
    ++number;
    here.reach(round);
    there.await(round);
    EXPECT_EQ(number, 2 * round);
  }
  other.join();
}

}  // namespace
}  // namespace va_event::engine
