// SPDX-License-Identifier: Apache-2.0
#include "plasticity_options.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "option_values.hpp"

namespace va_event::cli {
namespace {

constexpr double kLargestAmplitude = 1e6;
constexpr double kLargestExponent = 1e3;

std::string words(std::span<const std::string_view> all) {
  std::string text;
  for (std::size_t i = 0; i < all.size(); ++i) {
    text += i == 0 ? "" : i + 1 < all.size() ? ", " : " or ";
    text += all[i];
  }
  return text;
}

/// Reads one of the words, which stand for the values of an enumeration in their order.
template <class Kind, std::size_t n>
void read_word(const OptionTexts& texts, const std::string& option, const std::array<std::string_view, n>& all,
               Kind& value) {
  const auto found = texts.find(option);
  if (found == texts.end()) {
    return;
  }
  const auto word = std::find(all.begin(), all.end(), found->second);
  if (word == all.end()) {
    throw UnknownNameError(option, found->second.empty() ? "''" : found->second, "", "must be " + words(all));
  }
  value = static_cast<Kind>(word - all.begin());
}

struct OptionName {
  const char* name;
  const char* unit;
};

// The options of a choice, which other choices refuse.
const std::vector<OptionName> kStdpOptions{{"--timing", ""},
                                           {"--pairs", ""},
                                           {"--tau-plus", "ms"},
                                           {"--tau-minus", "ms"},
                                           {"--a-plus", ""},
                                           {"--a-minus", ""},
                                           {"--weight-dependence", ""},
                                           {"--w-min", "nS"},
                                           {"--w-max", "nS"},
                                           {"--dendritic-delay-fraction", ""}};
const std::vector<OptionName> kTripletOptions{
    {"--tau-x", "ms"}, {"--tau-y", "ms"}, {"--a3-plus", ""}, {"--a3-minus", ""}};
const std::vector<OptionName> kGutigOptions{{"--mu-plus", ""}, {"--mu-minus", ""}};
const std::vector<OptionName> kTsodyksMarkramOptions{{"--use", ""}, {"--tau-rec", "ms"}, {"--tau-facil", "ms"}};

void refuse(const OptionTexts& texts, const std::vector<OptionName>& options, const std::string& choice) {
  for (const OptionName& option : options) {
    must_be_absent(texts, option.name, option.unit, "a run without " + choice);
  }
}

void read_stdp(const OptionTexts& texts, VogelsAbbottParameters& p) {
  const RealRange duration{.zero = false, .high = kLongestMs};
  const RealRange amplitude{.zero = true, .high = kLargestAmplitude, .negative = true};
  const RealRange conductance{.zero = true, .high = kLargestConductance};
  Plasticity& rule = p.plasticity;
  read_real(texts, "--tau-plus", "ms", duration, rule.tau_plus);
  read_real(texts, "--tau-minus", "ms", duration, rule.tau_minus);
  read_real(texts, "--a-plus", "", amplitude, rule.A_plus);
  read_real(texts, "--a-minus", "", amplitude, rule.A_minus);
  read_real(texts, "--tau-x", "ms", duration, rule.tau_x);
  read_real(texts, "--tau-y", "ms", duration, rule.tau_y);
  read_real(texts, "--a3-plus", "", amplitude, rule.A3_plus);
  read_real(texts, "--a3-minus", "", amplitude, rule.A3_minus);
  read_word(texts, "--pairs", kPairsWords, rule.pairs);
  if (rule.timing == TimingKind::triplet && rule.pairs != SpikePairs::all &&
      rule.pairs != SpikePairs::nearest_symmetric) {
    reject("--pairs", texts.at("--pairs"), "", "must be all or nearest-symmetric for --timing triplet");
  }
  read_real(texts, "--mu-plus", "", {.zero = true, .high = kLargestExponent}, rule.mu_plus);
  read_real(texts, "--mu-minus", "", {.zero = true, .high = kLargestExponent}, rule.mu_minus);
  read_real(texts, "--dendritic-delay-fraction", "", {.zero = true, .high = 1.0}, rule.dendritic_delay_fraction);
  read_real(texts, "--w-min", "nS", conductance, rule.g_min);
  if (texts.count("--w-max") > 0) {
    read_real(texts, "--w-max", "nS", conductance, rule.g_max.emplace());
  }
  const std::string largest = Declaration::shown(p.g_exc_max());
  if (rule.weight_dependence == WeightDependenceKind::gutig && p.g_exc_max() == 0.0) {
    reject("--w-max", largest, "nS", "must be > 0 for --weight-dependence gutig");
  }
  if (rule.g_min > p.g_exc_max()) {
    reject("--w-min", texts.at("--w-min"), "nS", "must be <= --w-max, " + largest + " nS");
  }
  if (p.g_exc < rule.g_min || p.g_exc > p.g_exc_max()) {
    reject("--gexc", Declaration::shown(p.g_exc), "nS",
           "must be from --w-min to --w-max, " + Declaration::shown(rule.g_min) + " to " + largest +
               " nS: it is the weight at the start");
  }
}

}  // namespace

void declare_plasticity(Declaration& declare) {
  const Plasticity pair(TimingKind::pair);
  const Plasticity triplet(TimingKind::triplet);
  const auto shown = [](double value) { return Declaration::shown(value); };
  const auto both = [&shown](double of_pair, double of_triplet) {
    return shown(of_pair) + " for pair, " + shown(of_triplet) + " for triplet";
  };
  declare.group("Plasticity");
  declare.text("--plasticity", "RULE",
               "how the excitatory synapses change: none; stdp, by the times of the spikes of both cells; or "
               "tsodyks-markram, by depression and facilitation of what a spike releases",
               "none");
  declare.text("--timing", "RULE", "stdp: pair or triplet, the spikes that a change depends on", "pair");
  declare.text("--pairs", "WHICH", "stdp: " + words(kPairsWords) + ": which pairs of spikes count", "all");
  declare.text("--tau-plus", "MS", "stdp: decay of potentiation [ms]", both(pair.tau_plus, triplet.tau_plus));
  declare.text("--tau-minus", "MS", "stdp: decay of depression [ms]", both(pair.tau_minus, triplet.tau_minus));
  declare.text("--a-plus", "A", "stdp: potentiation by a pair of spikes, as a part of the largest weight",
               both(pair.A_plus, triplet.A_plus));
  declare.text("--a-minus", "A", "stdp: depression by a pair of spikes", both(pair.A_minus, triplet.A_minus));
  declare.number("--tau-x", "MS", "triplet: slow decay of presynaptic spikes [ms]", triplet.tau_x);
  declare.number("--tau-y", "MS", "triplet: slow decay of postsynaptic spikes [ms]", triplet.tau_y);
  declare.number("--a3-plus", "A", "triplet: potentiation by a triplet", triplet.A3_plus);
  declare.number("--a3-minus", "A", "triplet: depression by a triplet", triplet.A3_minus);
  declare.text("--weight-dependence", "KIND",
               "stdp: " + words(kWeightDependenceWords) + ": how a change depends on the weight", "additive");
  declare.number("--mu-plus", "MU", "gutig: exponent of potentiation", pair.mu_plus);
  declare.number("--mu-minus", "MU", "gutig: exponent of depression", pair.mu_minus);
  declare.number("--w-min", "NS", "stdp: least weight, a conductance as --gexc [nS]", pair.g_min);
  declare.text("--w-max", "NS", "stdp: largest weight, likewise [nS]", "twice --gexc");
  declare.number("--dendritic-delay-fraction", "F", "stdp: part of the delay that is dendritic, 0 to 1",
                 pair.dendritic_delay_fraction);
  declare.number("--use", "U", "tsodyks-markram: part of the resources that a spike uses, 0 to 1", pair.U);
  declare.number("--tau-rec", "MS", "tsodyks-markram: recovery from depression [ms]", pair.tau_rec);
  declare.number("--tau-facil", "MS", "tsodyks-markram: decay of facilitation [ms]; 0: none", pair.tau_facil);
}

void read_plasticity(const OptionTexts& texts, VogelsAbbottParameters& p) {
  PlasticityKind kind = PlasticityKind::none;
  TimingKind timing = TimingKind::pair;
  read_word(texts, "--plasticity", kPlasticityWords, kind);
  if (kind != PlasticityKind::stdp) {
    refuse(texts, kStdpOptions, "--plasticity stdp");
  }
  if (kind != PlasticityKind::tsodyks_markram) {
    refuse(texts, kTsodyksMarkramOptions, "--plasticity tsodyks-markram");
  }
  read_word(texts, "--timing", kTimingWords, timing);
  p.plasticity = Plasticity(timing);
  p.plasticity.kind = kind;
  if (timing != TimingKind::triplet) {
    refuse(texts, kTripletOptions, "--timing triplet");
  }
  read_word(texts, "--weight-dependence", kWeightDependenceWords, p.plasticity.weight_dependence);
  if (p.plasticity.weight_dependence != WeightDependenceKind::gutig) {
    refuse(texts, kGutigOptions, "--weight-dependence gutig");
  }
  if (kind == PlasticityKind::stdp) {
    read_stdp(texts, p);
  }
  read_real(texts, "--use", "", {.zero = true, .high = 1.0}, p.plasticity.U);
  read_real(texts, "--tau-rec", "ms", {.zero = false, .high = kLongestMs}, p.plasticity.tau_rec);
  read_real(texts, "--tau-facil", "ms", {.zero = true, .high = kLongestMs}, p.plasticity.tau_facil);
}

}  // namespace va_event::cli
