// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "busy_network.hpp"
#include "outcome.hpp"
#include "random_network.hpp"
#include "tests/cases.hpp"
#include "vogels_abbott_like.hpp"

namespace va_event {
namespace {

// The number of threads must leave no trace, down to the last bit.

using testing_support::expect_same;
using testing_support::Outcome;

constexpr double kDuration = 120.0;

class Threads : public ::testing::TestWithParam<Kind> {
 protected:
  static Outcome run(unsigned threads, const std::vector<Time>& stops = {}) {
    VogelsAbbottLike network(GetParam(), 1, 400, threads);
    network.record_v();
    for (const Time& stop : stops) {
      network.simulation.run_until(stop);
    }
    network.simulation.run_until(kDuration);
    EXPECT_EQ(network.simulation.threads(), threads);
    return {network.spikes(), network.v(), network.simulation.statistics(), network.simulation.work_counts()};
  }
};

TEST_P(Threads, AnyNumberOfThemGivesTheSameBits) {
  const Outcome alone = run(1);
  ASSERT_GT(alone.spikes.size(), 500U);
  for (const unsigned threads : {2U, 3U, 8U}) {
    expect_same(run(threads), alone);
  }
}

/// Threads that nobody asked for are not started for every short run.
TEST_P(Threads, ShortRunsAndLongOnesOfAsManyAsThereAreGiveTheSameBits) {
  BusyNetwork alone(GetParam(), 1);
  alone.simulation.run_until(30.0);
  BusyNetwork together(GetParam(), 0);
  for (const double stop : {0.3, 0.6, 0.7, 1.9, 2.0, 9.0, 9.05, 20.0, 20.7, 30.0}) {
    together.simulation.run_until(stop);
  }
  EXPECT_EQ(together.simulation.threads() > 1, std::thread::hardware_concurrency() > 1);
  EXPECT_GT(alone.cells[0].spikes().size(), 100U);
  EXPECT_TRUE(together.cells[0].spikes() == alone.cells[0].spikes());
}

TEST_P(Threads, ARunThatIsCutGivesTheSameBits) {
  const Outcome alone = run(1);
  std::vector<Time> stops{Time(0.0), Time(0.05), Time(16.0), Time(16.0), Time(47.3)};
  stops.insert(stops.end(), alone.spikes.times.begin(), alone.spikes.times.begin() + 40);
  std::sort(stops.begin(), stops.end());
  expect_same(run(3, stops), alone);
}

TEST_P(Threads, ChangesBetweenRunsReachTheCellsOfEveryPart) {
  const auto outcome = [](unsigned threads) {
    VogelsAbbottLike network(GetParam(), 3, 400, threads);
    network.record_v();
    network.simulation.run_until(20.0);
    network.populations[0].slice(100, 300).set("i_offset", 0.1);
    network.populations[2].set("rate", 300.0);
    network.populations[1].initialize("v", -55.0);
    StepCurrentSource current{{21.0, 40.0}, {0.3, 0.0}};
    network.populations[0].slice(50, 250).inject(current);
    network.populations[0].slice(140, 180).inject(ACSource{0.3, 0.0, 90.0, 0.0, 15.0, 80.0});
    network.simulation.run_until(90.0);
    const std::vector<double> v = network.populations[0].value("v");
    network.simulation.run_until(kDuration);
    Signal all = network.v();
    all.values.insert(all.values.end(), v.begin(), v.end());
    return Outcome{network.spikes(), all, network.simulation.statistics(), network.simulation.work_counts()};
  };
  const Outcome alone = outcome(1);
  expect_same(outcome(2), alone);
  expect_same(outcome(5), alone);
}

TEST_P(Threads, ACallbackMayInterruptThem) {
  const Outcome alone = run(1);
  VogelsAbbottLike network(GetParam(), 1, 400, 3);
  network.record_v();
  int calls = 0;
  network.simulation.on_progress([&calls](const Progress&) { return ++calls % 5 != 0; });
  int interruptions = 0;
  while (network.simulation.run_until(kDuration) == RunEnd::interrupted) {
    ++interruptions;
  }
  EXPECT_GT(interruptions, 2);
  expect_same({network.spikes(), network.v(), network.simulation.statistics(), network.simulation.work_counts()},
              alone);
}

TEST_P(Threads, AnExceptionOfACallbackEndsAllOfThem) {
  VogelsAbbottLike network(GetParam(), 1, 400, 3);
  network.simulation.on_progress([](const Progress& progress) -> bool {
    if (progress.now_ms > 30.0) {
      throw std::runtime_error("no more");
    }
    return true;
  });
  EXPECT_THROW(network.simulation.run_until(kDuration), std::runtime_error);
  EXPECT_LT(network.simulation.now().ms(), kDuration);
}

INSTANTIATE_TEST_SUITE_P(Models, Threads, ::testing::Values(Kind::current_based, Kind::conductance_based),
                         [](const auto& test) {
                           return std::string(test.param == Kind::current_based ? "CurrentBased" : "ConductanceBased");
                         });

TEST(ThreadsOfRandomNetworks, AnyNumberOfThemGivesTheSameBits) {
  constexpr std::uint64_t kNetworks = testing_support::cases(200);
  std::uint64_t together = 0;
  for (std::uint64_t seed = 3001; seed < 3001 + kNetworks; ++seed) {
    SCOPED_TRACE("network " + std::to_string(seed));
    reference::Description description = random_network(seed);
    // Loops of excitation without refractoriness would make more and more spikes without end.
    for (reference::Neuron& neuron : description.neurons) {
      neuron.tau_refrac = std::max(neuron.tau_refrac, 0.1);
    }
    for (reference::Synapse& synapse : description.synapses) {  // shorter ones of neurons are for a single thread
      synapse.delay = std::max(synapse.delay, synapse.pre < description.sources.size() ? 0.0 : 1e-4);
    }
    BuiltNetwork alone(description, 1);
    alone.simulation.run_until(description.duration);
    for (const unsigned threads : {2U, 3U}) {
      BuiltNetwork network(description, threads);
      network.simulation.run_until(description.duration);
      together += network.simulation.threads() == threads ? 1 : 0;
      ASSERT_TRUE(network.spikes() == alone.spikes());
      ASSERT_TRUE(network.neurons[0].signal("v") == alone.neurons[0].signal("v"));
    }
  }
  EXPECT_EQ(together, 2 * kNetworks);
}

/// While it lives, the system starts no threads: there is no address space for their stacks.
class NoThreads {
 public:
  NoThreads() {
    pthread_getattr_default_np(&usual_);
    pthread_attr_t attributes;
    pthread_getattr_default_np(&attributes);
    pthread_attr_setstacksize(&attributes, std::size_t{1} << 50U);
    pthread_setattr_default_np(&attributes);
    pthread_attr_destroy(&attributes);
  }
  NoThreads(const NoThreads&) = delete;
  NoThreads& operator=(const NoThreads&) = delete;
  ~NoThreads() {
    pthread_setattr_default_np(&usual_);
    pthread_attr_destroy(&usual_);
  }

 private:
  pthread_attr_t usual_{};
};

TEST(Threads, ThatTheSystemDoesNotStartCostOneWarningAndNoBits) {
  const bool several = std::thread::hardware_concurrency() > 1;  // else none is to be started, and nothing to be told
  BusyNetwork alone(Kind::current_based, 1);
  BusyNetwork together(Kind::current_based, 0);
  alone.simulation.run_until(30.0);
  {
    const NoThreads none;
    together.simulation.run_until(10.0);
    together.simulation.run_until(20.0);
    EXPECT_EQ(together.simulation.threads(), 1U);
    EXPECT_THAT(together.simulation.warnings(), ::testing::Each(::testing::HasSubstr("system did not start")));
    EXPECT_EQ(together.simulation.warnings().size(), several ? 1U : 0U);
    BusyNetwork asked_for(Kind::current_based, 2);
    EXPECT_THROW(asked_for.simulation.run_until(10.0), ParameterError);
  }
  together.simulation.run_until(30.0);
  EXPECT_EQ(together.simulation.threads() > 1, several);
  EXPECT_EQ(together.simulation.warnings().size(), several ? 1U : 0U);
  EXPECT_GT(alone.cells[0].spikes().size(), 100U);
  EXPECT_TRUE(together.cells[0].spikes() == alone.cells[0].spikes());
  EXPECT_TRUE(alone.simulation.warnings().empty());
  together.simulation.reset();
  EXPECT_TRUE(together.simulation.warnings().empty());
}

TEST(Threads, AreNotUsedWhereTheyDoNotPay) {
  VogelsAbbottLike small(Kind::current_based, 1, 40, 0);
  small.simulation.run_until(1.0);
  EXPECT_EQ(small.simulation.threads(), 1U);
  // Delays this small leave nothing to do between two exchanges.
  Simulation simulation({.threads = 2});
  const Population neurons = simulation.create(4, IfCurrExp{});
  simulation.connect(neurons, neurons, AllToAllConnector(), {0.1, 1e-9});
  simulation.run_until(1.0);
  EXPECT_EQ(simulation.threads(), 1U);
}

}  // namespace
}  // namespace va_event
