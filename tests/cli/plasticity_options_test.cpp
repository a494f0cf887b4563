// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include "options.hpp"

namespace va_event::cli {
namespace {

using ::testing::HasSubstr;
using Arguments = std::vector<std::string>;

Arguments joined(Arguments arguments, const Arguments& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

VogelsAbbottParameters accepted(const Arguments& arguments) {
  const auto parsed = parse_options(arguments);
  if (const auto* no_run = std::get_if<NoRun>(&parsed)) {
    ADD_FAILURE() << "rejected: " << no_run->text;
    return VogelsAbbottParameters();
  }
  return std::get<Options>(parsed).network;
}

std::string refusal(const Arguments& arguments) {
  const auto parsed = parse_options(arguments);
  if (std::holds_alternative<Options>(parsed)) {
    return "accepted";
  }
  EXPECT_EQ(std::get<NoRun>(parsed).exit_code, 2);
  return std::get<NoRun>(parsed).text;
}

/// Constant parameters of the excitatory synapses, by name; weight and delay are beside them.
std::map<std::string, double> parameters_of(const VogelsAbbottParameters& network) {
  const SynapseType type = excitatory_synapse(network);
  std::map<std::string, double> values{{"weight", *type.initial().weight.constant()},
                                       {"delay", *type.initial().delay.constant()}};
  for (std::size_t i = 0; i < type.values().size(); ++i) {
    values[std::string(type.parameters()[i].name)] = *type.values()[i].constant();
  }
  return values;
}

TEST(PlasticityOptions, WithoutThemSynapsesAreStatic) {
  EXPECT_EQ(excitatory_synapse(accepted({"COBA"})).name(), "StaticSynapse");
  EXPECT_EQ(excitatory_synapse(accepted({"CUBA", "--plasticity", "none"})).name(), "StaticSynapse");
}

TEST(PlasticityOptions, BoundsAreConductancesAndWeightsHaveTheUnitOfTheBenchmark) {
  const auto coba = parameters_of(accepted({"COBA", "--plasticity", "stdp"}));
  EXPECT_DOUBLE_EQ(coba.at("weight"), 0.004);  // uS
  EXPECT_EQ(coba.at("w_min"), 0.0);
  EXPECT_DOUBLE_EQ(coba.at("w_max"), 0.008);
  const auto cuba = parameters_of(accepted({"CUBA", "--plasticity", "stdp", "--w-min", "0.1", "--w-max", "0.4"}));
  EXPECT_DOUBLE_EQ(cuba.at("weight"), 0.0162);  // nA: 60 mV times 0.27 nS
  EXPECT_DOUBLE_EQ(cuba.at("w_min"), 0.006);
  EXPECT_DOUBLE_EQ(cuba.at("w_max"), 0.024);
  EXPECT_DOUBLE_EQ(parameters_of(accepted({"COBA", "--plasticity", "stdp", "--gexc", "3"})).at("w_max"), 0.006);
}

TEST(PlasticityOptions, EveryValueOfPairsArrivesInItsParameter) {
  const VogelsAbbottParameters network = accepted({"COBA",
                                                   "--plasticity",
                                                   "stdp",
                                                   "--timing",
                                                   "pair",
                                                   "--pairs",
                                                   "nearest-presynaptic",
                                                   "--tau-plus",
                                                   "17",
                                                   "--tau-minus",
                                                   "34",
                                                   "--a-plus",
                                                   "0.005",
                                                   "--a-minus",
                                                   "-0.006",
                                                   "--weight-dependence",
                                                   "gutig",
                                                   "--mu-plus",
                                                   "0.2",
                                                   "--mu-minus",
                                                   "0.7",
                                                   "--w-min",
                                                   "1",
                                                   "--w-max",
                                                   "6",
                                                   "--dendritic-delay-fraction",
                                                   "0.25"});
  EXPECT_EQ(excitatory_synapse(network).name(),
            "STDPMechanism(SpikePairRule of nearest_presynaptic pairs, GutigWeightDependence)");
  const std::map<std::string, double> expected{{"weight", 0.004},
                                               {"delay", 0.2},
                                               {"tau_plus", 17.0},
                                               {"tau_minus", 34.0},
                                               {"A_plus", 0.005},
                                               {"A_minus", -0.006},
                                               {"w_min", 0.001},
                                               {"w_max", 0.006},
                                               {"mu_plus", 0.2},
                                               {"mu_minus", 0.7},
                                               {"dendritic_delay_fraction", 0.25}};
  EXPECT_EQ(parameters_of(network), expected);
}

TEST(PlasticityOptions, EveryValueOfTripletsArrivesInItsParameter) {
  const VogelsAbbottParameters network = accepted({"COBA",
                                                   "--plasticity",
                                                   "stdp",
                                                   "--timing",
                                                   "triplet",
                                                   "--pairs",
                                                   "nearest-symmetric",
                                                   "--tau-x",
                                                   "90",
                                                   "--tau-y",
                                                   "110",
                                                   "--a3-plus",
                                                   "0.001",
                                                   "--a3-minus",
                                                   "0.002",
                                                   "--a-plus",
                                                   "0.003",
                                                   "--a-minus",
                                                   "0.004",
                                                   "--weight-dependence",
                                                   "multiplicative"});
  EXPECT_EQ(excitatory_synapse(network).name(),
            "STDPMechanism(TripletRule of nearest_symmetric pairs, MultiplicativeWeightDependence)");
  const std::map<std::string, double> expected{{"weight", 0.004},
                                               {"delay", 0.2},
                                               {"tau_plus", 16.8},
                                               {"tau_minus", 33.7},
                                               {"tau_x", 90.0},
                                               {"tau_y", 110.0},
                                               {"A_plus", 0.003},
                                               {"A_minus", 0.004},
                                               {"A3_plus", 0.001},
                                               {"A3_minus", 0.002},
                                               {"w_min", 0.0},
                                               {"w_max", 0.008},
                                               {"dendritic_delay_fraction", 1.0}};
  EXPECT_EQ(parameters_of(network), expected);
}

TEST(PlasticityOptions, EveryWeightDependenceHasAWord) {
  for (const auto& [word, name] :
       std::map<std::string, std::string>{{"additive", "AdditiveWeightDependence"},
                                          {"multiplicative", "MultiplicativeWeightDependence"},
                                          {"additive-multiplicative", "AdditivePotentiationMultiplicativeDepression"},
                                          {"gutig", "GutigWeightDependence"}}) {
    const VogelsAbbottParameters network = accepted({"CUBA", "--plasticity", "stdp", "--weight-dependence", word});
    EXPECT_EQ(excitatory_synapse(network).name(), "STDPMechanism(SpikePairRule, " + name + ")");
  }
}

TEST(PlasticityOptions, EveryValueOfShortTermDynamicsArrivesInItsParameter) {
  const VogelsAbbottParameters network = accepted({"CUBA", "--plasticity", "tsodyks-markram", "--use", "0.3",
                                                   "--tau-rec", "200", "--tau-facil", "50", "--delay", "1"});
  EXPECT_EQ(excitatory_synapse(network).name(), "TsodyksMarkramSynapse");
  const std::map<std::string, double> expected{{"weight", network.w_exc()}, {"delay", 1.0},      {"U", 0.3},
                                               {"tau_rec", 200.0},          {"tau_facil", 50.0}, {"u", 0.0}};
  EXPECT_EQ(parameters_of(network), expected);
}

TEST(PlasticityOptions, ThatBelongToAnotherChoiceAreRefusedByName) {
  const Arguments none{"COBA"};
  const Arguments stdp{"COBA", "--plasticity", "stdp"};
  const Arguments short_term{"COBA", "--plasticity", "tsodyks-markram"};
  const std::vector<std::tuple<std::vector<std::string>, std::vector<Arguments>, std::string>> cases{
      {{"--tau-plus", "--tau-minus", "--a-plus", "--a-minus", "--w-min", "--w-max", "--dendritic-delay-fraction"},
       {none, short_term},
       "--plasticity stdp"},
      {{"--use", "--tau-rec", "--tau-facil"}, {none, stdp}, "--plasticity tsodyks-markram"},
      {{"--tau-x", "--tau-y", "--a3-plus", "--a3-minus"}, {none, stdp, short_term}, "--timing triplet"},
      {{"--mu-plus", "--mu-minus"}, {none, stdp, short_term}, "--weight-dependence gutig"}};
  for (const auto& [options, choices, needed] : cases) {
    for (const std::string& option : options) {
      for (const Arguments& choice : choices) {
        const std::string text = refusal(joined(choice, {option, "0.5"}));
        EXPECT_THAT(text, HasSubstr(option + " = 0.5"));
        EXPECT_THAT(text, HasSubstr("must be left out for a run without " + needed));
      }
    }
  }
  EXPECT_THAT(refusal({"COBA", "--timing", "pair"}), HasSubstr("--timing = pair: must be left out for a run without"));
  EXPECT_THAT(refusal({"COBA", "--pairs", "all"}), HasSubstr("--pairs = all: must be left out for a run without"));
  EXPECT_THAT(refusal({"COBA", "--weight-dependence", "gutig"}),
              HasSubstr("--weight-dependence = gutig: must be left out for a run without --plasticity stdp"));
}

TEST(PlasticityOptions, BadNumbersAreRefusedWithOptionValueAndRule) {
  const Arguments stdp{"COBA", "--plasticity", "stdp", "--timing", "triplet", "--weight-dependence", "gutig"};
  const Arguments short_term{"COBA", "--plasticity", "tsodyks-markram"};
  const std::vector<std::tuple<Arguments, std::string, std::vector<std::string>>> cases{
      {stdp, "--tau-plus", {"0", "-1", "1e16"}},
      {stdp, "--tau-minus", {"0", "-1"}},
      {stdp, "--tau-x", {"0", "-1"}},
      {stdp, "--tau-y", {"0", "-1"}},
      {stdp, "--a-plus", {"1e7", "-1e7"}},
      {stdp, "--a-minus", {"1e7", "-1e7"}},
      {stdp, "--a3-plus", {"1e7", "-1e7"}},
      {stdp, "--a3-minus", {"1e7", "-1e7"}},
      {stdp, "--w-min", {"-1", "1e7"}},
      {stdp, "--w-max", {"-1", "1e7"}},
      {stdp, "--dendritic-delay-fraction", {"-0.1", "1.1"}},
      {stdp, "--mu-plus", {"-1"}},
      {stdp, "--mu-minus", {"-1"}},
      {short_term, "--use", {"-0.1", "1.1"}},
      {short_term, "--tau-rec", {"0", "-1"}},
      {short_term, "--tau-facil", {"-1"}}};
  for (const auto& [choice, option, bad] : cases) {
    for (const std::string& value : joined(bad, {"nan", "inf", "-inf", "x", ""})) {
      const std::string text = refusal(joined(choice, {option, value}));
      EXPECT_THAT(text, HasSubstr(option + " = " + (value.empty() ? "''" : value)));
      EXPECT_THAT(text, HasSubstr(": must be a number "));
    }
  }
  EXPECT_THAT(refusal(joined(stdp, {"--a-plus", "-2e6"})), HasSubstr("must be a number from -1e+06 to 1e+06"));
}

TEST(PlasticityOptions, ThatDoNotFitTogetherAreRefused) {
  const Arguments stdp{"COBA", "--plasticity", "stdp"};
  const std::vector<std::tuple<Arguments, std::string>> cases{
      {{"--w-min", "9"}, "--w-min = 9 nS: must be <= --w-max, 8 nS"},
      {{"--w-max", "3"}, "--gexc = 4 nS: must be from --w-min to --w-max, 0 to 3 nS"},
      {{"--w-min", "5"}, "--gexc = 4 nS: must be from --w-min to --w-max, 5 to 8 nS"},
      {{"--gexc", "0", "--weight-dependence", "gutig"}, "--w-max = 0 nS: must be > 0 for --weight-dependence gutig"},
      {{"--timing", "triplet", "--pairs", "nearest-reduced"},
       "--pairs = nearest-reduced: must be all or nearest-symmetric for --timing triplet"},
      {{"--timing", "quadruplet"}, "--timing = quadruplet: must be pair or triplet"},
      {{"--pairs", "some"}, "--pairs = some: must be all, nearest-symmetric, nearest-presynaptic or nearest-reduced"},
      {{"--weight-dependence", ""},
       "--weight-dependence = '': must be additive, multiplicative, additive-multiplicative or gutig"}};
  for (const auto& [arguments, message] : cases) {
    EXPECT_THAT(refusal(joined(stdp, arguments)), HasSubstr(message));
  }
  EXPECT_THAT(refusal({"COBA", "--plasticity", "hebb"}),
              HasSubstr("--plasticity = hebb: must be none, stdp or tsodyks-markram"));
}

}  // namespace
}  // namespace va_event::cli
