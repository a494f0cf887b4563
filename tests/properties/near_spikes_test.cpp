// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "../recording/temporary_folder.hpp"
#include "agreement.hpp"
#include "by_method.hpp"
#include "random_network.hpp"
#include "reference_simulator.hpp"

namespace va_event {
namespace {

// Neurons that are looked at near spikes only, the conductance-based with lists of inputs and the current-based with
// amplitudes, must have the spikes of every other method, and the same bits whatever threads, cuts, checkpoints and
// readers there are.

enum class Model { conductances, currents };

class NearSpikes : public testing::TestWithParam<Model> {
 protected:
  static reference::Description network_of(std::uint64_t seed) {
    const reference::Description description = seed % 3 == 0 ? driven_network(seed) : random_network(seed);
    return GetParam() == Model::conductances ? with_lists_of_inputs(description, seed)
                                             : with_amplitudes(description, seed);
  }
};

INSTANTIATE_TEST_SUITE_P(Models, NearSpikes, testing::Values(Model::conductances, Model::currents),
                         [](const auto& one) {
                           return one.param == Model::conductances ? "IF_cond_exp" : "IF_curr_exp";
                         });

constexpr BuiltBy kNearSpikes{SimulationMethod::near_spikes};

TEST_P(NearSpikes, AreThoseOfTheReferenceSimulatorInWideArithmetic) {
  Agreement agreement;
  compare_networks(60, network_of, kNearSpikes, expect_method("near-spikes"), agreement);
}

TEST_P(NearSpikes, AreTheSameBitsForAnyThreadsCutsAndCheckpoints) { expect_same_bits(20, network_of, kNearSpikes); }

/// Neurons that get several thousand weak inputs per second and neurons that get hardly any: lists that are shortened
/// because of their lengths, and of their ages. Some neurons fire without inputs.
struct LongLists {
  explicit LongLists(Model model, unsigned threads, SimulationMethod method, Precision precision = {},
                     double sampling_interval = 0.0)
      : simulation({.seed = 3, .precision = precision, .threads = threads, .method = method}) {
    const IfCondExp conductances{
        .v_rest = -60.0, .cm = 0.2, .tau_m = 30.0, .tau_refrac = 2.0, .e_rev_I = -75.0, .v_reset = -60.0};
    const IfCurrExp currents{.v_rest = -60.0, .cm = 0.2, .tau_m = 30.0, .tau_refrac = 2.0, .v_reset = -60.0};
    const bool by_currents = model == Model::currents;
    const CellType type = by_currents ? CellType(currents) : CellType(conductances);
    const double driving = by_currents ? 55.0 : 1.0;  // [mV]: what a conductance is worth as a current
    const double back = by_currents ? -20.0 : 1.0;
    busy = simulation.create(6, type);
    busy->slice(3, 6).set("tau_syn_E", 3.0);
    busy->slice(5, 6).set("v_thresh", 0.0);  // which is never reset
    idle = simulation.create(4, type);
    idle->set("i_offset", 0.0679);
    idle->slice(0, 2).set("i_offset", 0.02);
    const Population often = simulation.create(20, SpikeSourcePoisson{.rate = 150.0});
    const Population rarely = simulation.create(1, SpikeSourcePoisson{.rate = 4.0});
    const RandomDistribution weights("uniform", {0.0001 * driving, 0.00035 * driving});
    simulation.connect(often, *busy, AllToAllConnector(), {weights, 0.3});
    simulation.connect(*busy, *busy, AllToAllConnector(), {0.002 * back, 0.1}, {.receptor_type = "inhibitory"});
    simulation.connect(*busy, *busy, AllToAllConnector(), {0.001 * driving, 1.5});
    simulation.connect(rarely, *idle, AllToAllConnector(), {0.02 * driving, 0.4});
    (*busy + *idle).record("spikes");
    if (sampling_interval > 0.0) {
      (*busy + *idle).record("v", sampling_interval);
    }
  }
  [[nodiscard]] Spikes spikes() const { return (*busy + *idle).spikes(); }

  Simulation simulation;
  std::optional<Population> busy, idle;
};
constexpr double kLongTime = 1500.0;  // [ms]: 94 epochs

TEST_P(NearSpikes, AreRightWhereListsAreLongOrOld) {
  LongLists one(GetParam(), 1, SimulationMethod::near_spikes, {}, 50.0);
  LongLists quad(GetParam(), 1, SimulationMethod::automatic, Precision::quad(), 50.0);
  for (LongLists* network : {&one, &quad}) {
    network->simulation.run_until(kLongTime);
  }
  const Spikes spikes = one.spikes();
  const Spikes exact = quad.spikes();
  ASSERT_GT(exact.size(), 200U);
  ASSERT_EQ(spikes.ids, exact.ids);
  for (std::size_t k = 0; k < exact.size(); ++k) {
    ASSERT_NEAR(spikes.times[k].ms(), exact.times[k].ms(), 1e-10) << "cell " << exact.ids[k];
  }
  const Signal v = (*one.busy + *one.idle).signal("v");
  const Signal exact_v = (*quad.busy + *quad.idle).signal("v");
  ASSERT_EQ(v.values.size(), exact_v.values.size());
  for (std::size_t k = 0; k < v.values.size(); ++k) {
    ASSERT_NEAR(v.values[k], exact_v.values[k], 1e-9);
  }
}

TEST_P(NearSpikes, AreTheSameBitsForAnyCutsThreadsAndCheckpointsOfLongLists) {
  LongLists whole(GetParam(), 1, SimulationMethod::near_spikes);
  whole.simulation.run_until(kLongTime);
  const testing_support::TemporaryFolder temporary;
  const std::string path = temporary / "checkpoint";
  LongLists first(GetParam(), 2, SimulationMethod::near_spikes);
  for (double t = 0.0; t < 1250.0; t += 7.37) {
    first.simulation.run_until(t);
  }
  first.simulation.save_checkpoint(path);
  LongLists second(GetParam(), 1, SimulationMethod::near_spikes);
  second.simulation.load_checkpoint(path);
  for (LongLists* network : {&first, &second}) {
    network->simulation.run_until(kLongTime);
    EXPECT_TRUE(network->spikes() == whole.spikes());
  }
}

TEST_P(NearSpikes, LeaveNoTraceOfReadersAndReadersGetTheSameBits) {
  LongLists unread(GetParam(), 1, SimulationMethod::near_spikes);
  LongLists fine(GetParam(), 1, SimulationMethod::near_spikes, {}, 0.5);
  LongLists coarse(GetParam(), 1, SimulationMethod::near_spikes, {}, 10.0);
  for (LongLists* network : {&unread, &fine, &coarse}) {
    network->simulation.run_until(300.0);
    EXPECT_TRUE(network->spikes() == unread.spikes());
  }
  const Signal often = (*fine.busy + *fine.idle).signal("v");
  const Signal rarely = (*coarse.busy + *coarse.idle).signal("v");
  ASSERT_GE(rarely.samples(), 30U);
  for (std::size_t k = 0; k < rarely.samples(); ++k) {
    for (std::size_t n = 0; n < 10; ++n) {
      ASSERT_EQ(rarely.at(k, n), often.at(20 * k, n));
    }
  }
}

/// Neurons with thresholds of all kinds of numbers, which decay; half of them to just below it.
struct Decaying {
  explicit Decaying(Model model)
      : simulation({.threads = 1, .method = SimulationMethod::near_spikes}),
        cells(simulation.create(kCells, model == Model::currents
                                            ? CellType(IfCurrExp{.cm = 0.3, .tau_m = 17.0, .tau_refrac = 2.0})
                                            : CellType(IfCondExp{.cm = 0.3, .tau_m = 17.0, .tau_refrac = 2.0}))) {
    for (std::size_t k = 0; k < kCells; ++k) {
      cells.slice(k, k + 1).set("v_thresh", threshold(k));
      cells.slice(k, k + 1).set("v_rest", k % 2 == 0 ? -63.7 : threshold(k) - 1e-9);
    }
    cells.record("spikes");
  }
  [[nodiscard]] static double threshold(std::size_t k) { return -50.0 - 0.137 * static_cast<double>(k); }
  void put_at_threshold() const {
    for (std::size_t k = 0; k < kCells; ++k) {
      cells.slice(k, k + 1).initialize("v", threshold(k));
    }
  }

  static constexpr std::size_t kCells = 40;
  Simulation simulation;
  Population cells;
};

TEST_P(NearSpikes, ComeAtOnceWhereUsersPutNeuronsAtTheirThresholds) {
  const testing_support::TemporaryFolder temporary;
  const std::string path = temporary / "checkpoint";
  Decaying network(GetParam());
  network.put_at_threshold();
  network.simulation.run_until(7.3);
  network.put_at_threshold();
  network.simulation.save_checkpoint(path);
  network.simulation.run_until(8.1);
  network.put_at_threshold();  // of refractory neurons
  Decaying resumed(GetParam());
  resumed.put_at_threshold();
  resumed.simulation.load_checkpoint(path);
  const std::vector<double> expected{0.0, 7.3, 7.3 + 2.0};
  network.simulation.run_until(9.3001);
  resumed.simulation.run_until(8.1);
  ASSERT_EQ(network.cells.spikes().size(), 3 * Decaying::kCells);
  ASSERT_EQ(resumed.cells.spikes().size(), 2 * Decaying::kCells);
  for (std::size_t k = 0; k < network.cells.spikes().size(); ++k) {
    EXPECT_EQ(network.cells.spikes().times[k].ms(), expected[k / Decaying::kCells]);
  }
  for (std::size_t k = 0; k < resumed.cells.spikes().size(); ++k) {
    EXPECT_EQ(resumed.cells.spikes().times[k].ms(), expected[k / Decaying::kCells]);
  }
}

// Inhibition raises v where it is below e_rev_I: towards a reversal potential just below the threshold, and over it by
// lasting excitation, long before excitation alone would do it.
TEST(NearSpikesMethod, FindsASpikeThatInhibitionBringsForward) {
  std::vector<double> times;
  for (const SimulationMethod method : {SimulationMethod::near_spikes, SimulationMethod::one_by_one}) {
    Simulation simulation({.threads = 1, .method = method});
    const Population one = simulation.create(1, IfCondExp{.v_rest = -60.0,
                                                          .cm = 0.2,
                                                          .tau_refrac = 2.0,
                                                          .tau_syn_E = 50.0,
                                                          .tau_syn_I = 100.0,
                                                          .e_rev_I = -51.0,
                                                          .v_reset = -70.0});
    one.initialize("v", -70.0);
    one.record("spikes");
    const Population exciting = simulation.create(1, SpikeSourceArray{.spike_times = {0.5}});
    const Population inhibiting = simulation.create(1, SpikeSourceArray{.spike_times = {0.7}});
    simulation.connect(exciting, one, AllToAllConnector(), {0.02, 0.5});
    simulation.connect(inhibiting, one, AllToAllConnector(), {0.6, 0.5}, {.receptor_type = "inhibitory"});
    simulation.connect(one, one, AllToAllConnector(), {0.0, 0.1});  // windows are as short as this delay
    simulation.run(3.0);                                            // without inhibition there is none so early
    const Spikes spikes = one.spikes();
    ASSERT_EQ(spikes.size(), 1U);
    times.push_back(spikes.times[0].ms());
  }
  EXPECT_NEAR(times[0], times[1], 1e-12);
}

// The same where excitation alone leads to a spike some windows later, which is known when inhibition comes.
TEST(NearSpikesMethod, FindsASpikeThatInhibitionBringsForwardFromAKnownTime) {
  for (const double inhibited_at : {0.9, 1.1, 1.3, 1.5}) {
    std::vector<double> times;
    for (const SimulationMethod method : {SimulationMethod::near_spikes, SimulationMethod::one_by_one}) {
      Simulation simulation({.threads = 1, .method = method});
      const Population one = simulation.create(1, IfCondExp{.v_rest = -60.0,
                                                            .cm = 0.2,
                                                            .tau_refrac = 2.0,
                                                            .tau_syn_E = 50.0,
                                                            .tau_syn_I = 50.0,
                                                            .e_rev_I = -50.2,
                                                            .v_reset = -60.0});
      one.initialize("v", -57.0);
      one.record("spikes");
      const Population exciting = simulation.create(1, SpikeSourceArray{.spike_times = {0.5}});
      const Population inhibiting = simulation.create(1, SpikeSourceArray{.spike_times = {inhibited_at}});
      simulation.connect(exciting, one, AllToAllConnector(), {0.02, 0.1});
      simulation.connect(inhibiting, one, AllToAllConnector(), {0.5, 0.1}, {.receptor_type = "inhibitory"});
      simulation.connect(one, one, AllToAllConnector(), {0.0, 0.1});  // windows are as short as this delay
      simulation.run(2.5);
      ASSERT_FALSE(one.spikes().times.empty());
      times.push_back(one.spikes().times[0].ms());
    }
    EXPECT_NEAR(times[0], times[1], 1e-12) << "inhibited at " << inhibited_at << " ms";
  }
}

TEST(NearSpikesMethod, IsRefusedWhereNoPopulationCanListItsInputs) {
  Simulation simulation({.threads = 1, .method = SimulationMethod::near_spikes});
  simulation.create(2, IfCondExp{.tau_syn_E = 0.05}, {.label = "fast"});
  simulation.create(2, IfCurrExp{.tau_m = 5.0, .tau_syn_E = 5.0}, {.label = "currents"});
  simulation.create(2, IfCurrDelta{}, {.label = "jumps"});
  try {
    simulation.run(1.0);
    FAIL() << "nothing was refused";
  } catch (const ParameterError& error) {
    const std::string text = error.what();
    for (const char* const reason :
         {"\"fast\": synaptic time constants are below 0.1 ms",
          "\"currents\": a time constant is below 0.1 ms, or a synaptic one is close to tau_m",
          "\"jumps\": the model has no form in which only spikes are looked for"}) {
      EXPECT_NE(text.find(reason), std::string::npos) << text;
    }
  }
}

}  // namespace
}  // namespace va_event
