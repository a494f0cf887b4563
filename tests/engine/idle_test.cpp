// SPDX-License-Identifier: Apache-2.0
// Epochs in which nothing happens are skipped, and leave no trace.
#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "api/core.hpp"
#include "engine/run/engine.hpp"
#include "recording/recorder.hpp"
#include "tests/recording/child_process.hpp"
#include "tests/recording/temporary_folder.hpp"
#include "va_event/va_event.hpp"

namespace va_event {
namespace {

constexpr double kDuration = 2e6;  // [ms]

/// Neurons of all models that relax within a second, three volleys far from each other, and one whose spikes arrive
/// within seconds.
Population make_network(Simulation& simulation, std::vector<Population>& all) {
  all.push_back(simulation.create(8, IfCondExp{.v_rest = -60.0,
                                               .cm = 0.1,
                                               .tau_m = 1.0,
                                               .tau_refrac = 2.0,
                                               .tau_syn_E = 1.0,
                                               .tau_syn_I = 1.0,
                                               .e_rev_I = -80.0,
                                               .v_reset = -65.0}));
  all.push_back(simulation.create(8, IfCurrExp{.tau_m = 1.5, .tau_refrac = 0.3, .tau_syn_E = 1.0, .tau_syn_I = 0.7}));
  all.push_back(simulation.create(8, IfCurrDelta{.tau_m = 1.0}));
  const Population source =
      simulation.create(1, SpikeSourceArray{{Time(1.0), Time(2.5), Time(777'777.7), Time(1'500'000.0)}});
  const AllToAllConnector connector;
  const RandomDistribution delay("uniform", {0.5, 40.0});
  simulation.connect(source, all[0], connector, {.weight = 0.2, .delay = delay});
  simulation.connect(source, all[1], connector, {.weight = 60.0, .delay = 1.0});
  simulation.connect(all[0], all[2], connector, {.weight = 6.0, .delay = delay});
  simulation.connect(all[1], all[0], connector, {.weight = 0.05, .delay = 2.0}, {.receptor_type = "inhibitory"});
  const Population late = simulation.create(1, SpikeSourceArray{{Time(1'000'000.0)}});
  simulation.connect(late, all[2], connector, {.weight = 20.0, .delay = RandomDistribution("uniform", {0.5, 5000.0})});
  for (const Population& cells : all) {
    cells.record("spikes");
  }
  return all[0];
}

TEST(Idle, EpochsAreSkippedOnAnyNumberOfThreads) {
  for (const unsigned threads : {1U, 2U, 3U}) {
    Simulation simulation;
    std::vector<Population> all;
    make_network(simulation, all);
    recording::Recorder recorder;
    const auto engine = engine::make_engine({}, simulation.core()->network, recorder, threads);
    ASSERT_EQ(engine->threads(), threads);
    std::size_t asked = 0;  // every 0.125 ms or less often, were nothing skipped: 16 million times
    ASSERT_TRUE(engine->run_until(Time(kDuration), [&asked](const Time&) { return ++asked < 200'000; }));
    EXPECT_EQ(engine->now(), Time(kDuration));
    EXPECT_GT(engine->statistics().spikes, 24U);
  }
}

TEST(Idle, EpochsThatAreSkippedTakeNoTime) {
  for (const unsigned threads : {1U, 2U}) {
    EXPECT_EQ(testing_support::failure_in_child([threads] {
                testing_support::limit_processor_time(10);  // [s]; 6e10 epochs one by one take hours
                Simulation simulation({.threads = threads});
                std::vector<Population> all;
                make_network(simulation, all);
                simulation.run(1e12);
              }),
              "")
        << threads << " threads";
  }
}

TEST(Idle, SkippedEpochsLeaveNoTrace) {
  struct Result {
    Spikes spikes;
    std::vector<double> values;
  };
  const auto simulate = [](bool sampled, unsigned threads) {
    Simulation simulation({.threads = threads});
    std::vector<Population> all;
    make_network(simulation, all);
    if (sampled) {  // then something happens in every epoch, and none is skipped
      all[2].slice(0, 1).record("v", 15.0);
    }
    Result result;
    for (const double part : {3.0, 900.25, 499'096.75, 300'000.0, kDuration - 800'000.0}) {
      simulation.run(part);
      for (const Population& cells : all) {
        for (const VariableInfo& variable : cells.cell_type().model().variables) {
          const std::vector<double> values = cells.value(variable.name);
          result.values.insert(result.values.end(), values.begin(), values.end());
        }
      }
    }
    result.spikes = (all[0] + all[1] + all[2]).spikes();
    return result;
  };
  const Result expected = simulate(true, 1);
  EXPECT_GT(expected.spikes.size(), 24U);
  for (const unsigned threads : {1U, 2U}) {
    const Result skipped = simulate(false, threads);
    EXPECT_TRUE(skipped.spikes == expected.spikes) << threads << " threads";
    EXPECT_EQ(skipped.values, expected.values) << threads << " threads";
  }
}

TEST(Idle, NeuronsAreSampledWhereNothingElseHappens) {
  for (const unsigned threads : {1U, 2U}) {
    Simulation simulation({.threads = threads});
    const Population cells = simulation.create(2, IfCurrDelta{.v_rest = -65.0});
    cells.record("v", 1000.5);
    simulation.run(1e6);
    const Signal v = cells.signal("v");
    ASSERT_EQ(v.samples(), 1000U);  // the first at 0 ms
    EXPECT_EQ(v.values, std::vector<double>(2000, -65.0));
  }
}

TEST(Idle, TheClosestApproachAfterSkippedEpochsHasItsTime) {
  for (const CellType& type : {CellType(IfCurrExp{}), CellType(IfCondExp{}), CellType(IfCurrDelta{})}) {
    SCOPED_TRACE(type.model().name);
    Simulation simulation;
    const Population cell = simulation.create(1, type);
    const Population source = simulation.create(1, SpikeSourceArray{{Time(777'777.7)}});
    const double weight = type.model().name == "IF_cond_exp" ? 0.03 : type.model().name == "IF_curr_exp" ? 4.5 : 14.0;
    simulation.connect(source, cell, AllToAllConnector(), {.weight = weight, .delay = 1.0});
    recording::Recorder recorder;
    const auto engine = engine::make_engine({}, simulation.core()->network, recorder, 1);
    ASSERT_TRUE(engine->run_until(Time(777'900.0), [](const Time&) { return true; }));
    const auto closest = engine->closest_approach();
    ASSERT_TRUE(closest);
    EXPECT_LT(closest->distance_mv, 14.0);
    EXPECT_GE(closest->time_ms, 777'778.7);
    EXPECT_LT(closest->time_ms, 777'792.0) << "the end of that epoch";
  }
}

TEST(Idle, NetworksAreStillChangedAndDrivenAfterwards) {
  Simulation simulation;
  const Population cell = simulation.create(1, IfCurrExp{.v_rest = -65.0, .cm = 1.0, .tau_m = 1.0, .tau_syn_E = 1.0});
  cell.record("spikes");
  cell.inject(DCSource{.amplitude = 20.0, .start = 1'000'000.0, .stop = 1'000'010.0});
  simulation.run(1'100'000.0);
  const std::size_t driven = cell.spikes().size();
  EXPECT_GT(driven, 3U);
  EXPECT_GE(cell.spikes().times.front(), Time(1'000'000.0));
  simulation.run(1'000'000.0);
  cell.set("v_rest", -40.0);  // above the threshold
  simulation.run(100.0);      // several epochs: from the first on
  EXPECT_GT(cell.spikes().size(), driven + 60);
  cell.set("v_rest", -65.0);
  simulation.run(1'000'000.0);
  const std::size_t before = cell.spikes().size();
  cell.initialize("v", -10.0);
  const Time changed = simulation.now();
  simulation.run(100.0);
  ASSERT_EQ(cell.spikes().size(), before + 1);
  EXPECT_EQ(cell.spikes().times.back(), changed);
}

// With order-free sums, or looks near spikes only, neurons go from window to window, until all is quiet.

/// Three populations that spike and relax after each of three volleys; a neuron's spikes reach others for 40 ms.
struct WindowedNetwork {
  explicit WindowedNetwork(SimulationMethod method, unsigned threads = 1, bool own_time_constants = false)
      : simulation({.threads = threads, .method = method}) {
    cells.push_back(simulation.create(
        20, IfCurrExp{.v_rest = -50.5, .tau_m = 1.5, .tau_refrac = 3.0, .tau_syn_E = 0.5, .tau_syn_I = 0.7}));
    cells.push_back(simulation.create(9, IfCurrExp{.v_rest = -51.0, .tau_m = 4.0, .tau_syn_E = 1.0, .tau_syn_I = 2.5}));
    if (own_time_constants) {
      cells[1].slice(2, 3).set("tau_m", 3.5);
      cells[1].slice(4, 5).set("tau_syn_E", method == SimulationMethod::order_free ? 4.0 : 0.8);
    }
    cells[0].initialize("v", -50.5);
    cells[1].initialize("v", RandomDistribution("uniform", {-70.0, -55.0}));
    const Population source = simulation.create(1, SpikeSourceArray{{Time(1.0), Time(20'000.3), Time(70'000.0)}});
    const AllToAllConnector connector;
    const RandomDistribution delay("uniform", {0.5, 40.0});
    simulation.connect(source, cells[0], connector, {.weight = 6.0, .delay = 1.0});
    simulation.connect(cells[0], cells[0], connector, {.weight = 0.5, .delay = delay});
    simulation.connect(cells[0], cells[1], connector, {.weight = 1.0, .delay = delay});
    simulation.connect(cells[0], cells[1], connector, {.weight = -0.5, .delay = delay},
                       {.receptor_type = "inhibitory"});
    cells.push_back(simulation.create(5, IfCurrDelta{.v_rest = -50.5, .tau_m = 60.0}));
    cells[own_time_constants ? 1 : 2].slice(0, 1).set("tau_refrac", 900.0);  // ends while all others are at rest
    if (own_time_constants) {
      cells[2].slice(2, 3).set("tau_m", 90.0);
    }
    simulation.connect(cells[0], cells[2], connector, {.weight = 0.6, .delay = delay});
    // Sources of one neuron each, whose spikes stand in no queue, until the last one.
    simulation.connect(simulation.create(20, SpikeSourceArray{{Time(0.5), Time(30.0)}}), cells[0], OneToOneConnector(),
                       {.weight = 0.1, .delay = RandomDistribution("uniform", {0.5, 20.0})});
    simulation.connect(simulation.create(9, SpikeSourcePoisson{.rate = 400.0, .duration = 50.0}), cells[1],
                       OneToOneConnector(), {.weight = 0.1, .delay = 1.5});
    for (const Population& some : cells) {
      some.record("spikes");
    }
  }

  Simulation simulation;
  std::vector<Population> cells;
};

class IdleWindows : public ::testing::TestWithParam<SimulationMethod> {};

INSTANTIATE_TEST_SUITE_P(Methods, IdleWindows,
                         ::testing::Values(SimulationMethod::order_free, SimulationMethod::near_spikes),
                         [](const auto& method) {
                           return method.param == SimulationMethod::order_free ? "OrderFree" : "NearSpikes";
                         });

TEST_P(IdleWindows, AreSkippedOnAnyNumberOfThreads) {
  for (const unsigned threads : {1U, 2U}) {
    WindowedNetwork network(GetParam(), 1, threads == 2);
    recording::Recorder recorder;
    const auto engine = engine::make_engine({}, network.simulation.core()->network, recorder, threads);
    std::size_t asked = 0;  // on one thread after each window, were nothing skipped: 4 million times
    std::size_t asked_at_rest = 0;
    ASSERT_TRUE(engine->run_until(Time(1e6), [&](const Time& now) {
      asked_at_rest += 2000.0 < now.ms() && now.ms() < 3000.0 ? 1 : 0;
      return ++asked < 100'000;
    }));
    EXPECT_GE(asked_at_rest, 62U) << "users can end the run after each epoch as long as amplitudes decay";
    for (std::size_t population : {0U, 1U, 3U}) {
      const bool has_it = population < 3 || GetParam() == SimulationMethod::order_free;
      EXPECT_EQ(engine->methods()[population].method, name_of(has_it ? GetParam() : SimulationMethod::one_by_one))
          << engine->methods()[population].reason;
    }
    EXPECT_EQ(engine->now(), Time(1e6));
    EXPECT_GT(engine->statistics().spikes, 59U);
  }
}

TEST_P(IdleWindows, ThatAreSkippedTakeNoTime) {
  EXPECT_EQ(testing_support::failure_in_child([] {
              testing_support::limit_processor_time(10);  // [s]; 4e12 windows one by one take days
              WindowedNetwork network(GetParam());
              network.simulation.run(1e12);
              network.cells[0].initialize("v", -49.0);
              network.simulation.run(50.0);
            }),
            "");
}

TEST_P(IdleWindows, ThatAreSkippedLeaveNoTrace) {
  struct Result {
    Spikes spikes;
    std::vector<double> values;
  };
  const testing_support::TemporaryFolder temporary;
  const std::string path = temporary / "checkpoint";
  const auto simulate = [&path](bool sampled, unsigned threads, bool saved, bool own_time_constants) {
    WindowedNetwork network(GetParam(), threads, own_time_constants);
    if (sampled) {  // then something happens in every epoch, and none is skipped
      network.cells[1].slice(0, 1).record("v", 15.0);
    }
    Result result;
    const auto add_values = [&result](const WindowedNetwork& read) {
      for (const Population& some : read.cells) {
        for (const VariableInfo& variable : some.cell_type().model().variables) {
          const std::vector<double> values = some.value(variable.name);
          result.values.insert(result.values.end(), values.begin(), values.end());
        }
      }
    };
    for (const double part : {3.0, 61.17, 40.0, 400.25, 500.0, 3595.58, 400.0}) {
      network.simulation.run(part);
      add_values(network);
    }
    if (saved) {
      network.simulation.save_checkpoint(path);
      WindowedNetwork other(GetParam(), threads, own_time_constants);
      other.simulation.load_checkpoint(path);
      other.simulation.run(25'000.0);
      other.cells[1].initialize("v", -52.0);
      other.simulation.run(100.0);
      add_values(other);
      result.spikes = (other.cells[0] + other.cells[1] + other.cells[2]).spikes();
      return result;
    }
    network.simulation.run(25'000.0);
    network.cells[1].initialize("v", -52.0);
    network.simulation.run(100.0);
    add_values(network);
    result.spikes = (network.cells[0] + network.cells[1] + network.cells[2]).spikes();
    return result;
  };
  for (const bool own : {false, true}) {
    const Result expected = simulate(true, 1, false, own);
    EXPECT_GT(expected.spikes.size(), 39U);
    for (const unsigned threads : {1U, 2U}) {
      for (const bool saved : {false, true}) {
        const Result skipped = simulate(false, threads, saved, own);
        EXPECT_TRUE(skipped.spikes == expected.spikes) << threads << " threads";
        EXPECT_EQ(skipped.values, expected.values) << threads << " threads";
      }
    }
  }
}

TEST_P(IdleWindows, AreNotThoseOfNeuronsThatSpikeByThemselves) {
  const auto simulate = [](SimulationMethod method) {
    Simulation simulation({.threads = 1, .method = method});
    // Slowly towards a threshold, which it reaches after a second; and one that stays below it by 1e-6 mV.
    const Population cells = simulation.create(2, IfCurrExp{.v_rest = -65.0, .cm = 1.0, .tau_m = 200.0});
    cells.slice(0, 1).set("i_offset", 15.1 / 200.0);
    cells.slice(1, 2).set("i_offset", (15.0 - 1e-6) / 200.0);
    cells.record("spikes");
    simulation.run(20'000.0);
    return cells.spikes().ids;
  };
  const auto ids = simulate(GetParam());
  EXPECT_GT(ids.size(), 10U);
  EXPECT_EQ(ids, simulate(SimulationMethod::one_by_one));
}

}  // namespace
}  // namespace va_event
