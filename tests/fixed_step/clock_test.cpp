// SPDX-License-Identifier: Apache-2.0
#include "fixed_step/clock.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include "va_event/va_event.hpp"

/// A second clock-driven simulator of the same rules, as plain as possible: forward Euler, one loop, a table of inputs
/// for every future step. All numbers are dyadic, so that sums of inputs do not depend on their order.
namespace va_event {
namespace {

constexpr double kDt = 0.125;
constexpr std::int64_t kNumberOfSteps = 2000;

struct Neuron {
  bool conductance_based;
  double v_rest, cm, tau_m, tau_refrac, tau_e, tau_i, v_thresh, v_reset, i_offset;
  double v;
};

struct Synapse {
  std::uint32_t pre, post;  ///< cells: neurons first, then sources
  bool inhibitory;
  double weight, delay;
};

struct Description {
  std::vector<Neuron> neurons;
  std::vector<std::vector<double>> sources;
  std::vector<Synapse> synapses;
  std::vector<std::pair<double, double>> current;  ///< into neuron 0: time [ms], amplitude [nA]
};

Description random_description(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto dyadic = [&random](double low, double high) {
    return std::round(std::uniform_real_distribution<double>(low, high)(random) * 1024.0) / 1024.0;
  };
  Description d;
  for (int n = 0; n < 8; ++n) {
    d.neurons.push_back({n % 2 == 1, dyadic(-66, -55), dyadic(0.2, 1), dyadic(5, 30), dyadic(0, 4), dyadic(1, 6),
                         dyadic(1, 9), dyadic(-52, -50), dyadic(-65, -58), dyadic(0, 0.2), dyadic(-66, -49)});
  }
  for (int s = 0; s < 3; ++s) {
    std::vector<double> times;
    for (double t = dyadic(0, 5); t < static_cast<double>(kNumberOfSteps) * kDt; t += dyadic(0, 6)) {
      times.push_back(t);
    }
    d.sources.push_back(times);
  }
  for (int k = 0; k < 120; ++k) {
    const auto post = static_cast<std::uint32_t>(random() % 8);
    const bool inhibitory = random() % 4 == 0;
    const bool conductance_based = d.neurons[post].conductance_based;
    const double size = conductance_based ? dyadic(0, 0.02) : dyadic(0, 0.5);
    // Some delays below half a step, some longer than the ring of small calendars.
    const double delay = k % 10 == 0 ? 0x1p-10 : k % 17 == 0 ? 60.0 + dyadic(0, 1) : 0x1p-10 + dyadic(0, 5);
    d.synapses.push_back({static_cast<std::uint32_t>(random() % 11), post, inhibitory,
                          inhibitory && !conductance_based ? -size : size, delay});
  }
  d.current = {{10.0, 0.25}, {20.0625, -0.125}, {20.09375, 0.5}, {100.0, 0.0}};
  return d;
}

using SpikeList = std::vector<std::pair<double, std::uint32_t>>;

SpikeList simulate_plainly(const Description& d) {
  const std::size_t n = d.neurons.size();
  std::vector<std::vector<double>> input_e(kNumberOfSteps * 2, std::vector<double>(n, 0.0));
  auto input_i = input_e;
  const auto emit = [&](std::uint32_t cell, std::int64_t step) {
    for (const Synapse& s : d.synapses) {
      if (s.pre == cell) {
        const auto arrival =
            step + std::max<std::int64_t>(1, static_cast<std::int64_t>(std::floor(s.delay / kDt + 0.5)));
        if (arrival < 2 * kNumberOfSteps) {
          (s.inhibitory ? input_i : input_e)[static_cast<std::size_t>(arrival)][s.post] += s.weight;
        }
      }
    }
  };
  SpikeList spikes;
  std::vector<double> v(n), e(n, 0.0), i(n, 0.0);
  std::vector<std::int64_t> awake_from(n, 0);
  const auto spike = [&](std::size_t cell, std::int64_t step) {
    const Neuron& p = d.neurons[cell];
    spikes.emplace_back(static_cast<double>(step) * kDt, static_cast<std::uint32_t>(cell));
    v[cell] = p.v_reset;
    awake_from[cell] = step + static_cast<std::int64_t>(std::floor(p.tau_refrac / kDt + 0.5));
    emit(static_cast<std::uint32_t>(cell), step);
  };
  for (std::size_t s = 0; s < d.sources.size(); ++s) {
    for (const double t : d.sources[s]) {
      emit(static_cast<std::uint32_t>(n + s), static_cast<std::int64_t>(std::ceil(t / kDt)));
    }
  }
  for (std::size_t c = 0; c < n; ++c) {
    v[c] = d.neurons[c].v;
    if (v[c] >= d.neurons[c].v_thresh) {
      spike(c, 0);
    }
  }
  double injected = 0.0;
  for (std::int64_t k = 0; k < kNumberOfSteps; ++k) {
    for (const auto& [time, amplitude] : d.current) {
      injected = std::ceil(time / kDt) == static_cast<double>(k) ? amplitude : injected;
    }
    for (std::size_t c = 0; c < n; ++c) {
      const Neuron& p = d.neurons[c];
      e[c] += input_e[static_cast<std::size_t>(k)][c];
      i[c] += input_i[static_cast<std::size_t>(k)][c];
      const double synaptic = p.conductance_based ? e[c] * (0.0 - v[c]) + i[c] * (-70.0 - v[c]) : e[c] + i[c];
      const double current = synaptic + p.i_offset + (c == 0 ? injected : 0.0);
      if (k >= awake_from[c]) {
        v[c] += kDt * ((p.v_rest - v[c]) / p.tau_m + current / p.cm);
      }
      e[c] -= kDt * e[c] / p.tau_e;
      i[c] -= kDt * i[c] / p.tau_i;
    }
    for (std::size_t c = 0; c < n; ++c) {
      if (v[c] >= d.neurons[c].v_thresh) {
        spike(c, k + 1);
      }
    }
  }
  std::sort(spikes.begin(), spikes.end());
  return spikes;
}

/// As many populations and projections as there are different things: one per neuron, or views of one.
void build(Simulation& simulation, const Description& d, std::vector<Population>& cells) {
  for (const Neuron& p : d.neurons) {
    const CellType type = p.conductance_based ? CellType(IfCondExp{.v_rest = p.v_rest,
                                                                   .cm = p.cm,
                                                                   .tau_m = p.tau_m,
                                                                   .tau_refrac = p.tau_refrac,
                                                                   .tau_syn_E = p.tau_e,
                                                                   .tau_syn_I = p.tau_i,
                                                                   .v_thresh = p.v_thresh,
                                                                   .v_reset = p.v_reset,
                                                                   .i_offset = p.i_offset})
                                              : CellType(IfCurrExp{.v_rest = p.v_rest,
                                                                   .cm = p.cm,
                                                                   .tau_m = p.tau_m,
                                                                   .tau_refrac = p.tau_refrac,
                                                                   .tau_syn_E = p.tau_e,
                                                                   .tau_syn_I = p.tau_i,
                                                                   .i_offset = p.i_offset,
                                                                   .v_reset = p.v_reset,
                                                                   .v_thresh = p.v_thresh});
    cells.push_back(simulation.create(1, type));
    cells.back().initialize("v", p.v);
  }
  for (const std::vector<double>& times : d.sources) {
    cells.push_back(simulation.create(1, SpikeSourceArray{{times.begin(), times.end()}}));
  }
  std::vector<Time> times;
  std::vector<double> amplitudes;
  for (const auto& [time, amplitude] : d.current) {
    times.emplace_back(time);
    amplitudes.push_back(amplitude);
  }
  cells[0].inject(StepCurrentSource(times, amplitudes));
  // One projection from everything to everything per receptor, with weights and delays of every synapse; it falls into
  // one block per population.
  Assembly all(cells[0]);
  Assembly neurons(cells[0]);
  for (std::size_t c = 1; c < cells.size(); ++c) {
    all = all + cells[c];
    neurons = c < d.neurons.size() ? neurons + cells[c] : neurons;
  }
  for (const bool inhibitory : {false, true}) {
    std::vector<ListedConnection> list;
    for (const Synapse& s : d.synapses) {
      if (s.inhibitory == inhibitory) {
        list.push_back({s.pre, s.post, s.weight, s.delay});
      }
    }
    ProjectionOptions options;
    options.receptor_type = inhibitory ? "inhibitory" : "excitatory";
    simulation.connect(all, neurons, FromListConnector(list), {0.0, 1.0}, options);
  }
}

TEST(Clock, DoesOnRandomNetworksWhatAPlainSimulatorOfTheSameRulesDoes) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Description description = random_description(seed);
    Simulation simulation;
    std::vector<Population> cells;
    build(simulation, description, cells);
    FixedStepSimulation clocked(simulation, {Method::forward_euler, kDt});
    clocked.run(static_cast<double>(kNumberOfSteps) * kDt);
    const Spikes spikes = clocked.spikes();
    SpikeList list;
    for (std::size_t k = 0; k < spikes.size(); ++k) {
      if (spikes.ids[k] < description.neurons.size()) {
        list.emplace_back(spikes.times[k].ms(), spikes.ids[k]);
      }
    }
    const SpikeList expected = simulate_plainly(description);
    EXPECT_GT(expected.size(), 50U);
    EXPECT_EQ(list, expected) << "seed " << seed;
    EXPECT_EQ(clocked.statistics().spikes, expected.size());
  }
}

TEST(Clock, NeuronsSideBySideWithEqualOrDifferentParametersAreIndependent) {
  // The same eight cells as one heterogeneous population and as eight populations.
  const CellType type = IfCurrExp{.tau_m = 10.0, .i_offset = 2.0};
  const std::vector<double> tau_m{10, 10, 12, 12, 12, 10, 15, 15};
  const std::vector<double> i_offset{2, 2.5, 2, 2, 3, 2, 2.25, 0};
  Simulation together;
  const Population population = together.create(8, type);
  population.set("tau_m", tau_m);
  population.set("i_offset", i_offset);
  Simulation apart;
  for (std::size_t n = 0; n < 8; ++n) {
    const Population single = apart.create(1, type);
    single.set("tau_m", tau_m[n]);
    single.set("i_offset", i_offset[n]);
  }
  for (const SpikeTiming spikes : {SpikeTiming::grid, SpikeTiming::cubic}) {
    FixedStepSimulation a(together, {.spikes = spikes});
    FixedStepSimulation b(apart, {.spikes = spikes});
    a.run(200.0);
    b.run(200.0);
    EXPECT_GT(a.spikes().size(), 20U);
    EXPECT_EQ(a.spikes(), b.spikes());
  }
}

}  // namespace
}  // namespace va_event
