// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plasticity.hpp"
#include "va_event/va_event.hpp"

namespace va_event::cli {

enum class Benchmark { coba, cuba };

/// How the same network is written down; the four ways that PyNN's VAbenchmarks.py knows.
struct Style {
  bool use_views = false;     ///< one population and two views of it
  bool use_assembly = false;  ///< project to the assembly exc + inh
  bool use_csa = false;       ///< connect by the Connection-Set Algebra
};

/// The Vogels-Abbott network as in benchmarks 1 (COBA) and 2 (CUBA) of Brette et al. 2007
/// (J. Comput. Neurosci. 23:349-398). Names and values are those of VAbenchmarks.py.
struct VogelsAbbottParameters {
  /// The values that differ between the benchmarks, set to those of `benchmark`.
  explicit VogelsAbbottParameters(Benchmark benchmark = Benchmark::coba);

  Benchmark benchmark;
  Style style;
  bool pynn_network = false;  ///< draw potentials and connections from numpy's generator, as PyNN does

  std::size_t n = 4000;    ///< neurons
  double r_ei = 4.0;       ///< number of excitatory cells : number of inhibitory cells
  double pconn = 0.02;     ///< connection probability, [0, 1]
  double delay = 0.2;      ///< of every synapse [ms], > 0
  double g_exc, g_inh;     ///< synaptic conductances [nS], >= 0; CUBA makes currents of them
  double tau_m = 20.0;     ///< [ms]
  double cm = 0.2;         ///< 1 uF/cm2 times 20000 um2 [nF]
  double v_rest;           ///< [mV]
  double v_thresh = -50;   ///< [mV]
  double v_reset = -60;    ///< [mV]
  double tau_refrac = 5;   ///< [ms]
  double tau_exc = 5.0;    ///< [ms]
  double tau_inh = 10.0;   ///< [ms]
  double e_rev_exc = 0;    ///< [mV]
  double e_rev_inh = -80;  ///< [mV]
  double v_mean = -60;     ///< mean potential, for the weights of CUBA [mV]

  // External stimulus; COBA only.
  std::size_t n_stim = 20;   ///< Poisson sources
  double rate = 100.0;       ///< of each [Hz], >= 0
  double stim_dur = 50.0;    ///< [ms], >= 0
  double stim_pconn = 0.01;  ///< probability of a connection from a source to a cell
  double stim_weight = 0.1;  ///< [uS]

  Plasticity plasticity;  ///< of the excitatory synapses

  [[nodiscard]] std::size_t n_exc() const;
  [[nodiscard]] std::size_t n_inh() const { return n - n_exc(); }
  /// Largest excitatory conductance where plasticity has bounds [nS]: twice the initial one unless it is given.
  [[nodiscard]] double g_exc_max() const { return plasticity.g_max.value_or(2.0 * g_exc); }
  /// Weight of an excitatory synapse, COBA [uS], CUBA [nA], at t = 0 where it is plastic.
  [[nodiscard]] double w_exc() const { return w_exc_of(g_exc); }
  [[nodiscard]] double w_exc_of(double g) const;  ///< that of another conductance [nS]
  [[nodiscard]] double w_inh() const;             ///< weight of an inhibitory synapse, COBA [uS], CUBA [nA]
};

/// The benchmark's name, "COBA" or "CUBA".
[[nodiscard]] std::string_view name(Benchmark benchmark);

/// Unit of the weights, "uS" or "nA".
[[nodiscard]] std::string_view weight_unit(Benchmark benchmark);

/// The type of the excitatory synapses.
[[nodiscard]] SynapseType excitatory_synapse(const VogelsAbbottParameters& p);

/// The kind of cell that the benchmark uses, with its parameters.
[[nodiscard]] CellType cell_type(const VogelsAbbottParameters& p);

/// The excitatory synapses of one projection.
struct ExcitatorySynapses {
  Projection projection;
  CellId first_pre, first_post;  ///< ids of the first cells of the sets that it connects; the others follow
};

/// The network, built.
struct VogelsAbbott {
  PopulationView exc, inh;
  std::vector<Projection> projections;   ///< labels "e2e", "i2e", ...; with views or an assembly "e2e,i" and "i2e,i"
  std::vector<Projection> external;      ///< from the Poisson sources; COBA only
  std::optional<Population> stimulus{};  ///< the Poisson sources; COBA only
  std::vector<ExcitatorySynapses> excitatory{};  ///< those of `projections`
};

/// Builds the network in `sim`, which must be empty. Announces each step by `announce`.
/// @param progress  called with the part of the recurrent synapses that is there, from 0 to 1; may be empty
[[nodiscard]] VogelsAbbott build(Simulation& sim, const VogelsAbbottParameters& p,
                                 const std::function<void(const std::string&)>& announce,
                                 const std::function<void(double)>& progress = {});

}  // namespace va_event::cli
