// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "../recording/temporary_folder.hpp"
#include "agreement.hpp"
#include "by_method.hpp"
#include "neurons/if_cond_exp/order_free/filter.hpp"
#include "random_network.hpp"
#include "reference_simulator.hpp"

namespace va_event {
namespace {

// Populations with order-free conductances must give the spikes of every other method, and the same bits whatever
// threads, cuts and checkpoints there are, and whatever neurons the filter lets through.

reference::Description network_of(std::uint64_t seed) {
  return with_order_free_conductances(seed % 3 == 0 ? driven_network(seed) : random_network(seed), seed);
}

constexpr BuiltBy kOrderFree{SimulationMethod::order_free};

/// While it lives, all neurons are looked at in all windows, and what the filter says of them is checked.
class EveryNeuronLookedAt {
 public:
  EveryNeuronLookedAt() : trial_(neurons::order_free_conductances::filter_trial()) {
    trial_.compared = 0;
    trial_.wrong = 0;
    trial_.everything = true;
  }
  EveryNeuronLookedAt(const EveryNeuronLookedAt&) = delete;
  EveryNeuronLookedAt& operator=(const EveryNeuronLookedAt&) = delete;
  ~EveryNeuronLookedAt() { trial_.everything = false; }
  [[nodiscard]] std::uint64_t compared() const { return trial_.compared; }
  [[nodiscard]] std::uint64_t wrong() const { return trial_.wrong; }

 private:
  neurons::order_free_conductances::FilterTrial& trial_;
};

TEST(OrderFreeConductances, SpikeAsTheReferenceSimulatorInWideArithmeticDoes) {
  Agreement agreement;
  compare_networks(40, network_of, kOrderFree, expect_method("order-free"), agreement);
}

TEST(OrderFreeConductances, AnyThreadsCutsAndCheckpointsGiveTheSameBits) {
  expect_same_bits(20, network_of, kOrderFree);
}

TEST(OrderFreeConductances, AnyFilterGivesTheSameBits) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("network " + std::to_string(seed));
    const reference::Description description = network_of(seed);
    const double until = std::min(description.duration, 40.0);
    BuiltNetwork whole = kOrderFree(description);
    whole.simulation.run_until(until);
    const EveryNeuronLookedAt trial;
    BuiltNetwork all = kOrderFree(description);
    all.simulation.run_until(until);
    ASSERT_TRUE(all.spikes() == whole.spikes());
    ASSERT_TRUE(all.neurons.front().signal("v") == whole.neurons.front().signal("v"));
    ASSERT_EQ(trial.wrong(), 0U) << "of " << trial.compared();
    ASSERT_GT(trial.compared(), 0U);
  }
}

/// A recurrent network, some of whose neurons get a Poisson source of their own, and some hardly any input, so that
/// they remember for long: with one delay, or with delays and weights of their own.
struct Driven {
  Driven(unsigned threads, SimulationMethod method, bool own_values, Precision precision = {})
      : simulation({.precision = precision, .threads = threads, .method = method}) {
    constexpr std::size_t kNeurons = 60;
    neurons.push_back(simulation.create(kNeurons, IfCondExp{.v_rest = -65.0,
                                                            .cm = 0.2,
                                                            .tau_m = 20.0,
                                                            .tau_refrac = 5.0,
                                                            .tau_syn_E = 5.0,
                                                            .tau_syn_I = own_values ? 7.0 : 10.0,
                                                            .e_rev_E = 0.0,
                                                            .e_rev_I = -80.0,
                                                            .v_thresh = -50.0,
                                                            .v_reset = -60.0}));
    neurons[0].initialize("v", RandomDistribution("uniform", {-65.0, -50.5}));
    neurons[0].slice(0, 5).set("i_offset", 0.1501);  // just above the threshold, and mostly alone
    // Refractory several times in a frame.
    neurons[0].slice(5, 8).set({{"i_offset", 0.4}, {"tau_refrac", 0.3}, {"v_reset", -50.5}});
    sources.push_back(simulation.create(kNeurons - 5, SpikeSourcePoisson{.rate = 2000.0, .start = 3.3}));
    sources.push_back(simulation.create(5, SpikeSourcePoisson{.rate = 50.0}));
    const Values weight = own_values ? Values(RandomDistribution("uniform", {0.001, 0.0024})) : Values(0.0017);
    const Values delay = own_values ? Values(RandomDistribution("uniform", {0.1, 20.0})) : Values(0.1);
    const RandomDistribution delays("uniform", {0.2, 3.0});
    const Values recurrent = own_values ? Values(delays) : Values(0.2);
    const Assembly most = neurons[0].slice(5, kNeurons);
    drive.push_back(simulation.connect(sources[0], most, OneToOneConnector(), {weight, delay}));
    simulation.connect(sources[1], neurons[0], FixedProbabilityConnector(0.2), {0.003, 0.3});
    simulation.connect(most, most, FixedProbabilityConnector(0.2), {0.002, recurrent});
    simulation.connect(most, most, FixedProbabilityConnector(0.1), {0.02, recurrent}, {.receptor_type = "inhibitory"});
    neurons[0].record("spikes");
    neurons[0].slice(3, 8).record(std::vector<std::string>{"v", "gsyn_exc"}, 1.7);
  }
  Simulation simulation;
  std::vector<Population> neurons, sources;
  std::vector<Projection> drive;
};

class UnderPoissonDrive : public ::testing::TestWithParam<bool> {};

TEST_P(UnderPoissonDrive, SpikesAreThoseOfTheEventLoopAndOfWideArithmetic) {
  Driven automatic(1, SimulationMethod::automatic, GetParam());
  Driven one_by_one(1, SimulationMethod::one_by_one, GetParam());
  Driven quad(1, SimulationMethod::automatic, GetParam(), Precision::quad());
  for (Driven* network : {&automatic, &one_by_one, &quad}) {
    network->simulation.run_until(150.0);
  }
  ASSERT_TRUE(simulates_by("order-free", automatic.simulation));
  const Spikes exact = quad.neurons[0].spikes();
  EXPECT_GT(exact.size(), 100U);
  EXPECT_EQ(automatic.simulation.statistics().source_spikes, quad.simulation.statistics().source_spikes);
  EXPECT_EQ(automatic.simulation.statistics().synaptic_events, quad.simulation.statistics().synaptic_events);
  for (const Driven* network : {&automatic, &one_by_one}) {
    const Spikes spikes = network->neurons[0].spikes();
    ASSERT_EQ(spikes.ids, exact.ids);
    double largest = 0.0;
    for (std::size_t k = 0; k < exact.size(); ++k) {
      largest = std::max(largest, std::fabs(spikes.times[k].ms() - exact.times[k].ms()));
    }
    std::cout << exact.size() << " spikes within " << largest << " ms\n";
    ASSERT_LT(largest, 1e-9);
  }
}

TEST_P(UnderPoissonDrive, NothingLeavesATrace) {
  const double until = 420.0;  // several anchors
  Driven whole(1, SimulationMethod::order_free, GetParam());
  whole.simulation.run_until(until);
  const Spikes spikes = whole.neurons[0].spikes();
  const Signal v = whole.neurons[0].slice(3, 8).signal("v");
  const Signal g = whole.neurons[0].slice(3, 8).signal("gsyn_exc");
  const testing_support::TemporaryFolder temporary;
  const std::string path = temporary / "checkpoint";
  for (const unsigned threads : {1U, 2U, 3U}) {
    Driven first(threads, SimulationMethod::order_free, GetParam());
    for (double t = 0.9; t < 230.0; t += 7.37) {
      first.simulation.run_until(t);
    }
    first.sources[0].slice(7, 30).record("spikes");  // from here on these are as all others
    first.simulation.run_until(233.3);
    first.simulation.save_checkpoint(path);
    Driven second(4 - threads, SimulationMethod::order_free, GetParam());
    second.sources[0].slice(7, 30).record("spikes");
    second.simulation.load_checkpoint(path);
    for (Driven* network : {&first, &second}) {
      network->simulation.run_until(until);
      ASSERT_TRUE(network->neurons[0].spikes() == spikes) << threads << " threads";
      ASSERT_TRUE(network->neurons[0].slice(3, 8).signal("v") == v) << threads << " threads";
      ASSERT_TRUE(network->neurons[0].slice(3, 8).signal("gsyn_exc") == g) << threads << " threads";
    }
  }
  const EveryNeuronLookedAt trial;
  Driven all(1, SimulationMethod::order_free, GetParam());
  all.simulation.run_until(until);
  EXPECT_TRUE(all.neurons[0].spikes() == spikes);
  EXPECT_TRUE(all.neurons[0].slice(3, 8).signal("v") == v);
  EXPECT_EQ(trial.wrong(), 0U) << "of " << trial.compared();
  EXPECT_GT(trial.compared(), 50'000U);
}

INSTANTIATE_TEST_SUITE_P(OrderFreeConductances, UnderPoissonDrive, ::testing::Bool(),
                         [](const auto& values) { return values.param ? "OwnValues" : "CommonValues"; });

/// What a user may do between two runs.
void change(const Driven& network, std::mt19937& generator, double now) {
  const auto uniform = [&generator](double low, double high) {
    return std::uniform_real_distribution(low, high)(generator);
  };
  const std::size_t i = generator() % 60;
  const Assembly one = network.neurons[0].slice(i, i + 1);
  switch (generator() % 13) {
    case 0:
      return one.set("v_thresh", uniform(-52.0, -45.0));
    case 1:
      return one.set("i_offset", uniform(-0.2, 0.4));
    case 2:
      return one.set("cm", uniform(0.2, 0.4));
    case 3:
      return one.set("tau_refrac", uniform(0.0, 8.0));
    case 4:
      return one.set("v_reset", uniform(-80.0, -60.0));
    case 5:
      return one.set("tau_syn_E", uniform(0.3, 8.0));
    case 6:
      return one.initialize("v", uniform(-90.0, -40.0));
    case 7:
      return network.neurons[0].initialize("gsyn_inh", uniform(0.0, 0.05));
    case 8:
      return one.initialize("gsyn_exc", uniform(0.0, 0.05));
    case 9:
      return network.sources[0].slice(0, 20).set("rate", uniform(0.0, 4000.0));
    case 10:
      return one.set("e_rev_I", uniform(-90.0, -45.0));
    case 11:
      return one.inject(
          StepCurrentSource({Time(now + 0.1), Time(now + 0.1 + 1e-11), Time(now + 1.3)}, {0.5, -0.3, 0.2}));
    default:
      return one.inject(ACSource{.amplitude = 0.3, .frequency = 50.0, .start = now + 0.4});
  }
}

TEST(OrderFreeConductances, AfterChangesAreThoseOfWideArithmeticOnAnyThreads) {
  std::size_t compared = 0;
  for (unsigned seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE("changes " + std::to_string(seed));
    const bool own_values = seed % 2 == 0;
    Driven one(1, SimulationMethod::order_free, own_values);
    Driven several(2 + seed % 2, SimulationMethod::order_free, own_values);
    Driven all(1, SimulationMethod::order_free, own_values);
    Driven quad(1, SimulationMethod::automatic, own_values, Precision::quad());
    for (Driven* network : {&one, &several, &all, &quad}) {
      neurons::order_free_conductances::filter_trial().everything = network == &all;
      std::mt19937 generator(seed);
      double now = 0.0;
      for (int k = 0; k < 16; ++k) {
        now += generator() % 5 == 0 ? 0.25 : std::uniform_real_distribution(0.3, 4.0)(generator);
        network->simulation.run_until(now);
        change(*network, generator, now);
      }
      network->simulation.run_until(now + 12.0);
    }
    neurons::order_free_conductances::filter_trial().everything = false;
    ASSERT_TRUE(one.neurons[0].spikes() == several.neurons[0].spikes());
    ASSERT_TRUE(one.neurons[0].spikes() == all.neurons[0].spikes());
    const Signal v = one.neurons[0].slice(3, 8).signal("v");
    const Signal exact_v = quad.neurons[0].slice(3, 8).signal("v");
    ASSERT_TRUE(v == several.neurons[0].slice(3, 8).signal("v"));
    const Spikes spikes = one.neurons[0].spikes();
    const Spikes exact = quad.neurons[0].spikes();
    ASSERT_EQ(spikes.ids, exact.ids);
    for (std::size_t k = 0; k < exact.size(); ++k) {
      ASSERT_NEAR(spikes.times[k].ms(), exact.times[k].ms(), 1e-9) << "cell " << exact.ids[k];
    }
    for (std::size_t k = 0; k < v.values.size(); ++k) {
      ASSERT_NEAR(v.values[k], exact_v.values[k], 1e-7);
    }
    compared += exact.size();
  }
  EXPECT_GT(compared, 500U);
}

TEST(OrderFreeConductances, AreRefusedWithTheReason) {
  const auto reason = [](const IfCondExp& type, bool own_tau) {
    Simulation simulation({.threads = 1, .method = SimulationMethod::order_free});
    const Population neurons = simulation.create(2, type);
    if (own_tau) {
      neurons.set("tau_syn_I", std::vector<double>{5.0, 6.0});
    }
    try {
      simulation.run(1.0);
    } catch (const ParameterError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(reason(IfCondExp{}, false), "");
  EXPECT_NE(reason(IfCondExp{}, true).find("synaptic time constants of their own"), std::string::npos);
  EXPECT_NE(reason(IfCondExp{.tau_syn_E = 0.05}, false).find("below 0.1 ms"), std::string::npos);
  EXPECT_NE(reason(IfCondExp{.e_rev_I = -40.0}, false).find("between e_rev_I and e_rev_E"), std::string::npos);
}

std::string method_of_neurons(const Driven& network) { return network.simulation.methods().front().method; }

/// Values that rule sums out for some neurons, or for all.
void rule_out(const Driven& network, int k) {
  const Assembly some = network.neurons[0].slice(10, 20);
  switch (k) {
    case 0:
      return some.set("tau_syn_I", 4.0);
    case 1:
      return some.set("e_rev_I", -45.0);
    case 2:
      return some.set("e_rev_E", -52.0);
    default:
      return network.neurons[0].set("tau_syn_E", 0.05);
  }
}

TEST(OrderFreeConductances, ChooseTheMethodAnewAfterReset) {
  for (int k = 0; k < 4; ++k) {
    SCOPED_TRACE(k);
    Driven network(1, SimulationMethod::automatic, false);
    Driven forced(1, SimulationMethod::order_free, false);
    Driven reference(1, SimulationMethod::one_by_one, false);
    network.simulation.run_until(20.0);
    forced.simulation.run_until(20.0);
    ASSERT_EQ(method_of_neurons(network), "order-free");
    network.simulation.reset();
    forced.simulation.reset();
    for (const Driven* one : {&network, &forced, &reference}) {
      rule_out(*one, k);
    }
    network.simulation.run_until(30.0);
    reference.simulation.run_until(30.0);
    EXPECT_THROW(forced.simulation.run_until(30.0), ParameterError);
    EXPECT_NE(method_of_neurons(network), "order-free");
    const Spikes spikes = network.neurons[0].spikes();
    const Spikes expected = reference.neurons[0].spikes();
    EXPECT_GT(expected.size(), 20U);
    ASSERT_EQ(spikes.ids, expected.ids);
    for (std::size_t n = 0; n < expected.size(); ++n) {
      ASSERT_NEAR(spikes.times[n].ms(), expected.times[n].ms(), 1e-9);
    }
  }
}

TEST(OrderFreeConductances, KeepTheMethodInCheckpointsAfterValuesThatRuleItOut) {
  const testing_support::TemporaryFolder temporary;
  const std::string path = temporary / "checkpoint";
  for (int k = 0; k < 4; ++k) {
    SCOPED_TRACE(k);
    Driven first(1, SimulationMethod::automatic, false);
    first.simulation.run_until(20.3);
    rule_out(first, k);
    first.simulation.run_until(25.1);
    first.simulation.save_checkpoint(path);
    Driven second(2, SimulationMethod::automatic, false);
    rule_out(second, k);
    second.simulation.load_checkpoint(path);
    for (Driven* network : {&first, &second}) {
      network->simulation.run_until(40.0);
      EXPECT_EQ(method_of_neurons(*network), "order-free");
    }
    EXPECT_GT(first.neurons[0].spikes().size(), 20U);
    ASSERT_TRUE(second.neurons[0].spikes() == first.neurons[0].spikes());
  }
}

TEST(OrderFreeConductances, AreRefusedWhereTheInputsThatAreKeptHaveNoRoom) {
  Simulation simulation({.threads = 1});
  const Population neurons = simulation.create(1000, IfCondExp{});
  const Population sources = simulation.create(1000, SpikeSourcePoisson{.rate = 1e9});
  simulation.connect(sources, neurons, OneToOneConnector(), {1e-9, 1.0});
  try {
    simulation.run(0.1);
    FAIL() << "2 TB are there";
  } catch (const ParameterError& error) {
    EXPECT_NE(std::string(error.what()).find("for the inputs that are kept about 2"), std::string::npos)
        << error.what();
  }
}

/// Two volleys of spikes with a long silence in between.
struct Volleys {
  explicit Volleys(SimulationMethod method) : simulation({.threads = 1, .method = method}) {
    neurons.push_back(simulation.create(40, IfCondExp{.tau_refrac = 2.0}));
    const Population sources =
        simulation.create(40, SpikeSourceArray{{Time(1.0), Time(1.5), Time(2.0), Time(4000.1), Time(4001.3)}});
    simulation.connect(sources, neurons[0], FixedProbabilityConnector(0.5), {0.004, 0.3});
    simulation.connect(neurons[0], neurons[0], FixedProbabilityConnector(0.2), {0.003, 0.2});
    neurons[0].record("spikes");
  }
  Simulation simulation;
  std::vector<Population> neurons;
};

TEST(OrderFreeConductances, RestWithoutInputs) {
  Volleys reference(SimulationMethod::one_by_one);
  Volleys cut(SimulationMethod::order_free);
  reference.simulation.run_until(4100.0);
  for (double t = 7.7; t < 4100.0; t += 77.7) {
    cut.simulation.run_until(t);
  }
  cut.simulation.run_until(4100.0);
  const EveryNeuronLookedAt trial;
  Volleys network(SimulationMethod::order_free);
  network.simulation.run_until(4100.0);
  const Spikes spikes = network.neurons[0].spikes();
  const Spikes expected = reference.neurons[0].spikes();
  ASSERT_GT(std::count_if(expected.times.begin(), expected.times.end(), [](Time t) { return t > Time(4000.0); }), 20);
  ASSERT_TRUE(spikes == cut.neurons[0].spikes());
  ASSERT_EQ(spikes.ids, expected.ids);
  for (std::size_t k = 0; k < expected.size(); ++k) {
    ASSERT_NEAR(spikes.times[k].ms(), expected.times[k].ms(), 1e-9);
  }
  // Of 20,000 windows some in the volleys, and 500 frames.
  EXPECT_LT(trial.compared(), 40U * 2500U);
  EXPECT_EQ(trial.wrong(), 0U);
}

/// A larger weight than all before has another unit of the sums, and inputs of that weight are kept when it is small
/// again.
TEST_P(UnderPoissonDrive, InputsOfLargeWeightsHaveAnotherUnit) {
  const auto run = [](unsigned threads, SimulationMethod method, bool cut, Precision precision = {}) {
    Driven network(threads, method, GetParam(), precision);
    network.simulation.run_until(21.3);
    network.drive[0].set_weights(0.05);
    for (double t = 21.4; cut && t < 23.0; t += 0.3) {
      network.simulation.run_until(t);
    }
    network.simulation.run_until(23.1);
    network.drive[0].set_weights(0.0017);
    network.simulation.run_until(60.0);
    return network.neurons[0].spikes();
  };
  const Spikes spikes = run(1, SimulationMethod::order_free, false);
  EXPECT_TRUE(run(3, SimulationMethod::order_free, true) == spikes);
  const Spikes exact = run(1, SimulationMethod::automatic, false, Precision::quad());
  ASSERT_EQ(spikes.ids, exact.ids);
  EXPECT_GT(exact.size(), 200U);
  for (std::size_t k = 0; k < exact.size(); ++k) {
    ASSERT_NEAR(spikes.times[k].ms(), exact.times[k].ms(), 1e-9);
  }
}

}  // namespace
}  // namespace va_event
