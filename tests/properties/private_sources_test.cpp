// SPDX-License-Identifier: Apache-2.0
// Sources of one neuron each whose neurons have order-free sums: arrays, and sources whose neurons another thread has.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "../recording/temporary_folder.hpp"
#include "va_event/va_event.hpp"

namespace va_event {
namespace {

constexpr std::size_t kNeurons = 40;  ///< of each population

std::vector<Time> random_times(std::uint32_t seed, double from, double to) {
  std::mt19937 random(seed);
  std::vector<Time> times;
  for (double t = from; t < to; t += std::exponential_distribution<double>(9.0)(random)) {
    times.push_back(Time().plus(t));
  }
  return times;
}

struct Case {
  bool arrays;
  bool own_delays;
};

/// Two populations connected to each other, and a source for each neuron: those of one population come first, and drive
/// the other one, so that with two threads no source belongs to the thread of its neuron.
struct Crossed {
  Crossed(unsigned threads, SimulationMethod method, const Case& kind)
      : simulation({.threads = threads, .method = method}) {
    const IfCurrExp cell{.cm = 0.25, .tau_m = 10.0, .tau_refrac = 2.0, .tau_syn_E = 0.5, .tau_syn_I = 0.5};
    for (int k = 0; k < 2; ++k) {
      neurons.push_back(simulation.create(kNeurons, cell));
      neurons[k].initialize("v", RandomDistribution("uniform", {-65.0, -50.5}));
    }
    if (kind.arrays) {
      sources.push_back(simulation.create(2 * kNeurons, SpikeSourceArray{}));
      for (std::size_t i = 0; i < 2 * kNeurons; ++i) {
        sources[0].set_spike_times(i, random_times(static_cast<std::uint32_t>(i), 3.3, i % 7 == 0 ? 20.0 : 55.0));
      }
    } else {
      sources.push_back(simulation.create(2 * kNeurons, SpikeSourcePoisson{.rate = 9000.0, .start = 3.3}));
    }
    const Values delay = kind.own_delays ? Values(RandomDistribution("uniform", {0.1, 18.0})) : Values(4.7);
    simulation.connect(sources[0].slice(0, kNeurons), neurons[1], OneToOneConnector(), {0.0878, delay});
    simulation.connect(sources[0].slice(kNeurons, 2 * kNeurons), neurons[0], OneToOneConnector(), {0.0878, delay});
    const RandomDistribution delays("uniform", {0.2, 3.0});
    const Assembly all = neurons[0] + neurons[1];
    simulation.connect(neurons[0], all, FixedProbabilityConnector(0.2), {0.3, delays});
    simulation.connect(neurons[1], all, FixedProbabilityConnector(0.2), {-0.6, delays},
                       {.receptor_type = "inhibitory"});
    all.record("spikes");
  }
  [[nodiscard]] Spikes spikes() const { return (neurons[0] + neurons[1]).spikes(); }

  Simulation simulation;
  std::vector<Population> neurons, sources;
};

/// Other trains in the middle, while spikes of the old ones are on their way.
void change(Crossed& network, const Case& kind) {
  network.simulation.run_until(17.03);
  if (kind.arrays) {
    for (std::size_t i = 10; i < kNeurons + 10; ++i) {
      network.sources[0].set_spike_times(i, random_times(1000 + static_cast<std::uint32_t>(i), 12.0, 70.0));
    }
  } else {
    network.sources[0].slice(10, kNeurons + 10).set("rate", 11000.0);
  }
  network.simulation.run_until(60.0);
}

class PrivateSources : public ::testing::TestWithParam<Case> {};

TEST_P(PrivateSources, HaveTheSpikesOfSourcesThatAreRecordedWhicheverThreadHasThem) {
  Crossed unseen(1, SimulationMethod::order_free, GetParam());
  change(unseen, GetParam());
  const Spikes spikes = unseen.spikes();
  ASSERT_GT(spikes.size(), 50U);
  for (const unsigned threads : {1U, 2U, 3U}) {
    for (const bool recorded : {false, true}) {
      Crossed other(threads, SimulationMethod::order_free, GetParam());
      if (recorded) {
        other.sources[0].record("spikes");
      }
      change(other, GetParam());
      EXPECT_TRUE(other.spikes() == spikes) << threads << " threads, recorded: " << recorded;
      EXPECT_EQ(other.simulation.statistics().source_spikes, unseen.simulation.statistics().source_spikes);
      EXPECT_EQ(other.simulation.statistics().synaptic_events, unseen.simulation.statistics().synaptic_events);
      if (recorded) {
        EXPECT_EQ(other.sources[0].spikes().size(), unseen.simulation.statistics().source_spikes);
      }
    }
  }
}

TEST_P(PrivateSources, GiveTheSpikesOfTheEventLoop) {
  Crossed order_free(2, SimulationMethod::order_free, GetParam());
  Crossed one_by_one(2, SimulationMethod::one_by_one, GetParam());
  change(order_free, GetParam());
  change(one_by_one, GetParam());
  const Spikes spikes = order_free.spikes();
  const Spikes expected = one_by_one.spikes();
  ASSERT_EQ(spikes.ids, expected.ids);
  for (std::size_t k = 0; k < expected.size(); ++k) {
    ASSERT_NEAR(spikes.times[k].ms(), expected.times[k].ms(), 1e-9);
  }
  EXPECT_EQ(order_free.simulation.statistics().source_spikes, one_by_one.simulation.statistics().source_spikes);
}

TEST_P(PrivateSources, LeaveNoTraceOfCutsAndCheckpoints) {
  Crossed whole(1, SimulationMethod::order_free, GetParam());
  whole.simulation.run_until(60.0);
  const testing_support::TemporaryFolder temporary;
  const std::string path = temporary / "checkpoint";
  Crossed first(2, SimulationMethod::order_free, GetParam());
  for (double t = 0.9; t < 30.0; t += 1.37) {
    first.simulation.run_until(t);
  }
  first.sources[0].slice(7, 50).record("spikes");  // from here on these are as all others
  first.simulation.run_until(33.3);
  first.simulation.save_checkpoint(path);
  Crossed second(3, SimulationMethod::order_free, GetParam());
  second.sources[0].slice(7, 50).record("spikes");
  second.simulation.load_checkpoint(path);
  for (Crossed* network : {&first, &second}) {
    network->simulation.run_until(60.0);
    EXPECT_TRUE(network->spikes() == whole.spikes());
    EXPECT_EQ(network->simulation.statistics().source_spikes, whole.simulation.statistics().source_spikes);
    EXPECT_EQ(network->simulation.statistics().synaptic_events, whole.simulation.statistics().synaptic_events);
  }
}

/// Frames of conductance-based neurons are longer than those of the others, and a window is as long as a frame where no
/// neuron has a synapse.
TEST(PrivateSourcesInLongWindows, GiveEachInputOnce) {
  const auto inputs = [](SimulationMethod method, double rate) {
    Simulation simulation({.threads = 1, .method = method});
    const Population cells = simulation.create(kNeurons, IfCondExp{});
    const Population sources = simulation.create(kNeurons, SpikeSourcePoisson{.rate = rate});
    simulation.connect(sources, cells, OneToOneConnector(), {1e-3, 0.1});
    cells.record("spikes");
    simulation.run_until(100.0);
    return std::pair(simulation.statistics().synaptic_events, cells.spikes());
  };
  for (const double rate : {300.0, 2000.0, 10000.0}) {
    const auto [events, spikes] = inputs(SimulationMethod::order_free, rate);
    const auto [expected_events, expected_spikes] = inputs(SimulationMethod::one_by_one, rate);
    EXPECT_EQ(events, expected_events) << rate << " Hz";
    EXPECT_EQ(spikes.ids, expected_spikes.ids) << rate << " Hz";
  }
}

INSTANTIATE_TEST_SUITE_P(OrderFreeSums, PrivateSources,
                         ::testing::Values(Case{false, false}, Case{true, false}, Case{true, true}),
                         [](const auto& values) {
                           return std::string(values.param.arrays ? "Arrays" : "Poisson") +
                                  (values.param.own_delays ? "WithOwnDelays" : "");
                         });

}  // namespace
}  // namespace va_event
