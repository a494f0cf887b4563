// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "va_event/va_event.hpp"

/// The cortical microcircuit of Potjans & Diesmann (2014, Cereb. Cortex 24:785) on the public interface.
/// microcircuit.py beside this file has the same numbers for the other simulators; published.py compares both at every
/// run.
namespace va_event::benchmarks {

/// What of the published network is built.
struct MicrocircuitOptions {
  double neurons = 1.0;       ///< fraction of the neurons
  double inputs = 1.0;        ///< fraction of the inputs per neuron; weights and currents make up for the rest
  bool poisson = true;        ///< the external input is one Poisson source per neuron; otherwise a current of its mean
  bool common = false;        ///< all synapses of a projection share weight and delay: the means of the distributions
  double source_delay = 1.5;  ///< from Poisson sources [ms]
};

class Microcircuit {
 public:
  static constexpr std::size_t kPopulations = 8;
  /// Even: excitatory, odd: inhibitory.
  static constexpr std::array kNames{"L2/3E", "L2/3I", "L4E", "L4I", "L5E", "L5I", "L6E", "L6I"};

  Microcircuit(Simulation& simulation, MicrocircuitOptions options) : options_(options) {
    for (std::size_t target = 0; target < kPopulations; ++target) {
      create(simulation, target);
    }
    for (std::size_t target = 0; target < kPopulations; ++target) {
      if (options_.poisson) {
        drive(simulation, target);
      }
      for (std::size_t source = 0; source < kPopulations; ++source) {
        connect(simulation, target, source);
      }
    }
  }

  [[nodiscard]] const std::vector<Population>& populations() const noexcept { return populations_; }
  [[nodiscard]] Assembly cells() const {
    Assembly all = populations_[0];
    for (std::size_t k = 1; k < kPopulations; ++k) {
      all = all + populations_[k];
    }
    return all;
  }
  /// Between neurons.
  [[nodiscard]] std::size_t synapses() const noexcept { return synapses_; }

 private:
  using Row = std::array<double, kPopulations>;
  static constexpr Row kSizes{20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948};
  /// Connection probabilities, by target and source.
  static constexpr std::array<Row, kPopulations> kProbabilities{
      {{0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0.0, 0.0076, 0.0},
       {0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0.0, 0.0042, 0.0},
       {0.0077, 0.0059, 0.0497, 0.135, 0.0067, 0.0003, 0.0453, 0.0},
       {0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0.0, 0.1057, 0.0},
       {0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0.0},
       {0.0548, 0.0269, 0.0257, 0.0022, 0.06, 0.3158, 0.0086, 0.0},
       {0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252},
       {0.0364, 0.001, 0.0034, 0.0005, 0.0277, 0.008, 0.0658, 0.1443}}};
  static constexpr Row kExternalInputs{1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100};
  /// Rates of the full network [Hz], for the currents that replace missing inputs.
  static constexpr Row kRates{0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829};
  static constexpr double kExternalRate = 8.0;  // of each external input [Hz]
  static constexpr double kTauSyn = 0.5;        // [ms]
  static constexpr double kWeight = 0.0878;     // of an excitatory synapse, a potential of 0.15 mV [nA]
  static constexpr double kInhibition = -4.0;   // weight of an inhibitory synapse relative to it

  /// Mean weight in the full network [nA].
  [[nodiscard]] static double weight(std::size_t target, std::size_t source) noexcept {
    return kWeight * (source % 2 == 1 ? kInhibition : target == 0 && source == 2 ? 2.0 : 1.0);
  }

  /// Synapses of a projection of the full network.
  [[nodiscard]] static double full_synapses(std::size_t target, std::size_t source) noexcept {
    const double p = kProbabilities[target][source];
    return p > 0.0 ? std::round(std::log1p(-p) / std::log1p(-1.0 / (kSizes[target] * kSizes[source]))) : 0.0;
  }

  /// The current that replaces what is lost of the mean input, since weights grow with 1/sqrt(inputs) only, and in
  /// networks without Poisson sources their mean [nA].
  [[nodiscard]] double current(std::size_t target) const noexcept {
    const double lost = 1e-3 * kTauSyn * (1.0 - std::sqrt(options_.inputs));  // charge of 1 nA at 1 Hz, in nA
    double recurrent = 0.0;
    for (std::size_t source = 0; source < kPopulations; ++source) {
      recurrent += weight(target, source) * full_synapses(target, source) / kSizes[target] * kRates[source];
    }
    const double external = kWeight * kExternalInputs[target] * kExternalRate;
    return lost * recurrent + (options_.poisson ? lost : 1e-3 * kTauSyn) * external;
  }

  void create(Simulation& simulation, std::size_t target) {
    const auto size = static_cast<std::size_t>(std::lround(kSizes[target] * options_.neurons));
    populations_.push_back(simulation.create(size,
                                             IfCurrExp{.v_rest = -65.0,
                                                       .cm = 0.25,
                                                       .tau_m = 10.0,
                                                       .tau_refrac = 2.0,
                                                       .tau_syn_E = kTauSyn,
                                                       .tau_syn_I = kTauSyn,
                                                       .i_offset = current(target),
                                                       .v_reset = -65.0,
                                                       .v_thresh = -50.0},
                                             {.label = kNames[target]}));
    populations_.back().initialize("v", RandomDistribution("normal_clipped", {-58.0, 5.0, -200.0, -50.001}));
  }

  void drive(Simulation& simulation, std::size_t target) {
    const Population& cells = populations_[target];
    const Population sources = simulation.create(
        cells.size(), SpikeSourcePoisson{.rate = kExternalRate * kExternalInputs[target] * options_.inputs});
    simulation.connect(sources, cells, OneToOneConnector(),
                       {kWeight / std::sqrt(options_.inputs), options_.source_delay});
  }

  void connect(Simulation& simulation, std::size_t target, std::size_t source) {
    const auto count =
        static_cast<std::size_t>(std::lround(full_synapses(target, source) * options_.neurons * options_.inputs));
    if (count == 0) {
      return;
    }
    const bool inhibitory = source % 2 == 1;
    const double mean = weight(target, source) / std::sqrt(options_.inputs);
    const double delay = inhibitory ? 0.75 : 1.5;
    StaticSynapse synapse{mean, delay};
    if (!options_.common) {
      const double infinity = std::numeric_limits<double>::max();
      synapse.weight = RandomDistribution(
          "normal_clipped", {mean, 0.1 * std::abs(mean), inhibitory ? -infinity : 0.0, inhibitory ? 0.0 : infinity});
      synapse.delay = RandomDistribution("normal_clipped", {delay, 0.5 * delay, 0.1, infinity});
    }
    ProjectionOptions projection;
    projection.receptor_type = inhibitory ? "inhibitory" : "excitatory";
    synapses_ +=
        simulation
            .connect(populations_[source], populations_[target], FixedTotalNumberConnector(count), synapse, projection)
            .size();
  }

  MicrocircuitOptions options_;
  std::vector<Population> populations_;
  std::size_t synapses_ = 0;
};

}  // namespace va_event::benchmarks
