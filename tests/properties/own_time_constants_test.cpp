// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iostream>
#include <string>
#include <vector>

#include "../recording/temporary_folder.hpp"
#include "agreement.hpp"
#include "by_method.hpp"
#include "random_network.hpp"
#include "reference_simulator.hpp"

namespace va_event {
namespace {

// Order-free sums of populations whose neurons have time constants of their own, nearly equal and short ones too.

reference::Description network_of(std::uint64_t seed) {
  return with_own_time_constants(seed % 4 == 0 ? driven_network(seed) : random_network(seed), seed);
}

constexpr BuiltBy kOrderFree{SimulationMethod::order_free};

TEST(OrderFreeSumsOfOwnTimeConstants, SpikeAsTheReferenceSimulatorInWideArithmeticDoes) {
  Agreement agreement;
  compare_networks(30, network_of, kOrderFree, expect_method("order-free"), agreement);
}

TEST(OrderFreeSumsOfOwnTimeConstants, HaveTheSameBitsWithAnyThreadsCutsAndCheckpoints) {
  expect_same_bits(12, network_of, kOrderFree);
}

/// Neurons that each get a Poisson source of their own, and a recurrent network of them.
struct DrivenNeurons {
  explicit DrivenNeurons(SimulationMethod method, unsigned threads = 1, Precision precision = {})
      : simulation({.seed = 5, .precision = precision, .threads = threads, .method = method}) {
    const auto between = [](double low, double high) { return RandomDistribution("uniform", {low, high}); };
    neurons.push_back(simulation.create(100, IfCurrExp{.tau_refrac = 2.0}));
    neurons[0].set("cm", between(0.2, 0.3));
    neurons[0].set("tau_m", between(5.0, 20.0));
    neurons[0].set("tau_syn_E", between(0.3, 10.0));
    neurons[0].set("tau_syn_I", between(0.3, 3.0));
    neurons[0].slice(0, 10).set({{"tau_syn_E", 7.0}, {"tau_m", 7.0}});
    neurons[0].initialize("v", between(-65.0, -50.5));
    const Population sources = simulation.create(100, SpikeSourcePoisson{.rate = 8000.0});
    for (std::size_t i = 0; i < 100; ++i) {  // the same mean potential, 17 mV, whatever the time constants are
      const Assembly one = neurons[0].slice(i, i + 1);
      const double per_nA = one.get("tau_m")[0] / one.get("cm")[0] * one.get("tau_syn_E")[0];
      simulation.connect(sources.slice(i, i + 1), one, AllToAllConnector(), {17.0 / (8.0 * per_nA), 0.1});
    }
    simulation.connect(neurons[0], neurons[0], FixedProbabilityConnector(0.2),
                       {between(0.005, 0.03), between(0.2, 3.0)});
    simulation.connect(neurons[0], neurons[0], FixedProbabilityConnector(0.1), {-0.1, between(0.2, 3.0)},
                       {.receptor_type = "inhibitory"});
    neurons[0].record("spikes");
    neurons[0].slice(0, 20).record("v", 1.3);
  }

  /// Time constants become shorter and longer, nearly equal, and too short for the sums; the shortest one is no more.
  void change(std::size_t k) {
    switch (k) {
      case 0:
        return neurons[0].slice(20, 30).set("tau_syn_E", 5.0);
      case 1:
        return neurons[0].slice(25, 27).set({{"tau_m", 5.0 + 1e-12}, {"tau_syn_I", 5.0 - 1e-12}});
      case 2:
        return neurons[0].slice(3, 5).set("tau_syn_E", 0.05);
      case 3:
        return neurons[0].slice(5, 100).set("tau_syn_I", 2.0);
      default:
        return neurons[0].slice(40, 41).set("cm", 0.4);
    }
  }
  /// @param first  of the changes, those before it have been made
  void run_and_change(std::size_t first = 0) {
    for (std::size_t k = first; k < kChanges.size(); ++k) {
      simulation.run_until(kChanges[k]);
      change(k);
    }
    simulation.run_until(50.0);
  }

  static constexpr std::array kChanges{12.03, 20.5, 25.71, 33.0, 40.0};  ///< [ms]
  Simulation simulation;
  std::vector<Population> neurons;
};

TEST(OrderFreeSumsOfOwnTimeConstants, AreChosenAndGiveTheSpikesOfTheEventLoopAndOfWideArithmetic) {
  DrivenNeurons automatic(SimulationMethod::automatic);
  DrivenNeurons threads(SimulationMethod::order_free, 3);
  DrivenNeurons one_by_one(SimulationMethod::one_by_one);
  DrivenNeurons quad(SimulationMethod::automatic, 1, Precision::quad());
  for (DrivenNeurons* network : {&automatic, &threads, &one_by_one, &quad}) {
    network->run_and_change();
  }
  EXPECT_EQ(automatic.simulation.methods()[0].method, "order-free");
  const Spikes spikes = automatic.neurons[0].spikes();
  const Spikes exact = quad.neurons[0].spikes();
  EXPECT_GT(exact.size(), 100U);
  EXPECT_TRUE(threads.neurons[0].spikes() == spikes);
  EXPECT_TRUE(threads.neurons[0].slice(0, 20).signal("v") == automatic.neurons[0].slice(0, 20).signal("v"));
  for (const Spikes& other : {spikes, one_by_one.neurons[0].spikes()}) {
    ASSERT_EQ(other.ids, exact.ids);
    for (std::size_t k = 0; k < exact.size(); ++k) {
      ASSERT_NEAR(other.times[k].ms(), exact.times[k].ms(), 1e-10);
    }
  }
  const Signal v = automatic.neurons[0].slice(0, 20).signal("v");
  const Signal exact_v = quad.neurons[0].slice(0, 20).signal("v");
  for (std::size_t k = 0; k < v.values.size(); ++k) {
    ASSERT_NEAR(v.values[k], exact_v.values[k], 1e-10);
  }
}

TEST(OrderFreeSumsOfOwnTimeConstants, GoOnFromCheckpointsAfterChanges) {
  DrivenNeurons whole(SimulationMethod::order_free);
  whole.run_and_change();
  const Spikes spikes = whole.neurons[0].spikes();
  const testing_support::TemporaryFolder temporary;
  const std::string path = temporary / "checkpoint";
  for (const std::size_t made : {1U, 3U, 4U}) {
    DrivenNeurons first(SimulationMethod::order_free, 2);
    DrivenNeurons second(SimulationMethod::order_free, 3);
    for (std::size_t k = 0; k < made; ++k) {
      first.simulation.run_until(DrivenNeurons::kChanges[k]);
      first.change(k);
      second.change(k);
    }
    first.simulation.run_until(DrivenNeurons::kChanges[made - 1] + 3.3);
    first.simulation.save_checkpoint(path);
    second.simulation.load_checkpoint(path);
    second.run_and_change(made);
    EXPECT_TRUE(second.neurons[0].spikes() == spikes) << made << " changes";
  }
}

/// Arithmetic with subnormal numbers takes a processor several times as long.
TEST(OrderFreeSumsOfOwnTimeConstants, LeaveNoSubnormalCurrentsToNeuronsThatAreSilentForLong) {
  for (const bool own : {false, true}) {
    Simulation simulation({.method = SimulationMethod::order_free});
    const Population neurons = simulation.create(4, IfCurrExp{.tau_m = 10.0, .tau_syn_E = 0.5, .tau_syn_I = 0.6});
    if (own) {
      neurons.slice(0, 1).set("tau_m", 11.0);
    }
    neurons.initialize("isyn_exc", 0.5);
    neurons.initialize("isyn_inh", -0.5);
    neurons.record({"isyn_exc", "isyn_inh"}, 50.0);
    simulation.run(800.0);
    for (const char* const variable : {"isyn_exc", "isyn_inh"}) {
      const Signal currents = neurons.signal(variable);
      EXPECT_EQ(currents.values.back(), 0.0);
      for (const double current : currents.values) {
        EXPECT_NE(std::fpclassify(current), FP_SUBNORMAL) << variable;
      }
    }
  }
}

/// Twenty neurons, two of them with a time constant that no sums are made for.
template <class Type>
struct SomeAreTooFast {
  explicit SomeAreTooFast(const char* time_constant, double tau, double weight, SimulationMethod method,
                          unsigned threads = 1)
      : simulation({.seed = 3, .threads = threads, .method = method}), neurons(simulation.create(20, Type{})) {
    neurons.slice(7, 9).set(time_constant, tau);
    neurons.slice(7, 9).set("i_offset", 400.0);
    neurons.set("tau_refrac", 2.0);
    neurons.initialize("v", RandomDistribution("uniform", {-65.0, -51.0}));
    const Population sources = simulation.create(20, SpikeSourcePoisson{.rate = 8000.0});
    simulation.connect(sources, neurons, OneToOneConnector(), {weight, 0.1});
    simulation.connect(neurons, neurons, FixedProbabilityConnector(0.3),
                       {weight, RandomDistribution("uniform", {0.2, 3.0})});
    neurons.record("spikes");
  }
  Spikes spikes_after(double duration) {
    simulation.run(duration);
    return neurons.spikes();
  }

  Simulation simulation;
  Population neurons;
};

template <class Type>
void expect_order_free_sums_for_the_others(const char* time_constant, double tau, double weight) {
  using Network = SomeAreTooFast<Type>;
  Network network(time_constant, tau, weight, SimulationMethod::order_free);
  const Spikes spikes = network.spikes_after(60.0);
  EXPECT_EQ(network.simulation.methods()[0].method, "order-free");
  EXPECT_GT(std::count(spikes.ids.begin(), spikes.ids.end(), 7), 5);
  EXPECT_TRUE(Network(time_constant, tau, weight, SimulationMethod::order_free, 3).spikes_after(60.0) == spikes);
  const Spikes exact = Network(time_constant, tau, weight, SimulationMethod::one_by_one).spikes_after(60.0);
  ASSERT_EQ(spikes.ids, exact.ids);
  for (std::size_t k = 0; k < exact.size(); ++k) {
    ASSERT_NEAR(spikes.times[k].ms(), exact.times[k].ms(), 1e-9);
  }
  const testing_support::TemporaryFolder temporary;
  Network first(time_constant, tau, weight, SimulationMethod::order_free);
  first.simulation.run(20.0);
  first.simulation.save_checkpoint(temporary / "checkpoint");
  Network second(time_constant, tau, weight, SimulationMethod::order_free);
  second.simulation.load_checkpoint(temporary / "checkpoint");
  EXPECT_TRUE(second.spikes_after(40.0) == spikes);
  network.simulation.reset();
  EXPECT_TRUE(network.spikes_after(60.0) == spikes);
}

TEST(OrderFreeSums, LeaveOutNeuronsThatAreTooFastForThem) {
  expect_order_free_sums_for_the_others<IfCurrExp>("tau_syn_E", 0.007, 0.1);
  expect_order_free_sums_for_the_others<IfCurrDelta>("tau_m", 0.05, 0.2);
}

TEST(OrderFreeSumsOfOwnTimeConstants, AreRefusedWhereAllFramesWouldBeTooShort) {
  Simulation simulation({.method = SimulationMethod::order_free});
  const Population neurons = simulation.create(3, IfCurrExp{.tau_syn_E = 0.007});
  neurons.record("spikes");
  try {
    simulation.run(1.0);
    FAIL() << "no error";
  } catch (const ParameterError& error) {
    EXPECT_NE(std::string(error.what()).find("all its neurons have a time constant below 1/128 ms"), std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace va_event
