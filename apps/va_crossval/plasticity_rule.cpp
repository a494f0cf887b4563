// SPDX-License-Identifier: Apache-2.0
#include "va_crossval/plasticity_rule.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace va_event::crossval {
namespace {

constexpr double kExponent = 0.5;  // mu_plus and mu_minus of Guetig's rule
constexpr std::array kPairsNames{"all", "nearest-symmetric", "nearest-presynaptic", "nearest-reduced"};
constexpr std::array kWeightRuleNames{"additive", "multiplicative", "additive-multiplicative", "gutig"};

WeightDependence dependence_of(const PlasticityRule& rule) {
  switch (rule.weight_rule) {
    case WeightRule::multiplicative:
      return MultiplicativeWeightDependence{.w_max = rule.w_max};
    case WeightRule::additive_multiplicative:
      return AdditivePotentiationMultiplicativeDepression{.w_max = rule.w_max};
    case WeightRule::gutig:
      return GutigWeightDependence{.w_max = rule.w_max, .mu_plus = kExponent, .mu_minus = kExponent};
    default:
      return AdditiveWeightDependence{.w_max = rule.w_max};
  }
}

}  // namespace

std::string name(WeightRule rule) { return kWeightRuleNames[static_cast<std::size_t>(rule)]; }

std::string name(Coincidence coincidence) { return coincidence == Coincidence::nothing ? "no change" : "potentiation"; }

std::vector<std::string> pairs_names() { return {kPairsNames.begin(), kPairsNames.end()}; }

std::vector<std::string> weight_rule_names() { return {kWeightRuleNames.begin(), kWeightRuleNames.end()}; }

PlasticityRule PlasticityRule::of_pairs(WeightRule weight_rule) { return {.weight_rule = weight_rule}; }

PlasticityRule PlasticityRule::of_triplets(WeightRule weight_rule) {
  return {.triplet = true,
          .weight_rule = weight_rule,
          .tau_plus = 16.8,
          .tau_minus = 33.7,
          .A_plus = 5e-10,
          .A_minus = 7e-3,
          .A3_plus = 6.2e-3,
          .A3_minus = 2.3e-4};
}

StdpMechanism PlasticityRule::mechanism(const Values& weight, const Values& delay) const {
  const TimingDependence timing =
      triplet
          ? TimingDependence(TripletRule{.tau_plus = tau_plus,
                                         .tau_minus = tau_minus,
                                         .tau_x = tau_x,
                                         .tau_y = tau_y,
                                         .A_plus = A_plus,
                                         .A_minus = A_minus,
                                         .A3_plus = A3_plus,
                                         .A3_minus = A3_minus,
                                         .pairs = pairs})
          : TimingDependence(SpikePairRule{
                .tau_plus = tau_plus, .tau_minus = tau_minus, .A_plus = A_plus, .A_minus = A_minus, .pairs = pairs});
  return {.timing_dependence = timing,
          .weight_dependence = dependence_of(*this),
          .dendritic_delay_fraction = dendritic_delay_fraction,
          .weight = weight,
          .delay = delay};
}

double PlasticityRule::potentiated(double weight, double by) const {
  double factor = w_max;
  if (weight_rule == WeightRule::multiplicative) {
    factor = w_max - weight;
  } else if (weight_rule == WeightRule::gutig) {
    factor = w_max * std::pow((w_max - weight) / w_max, kExponent);
  }
  return std::clamp(weight + by * factor, 0.0, w_max);
}

double PlasticityRule::depressed(double weight, double by) const {
  double factor = w_max;
  if (weight_rule == WeightRule::multiplicative || weight_rule == WeightRule::additive_multiplicative) {
    factor = weight;
  } else if (weight_rule == WeightRule::gutig) {
    factor = w_max * std::pow(weight / w_max, kExponent);
  }
  return std::clamp(weight - by * factor, 0.0, w_max);
}

GridLearning::GridLearning(const PlasticityRule& rule, double dt, Coincidence coincidence)
    : rule_(rule), dt_(dt), coincidence_(coincidence) {}

double GridLearning::decay(std::int64_t steps, double tau) const {
  return std::exp(-dt_ * static_cast<double>(steps) / tau);
}

void GridLearning::advance(GridSynapse& synapse, std::int64_t step,
                           const std::vector<std::int64_t>& post_spikes) const {
  const std::int64_t dendritic = synapse.delay - synapse.axonal;
  while (synapse.next_post < post_spikes.size() && post_spikes[synapse.next_post] + dendritic < step) {
    take_post(synapse, post_spikes[synapse.next_post] + dendritic);
    ++synapse.next_post;
  }
}

void GridLearning::take_pre(GridSynapse& synapse, std::int64_t step,
                            const std::vector<std::int64_t>& post_spikes) const {
  advance(synapse, step, post_spikes);
  const std::int64_t since_pre = step - synapse.pre_step;
  const double r2 = synapse.r2 * decay(since_pre, rule_.tau_x);
  // Of nearest_reduced a presynaptic spike since the postsynaptic one stands in between.
  const bool paired = rule_.pairs != SpikePairs::nearest_reduced || synapse.pre_step <= synapse.post_step;
  const double o1 = paired ? synapse.o1 * decay(step - synapse.post_step, rule_.tau_minus) : 0.0;
  synapse.weight = rule_.depressed(synapse.weight, o1 * (rule_.A_minus + rule_.A3_minus * r2));
  if (since_pre > 0 || synapse.pre_in_step == 0) {
    synapse.r1 *= decay(since_pre, rule_.tau_plus);
    synapse.r1_before_step = synapse.r1;
    synapse.pre_in_step = 0;
  }
  // Of nearest_presynaptic all spikes since the last postsynaptic one pair with the next.
  synapse.r1 = rule_.pairs == SpikePairs::nearest_presynaptic ? synapse.r1 + 1.0 : with_spike(synapse.r1);
  synapse.r2 = with_spike(r2);
  synapse.pre_step = step;
  ++synapse.pre_in_step;
}

void GridLearning::take_post(GridSynapse& synapse, std::int64_t step) const {
  const bool coincides = synapse.pre_in_step > 0 && synapse.pre_step == step;
  if (coincides) {
    synapse.coincident += static_cast<std::uint64_t>(synapse.pre_in_step);
  }
  const bool ignored = coincides && coincidence_ == Coincidence::nothing;
  const bool reduced = rule_.pairs == SpikePairs::nearest_reduced;
  double r1 = synapse.r1 * decay(step - synapse.pre_step, rule_.tau_plus);
  if (ignored) {  // of nearest_reduced the coincident spike stands in between
    r1 = reduced ? 0.0 : synapse.r1_before_step;
  }
  const std::int64_t since_post = step - synapse.post_step;
  const double o2 = synapse.o2 * decay(since_post, rule_.tau_y);
  synapse.weight = rule_.potentiated(synapse.weight, r1 * (rule_.A_plus + rule_.A3_plus * o2));
  synapse.o1 = with_spike(synapse.o1 * decay(since_post, rule_.tau_minus));
  synapse.o2 = with_spike(o2);
  synapse.post_step = step;
  if (reduced || rule_.pairs == SpikePairs::nearest_presynaptic) {
    // Presynaptic spikes pair with one postsynaptic spike; those that are ignored still do with the next.
    const double of_step = reduced ? 1.0 : static_cast<double>(synapse.pre_in_step);
    synapse.r1 = ignored ? of_step : 0.0;
  }
}

}  // namespace va_event::crossval
