// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "va_event/va_event.hpp"

namespace va_event::cli {

/// How the excitatory synapses of the benchmark change with the spikes that pass them. What it takes is what the
/// options of the group "Plasticity" say; names and meanings are those of va_event/synapses.hpp.

enum class PlasticityKind { none, stdp, tsodyks_markram };
enum class TimingKind { pair, triplet };
enum class WeightDependenceKind { additive, multiplicative, additive_multiplicative, gutig };

// The words of the options, in the order of the enumerations.
constexpr std::array<std::string_view, 3> kPlasticityWords{"none", "stdp", "tsodyks-markram"};
constexpr std::array<std::string_view, 2> kTimingWords{"pair", "triplet"};
constexpr std::array<std::string_view, 4> kPairsWords{"all", "nearest-symmetric", "nearest-presynaptic",
                                                      "nearest-reduced"};  // of SpikePairs
constexpr std::array<std::string_view, 4> kWeightDependenceWords{"additive", "multiplicative",
                                                                 "additive-multiplicative", "gutig"};

struct Plasticity {
  /// The values that differ between the timing rules, set to those of `timing`.
  explicit Plasticity(TimingKind timing = TimingKind::pair);

  PlasticityKind kind = PlasticityKind::none;

  // stdp
  TimingKind timing;
  SpikePairs pairs = SpikePairs::all;
  double tau_plus, tau_minus;  ///< [ms], > 0
  /// Amplitudes of pairs, either sign. Those of pairs alone are nearly balanced, with a little more depression, so that
  /// the network goes on firing and does not run away.
  double A_plus, A_minus;
  double tau_x, tau_y;       ///< of triplets [ms], > 0
  double A3_plus, A3_minus;  ///< of triplets, either sign
  WeightDependenceKind weight_dependence = WeightDependenceKind::additive;
  double g_min = 0.0;                     ///< least weight, as a conductance [nS], >= 0
  std::optional<double> g_max;            ///< largest weight, likewise; absent: twice the initial one
  double mu_plus = 0.5, mu_minus = 0.5;   ///< of gutig, >= 0
  double dendritic_delay_fraction = 1.0;  ///< [0, 1]

  // tsodyks_markram
  double U = 0.5;          ///< [0, 1]
  double tau_rec = 100.0;  ///< [ms], > 0
  double tau_facil = 0.0;  ///< [ms], >= 0

  [[nodiscard]] bool changes_weights() const noexcept { return kind == PlasticityKind::stdp; }
};

/// The weight at t = 0 and its bounds, in the unit of the synapses.
struct Weights {
  double w, w_min, w_max;
};

/// The synapse type of `plasticity`. @param delay  [ms]
[[nodiscard]] SynapseType synapse_type(const Plasticity& plasticity, const Weights& weights, double delay);

}  // namespace va_event::cli
