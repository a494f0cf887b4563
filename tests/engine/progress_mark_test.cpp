// SPDX-License-Identifier: Apache-2.0
#include "engine/run/progress_mark.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace va_event::engine {
namespace {

/// Two threads add to one number in turn; every thousandth time one is so late that the other sleeps meanwhile.
TEST(ProgressMark, ShowsWhatWasWrittenBeforeItHoweverLongTheWaitIs) {
  constexpr unsigned kRounds = 5000;
  ProgressMark here;
  ProgressMark there;
  unsigned number = 0;
  std::thread other([&] {
    for (unsigned round = 1; round <= kRounds; ++round) {
      here.wait_for(round);
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
    there.wait_for(round);
    EXPECT_EQ(number, 2 * round);
  }
  other.join();
}

}  // namespace
}  // namespace va_event::engine
