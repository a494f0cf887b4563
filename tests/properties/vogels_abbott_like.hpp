// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "va_event/va_event.hpp"

namespace va_event {

enum class Kind { current_based, conductance_based };

/// Some hundred neurons in the balanced state of the Vogels-Abbott network, with delays that all differ: what the
/// properties of whole runs are tested on.
struct VogelsAbbottLike {
  explicit VogelsAbbottLike(Kind kind, std::uint64_t seed = 1, std::size_t n = 400, unsigned threads = 0,
                            std::shared_ptr<Processes> processes = nullptr)
      : simulation({.seed = seed, .threads = threads, .processes = std::move(processes)}) {
    const std::size_t n_exc = n * 4 / 5;
    const CellType type = kind == Kind::current_based ? CellType(current_based()) : CellType(conductance_based());
    // Strong enough to go on without input in a network this small, weak enough to stay irregular.
    const double scale = 4000.0 * 0.02 / (static_cast<double>(n) * 0.1);
    const double w_exc = (kind == Kind::current_based ? 0.0162 : 0.004) * scale;
    const double w_inh = (kind == Kind::current_based ? -0.09 : 0.051) * scale;
    populations.push_back(simulation.create(n_exc, type, {"excitatory", {}}));
    populations.push_back(simulation.create(n - n_exc, type, {"inhibitory", {}}));
    populations.push_back(simulation.create(20, SpikeSourcePoisson{100.0, 0.0, 1e9}, {"stimulus", {}}));
    const Assembly neurons = populations[0] + populations[1];
    neurons.initialize("v", RandomDistribution("uniform", {-60.0, -50.0}));
    const Values delays = RandomDistribution("uniform", {0.1, 3.0});
    const FixedProbabilityConnector sparse(0.1);
    simulation.connect(populations[0], neurons, sparse, {w_exc, delays}, {"excitatory", "exc", {}});
    simulation.connect(populations[1], neurons, sparse, {w_inh, 0.2}, {"inhibitory", "inh", {}});
    simulation.connect(populations[2], neurons, sparse, {3.0 * w_exc, 0.7}, {"excitatory", "stimulus", {}});
    all.push_back(neurons + populations[2]);
    all[0].record("spikes");
  }

  /// v of the first ten neurons.
  void record_v() const { populations[0].slice(0, 10).record("v", 0.1); }
  [[nodiscard]] Signal v() const { return populations[0].slice(0, 10).signal("v"); }
  [[nodiscard]] Spikes spikes() const { return all[0].spikes(); }

  Simulation simulation;
  std::vector<Population> populations;  ///< excitatory, inhibitory, sources
  std::vector<Assembly> all;            ///< one: all cells

 private:
  static IfCurrExp current_based() {
    IfCurrExp type;
    type.v_rest = -49.0;
    type.cm = 0.2;
    type.tau_refrac = 5.0;
    type.tau_syn_I = 10.0;
    type.v_reset = -60.0;
    return type;
  }
  static IfCondExp conductance_based() {
    IfCondExp type;
    type.v_rest = -60.0;
    type.cm = 0.2;
    type.tau_refrac = 5.0;
    type.tau_syn_I = 10.0;
    type.e_rev_I = -80.0;
    type.v_reset = -60.0;
    return type;
  }
};

}  // namespace va_event
