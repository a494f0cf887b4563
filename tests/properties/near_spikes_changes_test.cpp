// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "va_event/va_event.hpp"

namespace va_event {
namespace {

// Whatever users change between runs, neurons that are looked at near spikes only go on like those of wide arithmetic,
// and with the same bits on any number of threads.

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

enum class Model { conductances, currents };

/// Two populations that are looked at near spikes only, one of them tiny, and one that has to be looked at always;
/// sources of all kinds; delays from 1e-9 ms to longer than an epoch.
struct MixedNetwork {
  MixedNetwork(Model model, unsigned seed, unsigned threads, SimulationMethod method, Precision precision = {})
      : simulation({.seed = seed, .precision = precision, .threads = threads, .method = method}),
        by_currents(model == Model::currents) {
    Draw draw(seed);
    const IfCondExp conductances{.cm = draw.uniform(0.2, 0.3),
                                 .tau_m = draw.chance(0.5) ? 10.0 : 20.0,
                                 .tau_refrac = draw.chance(0.3) ? 0.05 : 2.0,
                                 .tau_syn_E = draw.chance(0.5) ? 1.5 : 5.0,
                                 .tau_syn_I = draw.chance(0.5) ? (by_currents ? 40.0 : 10.0) : 3.0,
                                 .i_offset = 0.1};
    const IfCurrExp currents{.cm = conductances.cm,
                             .tau_m = conductances.tau_m,
                             .tau_refrac = conductances.tau_refrac,
                             .tau_syn_E = conductances.tau_syn_E,
                             .tau_syn_I = conductances.tau_syn_I,
                             .i_offset = 0.1};
    const CellType type = by_currents ? CellType(currents) : CellType(conductances);
    const double exc = by_currents ? 50.0 : 1.0;  // [mV]: what a conductance is worth as a current
    const double inh = by_currents ? -15.0 : 1.0;
    cells = {simulation.create(20 + draw.below(40), type), simulation.create(1 + draw.below(5), type),
             simulation.create(10, IfCurrExp{.cm = 0.2, .tau_m = 5.0, .tau_syn_E = 5.0})};
    cells[0].initialize("v", between(-65.0, -48.0));
    drive.push_back(simulation.create(cells[0].size(), SpikeSourcePoisson{.rate = draw.uniform(100.0, 500.0)}));
    const Population poisson = simulation.create(3, SpikeSourcePoisson{.rate = 300.0});
    const Population given = simulation.create(
        2, SpikeSourceArray{{Time(0.0), Time(0.25), Time(0.25), Time(1.0), Time(16.0), Time(16.0), Time(32.0)}});
    const Population gamma = simulation.create(2, SpikeSourceGamma{.alpha = 2.0, .beta = 400.0});
    simulation.connect(drive[0], cells[0], OneToOneConnector(),
                       {between(0.01 * exc, 0.03 * exc), draw.chance(0.5) ? Values(0.1) : Values(between(0.1, 5.0))});
    const auto connect = [&](const Population& pre, const Population& post, double p, const Values& weight,
                             const Values& delay, const char* receptor = "excitatory") {
      recurrent.push_back(
          simulation.connect(pre, post, FixedProbabilityConnector(p), {weight, delay}, {.receptor_type = receptor}));
    };
    connect(cells[0], cells[0], 0.2, between(0.001 * exc, 0.004 * exc), between(0.016, 4.0));
    connect(cells[0], cells[0], 0.2, between(std::min(0.01 * inh, 0.05 * inh), std::max(0.01 * inh, 0.05 * inh)),
            between(0.1, 40.0), "inhibitory");
    connect(cells[0], cells[1], 0.5, 0.01 * exc, 0.25);
    connect(cells[1], cells[0], 0.5, 0.004 * exc, 1.0);
    connect(cells[1], cells[1], 1.0, 0.02 * inh, 16.0, "inhibitory");
    connect(poisson, cells[1], 1.0, 0.01 * exc, between(1e-9, 0.3));
    connect(given, cells[0], 0.7, 0.01 * exc, 0.25);
    connect(gamma, cells[0], 0.5, 0.01 * exc, draw.uniform(0.01, 20.0));
    connect(cells[0], cells[2], 0.3, 0.3, between(0.1, 2.0));
    connect(cells[2], cells[0], 0.5, 0.01 * exc, 0.3);
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
        return by_currents ? cells[0].initialize("isyn_inh", draw.uniform(-0.5, 0.5))
                           : cells[0].initialize("gsyn_inh", draw.uniform(0.0, 0.1));
      case 8:
        return drive[0].slice(0, cells[0].size() / 2).set("rate", draw.chance(0.3) ? 0.0 : draw.uniform(100.0, 1000.0));
      case 9:
        return recurrent_weights(between(0.0, by_currents ? 0.3 : 0.006));
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
  bool by_currents;
  std::vector<Population> cells, drive;
  std::vector<Projection> recurrent;

 private:
  void recurrent_weights(const Values& weights) const {
    Projection projection = recurrent[0];
    projection.set_weights(weights);
  }
};

class NearSpikesAfterChanges : public testing::TestWithParam<Model> {};

INSTANTIATE_TEST_SUITE_P(Models, NearSpikesAfterChanges, testing::Values(Model::conductances, Model::currents),
                         [](const auto& one) {
                           return one.param == Model::conductances ? "IF_cond_exp" : "IF_curr_exp";
                         });

TEST_P(NearSpikesAfterChanges, AreThoseOfWideArithmeticOnAnyThreads) {
  std::size_t compared = 0;
  for (unsigned seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE("network " + std::to_string(seed));
    MixedNetwork one(GetParam(), seed, 1, SimulationMethod::near_spikes);
    MixedNetwork several(GetParam(), seed, 2 + seed % 2, SimulationMethod::near_spikes);
    MixedNetwork quad(GetParam(), seed, 1, SimulationMethod::automatic, Precision::quad());
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
  EXPECT_GT(compared, 800U);
}

}  // namespace
}  // namespace va_event
