// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "va_event/cell_types.hpp"
#include "va_event/values.hpp"

namespace va_event {

namespace synapses {
struct SynapseRule;
}

/// Synapse types: static synapses, and those that change with the spikes that pass them. Names, units and defaults are
/// PyNN's where PyNN has the type.
///
/// A spike emitted at t passes a synapse of delay d and dendritic delay fraction f at t + (1 - f) d and reaches the
/// neuron at t + d; a spike of the neuron at s reaches the synapse at s + f d. What follows from these times is exact:
/// there is no time step, and delays are continuous.
///
/// Every number of a rule is a `Values`: one for all synapses, one for each pair of cells, a random distribution or a
/// function of distance.

/// A synapse of fixed weight and delay.
struct StaticSynapse {
  Values weight = 0.0;  ///< [nA] for current-based targets, [mV] for IF_curr_delta, either sign; else [uS], >= 0
  Values delay = 0.1;   ///< [ms], > 0, continuous and never rounded
};

// Short-term dynamics: what a spike releases depends on the spikes before it. The weight itself does not change.

/// Depression and facilitation (Tsodyks, Uziel & Markram 2000). With x recovered, y active, z inactive, x + y + z = 1:
/// between spikes u decays with tau_facil, y with tau_syn of the target's receptor, and z recovers to x with tau_rec; a
/// spike makes u += U (1 - u), then moves u x from x to y and delivers weight u x. So the first spike delivers weight
/// U. tau_facil = 0: u = U at every spike. Targets without tau_syn (IF_curr_delta): y is inactive at once. tau_syn is
/// that of the time of the first run.
struct TsodyksMarkramSynapse {
  Values weight = 0.0;     ///< as StaticSynapse
  Values delay = 0.1;      ///< as StaticSynapse
  Values U = 0.5;          ///< use of resources, in [0, 1]
  Values tau_rec = 100.0;  ///< recovery from depression [ms], > 0
  Values tau_facil = 0.0;  ///< decay of facilitation [ms], >= 0
  Values u = 0.0;          ///< at t = 0, in [0, 1]; decays until the first spike
};

/// Each spike is delivered with probability p.
struct SimpleStochasticSynapse {
  Values weight = 0.0;  ///< as StaticSynapse
  Values delay = 0.1;   ///< as StaticSynapse
  Values p = 0.5;       ///< in [0, 1]
};

/// One vesicle, which a spike releases with probability u (as of TsodyksMarkramSynapse); it delivers the weight. A
/// released vesicle recovers with probability 1 - exp(-h/tau_rec) in an interval h between spikes.
struct StochasticTsodyksMarkramSynapse {
  Values weight = 0.0;     ///< as StaticSynapse
  Values delay = 0.1;      ///< as StaticSynapse
  Values U = 0.5;          ///< in [0, 1]
  Values tau_rec = 100.0;  ///< [ms], > 0
  Values tau_facil = 0.0;  ///< [ms], >= 0
  Values u = 0.0;          ///< at t = 0, in [0, 1]
};

/// n release sites, all full at t = 0. At each spike every full one releases with probability u (as of
/// TsodyksMarkramSynapse), and k released ones deliver weight k/n; an empty site recovers as the vesicle above.
struct MultiQuantalSynapse {
  Values weight = 0.0;     ///< as StaticSynapse: of all sites together
  Values delay = 0.1;      ///< as StaticSynapse
  Values U = 0.5;          ///< in [0, 1]
  Values n = 1.0;          ///< number of sites, an integer, 1 ... 1000
  Values tau_rec = 800.0;  ///< [ms], > 0
  Values tau_facil = 0.0;  ///< [ms], >= 0
  Values u = 0.0;          ///< at t = 0, in [0, 1]
};

// Spike-timing-dependent plasticity: the weight changes with the spikes of both cells.

/// Which pairs of a presynaptic and a postsynaptic spike count (Morrison, Diesmann & Gerstner 2008, section 4).
enum class SpikePairs {
  all,                  ///< every pair
  nearest_symmetric,    ///< each spike with the last one of the other cell
  nearest_presynaptic,  ///< each presynaptic spike with the last and with the next postsynaptic one
  nearest_reduced       ///< as nearest_presynaptic, but only pairs without another spike of either cell in between
};

/// Pairs of spikes: a postsynaptic one that comes h after a presynaptic one potentiates by A_plus exp(-h/tau_plus), one
/// that comes h before it depresses by A_minus exp(-h/tau_minus). A pair of equal times at the synapse does nothing.
struct SpikePairRule {
  Values tau_plus = 20.0;   ///< [ms], > 0
  Values tau_minus = 20.0;  ///< [ms], > 0
  Values A_plus = 0.01;     ///< either sign
  Values A_minus = 0.01;    ///< either sign
  SpikePairs pairs = SpikePairs::all;
};

/// Triplets of spikes (Pfister & Gerstner 2006). A postsynaptic spike potentiates by r1 (A_plus + A3_plus o2), a
/// presynaptic one depresses by o1 (A_minus + A3_minus r2): r1, r2 sum presynaptic spikes with tau_plus, tau_x, and o1,
/// o2 postsynaptic ones with tau_minus, tau_y. A spike reads the traces of its own cell before it adds to them.
/// `pairs` is all or nearest_symmetric (traces are set to 1 instead of being added to). Defaults: visual cortex, full
/// model, all spikes, as the paper fits them.
struct TripletRule {
  Values tau_plus = 16.8;    ///< [ms], > 0
  Values tau_minus = 33.7;   ///< [ms], > 0
  Values tau_x = 101.0;      ///< [ms], > 0
  Values tau_y = 125.0;      ///< [ms], > 0
  Values A_plus = 5e-10;     ///< either sign
  Values A_minus = 7e-3;     ///< either sign
  Values A3_plus = 6.2e-3;   ///< either sign
  Values A3_minus = 2.3e-4;  ///< either sign
  SpikePairs pairs = SpikePairs::all;
};

/// Symmetric rule of inhibitory plasticity (Vogels et al. 2011): every pair of spikes that lie h apart changes the
/// weight by eta exp(-h/tau), equal times count once, and each presynaptic spike by -eta 2 rho tau. Absolute changes:
/// w_max does not scale them, and the weight dependence must be additive.
struct Vogels2011Rule {
  Values tau = 20.0;   ///< [ms], > 0
  Values eta = 1e-10;  ///< learning rate, in the unit of the weight, either sign
  Values rho = 3.0;    ///< rate that inhibition aims at [1/ms], >= 0; PyNN's default means 3000 Hz
};

// How a change depends on the weight w. Changes come one at each arrival of a spike at the synapse, in the order of
// time, each clipped to [w_min, w_max]. P and D stand for the rule's potentiation and depression. Bounds have the sign
// of the weights; of negative ones the magnitude follows the rule.

/// w + P w_max, w - D w_max.
struct AdditiveWeightDependence {
  Values w_min = 0.0;  ///< in the unit of the weight
  Values w_max = 1.0;  ///< in the unit of the weight
};
/// w + P (w_max - w), w - D (w - w_min).
struct MultiplicativeWeightDependence {
  Values w_min = 0.0;  ///< in the unit of the weight
  Values w_max = 1.0;  ///< in the unit of the weight
};
/// w + P w_max, w - D (w - w_min).
struct AdditivePotentiationMultiplicativeDepression {
  Values w_min = 0.0;  ///< in the unit of the weight
  Values w_max = 1.0;  ///< in the unit of the weight
};
/// w + P w_max ((w_max - w)/w_max)^mu_plus, w - D w_max ((w - w_min)/w_max)^mu_minus (Guetig et al. 2003).
struct GutigWeightDependence {
  Values w_min = 0.0;     ///< in the unit of the weight
  Values w_max = 1.0;     ///< in the unit of the weight, not 0
  Values mu_plus = 0.5;   ///< >= 0
  Values mu_minus = 0.5;  ///< >= 0
};

using TimingDependence = std::variant<SpikePairRule, TripletRule, Vogels2011Rule>;
using WeightDependence = std::variant<AdditiveWeightDependence, MultiplicativeWeightDependence,
                                      AdditivePotentiationMultiplicativeDepression, GutigWeightDependence>;

/// Depression and facilitation of the release of a synapse whose weight is plastic: TsodyksMarkramSynapse without
/// weight and delay.
struct ShortTermDynamics {
  Values U = 0.5;          ///< in [0, 1]
  Values tau_rec = 100.0;  ///< [ms], > 0
  Values tau_facil = 0.0;  ///< [ms], >= 0
  Values u = 0.0;          ///< at t = 0, in [0, 1]
};

/// A synapse whose weight is plastic. A spike delivers the weight as of its arrival at the synapse, the change at that
/// arrival included; with short_term, that weight times u x.
struct StdpMechanism {
  TimingDependence timing_dependence = SpikePairRule{};
  WeightDependence weight_dependence = AdditiveWeightDependence{};
  Values dendritic_delay_fraction = 1.0;  ///< f above, in [0, 1]
  Values weight = 0.0;                    ///< at t = 0, as StaticSynapse, and of the sign of w_min and w_max
  Values delay = 0.1;                     ///< as StaticSynapse
  std::optional<ShortTermDynamics> short_term = std::nullopt;
};

/// A synapse type with values for its parameters. Made from one of the structs above; connect() takes it.
class SynapseType {
 public:
  SynapseType(StaticSynapse synapse);                    // NOLINT(google-explicit-constructor)
  SynapseType(TsodyksMarkramSynapse synapse);            // NOLINT(google-explicit-constructor)
  SynapseType(SimpleStochasticSynapse synapse);          // NOLINT(google-explicit-constructor)
  SynapseType(StochasticTsodyksMarkramSynapse synapse);  // NOLINT(google-explicit-constructor)
  SynapseType(MultiQuantalSynapse synapse);              // NOLINT(google-explicit-constructor)
  /// @throws ParameterError for parts that do not fit together
  SynapseType(StdpMechanism synapse);  // NOLINT(google-explicit-constructor)

  /// PyNN's name; of an STDP mechanism with its parts.
  [[nodiscard]] const std::string& name() const noexcept;
  /// Weight and delay.
  [[nodiscard]] const StaticSynapse& initial() const noexcept { return initial_; }
  /// The parameters of the rule, in the order of values(); none of static synapses.
  [[nodiscard]] std::span<const ParameterInfo> parameters() const noexcept;
  [[nodiscard]] const std::vector<Values>& values() const noexcept { return values_; }
  /// Null: static.
  [[nodiscard]] const std::shared_ptr<const synapses::SynapseRule>& rule() const noexcept { return rule_; }

 private:
  StaticSynapse initial_;
  std::shared_ptr<const synapses::SynapseRule> rule_;
  std::vector<Values> values_;
};

}  // namespace va_event
