// SPDX-License-Identifier: Apache-2.0
#include "progress.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>

namespace va_event::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Progress, BarTellsTimeSpeedAndTimeLeft) {
  // 250 of 1000 ms in 0.5 s: half of real time, and 1.5 s to go.
  EXPECT_EQ(progress_bar({250.0, 1000.0}, 0.5),
            "[======>                 ]  25 %  250 of 1000 ms  0.5 x real time  ETA 0:02");
}

TEST(Progress, BarIsFullAtTheEndAndEmptyAtTheStart) {
  EXPECT_EQ(progress_bar({0.0, 1000.0}, 0.0), "[>                       ]   0 %  0 of 1000 ms");
  EXPECT_EQ(progress_bar({1000.0, 1000.0}, 2.0), "[========================] 100 %  1000 of 1000 ms  0.5 x real time");
}

TEST(Progress, BarFitsANarrowTerminalWhateverTheNumbers) {
  for (const double stop : {1e-6, 1.0, 1e9, 1e15}) {
    for (const double part : {0.0, 1e-9, 0.5, 0.999999, 1.0}) {
      for (const double elapsed : {0.0, 1e-9, 1.0, 1e9}) {
        EXPECT_LE(progress_bar({part * stop, stop}, elapsed).size(), 79U);
      }
    }
  }
}

TEST(Progress, LinesComeOncePerTenPercentAndWithoutControlCharacters) {
  std::ostringstream out;
  ProgressDisplay display(out, ProgressDisplay::Style::lines);
  for (int ms = 0; ms <= 1000; ++ms) {
    display.update({static_cast<double>(ms), 1000.0});
  }
  display.finish({1000.0, 1000.0});
  const std::string text = out.str();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 10);
  EXPECT_THAT(text, HasSubstr(" 30 %  300 of 1000 ms\n"));
  EXPECT_THAT(text, HasSubstr("100 %  1000 of 1000 ms\n"));
  EXPECT_THAT(text, Not(HasSubstr("\r")));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(Progress, LinesThatAreSkippedAreNotMadeUp) {
  std::ostringstream out;
  ProgressDisplay display(out, ProgressDisplay::Style::lines);
  display.update({555.0, 1000.0});
  display.finish({600.0, 1000.0});
  EXPECT_EQ(out.str(), " 50 %  555 of 1000 ms\n 60 %  600 of 1000 ms\n");
}

TEST(Progress, BarIsRedrawnInPlaceAndEndsItsLine) {
  std::ostringstream out;
  ProgressDisplay display(out, ProgressDisplay::Style::bar);
  display.update({100.0, 1000.0});
  display.finish({1000.0, 1000.0});
  const std::string text = out.str();
  EXPECT_EQ(text.front(), '\r');
  EXPECT_EQ(std::count(text.begin(), text.end(), '\r'), 2);
  EXPECT_EQ(text.back(), '\n');
  EXPECT_THAT(text, HasSubstr("100 %"));
}

TEST(Progress, NothingIsShownWhenNothingIsWanted) {
  std::ostringstream out;
  ProgressDisplay display(out, ProgressDisplay::Style::none);
  display.update({100.0, 1000.0});
  display.finish({1000.0, 1000.0});
  EXPECT_EQ(out.str(), "");
}

}  // namespace
}  // namespace va_event::cli
