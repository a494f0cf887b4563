// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "../recording/temporary_folder.hpp"
#include "va_event/va_event.hpp"

namespace va_event {
namespace {

// The method of a population is chosen once. A program that loads a checkpoint describes the network as it was when the
// checkpoint was written, with values that may lead to another choice, or to sums of another unit.

/// A recurrent network under Poisson drive, described in several calls: with the values that it begins with, and with
/// those that users give it later.
struct Network {
  explicit Network(SimulationMethod method, unsigned threads = 1, double rate = 9000.0)
      : simulation({.seed = 5, .threads = threads, .method = method}) {
    cells = {
        simulation.create(
            30,
            IfCurrExp{
                .cm = 0.25, .tau_m = 10.0, .tau_refrac = 2.0, .tau_syn_E = 0.5, .tau_syn_I = 2.0, .i_offset = 0.3}),
        simulation.create(30, SpikeSourcePoisson{.rate = rate})};
    cells[0].initialize("v", RandomDistribution("uniform", {-65.0, -50.5}));
    drive = {simulation.connect(cells[1], cells[0], OneToOneConnector(), {0.08, 0.1})};
    simulation.connect(cells[0], cells[0], FixedProbabilityConnector(0.2),
                       {0.3, RandomDistribution("uniform", {0.2, 3.0})});
    cells[0].record("spikes");
    cells[0].slice(0, 3).record("v", 0.7);
  }

  [[nodiscard]] Spikes spikes() const { return cells[0].spikes(); }
  [[nodiscard]] Signal v() const { return cells[0].slice(0, 3).signal("v"); }
  /// "order-free" or "one-by-one"
  [[nodiscard]] std::string method() const {
    const std::vector<MethodRow> rows = simulation.methods();
    return std::find_if(rows.begin(), rows.end(), [](const MethodRow& row) { return row.kind == "population"; })
        ->method;
  }

  Simulation simulation;
  std::vector<Population> cells;  ///< neurons, sources
  std::vector<Projection> drive;
};

using Change = std::function<void(Network&)>;

/// What users do between two runs. The last of all is what the network is described with when a checkpoint is loaded.
struct Changes {
  std::string name;
  std::vector<Change> steps;
};

Change set(const std::string& parameter, double value, std::size_t first, std::size_t last) {
  return [=](Network& network) { network.cells[0].slice(first, last).set(parameter, value); };
}

Change rate(double value) {
  return [=](Network& network) { network.cells[1].set("rate", value); };
}

Change weights(double value) {
  return [=](Network& network) { network.drive[0].set_weights(value); };
}

const std::vector<Changes>& all_changes() {
  static const std::vector<Changes> kAll = {
      {"drive ends", {rate(0.0)}},
      {"drive is too strong for fine sums", {rate(3e6), rate(9000.0), rate(3e6)}},
      {"weights are too large for fine sums", {weights(50.0)}},
      {"weights are large, then small", {weights(4.0), weights(0.01)}},
      {"capacitances of their own", {set("cm", 0.001, 0, 20)}},
      {"time constants of the first neuron", {set("tau_m", 12.0, 0, 1)}},
      {"time constants of the first neuron, and back", {set("tau_m", 12.0, 0, 1), set("tau_m", 10.0, 0, 1)}},
      {"time constants of a neuron that are nearly equal", {set("tau_syn_E", 10.0, 7, 8)}},
      {"time constants of all", {set("tau_syn_I", 0.05, 0, 30)}},
      {"refractory periods", {set("tau_refrac", 1e-3, 0, 30)}},
  };
  return kAll;
}

void expect_same_after_loading(SimulationMethod method, const Changes& changes) {
  const testing_support::TemporaryFolder temporary;
  const std::string path = temporary / "checkpoint";
  Network whole(method);
  Network first(method, 2);
  double now = 0.0;
  for (const Change& change : changes.steps) {
    now += 7.3;
    for (Network* network : {&whole, &first}) {
      network->simulation.run_until(now);
      change(*network);
    }
  }
  for (const double later : {0.0, 1.83}) {  // at once, and after a run
    first.simulation.run_until(now + later);
    first.simulation.save_checkpoint(path);
    Network second(method, 3);
    for (const Change& change : changes.steps) {
      change(second);
    }
    second.simulation.load_checkpoint(path);
    EXPECT_EQ(second.method(), "order-free");
    EXPECT_EQ(second.method(), first.method());
    const std::string again = path + "_again";
    second.simulation.save_checkpoint(again);
    EXPECT_EQ(std::filesystem::file_size(again), std::filesystem::file_size(path));
    second.simulation.run_until(now + 6.0);
    whole.simulation.run_until(now + 6.0);
    ASSERT_GT(whole.spikes().size(), 20U);
    EXPECT_TRUE(second.spikes() == whole.spikes());
    EXPECT_TRUE(second.v() == whole.v());
    EXPECT_EQ(second.simulation.statistics().spikes, whole.simulation.statistics().spikes);
    EXPECT_EQ(second.simulation.work_counts().intervals, whole.simulation.work_counts().intervals);
    EXPECT_EQ(second.simulation.statistics().synaptic_events, whole.simulation.statistics().synaptic_events);
  }
}

TEST(MethodsOfCheckpoints, AreThoseThatWereChosenBeforeParametersAndWeightsChanged) {
  for (const SimulationMethod method : {SimulationMethod::automatic, SimulationMethod::order_free}) {
    for (const Changes& changes : all_changes()) {
      SCOPED_TRACE(std::string(name_of(method)) + ": " + changes.name);
      expect_same_after_loading(method, changes);
    }
  }
}

TEST(MethodsOfCheckpoints, StayWithoutSumsWhereLaterRatesWouldHaveLedToThem) {
  const testing_support::TemporaryFolder temporary;
  const std::string path = temporary / "checkpoint";
  Network first(SimulationMethod::automatic, 1, 0.0);
  first.simulation.run_until(5.0);
  first.cells[1].set("rate", 9000.0);
  first.simulation.run_until(20.0);
  first.simulation.save_checkpoint(path);
  Network second(SimulationMethod::automatic, 1, 9000.0);
  second.simulation.load_checkpoint(path);
  EXPECT_NE(first.method(), "order-free");
  EXPECT_EQ(second.method(), first.method());
  EXPECT_EQ(second.simulation.methods()[0].reason, first.simulation.methods()[0].reason);
  for (Network* network : {&first, &second}) {
    network->simulation.run_until(40.0);
  }
  EXPECT_TRUE(second.spikes() == first.spikes());
  EXPECT_GT(second.spikes().size(), 20U);
  second.simulation.reset();
  second.simulation.run_until(1.0);
  EXPECT_EQ(second.method(), "order-free") << "chosen anew";
}

}  // namespace
}  // namespace va_event
