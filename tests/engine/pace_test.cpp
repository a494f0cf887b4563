// SPDX-License-Identifier: Apache-2.0
#include "engine/run/pace.hpp"

#include <gtest/gtest.h>

#include "va_event/va_event.hpp"

namespace va_event::engine {
namespace {

/// Puts a clock of the test in the place of the real one while it exists.
class FakeClock {
 public:
  FakeClock() : real_(pace_clock) {
    now_ = 0.0;
    step_ = 0.0;
    calls_ = 0;
    pace_clock = [] {
      ++calls_;
      return now_ += step_;
    };
  }
  ~FakeClock() { pace_clock = real_; }
  FakeClock(const FakeClock&) = delete;
  FakeClock& operator=(const FakeClock&) = delete;

  static inline double now_;   ///< [s]
  static inline double step_;  ///< by which each call moves it on [s]
  static inline int calls_;

 private:
  double (*real_)();
};

/// Seconds that turns take of the next ten, when threads do `threads` and turns `turns` units of work per second.
double seconds_in_turns(Pace& pace, double threads, double turns, double& work) {
  constexpr double kStep = 0.002;
  double in_turns = 0.0;
  for (double t = 0.0; t < 10.0; t += kStep) {
    const bool is_turns = pace.way() == Pace::Way::turns;
    in_turns += is_turns ? kStep : 0.0;
    work += kStep * (is_turns ? turns : threads);
    FakeClock::now_ += kStep;
    pace.changes(work);
  }
  return in_turns;
}

TEST(Pace, StaysWithThreadsWhereTheyAreFasterAndTriesTurnsRarely) {
  const FakeClock clock;
  Pace pace;
  double work = 0.0;
  pace.resume(work);
  const double in_turns = seconds_in_turns(pace, 1.7e6, 1e6, work);
  EXPECT_GT(in_turns, 0.0);
  EXPECT_LT(in_turns, 0.2);
}

TEST(Pace, TakesTurnsWhereThreadsStallAndReturnsWhenTheyDoNot) {
  const FakeClock clock;
  Pace pace;
  double work = 0.0;
  pace.resume(work);
  EXPECT_GT(seconds_in_turns(pace, 1e5, 1e6, work), 9.8);
  seconds_in_turns(pace, 1.7e6, 1e6, work);
  EXPECT_LT(seconds_in_turns(pace, 1.7e6, 1e6, work), 0.2);
}

TEST(Pace, CountsOnlyTheTimeOfRuns) {
  const FakeClock clock;
  Pace pace;
  double work = 0.0;
  for (int run = 0; run < 3; ++run) {
    pace.resume(0.0);
    FakeClock::now_ += Pace::kSpan / 4;
    EXPECT_FALSE(pace.changes(work)) << run;
    FakeClock::now_ += 100.0;  // of the program that runs it
  }
}

TEST(Pace, LeavesNoTraceHoweverOftenTheWayChanges) {
  const auto simulate = [](unsigned threads) {
    Simulation simulation({.seed = 5, .threads = threads});
    const Population cells = simulation.create(
        300, IfCondExp{.v_rest = -49.0, .cm = 0.2, .tau_refrac = 5.0, .e_rev_I = -80.0, .v_reset = -60.0});
    cells.initialize("v", RandomDistribution("uniform", {-60.0, -50.0}));
    const FixedProbabilityConnector connector(0.1);
    simulation.connect(cells.slice(0, 240), cells, connector, {.weight = 0.002, .delay = 0.2});
    simulation.connect(cells.slice(240, 300), cells, connector,
                       {.weight = 0.02, .delay = RandomDistribution("uniform", {0.2, 2.0})},
                       {.receptor_type = "inhibitory"});
    cells.record("spikes");
    for (const double part : {20.0, 0.7, 79.3}) {
      simulation.run(part);
    }
    return cells.spikes();
  };
  const Spikes expected = simulate(1);
  EXPECT_GT(expected.size(), 300U);
  for (const unsigned threads : {2U, 3U}) {
    const FakeClock clock;
    FakeClock::step_ = 1.0;  // every measurement ends a span: threads and turns alternate
    EXPECT_TRUE(simulate(threads) == expected) << threads << " threads";
    EXPECT_GT(FakeClock::calls_, 20);
  }
}

}  // namespace
}  // namespace va_event::engine
