// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <limits>

#include "network/network.hpp"
#include "numerics/elementary.hpp"
#include "synapses/weight_dependence.hpp"
#include "va_event/synapses.hpp"

/// The rules of spike-timing-dependent plasticity as functions of numbers: what a spike adds to a trace, and what a
/// trace makes of a weight. Their equations stand in the public header synapses.hpp.
namespace va_event::synapses {

enum class Timing { pairs, triplets, vogels };

/// The parameters of spike-timing-dependent plasticity, of all rules.
enum StdpParameter : std::size_t {
  kTauPlus,   ///< of Vogels2011Rule: tau
  kTauMinus,  ///< likewise
  kTauX,
  kTauY,
  kAPlus,   ///< of Vogels2011Rule: eta
  kAMinus,  ///< of Vogels2011Rule: alpha = 2 rho tau follows from rho, which stands here
  kA3Plus,
  kA3Minus,
  kWMin,
  kWMax,
  kMuPlus,
  kMuMinus,
  kDendriticDelayFraction,
  kStdpParameters
};

/// A rule of plasticity, and the places of its parameters in the list of the rule; -1: it has none such.
struct StdpChoice {
  Timing timing = Timing::pairs;
  SpikePairs pairs = SpikePairs::all;
  Dependence dependence = Dependence::additive;
  std::array<int, kStdpParameters> places{};
};

/// The column of a parameter that the rule has.
[[nodiscard]] inline const network::SynapseColumn& column_of(const StdpChoice& choice,
                                                             const network::SynapseBlock& block, StdpParameter p) {
  return block.parameters[static_cast<std::size_t>(choice.places[p])];
}

/// The parameters of a synapse as the engine computes with them: bounds are those of the weight's magnitude.
template <class Real>
struct StdpValues {
  Real rate_plus{}, rate_minus{}, rate_x{}, rate_y{};  ///< 1/tau_plus, ... of traces [1/ms]; 0: there is none
  Real a_plus{}, a_minus{}, a3_plus{}, a3_minus{};     ///< of Vogels2011Rule: a_minus is alpha
  WeightBounds<Real> bounds{};
  Real sign{1};               ///< of the weight
  Real dendritic_fraction{};  ///< of the delay
};

/// Of a trace [1/ms]. @param tau  [ms]; 0: there is none
template <class Real>
[[nodiscard]] Real decay_rate(const Real& tau) {
  const Real most(std::numeric_limits<double>::max());  // of denormal time constants: finite, so that 0 ms leave 1
  const Real rate = tau > Real(0) ? Real(Real(1) / tau) : Real(0);
  return rate < most ? rate : most;
}
/// A trace h later. @param rate  [1/ms]; 0: there is none
template <class Real>
[[nodiscard]] Real faded(const Real& trace, const Real& h, const Real& rate) {
  return rate > Real(0) ? Real(trace * numerics::elementary::exp(Real(-h * rate))) : Real(0);
}

template <class Real>
[[nodiscard]] StdpValues<Real> stdp_values(const StdpChoice& choice, const network::SynapseBlock& block,
                                           std::size_t synapse) {
  const auto at = [&](StdpParameter p) {
    const bool is_there =
        choice.places[p] >= 0 && (column_of(choice, block, p).is_constant() || synapse < block.table.size());
    return is_there ? Real(column_of(choice, block, p).at(synapse)) : Real(0);
  };
  StdpValues<Real> p;
  p.rate_plus = decay_rate(at(kTauPlus));
  p.rate_minus = choice.timing == Timing::vogels ? p.rate_plus : decay_rate(at(kTauMinus));
  p.rate_x = decay_rate(at(kTauX));
  p.rate_y = decay_rate(at(kTauY));
  p.a_plus = at(kAPlus);
  p.a_minus = choice.timing == Timing::vogels ? Real(Real(2) * at(kAMinus) * at(kTauPlus)) : at(kAMinus);
  p.a3_plus = at(kA3Plus);
  p.a3_minus = at(kA3Minus);
  Real min = at(kWMin);
  Real max = at(kWMax);
  if (min < Real(0) || max < Real(0)) {
    p.sign = Real(-1);
    min = -min;
    max = -max;
  }
  p.bounds = {min < max ? min : max, min < max ? max : min, at(kMuPlus), at(kMuMinus)};
  p.dendritic_fraction = at(kDendriticDelayFraction);
  return p;
}

/// A trace just after a spike of its cell.
template <class Real>
[[nodiscard]] Real trace_after(const StdpChoice& choice, const Real& before) {
  return choice.pairs == SpikePairs::all || choice.pairs == SpikePairs::nearest_presynaptic ? Real(before + Real(1))
                                                                                            : Real(1);
}

/// The trace of a target just after its spike, as spikes of sources read it.
template <class Real>
[[nodiscard]] Real target_trace_after(const StdpChoice& choice, const Real& before) {
  return choice.pairs == SpikePairs::all ? Real(before + Real(1)) : Real(1);
}

/// The magnitude after a spike of the target that finds a trace of the source. @param amount  without a unit
template <class Real>
[[nodiscard]] Real with_potentiation(const StdpChoice& choice, const Real& weight, const Real& amount,
                                     const StdpValues<Real>& p) {
  if (amount == Real(0)) {
    return weight;
  }
  return choice.timing == Timing::vogels ? clipped(Real(weight + amount), p.bounds)
                                         : potentiated(choice.dependence, weight, amount, p.bounds);
}

/// The magnitude after a spike of the source. @param o1, r2  the traces that it reads, of target and source
template <class Real>
[[nodiscard]] Real with_depression(const StdpChoice& choice, const Real& weight, const Real& o1, const Real& r2,
                                   const StdpValues<Real>& p) {
  if (choice.timing == Timing::vogels) {
    return clipped(Real(weight + p.a_plus * (o1 - p.a_minus)), p.bounds);
  }
  const Real amount = o1 * (p.a_minus + p.a3_minus * r2);
  return amount == Real(0) ? weight : depressed(choice.dependence, weight, amount, p.bounds);
}

}  // namespace va_event::synapses
