// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "va_event/synapses.hpp"

namespace va_event::crossval {

/// How the change of a weight depends on the weight; PyNN's weight rules.
enum class WeightRule { additive, multiplicative, additive_multiplicative, gutig };

/// What a pair does whose two spikes reach the synapse in the same step: NEST ignores it, NEURON and Brian2 take it for
/// one in which the presynaptic spike came first.
enum class Coincidence { nothing, potentiation };

[[nodiscard]] std::string name(WeightRule rule);
[[nodiscard]] std::string name(Coincidence coincidence);
/// "additive, multiplicative, ...": all names, in the order of the enumeration.
[[nodiscard]] std::vector<std::string> weight_rule_names();

/// Which pairs of spikes count: the words of SpikePairs, in its order.
[[nodiscard]] std::vector<std::string> pairs_names();

/// Spike-timing-dependent plasticity of pairs or of triplets; weights stay in [0, w_max]. Equations and units:
/// SpikePairRule and TripletRule in va_event/synapses.hpp.
struct PlasticityRule {
  bool triplet = false;
  SpikePairs pairs = SpikePairs::all;  ///< of triplets: all or nearest_symmetric
  double dendritic_delay_fraction = 1.0;
  WeightRule weight_rule = WeightRule::additive;
  double w_max = 0.06;     ///< [nA]
  double tau_plus = 20.0;  ///< [ms]
  double tau_minus = 20.0;
  double tau_x = 101.0;
  double tau_y = 125.0;
  double A_plus = 0.01;
  double A_minus = 0.0105;
  double A3_plus = 0.0;
  double A3_minus = 0.0;

  [[nodiscard]] static PlasticityRule of_pairs(WeightRule weight_rule);
  [[nodiscard]] static PlasticityRule of_triplets(WeightRule weight_rule);

  /// The same rule as the library has it.
  [[nodiscard]] StdpMechanism mechanism(const Values& weight, const Values& delay) const;
  [[nodiscard]] double potentiated(double weight, double by) const;
  [[nodiscard]] double depressed(double weight, double by) const;
};

/// A plastic synapse in a clock-driven simulation. All times are whole steps.
struct GridSynapse {
  std::uint32_t pre;
  std::uint32_t post;
  std::int64_t delay;       ///< [steps]
  double weight;            ///< [nA]
  std::int64_t axonal = 0;  ///< part of the delay before the synapse [steps]; the rest is dendritic

  std::size_t next_post = 0;     ///< of the postsynaptic spikes, the first that has not been taken yet
  std::int64_t pre_step = 0;     ///< of the last presynaptic arrival, at which r1 and r2 are given
  std::int64_t post_step = 0;    ///< of the last postsynaptic arrival, at which o1 and o2 are given
  double r1 = 0.0;               ///< traces as of TripletRule, after the arrival, of the spikes that still pair
  double r1_before_step = 0.0;   ///< r1 without the arrivals in pre_step
  std::int64_t pre_in_step = 0;  ///< how many arrivals those are
  double r2 = 0.0;               ///< as r1
  double o1 = 0.0;               ///< as r1, of postsynaptic arrivals
  double o2 = 0.0;               ///< as r1, of postsynaptic arrivals
  std::uint64_t coincident = 0;  ///< pairs whose spikes reached the synapse in one step
};

/// The rule on a grid: spikes are at whole steps and traces decay from step to step. Within one step the presynaptic
/// arrival is first. Written for this study alone; it shares no code with the library's rules.
class GridLearning {
 public:
  /// @param dt the step [ms]
  GridLearning(const PlasticityRule& rule, double dt, Coincidence coincidence);

  /// A presynaptic spike that reaches the synapse at `step`: brings the synapse up to date and changes its weight,
  /// which is then what the spike delivers.
  /// @param post_spikes steps at which the postsynaptic neuron has spiked, in order: all whose spikes arrive before
  void take_pre(GridSynapse& synapse, std::int64_t step, const std::vector<std::int64_t>& post_spikes) const;
  /// Takes the postsynaptic arrivals before `step`.
  void advance(GridSynapse& synapse, std::int64_t step, const std::vector<std::int64_t>& post_spikes) const;

 private:
  void take_post(GridSynapse& synapse, std::int64_t step) const;
  /// A trace that a spike of its cell comes to: added to, or of nearest spikes set anew.
  [[nodiscard]] double with_spike(double trace) const { return rule_.pairs == SpikePairs::all ? trace + 1.0 : 1.0; }
  [[nodiscard]] double decay(std::int64_t steps, double tau) const;

  PlasticityRule rule_;
  double dt_;
  Coincidence coincidence_;
};

}  // namespace va_event::crossval
