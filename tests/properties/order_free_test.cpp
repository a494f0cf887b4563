// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "../recording/temporary_folder.hpp"
#include "agreement.hpp"
#include "by_method.hpp"
#include "random_network.hpp"
#include "reference_simulator.hpp"

namespace va_event {
namespace {

// Order-free sums must give the spikes of every other method, and the same bits whatever threads, cuts and checkpoints
// there are.

reference::Description network_of(std::uint64_t seed) {
  return with_order_free_sums(seed % 3 == 0 ? driven_network(seed) : random_network(seed), seed);
}

constexpr BuiltBy kOrderFree{SimulationMethod::order_free};

TEST(OrderFreeSums, SpikeAsTheReferenceSimulatorInWideArithmeticDoes) {
  Agreement agreement;
  compare_networks(60, network_of, kOrderFree, expect_method("order-free"), agreement);
}

TEST(OrderFreeSums, AnyThreadsCutsAndCheckpointsGiveTheSameBits) { expect_same_bits(20, network_of, kOrderFree); }

// A sanitizer keeps what was freed, so that memory says nothing.
#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
/// Memory of this process in pages.
long resident_pages() {
  std::ifstream file("/proc/self/statm");
  long size = 0;
  long resident = 0;
  file >> size >> resident;
  return resident;
}

TEST(OrderFreeSums, KeepNothingOfTheSpikesOfNeuronsThatAreRefractoryAtEachFrame) {
  Simulation simulation({.threads = 1, .method = SimulationMethod::order_free});
  const Population neurons = simulation.create(50, IfCurrExp{.v_rest = -50.5,
                                                             .cm = 0.25,
                                                             .tau_m = 10.0,
                                                             .tau_refrac = 0.05,
                                                             .tau_syn_E = 0.5,
                                                             .tau_syn_I = 2.0,
                                                             .i_offset = 500.0,
                                                             .v_reset = -50.000001});
  const Population source = simulation.create(1, SpikeSourcePoisson{.rate = 1.0});
  simulation.connect(source, neurons, AllToAllConnector(), {0.03, 0.1});
  simulation.run(20.0);
  const long before = resident_pages();
  simulation.run(1600.0);
  EXPECT_GT(simulation.statistics().spikes, 1'600'000U);
  // Four bytes for each spike are 1600 pages of 4096 bytes; the system may add one of 512 of them.
  EXPECT_LT(resident_pages() - before, 1000);
}
#endif

/// A recurrent network, each of whose neurons gets a Poisson source of its own: with one delay, or with delays and
/// weights of their own.
struct PoissonDriven {
  explicit PoissonDriven(unsigned threads, SimulationMethod method, bool own_values, Precision precision = {})
      : simulation({.precision = precision, .threads = threads, .method = method}) {
    constexpr std::size_t kNeurons = 60;
    neurons.push_back(simulation.create(
        kNeurons,
        IfCurrExp{
            .cm = 0.25, .tau_m = 10.0, .tau_refrac = 2.0, .tau_syn_E = 0.5, .tau_syn_I = own_values ? 2.0 : 0.5}));
    neurons[0].initialize("v", RandomDistribution("uniform", {-65.0, -50.5}));
    sources.push_back(simulation.create(kNeurons, SpikeSourcePoisson{.rate = 9000.0, .start = 3.3, .duration = 50.0}));
    sources.push_back(simulation.create(5, SpikeSourcePoisson{.rate = 500.0}));
    const Values weight = own_values ? Values(RandomDistribution("uniform", {0.05, 0.12})) : Values(0.0878);
    const Values delay = own_values ? Values(RandomDistribution("uniform", {0.1, 20.0})) : Values(0.1);
    const RandomDistribution delays("uniform", {0.2, 3.0});
    drive.push_back(simulation.connect(sources[0], neurons[0], OneToOneConnector(), {weight, delay}));
    simulation.connect(sources[1], neurons[0], FixedProbabilityConnector(0.5), {0.2, 0.3});
    simulation.connect(neurons[0], neurons[0], FixedProbabilityConnector(0.2), {0.3, delays});
    simulation.connect(neurons[0], neurons[0], FixedProbabilityConnector(0.1), {own_values ? -0.25 : -0.9, delays},
                       {.receptor_type = "inhibitory"});
    neurons[0].record("spikes");
    neurons[0].slice(0, 5).record("v", 1.7);
  }

  Simulation simulation;
  std::vector<Population> neurons, sources;
  std::vector<Projection> drive;
};

/// What a user may do in the middle.
void change(PoissonDriven& network) {
  network.simulation.run_until(17.03);
  network.sources[0].slice(0, 40).set("rate", 11000.0);
  network.simulation.run_until(21.4);
  network.drive[0].set_weights(0.1);
  network.simulation.run_until(30.0);
  network.neurons[0].slice(3, 4).set("tau_m", 12.0);
  network.simulation.run_until(60.0);
}

class PrivatePoissonSources : public ::testing::TestWithParam<bool> {};

TEST_P(PrivatePoissonSources, HaveTheSpikesOfSourcesThatAreRecorded) {
  PoissonDriven unseen(1, SimulationMethod::automatic, GetParam());
  change(unseen);
  const Spikes spikes = unseen.neurons[0].spikes();
  ASSERT_GT(spikes.size(), 100U);
  ASSERT_TRUE(simulates_by("order-free", unseen.simulation));
  for (const unsigned threads : {1U, 2U, 3U}) {
    PoissonDriven seen(threads, SimulationMethod::automatic, GetParam());
    seen.sources[0].record("spikes");
    change(seen);
    EXPECT_TRUE(seen.neurons[0].spikes() == spikes) << threads << " threads";
    EXPECT_TRUE(seen.neurons[0].slice(0, 5).signal("v") == unseen.neurons[0].slice(0, 5).signal("v"));
    EXPECT_EQ(seen.simulation.statistics().source_spikes, unseen.simulation.statistics().source_spikes);
    EXPECT_EQ(seen.simulation.statistics().synaptic_events, unseen.simulation.statistics().synaptic_events);
    EXPECT_EQ(seen.simulation.statistics().spikes, unseen.simulation.statistics().spikes);
  }
}

TEST_P(PrivatePoissonSources, LeaveNoTraceOfCutsThreadsRecordingAndCheckpoints) {
  PoissonDriven whole(1, SimulationMethod::automatic, GetParam());
  whole.simulation.run_until(60.0);
  const testing_support::TemporaryFolder temporary;
  const std::string path = temporary / "checkpoint";
  for (const unsigned threads : {1U, 2U, 3U}) {
    PoissonDriven first(threads, SimulationMethod::automatic, GetParam());
    for (double t = 0.9; t < 30.0; t += 1.37) {
      first.simulation.run_until(t);
    }
    first.sources[0].slice(7, 30).record("spikes");  // from here on these are as all others
    first.simulation.run_until(33.3);
    first.simulation.save_checkpoint(path);
    PoissonDriven second(4 - threads, SimulationMethod::automatic, GetParam());
    second.sources[0].slice(7, 30).record("spikes");
    second.simulation.load_checkpoint(path);
    for (PoissonDriven* network : {&first, &second}) {
      network->simulation.run_until(60.0);
      EXPECT_TRUE(network->neurons[0].spikes() == whole.neurons[0].spikes()) << threads << " threads";
      EXPECT_EQ(network->simulation.statistics().source_spikes, whole.simulation.statistics().source_spikes);
      EXPECT_EQ(network->simulation.statistics().synaptic_events, whole.simulation.statistics().synaptic_events);
    }
  }
}

TEST_P(PrivatePoissonSources, GiveTheSpikesOfTheEventLoopAndOfWideArithmetic) {
  PoissonDriven order_free(1, SimulationMethod::order_free, GetParam());
  PoissonDriven one_by_one(1, SimulationMethod::one_by_one, GetParam());
  PoissonDriven quad(1, SimulationMethod::automatic, GetParam(), Precision::quad());
  for (PoissonDriven* network : {&order_free, &one_by_one, &quad}) {
    change(*network);
  }
  const Spikes exact = quad.neurons[0].spikes();
  EXPECT_EQ(order_free.simulation.statistics().source_spikes, quad.simulation.statistics().source_spikes);
  for (const PoissonDriven* network : {&order_free, &one_by_one}) {
    const Spikes spikes = network->neurons[0].spikes();
    ASSERT_EQ(spikes.ids, exact.ids);
    for (std::size_t k = 0; k < exact.size(); ++k) {
      ASSERT_NEAR(spikes.times[k].ms(), exact.times[k].ms(), 1e-9);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(OrderFreeSums, PrivatePoissonSources, ::testing::Bool(),
                         [](const auto& values) { return values.param ? "OwnValues" : "CommonValues"; });

}  // namespace
}  // namespace va_event
