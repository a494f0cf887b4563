// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "foundation/number_text.hpp"
#include "synapses/changing_synapses.hpp"
#include "synapses/synapse_rule.hpp"
#include "va_event/error.hpp"
#include "va_event/synapses.hpp"

// From the public structs to rules: which parameters there are, what must hold for them, and what simulates them.

namespace va_event {

namespace {

using synapses::Dependence;
using synapses::Release;
using synapses::ReleaseParameters;
using synapses::StdpChoice;
using synapses::SynapseRule;
using synapses::SynapseVariable;
using synapses::Timing;

/// A rule in the making: a list of parameters, each with its values.
struct Draft {
  SynapseRule rule;
  std::vector<Values> values;

  /// @returns its place in the list
  int add(std::string_view name, std::string_view unit, double default_value, Bound bound, std::string_view meaning,
          const Values& given) {
    rule.parameters.push_back({name, unit, default_value, bound, meaning});
    values.push_back(given);
    return static_cast<int>(values.size()) - 1;
  }
};

/// @throws ParameterError unless the value is in [0, 1]
void check_fraction(std::string_view name, double value) {
  if (!(value >= 0.0 && value <= 1.0)) {
    throw ParameterError(name, value, "", "must be >= 0 and <= 1");
  }
}

/// @throws ParameterError unless the value is an integer that a number of release sites can be
void check_sites(double n) {
  constexpr double kMost = 1000.0;
  if (!(n >= 1.0 && n <= kMost && n == std::floor(n))) {
    throw ParameterError("n", n, "release sites", "must be an integer, >= 1 and <= 1000");
  }
}

template <class Synapse>
ReleaseParameters add_short_term(Draft& draft, Release kind, const Synapse& synapse) {
  const Synapse defaults{};
  ReleaseParameters places{.kind = kind};
  places.U = draft.add("U", "", *defaults.U.constant(), Bound::non_negative, "use of resources", synapse.U);
  places.tau_rec = draft.add("tau_rec", "ms", *defaults.tau_rec.constant(), Bound::positive, "recovery from depression",
                             synapse.tau_rec);
  places.tau_facil = draft.add("tau_facil", "ms", *defaults.tau_facil.constant(), Bound::non_negative,
                               "decay of facilitation", synapse.tau_facil);
  places.u = draft.add("u", "", *defaults.u.constant(), Bound::non_negative, "use of resources at t = 0", synapse.u);
  return places;
}

void check_release(const ReleaseParameters& places, std::span<const double> values) {
  const auto check_if_there = [&](int place, std::string_view name) {
    if (place >= 0) {
      check_fraction(name, values[static_cast<std::size_t>(place)]);
    }
  };
  check_if_there(places.U, "U");
  check_if_there(places.u, "u");
  check_if_there(places.p, "p");
  if (places.n >= 0) {
    check_sites(values[static_cast<std::size_t>(places.n)]);
  }
}

/// What can be recorded of synapses with these releases.
std::vector<SynapseVariable> variables_of(const ReleaseParameters& places) {
  std::vector<SynapseVariable> variables{SynapseVariable::weight};
  if (places.U >= 0) {
    variables.push_back(SynapseVariable::u);
  }
  if (places.kind == Release::tsodyks_markram) {
    variables.push_back(SynapseVariable::x);
  }
  variables.push_back(SynapseVariable::delivered_weight);
  return variables;
}

/// Of a type whose weight is constant.
std::shared_ptr<const SynapseRule> finished(Draft& draft, std::string name, const ReleaseParameters& places) {
  draft.rule.name = std::move(name);
  draft.rule.dynamics = synapses::implement<synapses::ChangingSynapses>(places, std::optional<StdpChoice>());
  draft.rule.check = [places](std::span<const double> values, double /*weight*/) { check_release(places, values); };
  draft.rule.looks_back = [](std::span<const double> /*values*/, double /*delay*/) {
    return std::numeric_limits<double>::infinity();
  };
  draft.rule.fixed = {"u"};
  draft.rule.variables = variables_of(places);
  return std::make_shared<const SynapseRule>(std::move(draft.rule));
}

std::string_view name_of(SpikePairs pairs) {
  switch (pairs) {
    case SpikePairs::all:
      return "all";
    case SpikePairs::nearest_symmetric:
      return "nearest_symmetric";
    case SpikePairs::nearest_presynaptic:
      return "nearest_presynaptic";
    default:
      return "nearest_reduced";
  }
}

/// What the parts of an STDP mechanism add to a rule.
class StdpDraft {
 public:
  explicit StdpDraft(Draft& draft) : draft_(draft) { choice_.places.fill(-1); }

  [[nodiscard]] const StdpChoice& choice() const noexcept { return choice_; }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  void operator()(const SpikePairRule& rule) {
    const SpikePairRule defaults;
    choice_.pairs = rule.pairs;
    add(synapses::kTauPlus, "tau_plus", "ms", defaults.tau_plus, Bound::positive, "decay of potentiation",
        rule.tau_plus);
    add(synapses::kTauMinus, "tau_minus", "ms", defaults.tau_minus, Bound::positive, "decay of depression",
        rule.tau_minus);
    add(synapses::kAPlus, "A_plus", "", defaults.A_plus, Bound::any, "potentiation of a pair", rule.A_plus);
    add(synapses::kAMinus, "A_minus", "", defaults.A_minus, Bound::any, "depression of a pair", rule.A_minus);
    name_ = "SpikePairRule";
    if (rule.pairs != SpikePairs::all) {
      name_ += " of " + std::string(name_of(rule.pairs)) + " pairs";
    }
  }

  void operator()(const TripletRule& rule) {
    const TripletRule defaults;
    if (rule.pairs != SpikePairs::all && rule.pairs != SpikePairs::nearest_symmetric) {
      throw ParameterError("pairs", std::string(name_of(rule.pairs)), "",
                           "must be all or nearest_symmetric for TripletRule");
    }
    choice_.timing = Timing::triplets;
    choice_.pairs = rule.pairs;
    add(synapses::kTauPlus, "tau_plus", "ms", defaults.tau_plus, Bound::positive, "decay of r1", rule.tau_plus);
    add(synapses::kTauMinus, "tau_minus", "ms", defaults.tau_minus, Bound::positive, "decay of o1", rule.tau_minus);
    add(synapses::kTauX, "tau_x", "ms", defaults.tau_x, Bound::positive, "decay of r2", rule.tau_x);
    add(synapses::kTauY, "tau_y", "ms", defaults.tau_y, Bound::positive, "decay of o2", rule.tau_y);
    add(synapses::kAPlus, "A_plus", "", defaults.A_plus, Bound::any, "potentiation of a pair", rule.A_plus);
    add(synapses::kAMinus, "A_minus", "", defaults.A_minus, Bound::any, "depression of a pair", rule.A_minus);
    add(synapses::kA3Plus, "A3_plus", "", defaults.A3_plus, Bound::any, "potentiation of a triplet", rule.A3_plus);
    add(synapses::kA3Minus, "A3_minus", "", defaults.A3_minus, Bound::any, "depression of a triplet", rule.A3_minus);
    name_ = "TripletRule";
    if (rule.pairs != SpikePairs::all) {
      name_ += " of " + std::string(name_of(rule.pairs)) + " pairs";
    }
  }

  void operator()(const Vogels2011Rule& rule) {
    const Vogels2011Rule defaults;
    choice_.timing = Timing::vogels;
    add(synapses::kTauPlus, "tau", "ms", defaults.tau, Bound::positive, "decay of traces", rule.tau);
    add(synapses::kAPlus, "eta", "", defaults.eta, Bound::any, "learning rate", rule.eta);
    add(synapses::kAMinus, "rho", "1/ms", defaults.rho, Bound::non_negative, "rate that inhibition aims at", rule.rho);
    name_ = "Vogels2011Rule";
  }

  void operator()(const AdditiveWeightDependence& rule) {
    add_bounds(rule.w_min, rule.w_max, Dependence::additive, "AdditiveWeightDependence");
  }
  void operator()(const MultiplicativeWeightDependence& rule) {
    add_bounds(rule.w_min, rule.w_max, Dependence::multiplicative, "MultiplicativeWeightDependence");
  }
  void operator()(const AdditivePotentiationMultiplicativeDepression& rule) {
    add_bounds(rule.w_min, rule.w_max, Dependence::additive_multiplicative,
               "AdditivePotentiationMultiplicativeDepression");
  }
  void operator()(const GutigWeightDependence& rule) {
    const GutigWeightDependence defaults;
    add_bounds(rule.w_min, rule.w_max, Dependence::gutig, "GutigWeightDependence");
    add(synapses::kMuPlus, "mu_plus", "", defaults.mu_plus, Bound::non_negative, "exponent of potentiation",
        rule.mu_plus);
    add(synapses::kMuMinus, "mu_minus", "", defaults.mu_minus, Bound::non_negative, "exponent of depression",
        rule.mu_minus);
  }

  void add_fraction(const Values& fraction) {
    add(synapses::kDendriticDelayFraction, "dendritic_delay_fraction", "", Values(1.0), Bound::non_negative,
        "part of the delay that is dendritic", fraction);
  }

 private:
  void add(synapses::StdpParameter parameter, std::string_view name, std::string_view unit, const Values& default_value,
           Bound bound, std::string_view meaning, const Values& given) {
    choice_.places[parameter] = draft_.add(name, unit, *default_value.constant(), bound, meaning, given);
  }

  void add_bounds(const Values& min, const Values& max, Dependence dependence, std::string_view name) {
    if (choice_.timing == Timing::vogels && dependence != Dependence::additive) {
      throw ParameterError("weight_dependence", std::string(name), "",
                           "must be AdditiveWeightDependence with Vogels2011Rule");
    }
    choice_.dependence = dependence;
    add(synapses::kWMin, "w_min", "", Values(0.0), Bound::any, "least weight", min);
    add(synapses::kWMax, "w_max", "", Values(1.0), Bound::any, "largest weight", max);
    name_ += ", " + std::string(name);
  }

  Draft& draft_;
  StdpChoice choice_;
  std::string name_;
};

double value_of(const StdpChoice& choice, synapses::StdpParameter parameter, std::span<const double> values) {
  const int place = choice.places[parameter];
  return place < 0 ? 0.0 : values[static_cast<std::size_t>(place)];
}

void check_stdp(const StdpChoice& choice, std::span<const double> values, double weight) {
  const double min = value_of(choice, synapses::kWMin, values);
  const double max = value_of(choice, synapses::kWMax, values);
  check_fraction("dendritic_delay_fraction", value_of(choice, synapses::kDendriticDelayFraction, values));
  if (min < 0.0 ? max > 0.0 : (max < 0.0 && min > 0.0)) {
    throw ParameterError("w_min", min, "", "must have the sign of w_max: they bound the magnitude of the weight");
  }
  if (min >= 0.0 && max >= 0.0 && min > max) {
    throw ParameterError("w_min", min, "", "must be <= w_max");
  }
  if (choice.dependence == Dependence::gutig && min == 0.0 && max == 0.0) {
    throw ParameterError("w_max", max, "", "must not be 0 for GutigWeightDependence");
  }
  const bool negative = min < 0.0 || max < 0.0;
  if (negative ? weight > 0.0 : weight < 0.0) {
    throw ParameterError("weight", weight, "", "must have the sign of w_min and w_max");
  }
}

std::string doubt_of_stdp(const StdpChoice& choice, std::span<const double> values, double weight) {
  const double min = std::fabs(value_of(choice, synapses::kWMin, values));
  const double max = std::fabs(value_of(choice, synapses::kWMax, values));
  if (std::fabs(weight) < std::min(min, max) || std::fabs(weight) > std::max(min, max)) {
    return "the weight lies outside [w_min, w_max] until its first change";
  }
  if (choice.timing == Timing::vogels && value_of(choice, synapses::kAMinus, values) >= 1.0) {
    return "rho of Vogels2011Rule is in 1/ms: " +
           foundation::shortest_text(value_of(choice, synapses::kAMinus, values)) + " means " +
           foundation::shortest_text(1000.0 * value_of(choice, synapses::kAMinus, values)) + " Hz";
  }
  return "";
}

}  // namespace

SynapseType::SynapseType(StaticSynapse synapse) : initial_(std::move(synapse)) {}

SynapseType::SynapseType(TsodyksMarkramSynapse synapse) : initial_{synapse.weight, synapse.delay} {
  Draft draft;
  const ReleaseParameters places = add_short_term(draft, Release::tsodyks_markram, synapse);
  rule_ = finished(draft, "TsodyksMarkramSynapse", places);
  values_ = std::move(draft.values);
}

SynapseType::SynapseType(SimpleStochasticSynapse synapse) : initial_{synapse.weight, synapse.delay} {
  Draft draft;
  ReleaseParameters places{.kind = Release::simple_stochastic};
  places.p = draft.add("p", "", *SimpleStochasticSynapse{}.p.constant(), Bound::non_negative,
                       "probability of transmission", synapse.p);
  rule_ = finished(draft, "SimpleStochasticSynapse", places);
  values_ = std::move(draft.values);
}

SynapseType::SynapseType(StochasticTsodyksMarkramSynapse synapse) : initial_{synapse.weight, synapse.delay} {
  Draft draft;
  const ReleaseParameters places = add_short_term(draft, Release::stochastic_tsodyks_markram, synapse);
  rule_ = finished(draft, "StochasticTsodyksMarkramSynapse", places);
  values_ = std::move(draft.values);
}

SynapseType::SynapseType(MultiQuantalSynapse synapse) : initial_{synapse.weight, synapse.delay} {
  Draft draft;
  ReleaseParameters places = add_short_term(draft, Release::multi_quantal, synapse);
  places.n = draft.add("n", "", *MultiQuantalSynapse{}.n.constant(), Bound::positive, "release sites", synapse.n);
  rule_ = finished(draft, "MultiQuantalSynapse", places);
  values_ = std::move(draft.values);
}

SynapseType::SynapseType(StdpMechanism synapse) : initial_{std::move(synapse.weight), std::move(synapse.delay)} {
  Draft draft;
  StdpDraft stdp(draft);
  std::visit(stdp, synapse.timing_dependence);
  std::visit(stdp, synapse.weight_dependence);
  stdp.add_fraction(synapse.dendritic_delay_fraction);
  ReleaseParameters release;
  std::string name = "STDPMechanism(" + stdp.name();
  if (synapse.short_term) {
    release = add_short_term(draft, Release::tsodyks_markram, *synapse.short_term);
    name += ", short-term dynamics";
  }
  const StdpChoice choice = stdp.choice();
  draft.rule.name = name + ")";
  draft.rule.changes_weights = true;
  draft.rule.dynamics = synapses::implement<synapses::ChangingSynapses>(release, std::optional(choice));
  draft.rule.check = [release, choice](std::span<const double> values, double weight) {
    check_release(release, values);
    check_stdp(choice, values, weight);
  };
  draft.rule.looks_back = [choice](std::span<const double> values, double delay) {
    return 2.0 * value_of(choice, synapses::kDendriticDelayFraction, values) * delay;
  };
  draft.rule.largest_weight = [choice](std::span<const double> values) {
    return std::max(std::fabs(value_of(choice, synapses::kWMin, values)),
                    std::fabs(value_of(choice, synapses::kWMax, values)));
  };
  draft.rule.fixed = {"dendritic_delay_fraction", "u"};
  draft.rule.variables = variables_of(release);
  draft.rule.doubt = [choice](std::span<const double> values, double weight) {
    return doubt_of_stdp(choice, values, weight);
  };
  rule_ = std::make_shared<const SynapseRule>(std::move(draft.rule));
  values_ = std::move(draft.values);
}

const std::string& SynapseType::name() const noexcept {
  static const std::string kStatic = "StaticSynapse";
  return rule_ ? rule_->name : kStatic;
}

std::span<const ParameterInfo> SynapseType::parameters() const noexcept {
  return rule_ ? std::span<const ParameterInfo>(rule_->parameters) : std::span<const ParameterInfo>{};
}

}  // namespace va_event
