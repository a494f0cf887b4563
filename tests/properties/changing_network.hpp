// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <random>
#include <vector>

#include "tests/cases.hpp"
#include "va_event/va_event.hpp"

namespace va_event {

class Draw {
 public:
  explicit Draw(unsigned seed) : generator_(seed) {}
  double uniform(double low, double high) { return std::uniform_real_distribution(low, high)(generator_); }
  bool chance(double p) { return uniform(0.0, 1.0) < p; }
  std::size_t below(std::size_t n) { return generator_() % n; }

 private:
  std::mt19937 generator_;
};

inline RandomDistribution between(double low, double high) { return {"uniform", {low, high}}; }

/// A network of three populations that users change between runs.
class ChangingNetwork {
 public:
  ChangingNetwork(unsigned seed, unsigned threads, SimulationMethod method, Precision precision)
      : simulation({.seed = seed, .precision = precision, .threads = threads, .method = method}) {}
  virtual ~ChangingNetwork() = default;

  /// What a user may do.
  virtual void change(Draw& draw, double now) = 0;

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
  std::vector<Projection> projections;

 protected:
  void connect(const Population& pre, const Population& post, double p, const Values& weight, const Values& delay,
               const char* receptor = "excitatory") {
    projections.push_back(
        simulation.connect(pre, post, FixedProbabilityConnector(p), {weight, delay}, {.receptor_type = receptor}));
  }
  void record() const {
    for (const Population& population : cells) {
      population.record("spikes");
    }
  }
};

/// The same run by one method on one thread and on several, and in wide arithmetic.
/// @param v_error of potentials in double [mV]
inline void expect_agreement(const ChangingNetwork& one, const ChangingNetwork& several, const ChangingNetwork& quad,
                             double v_error) {
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
  ASSERT_EQ(v.values.size(), exact_v.values.size());
  for (std::size_t k = 0; k < v.values.size(); ++k) {
    ASSERT_NEAR(v.values[k], exact_v.values[k], v_error);
  }
}

/// What distinguishes the networks of two models. Weights are those of the model [nA or uS].
struct MixedNumbers {
  struct Range {
    double low, high;
    [[nodiscard]] RandomDistribution values() const { return between(low, high); }
    [[nodiscard]] double drawn(Draw& draw) const { return draw.uniform(low, high); }
  };
  Range tau_syn_E, tau_syn_I;  ///< one or the other [ms]
  double i_offset;             ///< [nA]
  Range rate, changed_rate;    ///< of the drive [Hz]
  Range drive, excitation, inhibition, changed_excitation;
  double between_populations;   ///< from the first to the second
  double back, within, single;  ///< from the second to the first, within the second, and of single sources
  double to_others, from_others;
  const char* variable;  ///< that users set, from synapses
  Range value;
};

/// Two populations that a method can have, one of them tiny, and one that it cannot; sources of all kinds; delays from
/// 1e-9 ms to longer than an epoch.
template <class Type, class Others>
class MixedNetwork final : public ChangingNetwork {
 public:
  /// @param others  cells of the third population
  MixedNetwork(const MixedNumbers& numbers, const Others& others, unsigned seed, unsigned threads,
               SimulationMethod method, Precision precision = {})
      : ChangingNetwork(seed, threads, method, precision), numbers_(numbers) {
    Draw draw(seed);
    const Type type{.cm = draw.uniform(0.2, 0.3),
                    .tau_m = draw.chance(0.5) ? 10.0 : 20.0,
                    .tau_refrac = draw.chance(0.3) ? 0.05 : 2.0,
                    .tau_syn_E = draw.chance(0.5) ? numbers.tau_syn_E.low : numbers.tau_syn_E.high,
                    .tau_syn_I = draw.chance(0.5) ? numbers.tau_syn_I.low : numbers.tau_syn_I.high,
                    .i_offset = numbers.i_offset};
    cells = {simulation.create(20 + draw.below(40), type), simulation.create(1 + draw.below(5), type),
             simulation.create(10, others)};
    cells[0].initialize("v", between(-65.0, -48.0));
    drive.push_back(simulation.create(cells[0].size(), SpikeSourcePoisson{.rate = numbers.rate.drawn(draw)}));
    const Population poisson = simulation.create(3, SpikeSourcePoisson{.rate = 300.0});
    const Population given = simulation.create(
        2, SpikeSourceArray{{Time(0.0), Time(0.25), Time(0.25), Time(1.0), Time(16.0), Time(16.0), Time(32.0)}});
    const Population gamma = simulation.create(2, SpikeSourceGamma{.alpha = 2.0, .beta = 400.0});
    simulation.connect(drive[0], cells[0], OneToOneConnector(),
                       {numbers.drive.values(), draw.chance(0.5) ? Values(0.1) : Values(between(0.1, 5.0))});
    connect(cells[0], cells[0], 0.2, numbers.excitation.values(), between(0.016, 4.0));
    connect(cells[0], cells[0], 0.2, numbers.inhibition.values(), between(0.1, 40.0), "inhibitory");
    connect(cells[0], cells[1], 0.5, numbers.between_populations, 0.25);
    connect(cells[1], cells[0], 0.5, numbers.back, 1.0);
    connect(cells[1], cells[1], 1.0, numbers.within, 16.0, "inhibitory");
    connect(poisson, cells[1], 1.0, numbers.single, between(1e-9, 0.3));
    connect(given, cells[0], 0.7, numbers.single, 0.25);
    connect(gamma, cells[0], 0.5, numbers.single, draw.uniform(0.01, 20.0));
    connect(cells[0], cells[2], 0.3, numbers.to_others, between(0.1, 2.0));
    connect(cells[2], cells[0], 0.5, numbers.from_others, 0.3);
    record();
    cells[0].slice(0, 4).record("v", draw.chance(0.5) ? 0.1 : 1.7);
  }

  void change(Draw& draw, double now) override {
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
        return cells[0].initialize(numbers_.variable, numbers_.value.drawn(draw));
      case 8:
        return drive[0]
            .slice(0, cells[0].size() / 2)
            .set("rate", draw.chance(0.3) ? 0.0 : numbers_.changed_rate.drawn(draw));
      case 9:
        return projections[0].set_weights(numbers_.changed_excitation.values());
      case 10:
        return one.inject(
            StepCurrentSource({Time(now + 0.1), Time(now + 0.1 + 1e-11), Time(now + 1.3)}, {0.5, -0.3, 0.2}));
      default:
        return one.inject(ACSource{.amplitude = 0.3, .frequency = 50.0, .start = now + 0.4});
    }
  }

 private:
  MixedNumbers numbers_;
};

/// Some mixed networks, whatever users change, by a method and in wide arithmetic.
template <class Type, class Others>
void expect_agreement_after_changes(unsigned networks, const MixedNumbers& numbers, const Others& others,
                                    SimulationMethod method) {
  networks = static_cast<unsigned>(testing_support::cases(networks));
  std::size_t compared = 0;
  for (unsigned seed = 1; seed <= networks; ++seed) {
    SCOPED_TRACE("network " + std::to_string(seed));
    using Network = MixedNetwork<Type, Others>;
    Network one(numbers, others, seed, 1, method);
    Network several(numbers, others, seed, 2 + seed % 2, method);
    Network quad(numbers, others, seed, 1, SimulationMethod::automatic, Precision::quad());
    for (Network* network : {&one, &several, &quad}) {
      network->run_and_change(seed);
    }
    expect_agreement(one, several, quad, 1e-7);
    if (::testing::Test::HasFatalFailure()) {
      return;
    }
    compared += quad.spikes().size();
  }
  EXPECT_GT(compared, 100 * networks);
}

}  // namespace va_event
