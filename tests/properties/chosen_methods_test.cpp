// SPDX-License-Identifier: Apache-2.0
// Which method is chosen, and that nothing but the network has a part in it.
#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "thread_processes.hpp"
#include "va_event/va_event.hpp"

namespace va_event {
namespace {

/// A balanced network of current-based neurons, each of which gets 0.05 inputs in a frame of 1/4 ms at 10 Hz.
struct Sparse {
  std::size_t size = 200;
  double probability = 0.1;
  IfCurrExp cell{.v_rest = -49.0, .cm = 0.2, .tau_refrac = 5.0, .tau_syn_E = 5.0, .tau_syn_I = 10.0, .v_reset = -60.0};
  double other_tau_m = 0.0;  ///< of `others` neurons [ms]
  std::size_t others = 0;
  Values delay = 0.2;
  double poisson_rate = 0.0;  ///< of a source of each neuron [Hz]
  bool plastic = false;
  Precision precision{};
  SimulationMethod method = SimulationMethod::automatic;

  /// "method: reason" of the neurons.
  [[nodiscard]] std::string chosen(unsigned threads = 1, std::shared_ptr<Processes> processes = nullptr) const {
    Simulation simulation(
        {.seed = 3, .precision = precision, .threads = threads, .method = method, .processes = std::move(processes)});
    const Population cells = simulation.create(size, cell);
    for (std::size_t k = 0; k < others; ++k) {
      cells.slice(k, k + 1).set("tau_m", other_tau_m + 0.01 * static_cast<double>(k));
    }
    const FixedProbabilityConnector connector(probability);
    if (plastic) {
      const StdpMechanism type{.timing_dependence = SpikePairRule{},
                               .weight_dependence = AdditiveWeightDependence{.w_max = 0.03},
                               .weight = 0.016,
                               .delay = delay};
      simulation.connect(cells, cells, connector, type);
    } else {
      simulation.connect(cells, cells, connector, {0.016, delay});
    }
    if (poisson_rate > 0.0) {
      simulation.connect(simulation.create(size, SpikeSourcePoisson{.rate = poisson_rate}), cells, OneToOneConnector(),
                         {0.001, 0.5});
    }
    cells.record("v", 0.01);  // what is recorded has no part in it
    simulation.run(1.0);
    return simulation.methods()[0].method + ": " + simulation.methods()[0].reason;
  }
};

const std::string kFew = "0.05 inputs per neuron and frame are expected";

TEST(ChosenMethod, OfSparseCurrentBasedNetworksIsNearSpikes) { EXPECT_EQ(Sparse().chosen(), "near-spikes: " + kFew); }

TEST(ChosenMethod, DependsOnTheNetworkAlone) {
  const RandomDistribution delays("uniform", {0.5, 5.0});
  for (const Sparse& network : {Sparse(), Sparse{.size = 20, .probability = 1.0}, Sparse{.delay = delays}}) {
    const std::string expected = network.chosen();
    EXPECT_EQ(network.chosen(4), expected);
    for (const unsigned count : {2U, 3U}) {
      ThreadProcesses::run(count, [&](const std::shared_ptr<Processes>& processes) {
        EXPECT_EQ(network.chosen(1, processes), expected) << count << " processes";
      });
    }
  }
}

TEST(ChosenMethod, IsOneByOneWhereWindowsHaveHardlyAnyInputs) {
  EXPECT_EQ(Sparse{.size = 30}.chosen(), "one-by-one: 0.01 inputs per neuron and frame are expected");
  EXPECT_EQ((Sparse{.size = 30, .delay = 2.0}.chosen()), "near-spikes: 0.01 inputs per neuron and frame are expected");
}

TEST(ChosenMethod, IsNearSpikesWhateverDelaysAndTimeConstantsNeuronsHaveOfTheirOwn) {
  EXPECT_EQ(Sparse{.delay = RandomDistribution("uniform", {0.5, 5.0})}.chosen(), "near-spikes: " + kFew);
  for (const std::size_t others : {7U, 150U}) {
    EXPECT_EQ((Sparse{.other_tau_m = 21.0, .others = others}.chosen()), "near-spikes: " + kFew);
  }
}

/// How long frames of order-free sums are follows from the inputs through common delays.
TEST(ChosenMethod, SumsUpTheSameFramesWhereEachProcessKnowsOneDelay) {
  const auto simulate = [](const std::shared_ptr<Processes>& processes) {
    constexpr CellId kSize = 100;
    Simulation simulation({.seed = 5, .threads = 1, .processes = processes});
    const Population cells = simulation.create(kSize, IfCurrExp{});
    const Population sources = simulation.create(kSize, SpikeSourcePoisson{.rate = 1000.0});
    std::vector<ListedConnection> list;
    for (CellId pre = 0; pre < kSize; ++pre) {
      for (CellId post = 0; post < kSize; ++post) {
        list.push_back({pre, post, 0.004, post < kSize / 2 ? 0.5 : 0.6});
      }
    }
    simulation.connect(sources, cells, FromListConnector(list), {});
    cells.record("spikes");
    simulation.run(40.0);
    EXPECT_EQ(simulation.methods()[0].method, "order-free");
    return cells.spikes();
  };
  const Spikes expected = simulate(nullptr);
  ASSERT_GT(expected.size(), 100U);
  ThreadProcesses::run(2, [&](const auto& processes) { EXPECT_TRUE(simulate(processes) == expected); });
}

TEST(ChosenMethod, OfSparsePlasticNetworksIsNearSpikes) {
  EXPECT_EQ(Sparse{.plastic = true}.chosen(), "near-spikes: " + kFew);
}

TEST(ChosenMethod, OfManyInputsIsOrderFreeWhereThatIsPossible) {
  EXPECT_EQ(Sparse{.poisson_rate = 9000.0}.chosen(), "order-free: 2.3 inputs per neuron and frame are expected");
  // Few, but each of them would be an event of a source.
  EXPECT_EQ(Sparse{.poisson_rate = 400.0}.chosen(), "order-free: 0.15 inputs per neuron and frame are expected");
  EXPECT_EQ(Sparse{.poisson_rate = 100.0}.chosen(), "near-spikes: 0.07 inputs per neuron and frame are expected");
}

TEST(ChosenMethod, IsNeverAnImpossibleOne) {
  EXPECT_EQ((Sparse{.probability = 1.0, .delay = 0.015}.chosen()), "one-by-one: its neurons have delays below 1/64 ms");
  EXPECT_EQ(Sparse{.cell = {.tau_syn_E = 20.0}}.chosen(),
            "one-by-one: a time constant is below 0.1 ms, or a synaptic one is close to tau_m");
  EXPECT_EQ(Sparse{.precision = Precision::quad()}.chosen(), "one-by-one: the only method of wider arithmetic");
}

TEST(ChosenMethod, IsTheOneThatUsersAskFor) {
  EXPECT_EQ(Sparse{.method = SimulationMethod::one_by_one}.chosen(), "one-by-one: asked for");
  EXPECT_EQ(Sparse{.method = SimulationMethod::order_free}.chosen(), "order-free: asked for");
  EXPECT_EQ((Sparse{.size = 30, .method = SimulationMethod::near_spikes}.chosen()), "near-spikes: asked for");
}

}  // namespace
}  // namespace va_event
