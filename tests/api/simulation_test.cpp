// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "expect_error.hpp"
#include "va_event/va_event.hpp"

namespace va_event {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Simulation, OfAnEmptyNetworkRuns) {
  Simulation simulation;
  EXPECT_EQ(simulation.now(), Time());
  EXPECT_EQ(simulation.run(100.0), RunEnd::completed);
  EXPECT_EQ(simulation.now(), Time(100.0));
  EXPECT_TRUE(simulation.populations().empty());
  EXPECT_EQ(simulation.work_counts().intervals, 0U);
}

#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
/// Memory of this process in use [MB].
double resident() {
  std::ifstream file("/proc/self/statm");
  double pages = 0.0;
  file >> pages >> pages;
  return pages * static_cast<double>(sysconf(_SC_PAGESIZE)) / 0x1p20;
}

TEST(Simulation, LeavesNothingBehindWhenAThousandFollowEachOther) {
  double before = 0.0;
  for (int k = 0; k < 1000; ++k) {
    if (k == 100) {
      before = resident();
    }
    Simulation simulation({.threads = 1U + static_cast<unsigned>(k % 2)});
    const Population cells = simulation.create(60, IfCondExp{.i_offset = 1.0});
    const Projection all = simulation.connect(cells, cells, AllToAllConnector(), {.weight = 1e-4, .delay = 0.7});
    cells.record({"spikes", "v"});
    cells.inject(ACSource{.amplitude = 0.1, .frequency = 50.0});
    simulation.run(5.0);
    ASSERT_EQ(all.size(), 3600U);
    ASSERT_GT(cells.signal("v").samples(), 40U);
  }
  EXPECT_LT(resident() - before, 8.0);  // synapses and samples of 900 simulations take 110 MB
}
#endif

TEST(Simulation, KnowsItsSeed) {
  EXPECT_EQ(Simulation().seed(), 1U);
  EXPECT_EQ(Simulation({42}).seed(), 42U);
}

TEST(Simulation, RunsForADurationOrUntilATime) {
  Simulation simulation;
  const Population source = simulation.create(1, SpikeSourceArray{{1.0, 2.0, 3.0}});
  source.record("spikes");
  simulation.run(1.0);  // half-open: the event at 1 ms belongs to the next run
  EXPECT_EQ(source.spikes().size(), 0U);
  simulation.run(0.0);
  EXPECT_EQ(source.spikes().size(), 0U);
  simulation.run_until(2.5);
  EXPECT_EQ(source.spikes().size(), 2U);
  simulation.run_until(2.5);
  simulation.run_until(1.0);  // not later than now: nothing happens
  EXPECT_EQ(simulation.now(), Time(2.5));
  simulation.run(0.5);
  EXPECT_EQ(source.spikes().size(), 2U);
  simulation.run(0.5);
  EXPECT_EQ(source.spikes().size(), 3U);
  EXPECT_EQ(simulation.now(), Time(3.5));
}

TEST(Simulation, RefusesImpossibleDurations) {
  Simulation simulation;
  for (const double bad : {-1.0, -1e-300, kNaN, kInfinity, -kInfinity}) {
    expect_error<ParameterError>([&] { simulation.run(bad); }, "duration");
  }
  for (const double bad : {-1.0, kNaN, kInfinity, 1e300}) {
    expect_error<ParameterError>([&] { simulation.run_until(bad); }, "time");
  }
  EXPECT_THROW(simulation.run(1e300), ParameterError);
  EXPECT_EQ(simulation.now(), Time());
}

TEST(Simulation, CanBeBuiltUntilItRunsAndAgainAfterReset) {
  Simulation simulation;
  const Population cells = simulation.create(2, IfCurrExp{});
  simulation.run_until(1.0);
  expect_error<StateError>([&] { simulation.create(1, IfCurrExp{}); }, "create", "before the first run");
  expect_error<StateError>([&] { simulation.connect(cells, cells, AllToAllConnector(), {}); }, "connect");
  simulation.reset();
  const Population more = simulation.create(1, SpikeSourceArray{{1.0}});
  simulation.connect(more, cells, AllToAllConnector(), {0.5, 1.0});
  simulation.run_until(5.0);
  EXPECT_EQ(simulation.statistics().synaptic_events, 2U);
}

TEST(Simulation, ReportsProgressAtLeastEveryEpochInWhichSomethingMayHappen) {
  Simulation simulation;
  simulation.create(1, IfCurrExp{.i_offset = 1.0});
  simulation.create(1, SpikeSourcePoisson{100.0, 0.0, 1e9});
  std::vector<double> times;
  simulation.on_progress([&times](const Progress& progress) {
    times.push_back(progress.now_ms);
    EXPECT_EQ(progress.stop_ms, 1000.0);
    return true;
  });
  simulation.run_until(1000.0);
  double before = 0.0;
  for (const double t : times) {
    EXPECT_GE(t, before);
    EXPECT_LE(t, before + 16.0);
    before = t;
  }
  EXPECT_GT(before, 980.0);
}

TEST(Simulation, ReportsProgressOftenWithinOneEpochThatIsFullOfEvents) {
  Simulation simulation;
  const Population sources = simulation.create(1000, SpikeSourcePoisson{10'000.0, 0.0, 1e9});
  int calls = 0;
  simulation.on_progress([&calls](const Progress&) { return ++calls > 0; });
  simulation.run_until(10.0);  // some 100,000 events
  EXPECT_GT(calls, 10);
}

TEST(Simulation, StopsWhereTheCallbackWantsWithEverythingBeforeThatTimeDone) {
  const auto build = [](Simulation& simulation) {
    const Population sources = simulation.create(200, SpikeSourcePoisson{1000.0, 0.0, 1e9});
    sources.record("spikes");
    return sources;
  };
  Simulation whole;
  const Population all = build(whole);
  whole.run_until(100.0);
  Simulation simulation;
  const Population sources = build(simulation);
  int calls = 0;
  simulation.on_progress([&calls](const Progress&) { return ++calls < 80; });
  ASSERT_EQ(simulation.run_until(100.0), RunEnd::interrupted);
  const Time stopped = simulation.now();
  EXPECT_GT(stopped, Time());
  EXPECT_LT(stopped, Time(100.0));
  const Spikes spikes = sources.spikes();
  const Spikes expected = all.spikes();
  ASSERT_GT(spikes.size(), 1000U);
  for (std::size_t k = 0; k < expected.size(); ++k) {
    if (expected.times[k] < stopped) {
      ASSERT_LT(k, spikes.size());
      ASSERT_EQ(spikes.times[k], expected.times[k]);
    }
  }
  simulation.on_progress({});
  EXPECT_EQ(simulation.run_until(100.0), RunEnd::completed);
  EXPECT_TRUE(sources.spikes() == expected);
}

TEST(Simulation, SurvivesACallbackThatThrows) {
  Simulation simulation;
  const Population sources = simulation.create(10, SpikeSourcePoisson{100.0, 0.0, 1e9});
  sources.record("spikes");
  int calls = 0;
  simulation.on_progress([&calls](const Progress&) -> bool {
    if (++calls == 2) {
      throw std::runtime_error("enough");
    }
    return true;
  });
  EXPECT_THROW(simulation.run_until(200.0), std::runtime_error);
  simulation.run_until(200.0);
  Simulation other;
  const Population same = other.create(10, SpikeSourcePoisson{100.0, 0.0, 1e9});
  same.record("spikes");
  other.run_until(200.0);
  EXPECT_TRUE(sources.spikes() == same.spikes());
}

TEST(Simulation, ResetKeepsTheNetworkAndWhatIsToBeRecorded) {
  Simulation simulation;
  const Population cells = simulation.create(1, IfCurrExp{});
  cells.record({"spikes", "v"}, 0.5);
  cells.inject(DCSource{1.0, 0.0, 50.0});
  simulation.run_until(77.7);
  const Spikes spikes = cells.spikes();
  const Signal v = cells.signal("v");
  EXPECT_GT(spikes.size(), 0U);
  simulation.reset();
  EXPECT_EQ(simulation.now(), Time());
  EXPECT_EQ(cells.spikes().size(), 0U);
  EXPECT_EQ(cells.signal("v").samples(), 0U);
  simulation.run_until(77.7);
  EXPECT_TRUE(cells.spikes() == spikes);
  EXPECT_TRUE(cells.signal("v") == v);
}

TEST(Simulation, TellsItsVersion) {
  const std::string text(version());
  EXPECT_EQ(std::count(text.begin(), text.end(), '.'), 2);
}

}  // namespace
}  // namespace va_event
