// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "../recording/child_process.hpp"
#include "../recording/temporary_folder.hpp"
#include "expect_error.hpp"
#include "va_event/va_event.hpp"

namespace va_event {
namespace {

using testing_support::content;
using testing_support::TemporaryFolder;

void write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

/// A few neurons that spike; every choice that a checkpoint has to notice.
struct Small {
  std::uint64_t seed = 3;
  Precision precision = {};
  unsigned threads = 1;
  double tau_m = 20.0;
  double v = -60.0;
  std::size_t size = 4;
  double weight = 0.5;
  double delay = 1.5;
  std::string receptor = "excitatory";
  std::vector<Time> spike_times{2.0, 9.0};
  double current = 0.9;
  bool records_v = true;
  bool conductance_based = false;
  SimulationMethod method = SimulationMethod::automatic;

  [[nodiscard]] Simulation make() const {
    Simulation simulation({.seed = seed, .precision = precision, .threads = threads, .method = method});
    const CellType type = conductance_based ? CellType(IfCondExp{.tau_m = tau_m}) : CellType(IfCurrExp{.tau_m = tau_m});
    const Population neurons = simulation.create(size, type);
    const Population sources = simulation.create(2, SpikeSourceArray{spike_times});
    neurons.initialize("v", v);
    simulation.connect(neurons + sources, neurons, AllToAllConnector(), {weight, delay}, {.receptor_type = receptor});
    neurons.inject(DCSource{.amplitude = current});
    (neurons + sources).record("spikes");
    if (records_v) {
      neurons.record("v", 0.5);
    }
    return simulation;
  }
};

class Checkpoint : public ::testing::Test {
 protected:
  /// Writes one of `small` at 10 ms.
  std::string saved(const Small& small = {}) const {
    Simulation simulation = small.make();
    simulation.run_until(10.0);
    simulation.save_checkpoint(path);
    return content(path);
  }
  void expect_refused(Simulation simulation, const std::string& part_of_rule) const {
    expect_error<CheckpointError>([&] { simulation.load_checkpoint(path); }, "checkpoint", part_of_rule);
    EXPECT_EQ(simulation.now(), Time());
  }

  TemporaryFolder folder;
  std::string path = folder / "small.checkpoint";
};

TEST_F(Checkpoint, OfTheSameMomentIsTheSameFile) {
  EXPECT_EQ(saved(), saved());
  EXPECT_EQ(folder.entries(), 1U);
}

TEST_F(Checkpoint, OfADamagedFileIsRefusedWhicheverByteIsWrong) {
  const std::string good = saved();
  for (std::size_t k = 0; k < good.size(); ++k) {
    for (const unsigned flip : {0x01U, 0x80U, 0xffU}) {
      std::string bad = good;
      bad[k] = static_cast<char>(static_cast<unsigned char>(bad[k]) ^ flip);
      write(path, bad);
      SCOPED_TRACE("byte " + std::to_string(k));
      expect_refused(Small().make(), "must be a whole checkpoint, but is");
    }
  }
  write(path, good);
  Simulation simulation = Small().make();
  simulation.load_checkpoint(path);
  EXPECT_EQ(simulation.now(), Time(10.0));
}

TEST_F(Checkpoint, ThatIsTooShortOrTooLongIsRefused) {
  const std::string good = saved();
  for (std::size_t length = 0; length < good.size(); ++length) {
    write(path, good.substr(0, length));
    expect_refused(Small().make(), "must be a whole checkpoint, but is");
  }
  write(path, good + '\0');
  expect_refused(Small().make(), "its length is not what it says");
}

TEST_F(Checkpoint, OfRandomBytesIsRefused) {
  std::mt19937_64 generator(1);
  for (int repetition = 0; repetition < 200; ++repetition) {
    std::string bytes(generator() % 500, '\0');
    for (char& byte : bytes) {
      byte = static_cast<char>(generator());
    }
    write(path, repetition % 2 == 0 ? bytes : "\x89VAE\r\n\x1a\n" + bytes);
    expect_refused(Small().make(), "must be a whole checkpoint, but is");
  }
}

TEST_F(Checkpoint, ThatIsNotThereIsRefused) {
  expect_refused(Small().make(), "must be a file that can be read: No such file or directory");
  path = folder.path();
  expect_refused(Small().make(), "must be a file that can be read");
}

TEST_F(Checkpoint, OfAnotherNetworkIsRefusedWithTheDifference) {
  saved();
  const std::vector<std::pair<std::string, std::function<void(Small&)>>> others{
      {"seed 3 there, 4 here", [](Small& s) { s.seed = 4; }},
      {"precision double there, quad here", [](Small& s) { s.precision = Precision::quad(); }},
      {"size of population 0 4 there, 5 here", [](Small& s) { s.size = 5; }},
      {"model of population 0 IF_curr_exp there, IF_cond_exp here", [](Small& s) { s.conductance_based = true; }},
      {"other parameters of population 0", [](Small& s) { s.tau_m = 20.5; }},
      {"other initial values of population 0", [](Small& s) { s.v = -61.0; }},
      {"other spike times of population 1", [](Small& s) { s.spike_times[1] = 9.5; }},
      {"other synapses of projection 0", [](Small& s) { s.weight = 0.51; }},
      {"other synapses of projection 0", [](Small& s) { s.delay = 1.6; }},
      {"receptor of projection 0 excitatory there, inhibitory here", [](Small& s) { s.receptor = "inhibitory"; }},
      {"other steps and cells of injected current 0", [](Small& s) { s.current = 0.8; }},
      {"other recorded cells and variables", [](Small& s) { s.records_v = false; }},
  };
  for (const auto& [difference, change] : others) {
    Small other;
    change(other);
    SCOPED_TRACE(difference);
    expect_refused(other.make(), "must be of this simulation: " + difference);
  }
  Simulation same = Small{.threads = 2}.make();
  same.load_checkpoint(path);
  EXPECT_EQ(same.now(), Time(10.0));
}

TEST_F(Checkpoint, OfOneMethodIsRefusedWhereAnotherIsAskedForButTakenWhereNoneIs) {
  saved(Small{.method = SimulationMethod::order_free});
  expect_refused(Small{.method = SimulationMethod::one_by_one}.make(),
                 "must be of this simulation: method order-free of population \"population0\" there, one-by-one here");
  Simulation order_free = Small{.threads = 2}.make();
  order_free.load_checkpoint(path);
  EXPECT_EQ(order_free.methods()[0].method, "order-free");
  EXPECT_EQ(order_free.methods()[0].reason, "asked for");
  saved(Small{.method = SimulationMethod::one_by_one});
  expect_refused(Small{.method = SimulationMethod::order_free}.make(),
                 "must be of this simulation: method one-by-one there, order-free here");
  Simulation one_by_one = Small().make();
  one_by_one.load_checkpoint(path);
  EXPECT_EQ(one_by_one.methods()[0].method, "one-by-one");
  // Wider arithmetic has one method, whatever is asked for.
  saved(Small{.precision = Precision::quad()});
  Simulation wide = Small{.precision = Precision::quad(), .method = SimulationMethod::order_free}.make();
  wide.load_checkpoint(path);
  EXPECT_EQ(wide.now(), Time(10.0));
}

TEST_F(Checkpoint, IsNotForASimulationThatHasRun) {
  saved();
  Simulation simulation = Small().make();
  simulation.run_until(1.0);
  expect_error<StateError>([&] { simulation.load_checkpoint(path); }, "load_checkpoint", "must come before");
  EXPECT_EQ(simulation.now(), Time(1.0));
  simulation.reset();
  simulation.load_checkpoint(path);
  EXPECT_EQ(simulation.now(), Time(10.0));
}

TEST_F(Checkpoint, ThatWasRefusedLeavesASimulationThatRuns) {
  saved(Small{.tau_m = 19.0});
  Simulation refused = Small().make();
  EXPECT_THROW(refused.load_checkpoint(path), CheckpointError);
  refused.run_until(10.0);
  refused.save_checkpoint(folder / "refused");
  EXPECT_EQ(content(folder / "refused"), saved());
}

TEST_F(Checkpoint, OfTimeZeroIsTheBeginning) {
  Small().make().save_checkpoint(path);
  Simulation simulation = Small().make();
  simulation.load_checkpoint(path);
  EXPECT_EQ(simulation.now(), Time());
  simulation.run_until(10.0);
  simulation.save_checkpoint(path);
  const std::string resumed = content(path);
  EXPECT_EQ(resumed, saved());
}

TEST_F(Checkpoint, ThatCannotBeWrittenLeavesTheOldOne) {
  const std::string before = saved();
  const std::string message = testing_support::failure_in_child([&] {
    testing_support::limit_file_size(100);
    Simulation simulation = Small().make();
    simulation.run_until(20.0);
    simulation.save_checkpoint(path);
  });
  EXPECT_NE(message.find(path), std::string::npos) << message;
  EXPECT_TRUE(content(path) == before);
  EXPECT_EQ(folder.entries(), 1U);
}

/// Changes that the user makes while it runs.
TEST_F(Checkpoint, AfterChangesIsLoadedWhereTheyAreDescribedFromTheStart) {
  const auto build = [](bool changed) {
    Simulation simulation({.seed = 8, .threads = 1});
    const Population neurons = simulation.create(20, IfCurrExp{.tau_m = 15.0});
    const Population sources = simulation.create(10, SpikeSourcePoisson{.rate = 400.0});
    Projection input =
        simulation.connect(sources, neurons, FixedProbabilityConnector(0.5),
                           {RandomDistribution("uniform", {0.5, 1.5}), RandomDistribution("uniform", {0.1, 9.0})});
    neurons.record("spikes");
    neurons.slice(0, 3).record("v", 0.4);
    auto change = [=]() mutable {
      neurons.slice(4, 9).set("i_offset", 0.3);
      neurons.slice(2, 12).inject(StepCurrentSource({3.0, 12.0, 30.0, 41.0}, {0.2, 0.4, 0.6, -0.1}));
      neurons.slice(6, 14).inject(ACSource{0.4, 0.1, 47.0, 10.0, 3.0, 51.0});
      sources.slice(0, 5).set("rate", 900.0);
      input.set_weights(1.1);
      neurons.slice(3, 6).record("v", 0.4);
    };
    if (changed) {
      change();
    } else {
      simulation.run_until(20.0);
      change();
      neurons.slice(0, 2).initialize("v", -51.0);
    }
    return std::pair(simulation, neurons);
  };
  auto [whole, cells] = build(false);
  whole.run_until(33.3);
  whole.save_checkpoint(path);
  whole.run_until(60.0);
  auto [resumed, resumed_cells] = build(true);
  resumed.load_checkpoint(path);
  resumed.run_until(60.0);
  EXPECT_GT(cells.spikes().size(), 100U);
  EXPECT_TRUE(resumed_cells.spikes() == cells.spikes());
  EXPECT_TRUE(resumed_cells.slice(0, 3).signal("v") == cells.slice(0, 3).signal("v"));
  const Signal late = resumed_cells.slice(3, 6).signal("v");
  EXPECT_EQ(late.first_sample, 50);
  EXPECT_TRUE(late == cells.slice(3, 6).signal("v"));
}

}  // namespace
}  // namespace va_event
