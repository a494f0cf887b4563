// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "va_crossval/plasticity_rule.hpp"
#include "va_crossval/session.hpp"
#include "va_event/simulation.hpp"

namespace va_event::crossval {

/// A network whose excitatory synapses are plastic: Poisson sources and excitatory neurons onto all neurons. The
/// inhibitory synapses are static. Plastic weights start at w_max/2. Neurons as in the Vogels-Abbott network CUBA.
struct PlasticSetup {
  std::size_t n_exc = 160;
  std::size_t n_inh = 40;
  std::size_t n_sources = 160;
  double p_connect = 0.1;
  double source_rate = 40.0;  ///< [Hz]
  double w_inh = -0.15;       ///< [nA]
  double delay_min = 1.0;     ///< [ms]; delays are uniform between these, and continuous
  double delay_max = 5.0;     ///< [ms]
  IfCurrExp neuron{.v_rest = -60.0,
                   .cm = 0.2,
                   .tau_m = 20.0,
                   .tau_refrac = 5.0,
                   .tau_syn_E = 5.0,
                   .tau_syn_I = 10.0,
                   .v_reset = -60.0,
                   .v_thresh = -50.0};
  PlasticityRule rule{};
  bool plastic = true;  ///< false: in the exact run the weights stay as they are
};

struct PlasticSynapse {
  std::uint32_t pre;   ///< a source, or behind them an excitatory neuron
  std::uint32_t post;  ///< a neuron: excitatory ones, then inhibitory ones
  double weight;       ///< at t = 0 [nA]
  double delay;        ///< [ms]
};

/// Spike times of each cell of a set [ms].
using Trains = std::vector<std::vector<double>>;

/// What a simulation on a grid came to.
struct GridRun {
  std::vector<double> weights;  ///< final ones, of every plastic synapse [nA]
  std::uint64_t coincident = 0;
  Spikes spikes{};  ///< of the neurons; none with given trains
};

/// Pairs that a grid does not resolve, by synapse.
struct UnresolvedPairs {
  std::uint64_t coincident = 0;      ///< both spikes reach the synapse in one step
  std::uint64_t misordered = 0;      ///< on the grid they reach it in the other order
  std::vector<bool> all_resolved{};  ///< of each synapse: it has no such pair
};

/// Spike times of each of the cells, in their order.
[[nodiscard]] Trains trains_of(const Spikes& spikes, std::span<const CellId> ids);

/// The network simulated exactly by the library, and on grids by this study itself, all from the same synapses, initial
/// potentials and source spikes.
class PlasticNetwork {
 public:
  /// Simulates it exactly. @throws Interrupted
  PlasticNetwork(const PlasticSetup& setup, std::uint64_t seed, double duration, const Session& session,
                 Precision precision = {});

  [[nodiscard]] const std::vector<PlasticSynapse>& synapses() const noexcept { return synapses_; }
  [[nodiscard]] const std::vector<double>& weights() const noexcept { return weights_; }  ///< final ones, exact
  [[nodiscard]] const Spikes& spikes() const noexcept { return spikes_; }                 ///< of the neurons, exact
  [[nodiscard]] const Simulation& simulation() const noexcept { return simulation_; }
  [[nodiscard]] const Assembly& neurons() const noexcept { return *neurons_; }

  /// Clock-driven: neurons are advanced exactly from step to step, spike at the end of the step in which they reach the
  /// threshold, and sources at the end of that in which they spike; delays are rounded to at least one step.
  /// @throws Interrupted
  [[nodiscard]] GridRun run_on_grid(double dt, Coincidence coincidence, const Session& session) const;
  /// Only the rule is clock-driven: all spikes are those of the exact run, moved to the end of their step.
  [[nodiscard]] GridRun learn_on_grid(double dt, Coincidence coincidence) const;
  /// Of the spikes of the exact run, moved in this way.
  [[nodiscard]] UnresolvedPairs unresolved_pairs(double dt) const;

 private:
  [[nodiscard]] std::vector<GridSynapse> synapses_on_grid(double dt) const;
  /// The first step that is not within the run.
  [[nodiscard]] std::int64_t end_of_grid(double dt) const;

  PlasticSetup setup_;
  double duration_;
  Simulation simulation_;
  std::optional<Assembly> neurons_{};
  std::vector<PlasticSynapse> synapses_{};
  std::vector<PlasticSynapse> inhibitory_{};  ///< static; pre counts the inhibitory neurons
  std::vector<double> initial_v_{};
  std::vector<double> weights_{};
  Spikes spikes_{};
  Trains pre_trains_{};     ///< of sources and excitatory neurons
  Trains neuron_trains_{};  ///< of all neurons
};

}  // namespace va_event::crossval
