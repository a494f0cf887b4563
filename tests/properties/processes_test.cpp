// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "../recording/temporary_folder.hpp"
#include "busy_network.hpp"
#include "outcome.hpp"
#include "random_network.hpp"
#include "tests/cases.hpp"
#include "thread_processes.hpp"
#include "va_event/csa.hpp"
#include "va_event/error.hpp"
#include "vogels_abbott_like.hpp"

namespace va_event {
namespace {

using testing_support::content;
using testing_support::TemporaryFolder;

// The number of processes must leave no trace, down to the last bit.

constexpr double kDuration = 80.0;

struct Outcome {
  Spikes spikes;
  Signal v;
  RunStatistics statistics;
  WorkCounts work;
  std::vector<double> present;
  std::vector<std::size_t> counts;
  std::vector<double> weights;
  std::size_t synapses = 0;
};

Outcome run(Kind kind, unsigned threads, const std::shared_ptr<Processes>& processes) {
  VogelsAbbottLike network(kind, 1, 400, threads, processes);
  network.record_v();
  Projection extra = network.simulation.connect(network.all[0], network.populations[1] + network.populations[0],
                                                FixedNumberPreConnector(3), {1e-4, 1.5});
  network.simulation.run_until(20.0);
  network.populations[0].slice(100, 300).set("i_offset", 0.1);
  network.populations[2].set("rate", 300.0);
  network.populations[1].initialize("v", -55.0);
  network.populations[0].slice(50, 250).inject(StepCurrentSource{{21.0, 40.0}, {0.3, 0.0}});
  network.populations[0].slice(140, 180).inject(ACSource{0.3, 0.0, 90.0, 0.0, 15.0, 80.0});
  std::vector<double> weights(extra.size());
  for (std::size_t k = 0; k < weights.size(); ++k) {
    weights[k] = 1e-4 * (1.0 + std::sin(static_cast<double>(k)));
  }
  extra.set_weights(weights);
  network.simulation.run_until(kDuration);
  return {network.spikes(),
          network.v(),
          network.simulation.statistics(),
          network.simulation.work_counts(),
          network.all[0].ids().empty() ? std::vector<double>{} : network.populations[0].value("v"),
          network.all[0].spike_counts(),
          extra.weights(),
          extra.size()};
}

void expect_same(const Outcome& a, const Outcome& b) {
  EXPECT_TRUE(a.spikes == b.spikes) << a.spikes.size() << " and " << b.spikes.size() << " spikes";
  EXPECT_TRUE(a.v == b.v);
  EXPECT_EQ(a.present, b.present);
  EXPECT_EQ(a.counts, b.counts);
  EXPECT_EQ(a.weights, b.weights);
  EXPECT_EQ(a.synapses, b.synapses);
  testing_support::expect_same(a.statistics, b.statistics);
  testing_support::expect_same_intervals(a.work, b.work);
}

class ProcessesTest : public ::testing::TestWithParam<Kind> {};

TEST_P(ProcessesTest, AnyNumberOfThemAndOfTheirThreadsGivesTheSameBits) {
  const Outcome alone = run(GetParam(), 1, nullptr);
  ASSERT_GT(alone.spikes.size(), 500U);
  for (const unsigned count : {2U, 4U}) {
    for (const unsigned threads : {1U, 2U}) {
      SCOPED_TRACE(std::to_string(count) + " processes of " + std::to_string(threads) + " threads");
      ThreadProcesses::run(count, [&](const std::shared_ptr<Processes>& processes) {
        const Outcome mine = run(GetParam(), threads, processes);
        static std::mutex one_after_the_other;
        const std::lock_guard lock(one_after_the_other);
        expect_same(mine, alone);
      });
    }
  }
}

TEST_P(ProcessesTest, ACallbackOfOneInterruptsAll) {
  VogelsAbbottLike alone(GetParam(), 1, 400, 1);
  alone.simulation.run_until(kDuration);
  std::atomic<int> interruptions{0};
  std::atomic<int> same{0};
  ThreadProcesses::run(3, [&](const std::shared_ptr<Processes>& processes) {
    VogelsAbbottLike network(GetParam(), 1, 400, 1, processes);
    int calls = 0;
    network.simulation.on_progress([&](const Progress&) { return processes->rank() != 1 || ++calls % 100 != 0; });
    while (network.simulation.run_until(kDuration) == RunEnd::interrupted) {
      ++interruptions;
    }
    same += network.spikes() == alone.spikes() ? 1 : 0;
  });
  EXPECT_GT(interruptions, 3);
  EXPECT_EQ(interruptions % 3, 0);
  EXPECT_EQ(same, 3);
}

TEST_P(ProcessesTest, WhatFailsInOneFailsInAll) {
  std::atomic<int> own{0};
  std::atomic<int> told{0};
  ThreadProcesses::run(3, [&](const std::shared_ptr<Processes>& processes) {
    VogelsAbbottLike network(GetParam(), 1, 400, 2, processes);
    network.simulation.on_progress([&](const Progress& progress) {
      if (processes->rank() == 2 && progress.now_ms > 10.0) {
        throw std::runtime_error("no more");
      }
      return true;
    });
    try {
      network.simulation.run_until(kDuration);
    } catch (const ProcessError& error) {
      EXPECT_EQ(error.rank(), 2U);
      EXPECT_FALSE(error.bad_input());
      EXPECT_STREQ(error.what(), "process 2: no more");
      ++told;
    } catch (const std::runtime_error&) {
      ++own;
    }
  });
  EXPECT_EQ(own, 1);
  EXPECT_EQ(told, 2);
}

TEST_P(ProcessesTest, WhatEachHasOfValuesAndCountsMakesUpTheWhole) {
  VogelsAbbottLike alone(GetParam(), 1, 400, 1);
  alone.simulation.run_until(30.0);
  const std::vector<double> v = alone.populations[0].value("v");
  const std::vector<std::size_t> counts = alone.populations[0].spike_counts();
  std::atomic<std::size_t> asked{0};
  std::atomic<std::size_t> same{0};
  ThreadProcesses::run(3, [&](const std::shared_ptr<Processes>& processes) {
    VogelsAbbottLike network(GetParam(), 1, 400, 1, processes);
    network.simulation.run_until(30.0);
    const Population& cells = network.populations[0];
    std::vector<double> own_v;
    std::vector<std::size_t> own_counts;
    if (processes->rank() != 1) {  // the others need not ask
      asked += cells.local_ids().size();
      own_v = cells.value("v", Gather::none);
      own_counts = cells.spike_counts(Gather::none);
    }
    for (std::size_t k = 0; k < own_v.size(); ++k) {
      const std::size_t cell = cells.local_ids()[k] - cells.first_id();
      same += own_v[k] == v[cell] && own_counts.at(k) == counts[cell] ? 1 : 0;
    }
  });
  EXPECT_GT(asked, v.size() / 2);
  EXPECT_EQ(same, asked);
}

INSTANTIATE_TEST_SUITE_P(Models, ProcessesTest, ::testing::Values(Kind::current_based, Kind::conductance_based),
                         [](const auto& test) {
                           return std::string(test.param == Kind::current_based ? "CurrentBased" : "ConductanceBased");
                         });

TEST(ProcessesOfRandomNetworks, AnyNumberOfThemGivesTheSameBits) {
  constexpr std::uint64_t kNetworks = testing_support::cases(60);
  std::atomic<std::uint64_t> compared{0};
  for (std::uint64_t seed = 4001; seed < 4001 + kNetworks; ++seed) {
    SCOPED_TRACE("network " + std::to_string(seed));
    reference::Description description = random_network(seed);
    // Loops of excitation without refractoriness would make more and more spikes without end.
    for (reference::Neuron& neuron : description.neurons) {
      neuron.tau_refrac = std::max(neuron.tau_refrac, 0.1);
    }
    for (reference::Synapse& synapse : description.synapses) {
      synapse.delay = std::max(synapse.delay, synapse.pre < description.sources.size() ? 0.0 : 1e-3);
    }
    BuiltNetwork alone(description, 1);
    alone.simulation.run_until(description.duration);
    const Spikes spikes = alone.spikes();
    const Signal v = alone.neurons[0].signal("v");
    for (const unsigned count : {2U, 3U}) {
      ThreadProcesses::run(count, [&](const std::shared_ptr<Processes>& processes) {
        BuiltNetwork network(description, 1 + static_cast<unsigned>(seed % 2), Precision(), processes);
        network.simulation.run_until(description.duration);
        compared += network.spikes() == spikes && network.neurons[0].signal("v") == v ? 1 : 0;
      });
    }
  }
  EXPECT_EQ(compared, kNetworks * 5);
}

// Inputs of one source to one neuron at one time are summed in an order that no process may decide by what it alone
// holds.
TEST(ProcessesOfRandomNetworks, TheOrderOfSimultaneousInputsIsTheSame) {
  const auto outcome = [](const std::shared_ptr<Processes>& processes) {
    Simulation simulation({.seed = 5, .processes = processes});
    const Population sources = simulation.create(12, SpikeSourcePoisson{200.0, 0.0, 1e9});
    const Population neurons = simulation.create(9, IfCurrExp{});
    neurons.record({"spikes", "v"}, 1.0);
    const Values weights = RandomDistribution("uniform", {0.0, 0.3});
    for (int k = 0; k < 6; ++k) {
      simulation.connect(sources, neurons, FixedProbabilityConnector(0.3), {weights, 1.0});
      simulation.connect(sources, neurons, FixedProbabilityConnector(0.05),
                         {weights, RandomDistribution("uniform_int", {1.0, 2.0})});
    }
    simulation.run_until(200.0);
    return std::pair(neurons.spikes(), neurons.signal("v"));
  };
  const auto alone = outcome(nullptr);
  EXPECT_GT(alone.first.size(), 20U);
  for (const unsigned count : {2U, 3U, 9U}) {
    std::atomic<unsigned> same{0};
    ThreadProcesses::run(
        count, [&](const std::shared_ptr<Processes>& processes) { same += outcome(processes) == alone ? 1U : 0U; });
    EXPECT_EQ(same, count);
  }
}

// PyNN sets a parameter of a single cell in the process that has the cell; the others draw its spikes all the same.
TEST(ProcessesOfRandomNetworks, SpikesOfASourceFollowFromWhatItsOwnProcessWasTold) {
  const auto outcome = [](const std::shared_ptr<Processes>& processes) {
    const TemporaryFolder folder;
    Simulation simulation({.seed = 5, .processes = processes});
    const Population poisson = simulation.create(6, SpikeSourcePoisson{.rate = 300.0});
    const Population gamma = simulation.create(6, SpikeSourceGamma{.alpha = 2.0, .beta = 500.0});
    const Population array = simulation.create(4, SpikeSourceArray{{1.0, 2.0, 50.0}});
    const Population neurons = simulation.create(9, IfCurrExp{.tau_refrac = 1.0});
    simulation.connect(poisson + gamma + array, neurons, FixedProbabilityConnector(0.3), {1.0, 0.1});
    simulation.connect(neurons, neurons, FixedProbabilityConnector(0.3), {0.2, 1.5});
    const Assembly all = poisson + gamma + array + neurons;
    all.record("spikes");
    neurons.record("v", 1.0);
    // Sets cells one by one: each process its own to `value`, and some of the others to something else.
    const auto each = [&](const Population& cells, const auto& set) {
      const std::vector<CellId> local = cells.local_ids();
      for (std::size_t k = 0; k < cells.size(); ++k) {
        const bool own = std::find(local.begin(), local.end(), cells.ids()[k]) != local.end();
        if (own || k % 2 == 0) {
          set(k, own ? 1.0 + static_cast<double>(k) : 0.5);
        }
      }
    };
    const auto change = [&](double factor) {
      each(poisson, [&](std::size_t k, double x) { poisson.slice(k, k + 1).set("rate", 100.0 * factor * x); });
      each(gamma, [&](std::size_t k, double x) {
        gamma.slice(k, k + 1).set("alpha", factor * x);  // each of the two draws an interval
        gamma.slice(k, k + 1).set("beta", 200.0 * x);
      });
      each(array, [&](std::size_t k, double x) { array.set_spike_times(k, {x, 20.0 + factor * x, 60.0 + x}); });
    };
    change(1.0);
    simulation.run_until(20.0);
    change(1.5);
    simulation.save_checkpoint(folder / "cut");
    simulation.run_until(45.5);
    change(0.7);
    simulation.run_until(80.0);
    const bool first = processes == nullptr || processes->rank() == 0;
    return std::tuple(all.spikes(), neurons.signal("v"), first ? content(folder / "cut") : "");
  };
  const auto alone = outcome(nullptr);
  EXPECT_GT(std::get<0>(alone).size(), 300U);
  for (const unsigned count : {2U, 3U}) {
    std::atomic<unsigned> same{0};
    ThreadProcesses::run(count, [&](const std::shared_ptr<Processes>& processes) {
      const auto [spikes, v, cut] = outcome(processes);
      same += spikes == std::get<0>(alone) && v == std::get<1>(alone) ? 1U : 0U;
      EXPECT_TRUE(cut == (processes->rank() == 0 ? std::get<2>(alone) : ""));
    });
    EXPECT_EQ(same, count);
  }
}

TEST(ProcessesOfRandomNetworks, EveryConnectorBuildsTheSameSynapses) {
  const auto probability = [](double d) { return 0.5 * std::exp(-d / 5.0); };
  const std::vector<std::shared_ptr<const Connector>> connectors{
      std::make_shared<AllToAllConnector>(false),
      std::make_shared<OneToOneConnector>(),
      std::make_shared<FixedProbabilityConnector>(0.2, NumpyRandom(4)),
      std::make_shared<FixedNumberPreConnector>(7, false, true),
      std::make_shared<FixedNumberPostConnector>(7),
      std::make_shared<FixedTotalNumberConnector>(200),
      std::make_shared<FromListConnector>(
          std::vector<ListedConnection>{{0, 35, 1.5, {}}, {3, 2, {}, 0.7}, {3, 2, {}, 0.7}, {9, 20, {}, {}}}),
      std::make_shared<DistanceDependentProbabilityConnector>(probability),
      std::make_shared<CSAConnector>(csa::random(0.3) - csa::one_to_one())};
  const auto build = [&](const std::shared_ptr<Processes>& processes) {
    Simulation simulation({.processes = processes});
    const Population a = simulation.create(20, IfCurrExp{}, {"", Grid2D{}});
    const Population b = simulation.create(16, IfCurrExp{}, {"", Grid2D{1.0}});
    std::vector<std::vector<ListedConnection>> all;
    for (const auto& connector : connectors) {
      for (const StaticSynapse& synapse :
           {StaticSynapse{0.5, 0.2},
            StaticSynapse{RandomDistribution("normal", {0.0, 1.0}), RandomDistribution("uniform", {0.1, 5.0})}}) {
        all.push_back(simulation.connect(a + b, b + a, *connector, synapse).connections());
      }
    }
    return all;
  };
  const auto same = [](const ListedConnection& x, const ListedConnection& y) {
    return x.pre == y.pre && x.post == y.post && x.weight == y.weight && x.delay == y.delay;
  };
  const auto alone = build(nullptr);
  for (const unsigned count : {2U, 5U}) {
    ThreadProcesses::run(count, [&](const std::shared_ptr<Processes>& processes) {
      const auto together = build(processes);
      for (std::size_t k = 0; k < alone.size(); ++k) {
        EXPECT_FALSE(alone[k].empty());
        EXPECT_TRUE(std::equal(together[k].begin(), together[k].end(), alone[k].begin(), alone[k].end(), same)) << k;
      }
    });
  }
}

TEST(ProcessesOfOneSimulation, EachHoldsItsShareOfTheSynapsesAndOfTheData) {
  std::atomic<std::size_t> spikes{0};
  std::atomic<std::size_t> columns{0};
  VogelsAbbottLike alone(Kind::current_based, 1, 400, 1);
  alone.simulation.run_until(kDuration);
  ThreadProcesses::run(4, [&](const std::shared_ptr<Processes>& processes) {
    VogelsAbbottLike network(Kind::current_based, 1, 400, 1, processes);
    const Projection all = network.simulation.connect(network.all[0], network.populations[0] + network.populations[1],
                                                      AllToAllConnector(), {0.0, 1.0});
    EXPECT_EQ(all.size(), 420U * 400U);
    EXPECT_LT(all.memory_bytes(), 420U * 400U * 4U / 3U);
    (network.populations[0] + network.populations[1]).record("v", 1.0);
    EXPECT_EQ(network.all[0].local_ids().size(), 105U);
    network.simulation.run_until(kDuration);
    spikes += network.all[0].spikes(Gather::none).size();
    columns += network.all[0].signal("v", Gather::none).ids.size();
    EXPECT_EQ(network.all[0].spikes(Gather::at_root).size(), processes->rank() == 0 ? alone.spikes().size() : 0U);
  });
  EXPECT_EQ(spikes, alone.spikes().size());
  EXPECT_EQ(columns, 400U);
}

TEST_P(ProcessesTest, OnSeveralMachinesSimulateWhileNewsTravelAndGiveTheSameBits) {
  BusyNetwork alone(GetParam(), 1);
  alone.simulation.run_until(30.0);
  const Spikes expected = alone.cells[0].spikes();
  EXPECT_GT(expected.size(), 100U);
  std::array<std::size_t, 2> rounds{};
  for (const auto machines : {ThreadProcesses::Machines::one, ThreadProcesses::Machines::many}) {
    for (const unsigned threads : {1U, 2U}) {
      ThreadProcesses::run(
          2,
          [&](const std::shared_ptr<Processes>& processes) {
            BusyNetwork network(GetParam(), threads, processes);
            int calls = 0;
            network.simulation.on_progress([&](const Progress&) { return processes->rank() != 1 || ++calls != 20; });
            EXPECT_EQ(network.simulation.run_until(30.0), RunEnd::interrupted);
            EXPECT_EQ(network.simulation.run_until(30.0), RunEnd::completed);
            if (processes->rank() == 0) {
              rounds.at(machines == ThreadProcesses::Machines::one ? 0 : 1) =
                  dynamic_cast<const ThreadProcesses&>(*processes).rounds();
            }
            EXPECT_TRUE(network.cells[0].spikes() == expected);
          },
          machines);
    }
  }
  EXPECT_GT(rounds[1], rounds[0] * 3 / 2);  // windows of half the length
}

TEST_P(ProcessesTest, WhatFailsInOneFailsInAllOnSeveralMachines) {
  std::atomic<int> failed{0};
  ThreadProcesses::run(
      2,
      [&](const std::shared_ptr<Processes>& processes) {
        BusyNetwork network(GetParam(), 2, processes);
        network.simulation.on_progress([&](const Progress& progress) {
          if (processes->rank() == 1 && progress.now_ms > 10.0) {
            throw std::runtime_error("no more");
          }
          return true;
        });
        EXPECT_THROW(network.simulation.run_until(30.0), std::exception);
        ++failed;
      },
      ThreadProcesses::Machines::many);
  EXPECT_EQ(failed, 2);
}

TEST(ProcessesOfOneSimulation, ChangeNoSynapseWhereOneOfThemRefusesItsNumber) {
  ThreadProcesses::run(2, [](const std::shared_ptr<Processes>& processes) {
    Simulation simulation({.processes = processes});
    const Population source = simulation.create(1, SpikeSourceArray{{1.0, 9.0}});
    const Population neurons = simulation.create(4, IfCondExp{});
    StdpMechanism mechanism;
    mechanism.weight = 0.25;
    mechanism.weight_dependence = AdditiveWeightDependence{.w_max = 1.0};
    std::vector<Projection> all = {simulation.connect(source, neurons, AllToAllConnector(), {0.25, 1.0}),
                                   simulation.connect(source, neurons, AllToAllConnector(), mechanism)};
    for (const double when : {0.0, 5.0}) {
      simulation.run_until(when);
      for (Projection& projection : all) {
        // Each process has some of the synapses, and one number is wrong.
        const std::vector<double> before = projection.weights();
        for (std::size_t wrong = 0; wrong < 4; ++wrong) {
          std::vector<double> weights(4, 0.5);
          weights[wrong] = -0.5;
          EXPECT_ANY_THROW(projection.set_weights(weights));
          EXPECT_EQ(projection.weights(), before) << when << " ms, " << wrong;
        }
      }
      std::vector<double> times(4, 10.0);
      times[3] = -10.0;
      EXPECT_ANY_THROW(all[1].set("tau_plus", times));
      EXPECT_EQ(all[1].parameter("tau_plus"), std::vector<double>(4, 20.0)) << when;
    }
  });
}

TEST(ProcessesOfOneSimulation, RefuseWhatNeedsASingleOne) {
  std::atomic<int> refused{0};
  ThreadProcesses::run(2, [&](const std::shared_ptr<Processes>& processes) {
    Simulation simulation({.processes = processes});
    const Population neurons = simulation.create(4, IfCurrExp{});
    try {
      FixedStepSimulation fixed(simulation, {});
    } catch (const StateError&) {
      ++refused;
    }
    simulation.connect(neurons, neurons, AllToAllConnector(), {0.1, 1e-9});
    try {
      simulation.run_until(1.0);
    } catch (const ParameterError& error) {
      EXPECT_EQ(error.field(), "delay");
      ++refused;
    }
  });
  EXPECT_EQ(refused, 4);
}

}  // namespace
}  // namespace va_event
