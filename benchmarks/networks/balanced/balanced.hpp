// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "va_event/va_event.hpp"

/// A balanced network of conductance-based neurons with a Poisson source each, on the public interface. balanced.py
/// beside this file has the same numbers for the other simulators; published.py compares both at every run.
namespace va_event::benchmarks {

struct BalancedOptions {
  double scale = 1.0;         ///< fraction of the neurons; each keeps its number of inputs
  double source_delay = 1.5;  ///< from Poisson sources [ms]
};

class Balanced {
 public:
  Balanced(Simulation& simulation, BalancedOptions options) {
    constexpr double kSizes[] = {3200.0, 800.0};
    for (const double size : kSizes) {
      populations_.push_back(
          simulation.create(static_cast<std::size_t>(std::lround(size * options.scale)), IfCondExp{.v_rest = -65.0,
                                                                                                   .cm = 0.2,
                                                                                                   .tau_m = 20.0,
                                                                                                   .tau_refrac = 5.0,
                                                                                                   .tau_syn_E = 5.0,
                                                                                                   .tau_syn_I = 10.0,
                                                                                                   .e_rev_E = 0.0,
                                                                                                   .e_rev_I = -80.0,
                                                                                                   .v_thresh = -50.0,
                                                                                                   .v_reset = -65.0}));
      populations_.back().initialize("v", RandomDistribution("uniform", {-65.0, -50.01}));
    }
    const Assembly all = cells();
    const Population sources = simulation.create(all.size(), SpikeSourcePoisson{.rate = 2000.0});
    simulation.connect(sources, all, OneToOneConnector(), {0.001, options.source_delay});
    connect(simulation, populations_[0], 64, 0.002, "excitatory");
    connect(simulation, populations_[1], 16, 0.051, "inhibitory");
  }

  /// Excitatory ones, inhibitory ones.
  [[nodiscard]] const std::vector<Population>& populations() const noexcept { return populations_; }
  [[nodiscard]] Assembly cells() const { return populations_[0] + populations_[1]; }
  /// Between neurons.
  [[nodiscard]] std::size_t synapses() const noexcept { return synapses_; }

 private:
  /// @param inputs of each neuron from these @param weight [uS]
  void connect(Simulation& simulation, const Population& pre, std::size_t inputs, double weight,
               const char* receptor_type) {
    constexpr double kDelay = 0.2;  // [ms]
    ProjectionOptions projection;
    projection.receptor_type = receptor_type;
    synapses_ += simulation.connect(pre, cells(), FixedNumberPreConnector(inputs), {weight, kDelay}, projection).size();
  }

  std::vector<Population> populations_;
  std::size_t synapses_ = 0;
};

}  // namespace va_event::benchmarks
