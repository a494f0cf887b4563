// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "va_event/va_event.hpp"

/// The network of Brunel (2000, J. Comput. Neurosci. 8:183) with delta synapses, or with exponential currents of the
/// same charge, on the public interface. brunel.py beside this file has the same numbers for the other simulators;
/// published.py compares both at every run.
namespace va_event::benchmarks {

struct BrunelOptions {
  double scale = 1.0;         ///< fraction of the neurons; each keeps 10 % of them as inputs, of higher weight
  bool exponential = false;   ///< synaptic currents that decay with 0.5 ms; otherwise v jumps
  double source_delay = 1.5;  ///< from Poisson sources [ms]
};

class Brunel {
 public:
  Brunel(Simulation& simulation, BrunelOptions options) {
    const auto excitatory = static_cast<std::size_t>(std::lround(kExcitatory * options.scale));
    const auto inhibitory = static_cast<std::size_t>(std::lround(kInhibitory * options.scale));
    const double jump = kJump / options.scale;
    const double weight = options.exponential ? jump * kCapacitance / kTauSyn : jump;
    for (const std::size_t size : {excitatory, inhibitory}) {
      populations_.push_back(simulation.create(size, cell(options.exponential)));
      populations_.back().initialize("v", RandomDistribution("uniform", {0.0, 19.99}));
    }
    const Assembly all = cells();
    const Population sources = simulation.create(all.size(), SpikeSourcePoisson{.rate = kExternalRate * options.scale});
    simulation.connect(sources, all, OneToOneConnector(), {weight, options.source_delay});
    connect(simulation, populations_[0], all, {weight, kDelay}, "excitatory");
    connect(simulation, populations_[1], all, {kInhibition * weight, kDelay}, "inhibitory");
  }

  /// Excitatory ones, inhibitory ones.
  [[nodiscard]] const std::vector<Population>& populations() const noexcept { return populations_; }
  [[nodiscard]] Assembly cells() const { return populations_[0] + populations_[1]; }
  /// Between neurons.
  [[nodiscard]] std::size_t synapses() const noexcept { return synapses_; }

 private:
  static constexpr double kExcitatory = 10000.0, kInhibitory = 2500.0;
  static constexpr double kJump = 0.1;         // of v at an excitatory input [mV]
  static constexpr double kInhibition = -5.0;  // weight of an inhibitory synapse relative to an excitatory one
  static constexpr double kDelay = 1.5;        // [ms]
  static constexpr double kExternalRate =
      20000.0;  // of each neuron's Poisson source: twice what reaches threshold [Hz]
  static constexpr double kCapacitance =
      0.25;                                 // of neurons with synaptic currents; only weight/capacitance counts [nF]
  static constexpr double kTauSyn = 0.5;    // [ms]
  static constexpr double kFraction = 0.1;  // of the neurons, as inputs

  [[nodiscard]] static CellType cell(bool exponential) {
    if (exponential) {
      return IfCurrExp{.v_rest = 0.0,
                       .cm = kCapacitance,
                       .tau_m = 20.0,
                       .tau_refrac = 2.0,
                       .tau_syn_E = kTauSyn,
                       .tau_syn_I = kTauSyn,
                       .v_reset = 10.0,
                       .v_thresh = 20.0};
    }
    return IfCurrDelta{.v_rest = 0.0, .tau_m = 20.0, .tau_refrac = 2.0, .v_reset = 10.0, .v_thresh = 20.0};
  }

  void connect(Simulation& simulation, const Population& pre, const Assembly& post, const StaticSynapse& synapse,
               const char* receptor_type) {
    const auto inputs = static_cast<std::size_t>(std::lround(kFraction * static_cast<double>(pre.size())));
    ProjectionOptions projection;
    projection.receptor_type = receptor_type;
    synapses_ += simulation.connect(pre, post, FixedNumberPreConnector(inputs), synapse, projection).size();
  }

  std::vector<Population> populations_;
  std::size_t synapses_ = 0;
};

}  // namespace va_event::benchmarks
