// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "va_event/va_event.hpp"

/// The Vogels-Abbott network with current-based synapses, of which the excitatory ones are plastic, driven by its leak
/// or by a Poisson source for each neuron, on the public interface. plastic.py beside this file has the same numbers
/// for the other simulators; published.py compares both at every run.
namespace va_event::benchmarks {

struct PlasticOptions {
  double scale = 1.0;      ///< fraction of the neurons; each keeps its number of inputs
  bool is_static = false;  ///< no synapse is plastic
  /// Neurons rest below the threshold, and each has a Poisson source.
  bool poisson = false;
  double source_delay = 1.5;  ///< from Poisson sources [ms]
};

class Plastic {
 public:
  Plastic(Simulation& simulation, PlasticOptions options) {
    constexpr double kSizes[] = {3200.0, 800.0};
    const IfCurrExp neuron{.v_rest = options.poisson ? -60.0 : -49.0,
                           .cm = 0.2,
                           .tau_m = 20.0,
                           .tau_refrac = 5.0,
                           .tau_syn_E = 5.0,
                           .tau_syn_I = 10.0,
                           .v_reset = -60.0,
                           .v_thresh = -50.0};
    for (const double size : kSizes) {
      populations_.push_back(simulation.create(static_cast<std::size_t>(std::lround(size * options.scale)), neuron));
      populations_.back().initialize("v", RandomDistribution("uniform", {-60.0, -50.01}));
    }
    constexpr double kExcitation = 0.0162;  // [nA]
    constexpr double kInhibition = -0.09;
    constexpr double kDelay = 0.2;  // [ms]
    const StdpMechanism stdp{.timing_dependence = SpikePairRule{.A_plus = 0.001, .A_minus = 0.00105},
                             .weight_dependence = AdditiveWeightDependence{.w_max = 2.0 * kExcitation},
                             .weight = kExcitation,
                             .delay = kDelay};
    const StaticSynapse excitation{kExcitation, kDelay};
    const StaticSynapse inhibition{kInhibition, kDelay};
    connect(simulation, 0, 64, options.is_static ? SynapseType(excitation) : SynapseType(stdp), "excitatory");
    connect(simulation, 1, 16, inhibition, "inhibitory");
    if (options.poisson) {
      const Population sources = simulation.create(cells().size(), SpikeSourcePoisson{.rate = 2000.0});
      simulation.connect(sources, cells(), OneToOneConnector(), {0.012, options.source_delay});
    }
  }

  /// Excitatory ones, inhibitory ones.
  [[nodiscard]] const std::vector<Population>& populations() const noexcept { return populations_; }
  [[nodiscard]] Assembly cells() const { return populations_[0] + populations_[1]; }
  /// Between neurons.
  [[nodiscard]] std::size_t synapses() const noexcept { return synapses_; }

 private:
  /// @param inputs of each neuron from population number `pre`
  void connect(Simulation& simulation, std::size_t pre, std::size_t inputs, const SynapseType& synapse,
               const char* receptor_type) {
    ProjectionOptions projection;
    projection.receptor_type = receptor_type;
    synapses_ +=
        simulation.connect(populations_[pre], cells(), FixedNumberPreConnector(inputs), synapse, projection).size();
  }

  std::vector<Population> populations_;
  std::size_t synapses_ = 0;
};

}  // namespace va_event::benchmarks
