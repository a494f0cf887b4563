// SPDX-License-Identifier: Apache-2.0
#include "plasticity.hpp"

namespace va_event::cli {

Plasticity::Plasticity(TimingKind which) : timing(which) {
  const TripletRule triplet;
  const auto of = [](const Values& value) { return *value.constant(); };
  tau_x = of(triplet.tau_x);
  tau_y = of(triplet.tau_y);
  A3_plus = of(triplet.A3_plus);
  A3_minus = of(triplet.A3_minus);
  if (timing == TimingKind::triplet) {
    tau_plus = of(triplet.tau_plus);
    tau_minus = of(triplet.tau_minus);
    A_plus = of(triplet.A_plus);
    A_minus = of(triplet.A_minus);
    return;
  }
  const SpikePairRule pair;
  tau_plus = of(pair.tau_plus);
  tau_minus = of(pair.tau_minus);
  A_plus = of(pair.A_plus);
  A_minus = 1.05 * A_plus;
}

namespace {

TimingDependence timing_dependence(const Plasticity& p) {
  if (p.timing == TimingKind::triplet) {
    return TripletRule{.tau_plus = p.tau_plus,
                       .tau_minus = p.tau_minus,
                       .tau_x = p.tau_x,
                       .tau_y = p.tau_y,
                       .A_plus = p.A_plus,
                       .A_minus = p.A_minus,
                       .A3_plus = p.A3_plus,
                       .A3_minus = p.A3_minus,
                       .pairs = p.pairs};
  }
  return SpikePairRule{
      .tau_plus = p.tau_plus, .tau_minus = p.tau_minus, .A_plus = p.A_plus, .A_minus = p.A_minus, .pairs = p.pairs};
}

WeightDependence weight_dependence(const Plasticity& p, double w_min, double w_max) {
  switch (p.weight_dependence) {
    case WeightDependenceKind::multiplicative:
      return MultiplicativeWeightDependence{w_min, w_max};
    case WeightDependenceKind::additive_multiplicative:
      return AdditivePotentiationMultiplicativeDepression{w_min, w_max};
    case WeightDependenceKind::gutig:
      return GutigWeightDependence{w_min, w_max, p.mu_plus, p.mu_minus};
    default:
      return AdditiveWeightDependence{w_min, w_max};
  }
}

}  // namespace

SynapseType synapse_type(const Plasticity& p, const Weights& weights, double delay) {
  switch (p.kind) {
    case PlasticityKind::stdp:
      return StdpMechanism{.timing_dependence = timing_dependence(p),
                           .weight_dependence = weight_dependence(p, weights.w_min, weights.w_max),
                           .dendritic_delay_fraction = p.dendritic_delay_fraction,
                           .weight = weights.w,
                           .delay = delay};
    case PlasticityKind::tsodyks_markram:
      return TsodyksMarkramSynapse{
          .weight = weights.w, .delay = delay, .U = p.U, .tau_rec = p.tau_rec, .tau_facil = p.tau_facil};
    default:
      return StaticSynapse{.weight = weights.w, .delay = delay};
  }
}

}  // namespace va_event::cli
