// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "../recording/temporary_folder.hpp"
#include "changing_network.hpp"
#include "va_event/va_event.hpp"

namespace va_event {
namespace {

// Populations of IF_curr_delta with order-free sums beside the event loop and wide arithmetic, whatever users change
// between runs. Where nothing but inputs lifts a neuron to its threshold, its spikes come at times of inputs, and no
// method may differ from another by a bit.

/// Two populations with order-free sums, one of them tiny, and one without; sources of all kinds; weights of both signs
/// on both receptors; delays from 1e-9 ms to longer than an epoch; targets that occur several times.
class MixedDeltaNetwork final : public ChangingNetwork {
 public:
  MixedDeltaNetwork(unsigned seed, bool is_driven, unsigned threads, SimulationMethod method, Precision precision = {})
      : ChangingNetwork(seed, threads, method, precision), driven_(is_driven) {
    Draw draw(seed);
    const IfCurrDelta type{.cm = 0.25,
                           .tau_m = draw.chance(0.2) ? 0.7 : draw.uniform(5.0, 30.0),
                           .tau_refrac = draw.chance(0.3) ? 0.05 : 2.0};
    cells = {simulation.create(20 + draw.below(40), type), simulation.create(1 + draw.below(5), type),
             simulation.create(8, IfCondExp{.cm = 0.2, .i_offset = driven_ ? 0.2 : 0.0})};
    cells[2].slice(0, 1).set("tau_syn_I", 6.0);  // so that they are simulated one by one
    cells[0].initialize("v", between(-65.0, -48.0));
    if (draw.chance(0.7)) {
      const auto set = [this](const char* name, double low, double high) { cells[0].set(name, between(low, high)); };
      set("v_thresh", -54.0, -48.0);
      set("v_reset", -75.0, -60.0);
      set("v_rest", driven_ ? -60.0 : -70.0, driven_ ? -50.0 : -62.0);
      set("cm", 0.2, 0.4);
      set("tau_refrac", 0.02, 3.0);
      if (draw.chance(0.5)) {
        set("tau_m", draw.chance(0.3) ? 0.2 : 5.0, 30.0);
      }
      set("i_offset", -0.1, driven_ ? 0.3 : 0.05);
    }
    drive.push_back(simulation.create(cells[0].size(), SpikeSourcePoisson{.rate = draw.uniform(2000.0, 9000.0)}));
    const Population poisson = simulation.create(3, SpikeSourcePoisson{.rate = 300.0});
    const Population given = simulation.create(
        2, SpikeSourceArray{{Time(0.0), Time(0.25), Time(0.25), Time(1.0), Time(16.0), Time(16.0), Time(32.0)}});
    const Population gamma = simulation.create(2, SpikeSourceGamma{.alpha = 2.0, .beta = 400.0});
    projections.push_back(simulation.connect(drive[0], cells[0], OneToOneConnector(),
                                             {draw.chance(0.5) ? Values(0.6) : Values(between(-0.1, 0.9)),
                                              draw.chance(0.5) ? Values(0.1) : Values(between(0.1, 5.0))}));
    connect(cells[0], cells[0], 0.2, between(0.3, 1.5), between(0.016, 4.0));
    connect(cells[0], cells[0], 0.2, between(-2.0, -0.5), between(0.1, 40.0), "inhibitory");
    connect(cells[0], cells[0], 0.2, 0.7, 1.5);
    connect(cells[0], cells[0], 0.2, -1.1, 1.5, "inhibitory");
    connect(cells[0], cells[0], 0.2, between(-1.0, 1.0), 1.5);
    connect(cells[0], cells[1], 0.5, 4.0, 0.25);
    connect(cells[1], cells[0], 0.5, 2.0, 1.0);
    connect(cells[1], cells[1], 1.0, -2.0, 16.0, "inhibitory");
    connect(poisson, cells[1], 1.0, 5.0, between(1e-9, 0.3));
    connect(given, cells[0], 0.7, 3.0, 0.25);
    connect(gamma, cells[0], 0.5, 2.0, draw.uniform(0.01, 20.0));
    connect(cells[0], cells[2], 0.3, 0.003, between(0.1, 2.0));
    if (driven_) {
      connect(cells[2], cells[0], 0.5, 2.0, 0.3);
    }
    record();
    cells[0].slice(0, 4).record("v", draw.chance(0.5) ? 0.1 : 1.7);
  }

  void change(Draw& draw, double now) override {
    const std::size_t i = draw.below(cells[0].size());
    const Assembly one = cells[0].slice(i, i + 1);
    switch (draw.below(driven_ ? 13 : 12)) {
      case 0:
        return one.set("v_thresh", draw.uniform(-54.0, -45.0));
      case 1:
        return one.set("i_offset", draw.uniform(-0.5, driven_ ? 1.0 : 0.02));
      case 2:
        return one.set("cm", draw.uniform(0.2, 0.4));
      case 3:
        return cells[0].set("tau_refrac", draw.uniform(0.02, 4.0));
      case 4:
        return cells[0].set("v_reset", draw.uniform(-80.0, -60.0));
      case 5:
        return one.set("v_rest", driven_ ? draw.uniform(-75.0, -45.0) : draw.uniform(-75.0, -62.0));
      case 6:
        return one.initialize("v", draw.uniform(-70.0, -40.0));
      case 7:
        return cells[0].initialize("v", draw.uniform(-70.0, -50.0));
      case 8:
        return drive[0]
            .slice(0, cells[0].size() / 2)
            .set("rate", draw.chance(0.3) ? 0.0 : draw.uniform(100.0, 20000.0));
      case 9:
        return projections[draw.below(6)].set_weights(between(-1.0, draw.uniform(0.1, 9.0)));
      case 10:
        return cells[0].inject(StepCurrentSource({Time(now + 0.1), Time(now + 0.1 + 1e-11), Time(now + 1.3)},
                                                 {driven_ ? 0.5 : 0.04, -0.3, 0.02}));
      case 11:
        return one.set("tau_m", draw.uniform(3.0, 30.0));
      default:
        return one.inject(ACSource{.amplitude = 0.3, .frequency = 50.0, .start = now + 0.4});
    }
  }

 private:
  bool driven_;
};

class OrderFreeDelta : public ::testing::TestWithParam<bool> {};

TEST_P(OrderFreeDelta, SpikesAreThoseOfTheEventLoopAndOfWideArithmeticAfterAnyChanges) {
  std::size_t compared = 0;
  for (unsigned seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE("network " + std::to_string(seed));
    MixedDeltaNetwork one(seed, GetParam(), 1, SimulationMethod::order_free);
    // Threads that wait for each other are slow on a busy machine.
    MixedDeltaNetwork several(seed, GetParam(), seed % 4 == 0 ? 2 + seed / 4 % 2 : 1, SimulationMethod::order_free);
    MixedDeltaNetwork loop(seed, GetParam(), 1, SimulationMethod::one_by_one);
    MixedDeltaNetwork quad(seed, GetParam(), 1, SimulationMethod::automatic, Precision::quad());
    for (MixedDeltaNetwork* network : {&one, &several, &loop, &quad}) {
      network->run_and_change(seed);
    }
    ASSERT_EQ(one.simulation.methods()[0].method, "order-free");
    ASSERT_EQ(loop.simulation.methods()[0].method, "one-by-one");
    if (!GetParam()) {
      ASSERT_TRUE(one.spikes() == loop.spikes());
    }
    EXPECT_EQ(one.simulation.statistics().spikes, quad.simulation.statistics().spikes);
    EXPECT_EQ(one.simulation.statistics().synaptic_events, quad.simulation.statistics().synaptic_events);
    expect_agreement(one, several, quad, 1e-9);
    if (HasFatalFailure()) {
      return;
    }
    compared += quad.spikes().size();
  }
  EXPECT_GT(compared, 2000U);
}

TEST_P(OrderFreeDelta, ACheckpointAndCutsGiveTheSameBits) {
  const testing_support::TemporaryFolder temporary;
  const std::string path = temporary / "checkpoint";
  std::size_t spikes = 0;
  for (unsigned seed = 21; seed <= 28; ++seed) {
    SCOPED_TRACE("network " + std::to_string(seed));
    MixedDeltaNetwork whole(seed, GetParam(), 1, SimulationMethod::order_free);
    whole.simulation.run_until(30.0);
    spikes += whole.spikes().size();
    MixedDeltaNetwork first(seed, GetParam(), seed % 4 == 0 ? 2 : 1, SimulationMethod::order_free);
    for (double t = 0.0; t < 14.0; t += 0.043 * seed) {
      first.simulation.run_until(t);
    }
    first.simulation.save_checkpoint(path);
    MixedDeltaNetwork second(seed, GetParam(), seed % 4 == 1 ? 3 : 1, SimulationMethod::order_free);
    second.simulation.load_checkpoint(path);
    second.simulation.run_until(30.0);
    ASSERT_TRUE(second.spikes() == whole.spikes());
    ASSERT_TRUE(second.v() == whole.v());
  }
  EXPECT_GT(spikes, 1000U);
}

INSTANTIATE_TEST_SUITE_P(Neurons, OrderFreeDelta, ::testing::Bool(), [](const auto& values) {
  return values.param ? "ThatSpikeOnTheirOwnToo" : "ThatSpikeAtInputsOnly";
});

/// Neurons with a common tau_m, or with their own, that users change before a checkpoint is written.
struct ChangedNetwork {
  explicit ChangedNetwork(bool own) : simulation({.seed = 5, .threads = 1, .method = SimulationMethod::order_free}) {
    cells = {simulation.create(30, IfCurrDelta{.cm = 0.25, .tau_m = 10.0, .tau_refrac = 2.0})};
    if (own) {
      cells[0].set("tau_m", between(8.0, 12.0));
    }
    cells[0].record("spikes");
    cells.push_back(simulation.create(30, SpikeSourcePoisson{.rate = 9000.0}));
    drive.push_back(simulation.connect(cells[1], cells[0], OneToOneConnector(), {0.2, 0.1}));
    simulation.connect(cells[0], cells[0], FixedProbabilityConnector(0.3), {between(-1.0, 1.0), between(0.1, 3.0)});
  }
  /// Another tau_m, one that is too short for the frames, and weights that are too large for the unit of the sums.
  void change() {
    cells[0].slice(3, 4).set("tau_m", 11.5);
    cells[0].slice(5, 6).set("tau_m", 0.15);
    drive[0].set_weights(17.5);
  }

  Simulation simulation;
  std::vector<Population> cells;
  std::vector<Projection> drive;
};

TEST(OrderFreeDeltaCheckpoint, AfterChangesOfWhatSumsAreMadeForGivesTheSameBits) {
  const testing_support::TemporaryFolder temporary;
  const std::string path = temporary / "checkpoint";
  for (const bool own : {false, true}) {
    ChangedNetwork whole(own);
    ChangedNetwork first(own);
    for (ChangedNetwork* network : {&whole, &first}) {
      network->simulation.run_until(9.03);
      network->change();
    }
    ChangedNetwork second(own);
    second.change();
    first.simulation.run_until(11.3);
    first.simulation.save_checkpoint(path);
    second.simulation.load_checkpoint(path);
    for (ChangedNetwork* network : {&whole, &second}) {
      network->simulation.run_until(25.0);
    }
    EXPECT_GT(whole.cells[0].spikes().size(), 100U);
    EXPECT_TRUE(second.cells[0].spikes() == whole.cells[0].spikes()) << own;
  }
}

/// Inputs that meet, neurons whose refractoriness ends with an input, and thresholds that are hit exactly.
TEST(OrderFreeDeltaTies, AreDecidedAsTheEventLoopDoes) {
  for (const SimulationMethod method : {SimulationMethod::order_free, SimulationMethod::one_by_one}) {
    Simulation simulation({.threads = 1, .method = method});
    const IfCurrDelta type{
        .v_rest = -65.0, .cm = 0.25, .tau_m = 10.0, .tau_refrac = 2.0, .v_reset = -65.0, .v_thresh = -57.5};
    const Population neurons = simulation.create(6, type);
    neurons.initialize("v", -65.0);
    neurons.record("spikes");
    const auto input = [&](std::size_t neuron, const std::vector<double>& times, double weight) {
      std::vector<Time> train;
      for (const double t : times) {
        train.emplace_back(t);
      }
      const Population source = simulation.create(1, SpikeSourceArray{train});
      simulation.connect(source, neurons.slice(neuron, neuron + 1), AllToAllConnector(), {weight, 0.5});
    };
    input(0, {1.0}, 7.5);  // exactly to the threshold
    input(1, {1.0}, 8.0);  // over it, and back by an inhibition at the same time
    input(1, {1.0}, -0.75);
    input(2, {1.0, 3.0, 5.0}, 7.5);   // just when the refractory period ends, twice
    input(3, {1.0, 2.99, 3.0}, 7.5);  // the second one is lost, with all that it did
    input(4, {1.0}, 7.0);             // together with the spike of neuron 0
    simulation.connect(neurons.slice(0, 1), neurons.slice(4, 5), AllToAllConnector(), {0.5, 0.5});
    input(4, {1.5}, 7.2);
    simulation.connect(neurons.slice(2, 3), neurons.slice(5, 6), AllToAllConnector(), {7.5, 0.25});
    simulation.connect(neurons.slice(5, 6), neurons.slice(5, 6), AllToAllConnector(), {7.5, 2.0});
    simulation.run(10.0);
    const std::vector<std::pair<std::size_t, double>> expected = {{0, 1.5}, {2, 1.5},  {3, 1.5},  {5, 1.75},
                                                                  {4, 2.0}, {2, 3.5},  {3, 3.5},  {5, 3.75},
                                                                  {2, 5.5}, {5, 5.75}, {5, 7.75}, {5, 9.75}};
    const Spikes spikes = neurons.spikes();
    ASSERT_EQ(spikes.size(), expected.size());
    for (std::size_t k = 0; k < expected.size(); ++k) {
      EXPECT_EQ(spikes.ids[k], expected[k].first) << k;
      EXPECT_EQ(spikes.times[k].ms(), expected[k].second) << k;
    }
  }
}

TEST(OrderFreeDeltaObstacles, AreToldAndLeaveTheEventLoop) {
  const auto reason = [](const IfCurrDelta& type, double weight, bool own_tau) {
    Simulation simulation({.threads = 1});
    const Population neurons = simulation.create(10, type);
    if (own_tau) {
      neurons.set("tau_m", between(9.0, 11.0));
    }
    const Population sources = simulation.create(10, SpikeSourcePoisson{.rate = 9000.0});
    simulation.connect(sources, neurons, OneToOneConnector(), {weight, 0.1});
    simulation.run(1.0);
    return simulation.methods()[0].method + ": " + simulation.methods()[0].reason;
  };
  EXPECT_EQ(reason({}, 0.1, false), "order-free: 2.25 inputs per neuron and frame are expected");
  EXPECT_EQ(reason({}, 0.1, true), "order-free: 2.25 inputs per neuron and frame are expected");
  EXPECT_EQ(reason({.tau_m = 0.09}, 0.1, false), "one-by-one: tau_m of all its neurons is below 0.1 ms");
  EXPECT_EQ(reason({}, 25.0, false),
            "one-by-one: its synaptic weights are too large or too many: a unit of the sums would exceed 1e-14 mV");
}

}  // namespace
}  // namespace va_event
