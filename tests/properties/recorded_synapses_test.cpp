// SPDX-License-Identifier: Apache-2.0
// What is recorded of synapses of every type is the same bits for any threads, processes, cuts of a run and
// checkpoints, and recording has no effect on the simulation.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "../recording/temporary_folder.hpp"
#include "plastic_bits_network.hpp"
#include "thread_processes.hpp"
#include "va_event/va_event.hpp"

namespace va_event {
namespace {

using testing_support::content;
using testing_support::kDuration;
using testing_support::PlasticNetwork;
using testing_support::TemporaryFolder;
using testing_support::types;

constexpr double kInterval = 4.7;

/// Every third synapse is sampled, every fifth records its changes.
void record(Projection& projection) {
  std::vector<std::uint64_t> thirds;
  std::vector<std::uint64_t> fifths;
  for (std::uint64_t k = 0; k < projection.size(); ++k) {
    k % 3 == 1 ? thirds.push_back(k) : void();
    k % 5 == 2 ? fifths.push_back(k) : void();
  }
  std::vector<std::string> variables = projection.variables();
  projection.record(variables, {.synapses = fifths});
  variables.pop_back();  // delivered_weight
  projection.record(variables, {.sampling_interval = kInterval, .synapses = thirds});
}

struct Recorded {
  std::vector<SynapseSignal> signals;
  std::vector<SynapseChanges> changes;
  Spikes spikes;

  friend bool operator==(const Recorded&, const Recorded&) = default;
};

Recorded recorded(const PlasticNetwork& network) {
  Recorded all;
  for (const std::string& variable : network.plastic[0].variables()) {
    all.changes.push_back(network.plastic[0].changes(variable));
    if (variable != "delivered_weight") {
      all.signals.push_back(network.plastic[0].signal(variable));
    }
  }
  all.spikes = network.all[0].spikes();
  return all;
}

struct RecordingNetwork : PlasticNetwork {
  RecordingNetwork(std::size_t type, unsigned threads, std::shared_ptr<Processes> processes = nullptr)
      : PlasticNetwork(type, threads, std::move(processes)) {
    record(plastic[0]);
  }
};

class RecordedBits : public ::testing::TestWithParam<std::size_t> {};

TEST_P(RecordedBits, AreThoseOfOneThreadInOneGo) {
  PlasticNetwork silent(GetParam(), 1);
  silent.simulation.run_until(kDuration);
  RecordingNetwork one(GetParam(), 1);
  one.simulation.run_until(kDuration);
  const Recorded expected = recorded(one);
  EXPECT_TRUE(expected.spikes == silent.all[0].spikes()) << "recording has changed the spikes";
  EXPECT_EQ(one.plastic[0].weights(), silent.plastic[0].weights());
  EXPECT_EQ(expected.signals[0].samples(), 15U);
  EXPECT_GT(expected.changes.back().size(), 300U);

  RecordingNetwork threads(GetParam(), 2);
  std::mt19937_64 generator(8);
  std::vector<Time> cuts{0.0, 16.0, kInterval, 3 * kInterval};
  for (int k = 0; k < 6; ++k) {
    cuts.emplace_back(std::uniform_real_distribution(0.0, kDuration)(generator));
    cuts.push_back(expected.changes.back().times[generator() % expected.changes.back().size()]);
  }
  std::sort(cuts.begin(), cuts.end());
  for (const Time& cut : cuts) {
    threads.simulation.run_until(cut);
  }
  threads.simulation.run_until(kDuration);
  EXPECT_TRUE(recorded(threads) == expected) << "two threads, and a run in parts";
}

TEST_P(RecordedBits, GoOnFromACheckpointAndAreThoseOfOneProcess) {
  constexpr double kCut = 31.3;
  const TemporaryFolder folder;
  RecordingNetwork one(GetParam(), 1);
  one.simulation.run_until(kCut);
  one.simulation.save_checkpoint(folder / "one");
  one.simulation.run_until(kDuration);
  const Recorded expected = recorded(one);

  RecordingNetwork resumed(GetParam(), 2);
  resumed.simulation.load_checkpoint(folder / "one");
  resumed.simulation.save_checkpoint(folder / "again");
  EXPECT_TRUE(content(folder / "again") == content(folder / "one"));
  resumed.simulation.run_until(kDuration);
  EXPECT_TRUE(recorded(resumed) == expected) << "resumed";

  if (GetParam() % 4 != 0) {  // threads that stand for processes take long on a busy machine
    return;
  }
  ThreadProcesses::run(2, [&](const std::shared_ptr<Processes>& processes) {
    RecordingNetwork network(GetParam(), 1 + processes->rank(), processes);
    network.simulation.run_until(kCut);
    network.simulation.save_checkpoint(folder / "two");
    network.simulation.run_until(kDuration);
    const Recorded mine = recorded(network);
    RecordingNetwork again(GetParam(), 1, processes);
    again.simulation.load_checkpoint(folder / "one");
    again.simulation.run_until(kDuration);
    const Recorded of_resumed = recorded(again);
    const SynapseSignal at_root = network.plastic[0].signal("weight", std::nullopt, Gather::at_root);
    const SynapseSignal own = network.plastic[0].signal("weight", std::nullopt, Gather::none);
    static std::mutex one_after_the_other;
    const std::lock_guard lock(one_after_the_other);
    EXPECT_TRUE(mine == expected) << "two processes";
    EXPECT_TRUE(of_resumed == expected) << "two processes, resumed";
    EXPECT_TRUE(at_root == (processes->rank() == 0 ? expected.signals[0] : SynapseSignal{}));
    EXPECT_LT(own.synapses.size(), expected.signals[0].synapses.size());
    EXPECT_EQ(own.samples(), expected.signals[0].samples());
  });
  EXPECT_TRUE(content(folder / "two") == content(folder / "one"));
}

INSTANTIATE_TEST_SUITE_P(Types, RecordedBits, ::testing::Range<std::size_t>(0, types().size()),
                         [](const auto& test) { return types()[test.param].name; });

TEST(RecordedSynapses, OfOtherSynapsesThanACheckpointsAreRefused) {
  const TemporaryFolder folder;
  const auto network = [] { return PlasticNetwork(0, 1); };
  PlasticNetwork saved = network();
  saved.plastic[0].record("weight", {.synapses = std::vector<std::uint64_t>{3}});
  saved.simulation.run_until(5.0);
  saved.simulation.save_checkpoint(folder / "saved");
  PlasticNetwork none = network();
  EXPECT_THROW(none.simulation.load_checkpoint(folder / "saved"), CheckpointError);
  PlasticNetwork other = network();
  other.plastic[0].record("weight", {.synapses = std::vector<std::uint64_t>{4}});
  EXPECT_THROW(other.simulation.load_checkpoint(folder / "saved"), CheckpointError);
  PlasticNetwork same = network();
  same.plastic[0].record("weight", {.synapses = std::vector<std::uint64_t>{3}});
  EXPECT_NO_THROW(same.simulation.load_checkpoint(folder / "saved"));
}

TEST(RecordedSynapses, OfOneProcessAreRefusedByAllWhereOneRefuses) {
  ThreadProcesses::run(2, [](const std::shared_ptr<Processes>& processes) {
    PlasticNetwork network(0, 1, processes);
    network.plastic[0].record("weight", {.sampling_interval = 1.0, .synapses = std::vector<std::uint64_t>{0}});
    EXPECT_ANY_THROW(network.plastic[0].record("weight", {.sampling_interval = 2.0}));
    network.simulation.run_until(3.0);
    EXPECT_EQ(network.plastic[0].signal("weight").synapses, (std::vector<std::uint64_t>{0}));
    EXPECT_EQ(network.plastic[0].signal("weight").samples(), 3U);
  });
}

}  // namespace
}  // namespace va_event
