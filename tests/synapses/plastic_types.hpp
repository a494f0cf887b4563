// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "plasticity_by_pairs.hpp"
#include "va_event/va_event.hpp"

namespace va_event::testing_support {

/// One number of many synapses: a constant where all have the same.
inline Values column(const std::vector<reference::Plasticity>& pairs, double reference::Plasticity::*member) {
  std::vector<double> values;
  for (const reference::Plasticity& pair : pairs) {
    values.push_back(pair.*member);
  }
  const bool same = std::all_of(values.begin(), values.end(), [&](double value) { return value == values.front(); });
  return same ? Values(values.front()) : Values(values);
}

/// The library's type for synapses described as for the brute force.
/// @param pairs  of one group: number [pre * n_post + post], or one for all
inline SynapseType synapse_type(const std::vector<reference::Plasticity>& pairs, const Values& weight,
                                const Values& delay) {
  using reference::Plasticity;
  const Plasticity& first = pairs.front();
  const auto of = [&pairs](double Plasticity::*member) { return column(pairs, member); };
  if (!first.learns) {
    return TsodyksMarkramSynapse{.weight = weight,
                                 .delay = delay,
                                 .U = of(&Plasticity::U),
                                 .tau_rec = of(&Plasticity::tau_rec),
                                 .tau_facil = of(&Plasticity::tau_facil),
                                 .u = of(&Plasticity::u)};
  }
  StdpMechanism mechanism;
  const auto scheme = static_cast<SpikePairs>(first.pairs);
  switch (first.timing) {
    case reference::Timing::pairs:
      mechanism.timing_dependence = SpikePairRule{.tau_plus = of(&Plasticity::tau_plus),
                                                  .tau_minus = of(&Plasticity::tau_minus),
                                                  .A_plus = of(&Plasticity::A_plus),
                                                  .A_minus = of(&Plasticity::A_minus),
                                                  .pairs = scheme};
      break;
    case reference::Timing::triplets:
      mechanism.timing_dependence = TripletRule{.tau_plus = of(&Plasticity::tau_plus),
                                                .tau_minus = of(&Plasticity::tau_minus),
                                                .tau_x = of(&Plasticity::tau_x),
                                                .tau_y = of(&Plasticity::tau_y),
                                                .A_plus = of(&Plasticity::A_plus),
                                                .A_minus = of(&Plasticity::A_minus),
                                                .A3_plus = of(&Plasticity::A3_plus),
                                                .A3_minus = of(&Plasticity::A3_minus),
                                                .pairs = scheme};
      break;
    case reference::Timing::vogels:
      mechanism.timing_dependence =
          Vogels2011Rule{.tau = of(&Plasticity::tau), .eta = of(&Plasticity::eta), .rho = of(&Plasticity::rho)};
      break;
  }
  const Values w_min = of(&Plasticity::w_min);
  const Values w_max = of(&Plasticity::w_max);
  switch (first.dependence) {
    case reference::Dependence::additive:
      mechanism.weight_dependence = AdditiveWeightDependence{.w_min = w_min, .w_max = w_max};
      break;
    case reference::Dependence::multiplicative:
      mechanism.weight_dependence = MultiplicativeWeightDependence{.w_min = w_min, .w_max = w_max};
      break;
    case reference::Dependence::additive_multiplicative:
      mechanism.weight_dependence = AdditivePotentiationMultiplicativeDepression{.w_min = w_min, .w_max = w_max};
      break;
    case reference::Dependence::gutig:
      mechanism.weight_dependence = GutigWeightDependence{
          .w_min = w_min, .w_max = w_max, .mu_plus = of(&Plasticity::mu_plus), .mu_minus = of(&Plasticity::mu_minus)};
      break;
  }
  mechanism.dendritic_delay_fraction = of(&Plasticity::fraction);
  mechanism.weight = weight;
  mechanism.delay = delay;
  if (first.short_term) {
    mechanism.short_term = ShortTermDynamics{.U = of(&Plasticity::U),
                                             .tau_rec = of(&Plasticity::tau_rec),
                                             .tau_facil = of(&Plasticity::tau_facil),
                                             .u = of(&Plasticity::u)};
  }
  return mechanism;
}

}  // namespace va_event::testing_support
