// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "../recording/temporary_folder.hpp"
#include "outcome.hpp"
#include "random_network.hpp"
#include "tests/cases.hpp"
#include "thread_processes.hpp"
#include "va_event/error.hpp"
#include "va_event/va_event.hpp"

namespace va_event {
namespace {

using testing_support::content;
using testing_support::expect_same;
using testing_support::expect_same_intervals;
using testing_support::TemporaryFolder;

// A run that is saved, and goes on in a simulation of its own on any number of threads, must be the run in one go, down
// to the last bit; and so must be what it saves later on.

/// Every model, source and connector, some hundred cells with parameters of their own, delays of up to two epochs.
struct Zoo {
  explicit Zoo(unsigned threads, Precision precision = {}, std::shared_ptr<Processes> processes = nullptr)
      : simulation({.seed = 5, .precision = precision, .threads = threads, .processes = std::move(processes)}) {
    const auto uniform = [](double low, double high) { return RandomDistribution("uniform", {low, high}); };
    const Population current =
        simulation.create(50, IfCurrExp{.v_rest = -49.5, .cm = 0.2, .tau_refrac = 3.0, .v_reset = -60.0});
    const Population conductance =
        simulation.create(50, IfCondExp{.v_rest = -60.0, .cm = 0.2, .tau_refrac = 2.0, .v_reset = -60.0});
    const Population delta = simulation.create(40, IfCurrDelta{.v_rest = -60.0, .tau_refrac = 1.0, .v_reset = -60.0});
    const Population array = simulation.create(4, SpikeSourceArray{{1.0, 2.5, 2.5, 17.0, 33.3, 48.0, 70.0}});
    const Population poisson = simulation.create(10, SpikeSourcePoisson{.rate = 150.0, .start = 2.0, .duration = 60.0});
    const Population dead_time = simulation.create(5, SpikeSourcePoissonRefractory{.rate = 100.0, .tau_refrac = 3.0});
    const Population gamma = simulation.create(5, SpikeSourceGamma{.alpha = 2.5, .beta = 250.0});
    const Assembly neurons = current + conductance + delta;
    const Assembly sources = array + poisson + dead_time + gamma;
    neurons.initialize("v", uniform(-60.0, -50.0));
    current.slice(10, 50).set("tau_m", uniform(5.0, 30.0));
    conductance.slice(20, 40).set("tau_syn_E", uniform(1.0, 8.0));
    delta.set("v_thresh", uniform(-55.0, -50.0));

    const FixedProbabilityConnector sparse(0.1);
    simulation.connect(sources, current, sparse, {uniform(0.05, 0.4), uniform(0.1, 33.0)});
    simulation.connect(sources, conductance, FixedNumberPreConnector(4), {uniform(0.005, 0.03), uniform(0.1, 5.0)});
    simulation.connect(sources, delta, FixedNumberPostConnector(12), {uniform(1.0, 5.0), 1.5});
    simulation.connect(delta, delta, sparse, {uniform(-2.0, 2.0), 1.5});
    simulation.connect(neurons, neurons, FixedTotalNumberConnector(1000), {0.01, uniform(0.1, 20.0)});
    simulation.connect(neurons, current, sparse, {-0.1, 0.7}, {.receptor_type = "inhibitory"});
    simulation.connect(delta, conductance, AllToAllConnector(), {0.001, 0.7}, {.receptor_type = "inhibitory"});
    simulation.connect(current, current, OneToOneConnector(), {0.05, 18.0});
    current.slice(0, 20).inject(StepCurrentSource({0.0, 12.0, 16.0, 44.4}, {0.1, -0.2, 0.3, 0.05}));
    current.slice(10, 30).inject(DCSource{.amplitude = 0.05, .start = 20.0, .stop = 50.0});
    delta.slice(5, 15).inject(DCSource{.amplitude = 0.5, .start = 7.0, .stop = 60.0});

    all.push_back(neurons + sources);
    all[0].record("spikes");
    some.push_back(current.slice(5, 15) + conductance.slice(5, 15) + delta.slice(5, 15));
    some[0].record("v", 0.3);
    current.slice(0, 3).record("isyn_exc", 1.1);
  }
  [[nodiscard]] Spikes spikes() const { return all[0].spikes(); }
  [[nodiscard]] Signal v() const { return some[0].signal("v"); }

  Simulation simulation;
  std::vector<Assembly> all, some;
};

class CheckpointIn : public ::testing::TestWithParam<Precision> {
 protected:
  [[nodiscard]] static double duration() { return GetParam() == Precision() ? 80.0 : 40.0; }
  TemporaryFolder folder;
};

TEST_P(CheckpointIn, ARunThatGoesOnFromItIsTheRunInOneGo) {
  // 2.5: a source spikes; 4.0: that arrives; 12.0: a current changes; 16.0, 32.0: epochs begin.
  const std::vector<double> stops{0.0, 0.05, 2.5, 4.0, 7.0, 12.0, 15.99, 16.0, 21.7, 32.0, 38.1};
  Zoo whole(1, GetParam());
  for (std::size_t k = 0; k < stops.size(); ++k) {
    whole.simulation.run_until(stops[k]);
    whole.simulation.save_checkpoint(folder / std::to_string(k));
  }
  whole.simulation.run_until(duration());
  whole.simulation.save_checkpoint(folder / "end");
  ASSERT_GT(whole.simulation.statistics().spikes, 200U);
  for (std::size_t k = 0; k < stops.size(); ++k) {
    SCOPED_TRACE("saved at " + std::to_string(stops[k]) + " ms");
    Zoo resumed(1 + k % 3, GetParam());
    resumed.simulation.load_checkpoint(folder / std::to_string(k));
    EXPECT_EQ(resumed.simulation.now(), Time(stops[k]));
    resumed.simulation.save_checkpoint(folder / "again");
    EXPECT_TRUE(content(folder / "again") == content(folder / std::to_string(k)));
    resumed.simulation.run_until(duration());
    EXPECT_EQ(resumed.simulation.threads(), 1 + k % 3);
    EXPECT_TRUE(resumed.spikes() == whole.spikes());
    EXPECT_TRUE(resumed.v() == whole.v());
    expect_same(resumed.simulation.statistics(), whole.simulation.statistics());
    expect_same_intervals(resumed.simulation.work_counts(), whole.simulation.work_counts());
    resumed.simulation.save_checkpoint(folder / "again");
    EXPECT_TRUE(content(folder / "again") == content(folder / "end"));
  }
}

TEST_P(CheckpointIn, ProcessesSaveAndLoadTheSame) {
  const double cut = 21.7;
  const std::string at_cut = folder / "cut";
  Zoo whole(1, GetParam());
  whole.simulation.run_until(cut);
  whole.simulation.save_checkpoint(at_cut);
  whole.simulation.run_until(duration());
  whole.simulation.save_checkpoint(folder / "end");
  const Spikes spikes = whole.spikes();
  const Signal v = whole.v();
  const RunStatistics statistics = whole.simulation.statistics();
  const WorkCounts work = whole.simulation.work_counts();
  for (const unsigned count : {2U, 3U}) {
    std::atomic<unsigned> same{0};
    ThreadProcesses::run(count, [&](const std::shared_ptr<Processes>& processes) {
      Zoo first(1, GetParam(), processes);
      first.simulation.save_checkpoint(folder / "start");
      first.simulation.run_until(cut);
      first.simulation.save_checkpoint(folder / "again");
      EXPECT_TRUE(content(folder / "again") == content(at_cut));
      Zoo resumed(2, GetParam(), processes);
      resumed.simulation.load_checkpoint(at_cut);
      resumed.simulation.run_until(duration());
      resumed.simulation.save_checkpoint(folder / "last");
      same += resumed.spikes() == spikes && resumed.v() == v ? 1U : 0U;
      if (processes->rank() == 0) {
        expect_same(resumed.simulation.statistics(), statistics);
        expect_same_intervals(resumed.simulation.work_counts(), work);
      }
      // What one of them finds wrong, all refuse.
      Simulation other({.seed = 6, .precision = GetParam(), .processes = processes});
      EXPECT_THROW(other.load_checkpoint(at_cut), CheckpointError);
      EXPECT_THROW(other.load_checkpoint(folder / "missing"), Error);
    });
    EXPECT_EQ(same, count);
    EXPECT_TRUE(content(folder / "last") == content(folder / "end"));
    Zoo alone(1, GetParam());
    alone.simulation.load_checkpoint(folder / "last");
    EXPECT_TRUE(alone.spikes() == spikes);
    EXPECT_TRUE(alone.v() == v);
  }
}

/// Two neurons spike at once, each onto one of two others. A process that has one of these knows one delay only.
struct TwoDelays {
  TwoDelays(SimulationMethod method, const std::shared_ptr<Processes>& processes)
      : simulation({.threads = 1, .method = method, .processes = processes}) {
    const Population neurons = simulation.create(2, IfCurrExp{});
    neurons.initialize("v", -40.0);
    const std::vector<ListedConnection> list{{0, 0, 0.1, 5.0}, {1, 1, 0.1, 1.0}};
    simulation.connect(neurons, simulation.create(2, IfCurrExp{}), FromListConnector(list), {});
  }
  Simulation simulation;
};

TEST(CheckpointOfProcesses, HoldsNoSpikeWhoseEffectsAreDone) {
  const TemporaryFolder folder;
  for (const SimulationMethod method : {SimulationMethod::one_by_one, SimulationMethod::order_free}) {
    std::vector<std::size_t> sizes;
    for (const double cut : {0.5, 2.0, 6.0}) {  // 2, 1 and 0 of the spikes are on their way
      TwoDelays alone(method, nullptr);
      alone.simulation.run_until(cut);
      alone.simulation.save_checkpoint(folder / "alone");
      ThreadProcesses::run(2, [&](const std::shared_ptr<Processes>& processes) {
        TwoDelays one(method, processes);
        one.simulation.run_until(cut);
        one.simulation.save_checkpoint(folder / "together");
      });
      EXPECT_TRUE(content(folder / "together") == content(folder / "alone")) << cut << " ms";
      sizes.push_back(content(folder / "alone").size());
    }
    EXPECT_EQ(sizes[0] - sizes[1], sizes[1] - sizes[2]);
    EXPECT_GT(sizes[0], sizes[1]);
  }
}

INSTANTIATE_TEST_SUITE_P(Precisions, CheckpointIn,
                         ::testing::Values(Precision(), Precision::quad(), Precision::decimal(50)),
                         [](const auto& test) { return "P" + test.param.name(); });

class CheckpointOfRandomNetworks : public ::testing::TestWithParam<Precision> {};

TEST_P(CheckpointOfRandomNetworks, AtAnyTimeIsTheSameAndChangesNothing) {
  const bool is_double = GetParam() == Precision();
  std::mt19937_64 generator(4);
  const std::uint64_t networks = testing_support::cases(is_double ? 200 : 12);
  std::uint64_t spikes_after_the_cut = 0;
  for (std::uint64_t seed = 4001; seed < 4001 + networks; ++seed) {
    SCOPED_TRACE("network " + std::to_string(seed));
    reference::Description description = random_network(seed);
    // Loops of excitation without refractoriness would make more and more spikes without end.
    for (reference::Neuron& neuron : description.neurons) {
      neuron.tau_refrac = std::max(neuron.tau_refrac, 0.1);
    }
    const auto threads = static_cast<unsigned>(1 + seed % 3);
    const double end = is_double ? description.duration : std::min(description.duration, 25.0);
    const double cut = std::uniform_real_distribution(0.0, end)(generator);
    spikes_after_the_cut += testing_support::expect_same_from_checkpoint(description, threads, GetParam(), cut, end);
    if (HasFailure()) {
      return;
    }
  }
  EXPECT_GT(spikes_after_the_cut, networks);
}

INSTANTIATE_TEST_SUITE_P(Precisions, CheckpointOfRandomNetworks,
                         ::testing::Values(Precision(), Precision::quad(), Precision::decimal(50)),
                         [](const auto& test) { return "P" + test.param.name(); });

}  // namespace
}  // namespace va_event
