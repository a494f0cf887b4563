// SPDX-License-Identifier: Apache-2.0
#include "interrupt.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace va_event::cli {
namespace {

TEST(Interrupt, NothingCameAtFirst) {
  const Interrupt interrupt;
  EXPECT_EQ(interrupt.signal(), 0);
  EXPECT_EQ(interrupt.exit_code(), 0);
}

TEST(Interrupt, TheFirstSignalIsNotedAndGivesTheExitCodeThatShellsExpect) {
  for (const int signal : {SIGINT, SIGTERM}) {
    const Interrupt interrupt;
    Interrupt::simulation_begins();
    std::raise(signal);
    EXPECT_EQ(interrupt.signal(), signal);
    EXPECT_EQ(interrupt.exit_code(), signal == SIGINT ? 130 : 143);
  }
}

TEST(InterruptDeathTest, TheSecondSignalKillsAtOnce) {
  EXPECT_EXIT(
      {
        const Interrupt interrupt;
        Interrupt::simulation_begins();
        std::raise(SIGTERM);
        std::raise(SIGINT);
      },
      ::testing::KilledBySignal(SIGINT), "");
}

TEST(InterruptDeathTest, BeforeTheSimulationTheFirstSignalKillsAtOnce) {
  EXPECT_EXIT(
      {
        const Interrupt interrupt;
        std::raise(SIGTERM);
        std::exit(0);
      },
      ::testing::KilledBySignal(SIGTERM), "");
}

TEST(InterruptDeathTest, AfterItsLifeSignalsKillAgain) {
  EXPECT_EXIT(
      {
        { const Interrupt interrupt; }
        std::raise(SIGTERM);
      },
      ::testing::KilledBySignal(SIGTERM), "");
}

TEST(Interrupt, AClosedPipeDoesNotKill) {
  const Interrupt interrupt;
  std::raise(SIGPIPE);
  EXPECT_EQ(interrupt.signal(), 0);
}

}  // namespace
}  // namespace va_event::cli
