// SPDX-License-Identifier: Apache-2.0
#include "synapse_types.hpp"

#include <array>
#include <initializer_list>
#include <utility>

#include "va_event/error.hpp"

namespace va_event::python {

namespace {

[[noreturn]] void refuse(const char* field, const std::string& name) {
  throw UnknownNameError(field, name, "", "must be one that the library has");
}

/// A parameter's name and its place in the struct.
template <class Struct>
using Field = std::pair<const char*, Values Struct::*>;

/// The struct with those of the parameters that are its own.
template <class Struct>
Struct filled(const SynapseParameters& parameters, std::initializer_list<Field<Struct>> fields) {
  Struct result;
  for (const auto& [name, member] : fields) {
    if (const auto found = parameters.find(name); found != parameters.end()) {
      result.*member = Values(found->second);
    }
  }
  return result;
}

/// The parameters that all types with short-term dynamics have.
template <class Struct>
Struct short_term(const SynapseParameters& parameters) {
  return filled<Struct>(
      parameters,
      {{"U", &Struct::U}, {"tau_rec", &Struct::tau_rec}, {"tau_facil", &Struct::tau_facil}, {"u", &Struct::u}});
}

/// A bound of the weight.
template <class Struct>
Struct bounds(const SynapseParameters& parameters) {
  return filled<Struct>(parameters, {{"w_min", &Struct::w_min}, {"w_max", &Struct::w_max}});
}

SpikePairs spike_pairs(const std::string& name) {
  constexpr std::array<std::pair<const char*, SpikePairs>, 4> kAll = {
      {{"all", SpikePairs::all},
       {"nearest_symmetric", SpikePairs::nearest_symmetric},
       {"nearest_presynaptic", SpikePairs::nearest_presynaptic},
       {"nearest_reduced", SpikePairs::nearest_reduced}}};
  for (const auto& [known, pairs] : kAll) {
    if (name == known) {
      return pairs;
    }
  }
  refuse("pairs", name);
}

TimingDependence timing_dependence(const std::string& name, const std::string& pairs, const SynapseParameters& p) {
  if (name == "SpikePairRule") {
    auto rule = filled<SpikePairRule>(p, {{"tau_plus", &SpikePairRule::tau_plus},
                                          {"tau_minus", &SpikePairRule::tau_minus},
                                          {"A_plus", &SpikePairRule::A_plus},
                                          {"A_minus", &SpikePairRule::A_minus}});
    rule.pairs = spike_pairs(pairs);
    return rule;
  }
  if (name == "TripletRule") {
    auto rule = filled<TripletRule>(p, {{"tau_plus", &TripletRule::tau_plus},
                                        {"tau_minus", &TripletRule::tau_minus},
                                        {"tau_x", &TripletRule::tau_x},
                                        {"tau_y", &TripletRule::tau_y},
                                        {"A_plus", &TripletRule::A_plus},
                                        {"A_minus", &TripletRule::A_minus},
                                        {"A3_plus", &TripletRule::A3_plus},
                                        {"A3_minus", &TripletRule::A3_minus}});
    rule.pairs = spike_pairs(pairs);
    return rule;
  }
  if (name == "Vogels2011Rule") {
    return filled<Vogels2011Rule>(
        p, {{"tau", &Vogels2011Rule::tau}, {"eta", &Vogels2011Rule::eta}, {"rho", &Vogels2011Rule::rho}});
  }
  refuse("timing_dependence", name);
}

WeightDependence weight_dependence(const std::string& name, const SynapseParameters& p) {
  if (name == "AdditiveWeightDependence") {
    return bounds<AdditiveWeightDependence>(p);
  }
  if (name == "MultiplicativeWeightDependence") {
    return bounds<MultiplicativeWeightDependence>(p);
  }
  if (name == "AdditivePotentiationMultiplicativeDepression") {
    return bounds<AdditivePotentiationMultiplicativeDepression>(p);
  }
  if (name == "GutigWeightDependence") {
    using Gutig = GutigWeightDependence;
    return filled<Gutig>(p, {{"w_min", &Gutig::w_min},
                             {"w_max", &Gutig::w_max},
                             {"mu_plus", &Gutig::mu_plus},
                             {"mu_minus", &Gutig::mu_minus}});
  }
  refuse("weight_dependence", name);
}

/// With the weight and the delay.
template <class Struct>
SynapseType with(const StaticSynapse& initial, Struct synapse) {
  synapse.weight = initial.weight;
  synapse.delay = initial.delay;
  return synapse;
}

SynapseType stdp_mechanism(const SynapseParts& parts, const SynapseParameters& p, const StaticSynapse& initial) {
  auto synapse = filled<StdpMechanism>(p, {{"dendritic_delay_fraction", &StdpMechanism::dendritic_delay_fraction}});
  synapse.timing_dependence = timing_dependence(parts.at("timing_dependence"), parts.at("pairs"), p);
  synapse.weight_dependence = weight_dependence(parts.at("weight_dependence"), p);
  if (!parts.at("short_term").empty()) {
    synapse.short_term = short_term<ShortTermDynamics>(p);
  }
  return with(initial, std::move(synapse));
}

}  // namespace

SynapseType synapse_type(const SynapseParts& parts, const SynapseParameters& parameters, StaticSynapse initial) {
  const std::string& type = parts.at("type");
  if (type == "StaticSynapse") {
    return initial;
  }
  if (type == "TsodyksMarkramSynapse") {
    return with(initial, short_term<TsodyksMarkramSynapse>(parameters));
  }
  if (type == "SimpleStochasticSynapse") {
    return with(initial, filled<SimpleStochasticSynapse>(parameters, {{"p", &SimpleStochasticSynapse::p}}));
  }
  if (type == "StochasticTsodyksMarkramSynapse") {
    return with(initial, short_term<StochasticTsodyksMarkramSynapse>(parameters));
  }
  if (type == "MultiQuantalSynapse") {
    auto synapse = short_term<MultiQuantalSynapse>(parameters);
    synapse.n = filled<MultiQuantalSynapse>(parameters, {{"n", &MultiQuantalSynapse::n}}).n;
    return with(initial, std::move(synapse));
  }
  if (type == "STDPMechanism") {
    return stdp_mechanism(parts, parameters, initial);
  }
  refuse("type", type);
}

SynapseParameters synapse_defaults(const SynapseParts& parts) {
  const SynapseType type = synapse_type(parts, {}, {});
  SynapseParameters defaults;
  for (std::size_t k = 0; k < type.parameters().size(); ++k) {
    defaults[std::string(type.parameters()[k].name)] = *type.values()[k].constant();
  }
  return defaults;
}

}  // namespace va_event::python
