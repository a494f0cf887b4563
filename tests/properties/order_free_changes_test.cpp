// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

#include "va_event/va_event.hpp"

namespace va_event {
namespace {

// Whatever users change between runs, populations with order-free sums go on like those of wide arithmetic, and with
// the same bits on any number of threads.

class Draw {
 public:
  explicit Draw(unsigned seed) : generator_(seed) {}
  double uniform(double low, double high) { return std::uniform_real_distribution(low, high)(generator_); }
  bool chance(double p) { return uniform(0.0, 1.0) < p; }
  std::size_t below(std::size_t n) { return generator_() % n; }

 private:
  std::mt19937 generator_;
};

RandomDistribution between(double low, double high) { return {"uniform", {low, high}}; }

/// Two populations with order-free sums, one of them tiny, and one without; sources of all kinds; delays from 1e-9 ms
/// to longer than an epoch.
struct MixedNetwork {
  MixedNetwork(unsigned seed, unsigned threads, SimulationMethod method, Precision precision = {})
      : simulation({.seed = seed, .precision = precision, .threads = threads, .method = method}) {
    Draw draw(seed);
    const IfCurrExp type{.cm = draw.uniform(0.2, 0.3),
                         .tau_m = draw.chance(0.5) ? 10.0 : 20.0,
                         .tau_refrac = draw.chance(0.3) ? 0.05 : 2.0,
                         .tau_syn_E = draw.chance(0.5) ? 0.5 : 5.0,
                         .tau_syn_I = draw.chance(0.5) ? 0.5 : 3.0,
                         .i_offset = 0.2};
    cells = {simulation.create(20 + draw.below(40), type), simulation.create(1 + draw.below(5), type),
             simulation.create(10, IfCondExp{.cm = 0.2})};
    cells[0].initialize("v", between(-65.0, -48.0));
    drive.push_back(simulation.create(cells[0].size(), SpikeSourcePoisson{.rate = draw.uniform(2000.0, 9000.0)}));
    const Population poisson = simulation.create(3, SpikeSourcePoisson{.rate = 300.0});
    const Population given = simulation.create(
        2, SpikeSourceArray{{Time(0.0), Time(0.25), Time(0.25), Time(1.0), Time(16.0), Time(16.0), Time(32.0)}});
    const Population gamma = simulation.create(2, SpikeSourceGamma{.alpha = 2.0, .beta = 400.0});
    simulation.connect(drive[0], cells[0], OneToOneConnector(),
                       {between(0.02, 0.1), draw.chance(0.5) ? Values(0.1) : Values(between(0.1, 5.0))});
    const auto connect = [&](const Population& pre, const Population& post, double p, const Values& weight,
                             const Values& delay, const char* receptor = "excitatory") {
      recurrent.push_back(
          simulation.connect(pre, post, FixedProbabilityConnector(p), {weight, delay}, {.receptor_type = receptor}));
    };
    connect(cells[0], cells[0], 0.2, between(0.05, 0.2), between(0.016, 4.0));
    connect(cells[0], cells[0], 0.2, between(-0.2, -0.1), between(0.1, 40.0), "inhibitory");
    connect(cells[0], cells[1], 0.5, 0.2, 0.25);
    connect(cells[1], cells[0], 0.5, 0.2, 1.0);
    connect(cells[1], cells[1], 1.0, -0.2, 16.0, "inhibitory");
    connect(poisson, cells[1], 1.0, 0.2, between(1e-9, 0.3));
    connect(given, cells[0], 0.7, 0.2, 0.25);
    connect(gamma, cells[0], 0.5, 0.2, draw.uniform(0.01, 20.0));
    connect(cells[0], cells[2], 0.3, 0.003, between(0.1, 2.0));
    connect(cells[2], cells[0], 0.5, 0.2, 0.3);
    for (const Population& population : cells) {
      population.record("spikes");
    }
    cells[0].slice(0, 4).record("v", draw.chance(0.5) ? 0.1 : 1.7);
  }

  /// What a user may do.
  void change(Draw& draw, double now) const {
    const std::size_t i = draw.below(cells[0].size());
    const Assembly one = cells[0].slice(i, i + 1);
    switch (draw.below(12)) {
      case 0:
        return one.set("v_thresh", draw.uniform(-52.0, -45.0));
      case 1:
        return one.set("i_offset", draw.uniform(-0.5, 1.0));
      case 2:
        return one.set("cm", draw.uniform(0.2, 0.4));
      case 3:
        return one.set("tau_refrac", draw.uniform(0.02, 4.0));
      case 4:
        return one.set("v_reset", draw.uniform(-80.0, -60.0));
      case 5:
        return one.set("tau_syn_E", draw.uniform(0.3, 8.0));
      case 6:
        return one.initialize("v", draw.uniform(-70.0, -40.0));
      case 7:
        return cells[0].initialize("isyn_inh", draw.uniform(-0.5, 0.1));
      case 8:
        return drive[0]
            .slice(0, cells[0].size() / 2)
            .set("rate", draw.chance(0.3) ? 0.0 : draw.uniform(100.0, 20000.0));
      case 9:
        return recurrent_weights(between(-0.1, 0.2));
      case 10:
        return one.inject(
            StepCurrentSource({Time(now + 0.1), Time(now + 0.1 + 1e-11), Time(now + 1.3)}, {0.5, -0.3, 0.2}));
      default:
        return one.inject(ACSource{.amplitude = 0.3, .frequency = 50.0, .start = now + 0.4});
    }
  }

  void run_and_change(unsigned seed) {
    Draw draw(seed + 1000);
    double now = 0.0;
    for (int k = 0; k < 9; ++k) {
      now += draw.chance(0.2) ? 0.25 : draw.uniform(0.3, 6.0);
      simulation.run_until(now);
      change(draw, now);
    }
    simulation.run_until(now + 8.0);
  }

  [[nodiscard]] Spikes spikes() const { return (cells[0] + cells[1] + cells[2]).spikes(); }
  [[nodiscard]] Signal v() const { return cells[0].slice(0, 4).signal("v"); }

  Simulation simulation;
  std::vector<Population> cells, drive;
  std::vector<Projection> recurrent;

 private:
  void recurrent_weights(const Values& weights) const {
    Projection projection = recurrent[0];
    projection.set_weights(weights);
  }
};

TEST(OrderFreeSumsAfterChanges, AreThoseOfWideArithmeticOnAnyThreads) {
  std::size_t compared = 0;
  for (unsigned seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE("network " + std::to_string(seed));
    MixedNetwork one(seed, 1, SimulationMethod::order_free);
    MixedNetwork several(seed, 2 + seed % 2, SimulationMethod::order_free);
    MixedNetwork quad(seed, 1, SimulationMethod::automatic, Precision::quad());
    for (MixedNetwork* network : {&one, &several, &quad}) {
      network->run_and_change(seed);
    }
    ASSERT_TRUE(one.spikes() == several.spikes());
    ASSERT_TRUE(one.v() == several.v());
    EXPECT_EQ(one.simulation.statistics().source_spikes, quad.simulation.statistics().source_spikes);
    EXPECT_EQ(one.simulation.statistics().source_spikes, several.simulation.statistics().source_spikes);
    EXPECT_EQ(one.simulation.statistics().synaptic_events, several.simulation.statistics().synaptic_events);
    const Spikes spikes = one.spikes();
    const Spikes exact = quad.spikes();
    ASSERT_EQ(spikes.ids, exact.ids);
    for (std::size_t k = 0; k < exact.size(); ++k) {
      ASSERT_NEAR(spikes.times[k].ms(), exact.times[k].ms(), 1e-9) << "cell " << exact.ids[k];
    }
    const Signal v = one.v();
    const Signal exact_v = quad.v();
    for (std::size_t k = 0; k < v.values.size(); ++k) {
      ASSERT_NEAR(v.values[k], exact_v.values[k], 1e-7);
    }
    compared += exact.size();
  }
  EXPECT_GT(compared, 1000U);
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
