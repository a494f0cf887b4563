// SPDX-License-Identifier: Apache-2.0
// Spikes of sources arrive much sooner than those of neurons, as in most scripts: the parts of a network exchange no
// more often for that, and the results are the same bits however it is dealt out.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "../recording/temporary_folder.hpp"
#include "thread_processes.hpp"
#include "va_event/va_event.hpp"

namespace va_event {
namespace {

using testing_support::content;
using testing_support::TemporaryFolder;

constexpr double kDuration = 60.0;      // [ms]
constexpr double kNeuronDelay = 1.5;    // [ms]
constexpr double kTimestep = 0.1;       // [ms]
constexpr double kLongestWindow = 2.0;  // [ms]

/// Neurons of two models with delays of at least kNeuronDelay, and sources of all models: with one target, with many,
/// with several synapses onto one neuron, and with none; some are
/// recorded.
struct DrivenNetwork {
  explicit DrivenNetwork(double source_delay, unsigned threads = 1, std::shared_ptr<Processes> processes = nullptr,
                         bool recurrent = true)
      : simulation({.seed = 8, .threads = threads, .processes = std::move(processes)}) {
    const auto uniform = [](double low, double high) { return RandomDistribution("uniform", {low, high}); };
    const Population current = simulation.create(60, IfCurrExp{.cm = 0.2, .tau_refrac = 2.0});
    const Population conductance = simulation.create(40, IfCondExp{.cm = 0.2, .tau_refrac = 2.0});
    const Assembly neurons = current + conductance;
    const Population own = simulation.create(60, SpikeSourcePoisson{.rate = 800.0});
    const Population shared = simulation.create(7, SpikeSourcePoisson{.rate = 300.0, .start = 3.0, .duration = 40.0});
    const Population gamma = simulation.create(5, SpikeSourceGamma{.alpha = 2.0, .beta = 400.0});
    const Population array = simulation.create(3, SpikeSourceArray{{1.0, 1.0, 1.1, 16.0, 31.95, 32.0, 40.0}});
    const Population unconnected = simulation.create(4, SpikeSourcePoisson{.rate = 200.0});
    neurons.initialize("v", uniform(-65.0, -55.0));
    simulation.connect(own, current, OneToOneConnector(), {0.3, source_delay});
    simulation.connect(shared, neurons, FixedProbabilityConnector(0.4),
                       {0.02, uniform(source_delay / 10.0, 3.0 * source_delay)});
    simulation.connect(shared, current, FixedNumberPostConnector(3), {0.1, source_delay});
    simulation.connect(gamma, conductance, FixedNumberPreConnector(3), {0.02, source_delay});
    simulation.connect(array, conductance, AllToAllConnector(), {0.05, uniform(source_delay, 2.0 * source_delay)});
    simulation.connect(array, current, FixedTotalNumberConnector(5), {0.5, 25.0});
    // The one synapse is of the last process, and the others know no way for spikes of these sources.
    simulation.connect(unconnected, current, FromListConnector({{3, 59, 0.5, 30.0}}), StaticSynapse{});
    if (recurrent) {
      simulation.connect(neurons, current, FixedProbabilityConnector(0.1), {0.1, uniform(kNeuronDelay, 4.0)});
      simulation.connect(current, conductance, FixedProbabilityConnector(0.1), {0.004, kNeuronDelay});
    }
    populations = {own, shared, array, current};
    all.push_back(neurons + shared + unconnected + own.slice(10, 20) + array);
    all[0].record("spikes");
    some.push_back(current.slice(20, 30) + conductance.slice(15, 25));
    some[0].record("v", 0.7);
  }

  /// With changes of sources at 20 ms.
  void run(const std::vector<double>& stops) const {
    for (const double stop : stops) {
      simulation.run_until(stop);
      if (stop == 20.0) {
        change_sources();
      }
    }
  }
  void change_sources() const {
    populations[0].slice(10, 50).set("rate", 400.0);
    populations[0].slice(10, 50).set("rate", 500.0);
    populations[2].set_spike_times(1, {5.0, 20.0, 20.05, 44.0});
  }

  mutable Simulation simulation;
  std::vector<Population> populations;
  std::vector<Assembly> all, some;
};

struct Outcome {
  Spikes spikes;
  Signal v;
  RunStatistics statistics;
  WorkCounts work;
};

Outcome outcome_of(const DrivenNetwork& network) {
  return {network.all[0].spikes(), network.some[0].signal("v"), network.simulation.statistics(),
          network.simulation.work_counts()};
}

bool same(const Outcome& a, const Outcome& b) {
  return a.spikes == b.spikes && a.v == b.v && a.statistics.spikes == b.statistics.spikes &&
         a.statistics.source_spikes == b.statistics.source_spikes &&
         a.statistics.synaptic_events == b.statistics.synaptic_events && a.work.intervals == b.work.intervals;
}

/// How often two processes exchange, and how often a run on two threads asks whether to go on, as it does after windows
/// only.
std::array<std::size_t, 2> exchanges(double source_delay, bool recurrent = true) {
  std::array<std::size_t, 2> counts{};
  ThreadProcesses::run(2, [&](const std::shared_ptr<Processes>& processes) {
    DrivenNetwork network(source_delay, 1, processes, recurrent);
    network.simulation.run_until(1.0);
    const std::size_t before = dynamic_cast<const ThreadProcesses&>(*processes).rounds();
    network.simulation.run_until(1.0 + kDuration);
    if (processes->rank() == 0) {
      counts[0] = (dynamic_cast<const ThreadProcesses&>(*processes).rounds() - before) / 2;  // two for each exchange
    }
  });
  DrivenNetwork network(source_delay, 2, nullptr, recurrent);
  network.simulation.on_progress([&counts](const Progress&) { return ++counts[1] > 0; });
  network.simulation.run_until(kDuration);
  EXPECT_EQ(network.simulation.threads(), 2U);
  return counts;
}

TEST(SourceDelays, DoNotShortenExchangeWindows) {
  const auto soon = exchanges(kTimestep);
  const auto late = exchanges(kNeuronDelay);
  constexpr std::size_t kFew = 8;  // around the run itself
  EXPECT_LE(soon[0], static_cast<std::size_t>(kDuration / kNeuronDelay) + kFew);
  EXPECT_LE(soon[0], late[0] + kFew);
  EXPECT_LE(soon[1], static_cast<std::size_t>(2.0 * kDuration / kNeuronDelay) + kFew);
  EXPECT_LE(soon[1], late[1] + kFew);
}

TEST(SourceDelays, LeaveWindowsAFiniteLengthWhereNothingFeedsBack) {
  for (const double delay : {1e-12, kTimestep, 40.0}) {
    const auto counts = exchanges(delay, false);
    constexpr std::size_t kFew = 8;
    EXPECT_LE(counts[0], static_cast<std::size_t>(kDuration / kLongestWindow) + kFew) << delay << " ms";
    EXPECT_GE(counts[0], static_cast<std::size_t>(0.5 * kDuration / kLongestWindow)) << delay << " ms";
    EXPECT_GE(counts[1], static_cast<std::size_t>(0.5 * kDuration / kLongestWindow)) << delay << " ms";
  }
}

class SourceDelay : public ::testing::TestWithParam<double> {};

TEST_P(SourceDelay, OfAnySizeGivesTheSameBitsOnAnyThreadsAndProcessesAndWithCuts) {
  const TemporaryFolder folder;
  const DrivenNetwork whole(GetParam());
  whole.run({20.0});
  whole.simulation.save_checkpoint(folder / "cut");
  whole.run({kDuration});
  whole.simulation.save_checkpoint(folder / "end");
  const Outcome expected = outcome_of(whole);
  EXPECT_GT(expected.statistics.spikes, 300U);
  EXPECT_GT(expected.statistics.source_spikes, 2000U);

  std::vector<double> stops{0.0, 0.05, 1.0, 1.1, 16.0, 20.0, 20.0 + GetParam(), kDuration};
  for (std::size_t k = 0; k < 60; ++k) {  // at spikes and when they arrive
    const double spike = expected.spikes.times[k * expected.spikes.size() / 60].ms();
    stops.push_back(k % 2 == 0 ? spike : spike + GetParam());
  }
  std::sort(stops.begin(), stops.end());
  stops.erase(std::unique(stops.begin(), std::upper_bound(stops.begin(), stops.end(), kDuration)), stops.end());
  for (const unsigned threads : {1U, 2U, 3U}) {
    SCOPED_TRACE(std::to_string(threads) + " threads");
    const DrivenNetwork network(GetParam(), threads);
    network.run({20.0, kDuration});
    network.simulation.save_checkpoint(folder / "again");
    EXPECT_TRUE(same(outcome_of(network), expected));
    EXPECT_TRUE(content(folder / "again") == content(folder / "end"));
    const DrivenNetwork cut(GetParam(), threads);
    cut.run(stops);
    EXPECT_TRUE(same(outcome_of(cut), expected));
  }
  for (const unsigned count : {2U, 3U}) {
    std::atomic<unsigned> right{0};
    ThreadProcesses::run(count, [&](const std::shared_ptr<Processes>& processes) {
      const DrivenNetwork network(GetParam(), 1 + count % 2, processes);
      network.run({20.0, kDuration});
      network.simulation.save_checkpoint(folder / "together");
      right += same(outcome_of(network), expected) ? 1U : 0U;
    });
    EXPECT_EQ(right, count);
    EXPECT_TRUE(content(folder / "together") == content(folder / "end"));
  }
}

TEST_P(SourceDelay, OfAnySizeGoesOnFromACheckpointOnAnyThreadsAndProcesses) {
  const TemporaryFolder folder;
  const DrivenNetwork whole(GetParam());
  whole.run({20.0});
  whole.simulation.run_until(20.0 + GetParam() / 2.0);  // spikes of sources are on their way
  whole.simulation.save_checkpoint(folder / "cut");
  whole.simulation.run_until(kDuration);
  whole.simulation.save_checkpoint(folder / "end");
  const Outcome expected = outcome_of(whole);
  const auto resume = [&](const DrivenNetwork& resumed, const std::string& again) {
    resumed.change_sources();
    resumed.simulation.load_checkpoint(folder / "cut");
    resumed.simulation.save_checkpoint(folder / again);
    resumed.simulation.run_until(kDuration);
    return same(outcome_of(resumed), expected);
  };
  for (const unsigned threads : {1U, 2U, 3U}) {
    EXPECT_TRUE(resume(DrivenNetwork(GetParam(), threads), "again")) << threads << " threads";
    EXPECT_TRUE(content(folder / "again") == content(folder / "cut")) << threads << " threads";
  }
  std::atomic<unsigned> right{0};
  ThreadProcesses::run(2, [&](const std::shared_ptr<Processes>& processes) {
    right += resume(DrivenNetwork(GetParam(), 2, processes), "together") ? 1U : 0U;
  });
  EXPECT_EQ(right, 2U);
  EXPECT_TRUE(content(folder / "together") == content(folder / "cut"));
}

INSTANTIATE_TEST_SUITE_P(Delays, SourceDelay, ::testing::Values(1e-12, kTimestep, kNeuronDelay, 20.0),
                         [](const auto& test) { return std::string("Delay").append(std::to_string(test.index)); });

}  // namespace
}  // namespace va_event
