// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "random_network.hpp"
#include "tests/cases.hpp"
#include "vogels_abbott_like.hpp"

namespace va_event {
namespace {

// How a run is cut, what is recorded, and who else simulates must leave no trace, down to the last bit.

struct Outcome {
  Spikes spikes;
  Signal v;
};

constexpr double kDuration = 120.0;

std::string name(Kind kind) { return kind == Kind::current_based ? "CurrentBased" : "ConductanceBased"; }

class RunCut : public ::testing::TestWithParam<Kind> {
 protected:
  static Outcome run(const std::vector<Time>& stops) {
    VogelsAbbottLike network(GetParam());
    network.record_v();
    for (const Time& stop : stops) {
      network.simulation.run_until(std::min(stop, Time(kDuration)));
    }
    network.simulation.run_until(kDuration);
    return {network.spikes(), network.v()};
  }
  static void expect_same(const Outcome& a, const Outcome& b) {
    EXPECT_TRUE(a.spikes == b.spikes) << a.spikes.size() << " and " << b.spikes.size() << " spikes";
    EXPECT_TRUE(a.v == b.v);
  }
};

TEST_P(RunCut, TheNetworkOfTheseTestsIsAlive) {
  const Outcome whole = run({});
  std::size_t late = 0;
  for (std::size_t k = 0; k < whole.spikes.size(); ++k) {
    late += whole.spikes.times[k].ms() > 60.0 && whole.spikes.ids[k] < 400 ? 1 : 0;
  }
  EXPECT_GT(late, 100U);
  EXPECT_LT(late, 400U * 60 / 10);
  EXPECT_EQ(whole.v.samples(), 1200U);
}

TEST_P(RunCut, AtRandomTimesChangesNothing) {
  const Outcome whole = run({});
  std::mt19937_64 generator(1);
  for (int repetition = 0; repetition < 5; ++repetition) {
    std::vector<Time> stops;
    for (double t = 0.0; t < kDuration; t += std::exponential_distribution(repetition < 2 ? 20.0 : 0.2)(generator)) {
      stops.emplace_back(t);
    }
    expect_same(run(stops), whole);
  }
}

TEST_P(RunCut, ExactlyAtSpikesAndOneBitBesideThemChangesNothing) {
  const Outcome whole = run({});
  std::vector<Time> stops;
  for (std::size_t k = 0; k < whole.spikes.size(); k += 3) {
    const Time t = whole.spikes.times[k];
    stops.push_back(t.plus(-0x1p-49));
    stops.push_back(t);
    stops.push_back(t.plus(0x1p-49));
  }
  expect_same(run(stops), whole);
}

TEST_P(RunCut, ExactlyAtArrivalsOfInputsChangesNothing) {
  const Outcome whole = run({});
  std::vector<Time> stops;
  for (const Time& t : whole.spikes.times) {
    stops.push_back(t.plus(0.2));
    stops.push_back(t.plus(0.7));
  }
  std::sort(stops.begin(), stops.end());
  expect_same(run(stops), whole);
}

TEST_P(RunCut, AtBordersOfEpochsFramesAndSamplesChangesNothing) {
  const Outcome whole = run({});
  for (const double interval : {16.0, 1.0, 0.1, 0.5}) {
    std::vector<Time> stops;
    for (int k = 0; k * interval < kDuration; ++k) {
      stops.emplace_back(k * interval);
      stops.push_back(Time(k * interval).plus(0x1p-49));
      stops.push_back(Time((k + 1) * interval).plus(-0x1p-49));
    }
    expect_same(run(stops), whole);
  }
}

TEST_P(RunCut, ByACallbackThatInterruptsAndGoesOnChangesNothing) {
  const Outcome whole = run({});
  VogelsAbbottLike network(GetParam());
  network.record_v();
  int calls = 0;
  network.simulation.on_progress([&calls](const Progress&) { return ++calls % 3 != 0; });
  int interruptions = 0;
  while (network.simulation.run_until(kDuration) == RunEnd::interrupted) {
    ++interruptions;
  }
  EXPECT_GT(interruptions, 2);
  expect_same({network.spikes(), network.v()}, whole);
}

TEST_P(RunCut, ByReadingEverythingInBetweenChangesNothing) {
  const Outcome whole = run({});
  VogelsAbbottLike network(GetParam());
  network.record_v();
  for (double t = 0.7; t < kDuration; t += 7.7) {
    network.simulation.run_until(t);
    (void)network.populations[0].value("v");
    (void)network.spikes();
    (void)network.v();
    (void)network.simulation.statistics();
  }
  network.simulation.run_until(kDuration);
  expect_same({network.spikes(), network.v()}, whole);
}

TEST_P(RunCut, ByRecordingAnythingElseChangesNoSpike) {
  const Outcome whole = run({});
  VogelsAbbottLike network(GetParam());
  network.populations[1].record("v", 0.37);
  network.populations[0].record(GetParam() == Kind::current_based ? "isyn_inh" : "gsyn_inh", 1.0);
  network.record_v();
  network.simulation.run_until(31.0);
  network.populations[1].record(GetParam() == Kind::current_based ? "isyn_exc" : "gsyn_exc", 0.11);
  network.simulation.run_until(kDuration);
  expect_same({network.spikes(), network.v()}, whole);
}

TEST_P(RunCut, ByForgettingRecordedDataLeavesTheRestOfTheData) {
  const Outcome whole = run({});
  VogelsAbbottLike network(GetParam());
  network.record_v();
  network.simulation.run_until(50.0);
  const Spikes first = network.spikes();
  const Signal first_v = network.v();
  network.all[0].clear_recorded();
  EXPECT_EQ(network.spikes().size(), 0U);
  network.simulation.run_until(kDuration);
  Outcome joined{first, first_v};
  const Spikes second = network.spikes();
  const Signal second_v = network.v();
  joined.spikes.times.insert(joined.spikes.times.end(), second.times.begin(), second.times.end());
  joined.spikes.ids.insert(joined.spikes.ids.end(), second.ids.begin(), second.ids.end());
  EXPECT_EQ(second_v.first_sample, 500);
  joined.v.values.insert(joined.v.values.end(), second_v.values.begin(), second_v.values.end());
  expect_same(joined, whole);
}

TEST_P(RunCut, ByResetGivesTheSameRunAgain) {
  const Outcome whole = run({});
  VogelsAbbottLike network(GetParam());
  network.record_v();
  for (const double before : {0.0, 33.3, 64.0}) {
    network.simulation.run_until(before);
    network.simulation.reset();
    EXPECT_EQ(network.simulation.now(), Time());
    EXPECT_EQ(network.spikes().size(), 0U);
  }
  network.simulation.run_until(kDuration);
  expect_same({network.spikes(), network.v()}, whole);
}

TEST_P(RunCut, BySimulatingTwoNetworksInTurnsChangesNeither) {
  const Outcome whole = run({});
  VogelsAbbottLike network(GetParam());
  VogelsAbbottLike other(GetParam() == Kind::current_based ? Kind::conductance_based : Kind::current_based, 7);
  network.record_v();
  for (double t = 0.0; t < kDuration; t += 3.1) {
    network.simulation.run_until(t);
    other.simulation.run_until(2.0 * t);
  }
  network.simulation.run_until(kDuration);
  expect_same({network.spikes(), network.v()}, whole);
}

TEST_P(RunCut, AnotherSeedIsAnotherNetwork) {
  VogelsAbbottLike network(GetParam(), 2);
  network.simulation.run_until(kDuration);
  EXPECT_FALSE(network.spikes() == run({}).spikes);
}

INSTANTIATE_TEST_SUITE_P(Models, RunCut, ::testing::Values(Kind::current_based, Kind::conductance_based),
                         [](const auto& test) { return name(test.param); });

TEST(RunCutOfRandomNetworks, AtRandomTimesAndAtSpikesChangesNothing) {
  std::mt19937_64 generator(2);
  for (std::uint64_t seed = 1001; seed <= 1000 + testing_support::cases(200); ++seed) {
    SCOPED_TRACE("network " + std::to_string(seed));
    reference::Description description = random_network(seed);
    // Loops of excitation without refractoriness would make more and more spikes without end.
    for (reference::Neuron& neuron : description.neurons) {
      neuron.tau_refrac = std::max(neuron.tau_refrac, 0.1);
    }
    BuiltNetwork whole(description);
    whole.simulation.run_until(description.duration);
    BuiltNetwork cut(description);
    const Spikes spikes = whole.spikes();
    std::vector<Time> stops;
    for (std::size_t k = 0; k < spikes.size() && k < 300; ++k) {
      stops.push_back(spikes.times[k]);
      stops.emplace_back(std::uniform_real_distribution(0.0, description.duration)(generator));
    }
    std::sort(stops.begin(), stops.end());
    for (const Time& stop : stops) {
      cut.simulation.run_until(stop);
    }
    cut.simulation.run_until(description.duration);
    ASSERT_TRUE(cut.spikes() == spikes);
    ASSERT_TRUE(cut.neurons[0].signal("v") == whole.neurons[0].signal("v"));
  }
}

}  // namespace
}  // namespace va_event
