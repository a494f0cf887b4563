// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <type_traits>
#include <vector>

#include "changing_network.hpp"
#include "va_event/va_event.hpp"

namespace va_event {
namespace {

// Whatever users change between runs, populations with order-free sums go on like those of wide arithmetic, and with
// the same bits on any number of threads.

constexpr MixedNumbers kNumbers{.tau_syn_E = {0.5, 5.0},
                                .tau_syn_I = {0.5, 3.0},
                                .i_offset = 0.2,
                                .rate = {2000.0, 9000.0},
                                .changed_rate = {100.0, 20000.0},
                                .drive = {0.02, 0.1},
                                .excitation = {0.05, 0.2},
                                .inhibition = {-0.2, -0.1},
                                .changed_excitation = {-0.1, 0.2},
                                .between_populations = 0.2,
                                .back = 0.2,
                                .within = -0.2,
                                .single = 0.2,
                                .to_others = 0.003,
                                .from_others = 0.2,
                                .variable = "isyn_inh",
                                .value = {-0.5, 0.1}};

TEST(OrderFreeSumsAfterChanges, AreThoseOfWideArithmeticOnAnyThreads) {
  expect_agreement_after_changes<IfCurrExp>(10, kNumbers, IfCondExp{.cm = 0.2}, SimulationMethod::order_free);
}

/// v of a neuron that spikes would move up or down by far too much if its sums did not hold so many of them.
class ManyInputsOfOneNeuron {
 public:
  explicit ManyInputsOfOneNeuron(SimulationMethod method) : simulation_({.threads = 1, .method = method}) {}

  [[nodiscard]] Simulation& simulation() { return simulation_; }
  Population connect(const Population& pre) {
    const Population neuron = simulation_.create(1, IfCurrExp{});
    simulation_.connect(pre, neuron, AllToAllConnector(), {-1e-5, 0.1}, {.receptor_type = "inhibitory"});
    return neuron;
  }

 private:
  Simulation simulation_;
};

double v_after_refractory_periods_became_short(SimulationMethod method) {
  ManyInputsOfOneNeuron network(method);
  // From reset to threshold within 1e-9 ms: the rate is that of the refractory period, once there is a current.
  const Population pre = network.simulation().create(
      100, IfCurrExp{.v_rest = -50.5, .cm = 0.25, .tau_m = 10.0, .tau_refrac = 2.0, .v_reset = -50.000001});
  const Population neuron = network.connect(pre);
  network.simulation().run(0.6);
  pre.set("tau_refrac", 1e-3);
  pre.set("i_offset", 500.0);
  network.simulation().run(1.0);
  EXPECT_GT(network.simulation().statistics().spikes, 90'000U);
  return neuron.value("v")[0];
}

double v_after_many_spikes_of_gamma_sources(SimulationMethod method) {
  ManyInputsOfOneNeuron network(method);
  const Population neuron =
      network.connect(network.simulation().create(200, SpikeSourceGamma{.alpha = 0.2, .beta = 2e5}));
  network.simulation().run(0.5);
  EXPECT_GT(network.simulation().statistics().source_spikes, 90'000U);
  return neuron.value("v")[0];
}

/// Neurons some of which get other time constants between two runs.
template <class Model>
struct Resettable {
  explicit Resettable(double tau_m) : simulation({.threads = 1, .method = SimulationMethod::order_free}) {
    cells = {simulation.create(6, Model{.tau_refrac = 1.0}), simulation.create(6, SpikeSourcePoisson{.rate = 4000.0})};
    cells[0].initialize("v", between(-65.0, -51.0));
    const double weight = std::is_same_v<Model, IfCurrExp> ? 0.2 : 1.5;
    simulation.connect(cells[1], cells[0], OneToOneConnector(), {weight, 0.3});
    cells[0].record("spikes");
    set_tau_m(tau_m);
  }
  void set_tau_m(double tau_m) { cells[0].slice(0, 2).set("tau_m", tau_m); }

  Simulation simulation;
  std::vector<Population> cells;
};

template <class Model>
void expect_same_after_reset() {
  Resettable<Model> changed(20.0);
  changed.simulation.run(5.0);
  changed.set_tau_m(13.0);
  changed.simulation.run(5.0);
  changed.simulation.reset();
  changed.simulation.run(20.0);
  Resettable<Model> fresh(13.0);
  fresh.simulation.run(20.0);
  EXPECT_TRUE(changed.cells[0].spikes() == fresh.cells[0].spikes());
  EXPECT_GT(fresh.cells[0].spikes().size(), 10U);
}

TEST(OrderFreeSumsAfterChanges, OfTimeConstantsAndResetRunOnAsIfTheyHadBeenGivenAtFirst) {
  expect_same_after_reset<IfCurrExp>();
  expect_same_after_reset<IfCurrDelta>();
}

TEST(OrderFreeSumsAfterChanges, HoldAllInputsThatShortRefractoryPeriodsAllow) {
  const double expected = v_after_refractory_periods_became_short(SimulationMethod::one_by_one);
  EXPECT_LT(expected, -65.1);
  EXPECT_NEAR(v_after_refractory_periods_became_short(SimulationMethod::order_free), expected, 1e-7);
}

TEST(OrderFreeSums, HoldAllInputsOfGammaSources) {
  const double expected = v_after_many_spikes_of_gamma_sources(SimulationMethod::one_by_one);
  EXPECT_LT(expected, -65.1);
  EXPECT_NEAR(v_after_many_spikes_of_gamma_sources(SimulationMethod::order_free), expected, 1e-7);
}

}  // namespace
}  // namespace va_event
