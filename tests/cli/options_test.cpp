// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

namespace va_event::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Options accepted(const std::vector<std::string>& arguments) {
  const auto parsed = parse_options(arguments);
  if (const auto* no_run = std::get_if<NoRun>(&parsed)) {
    ADD_FAILURE() << "rejected: " << no_run->text;
    return Options();
  }
  return std::get<Options>(parsed);
}

NoRun refused(const std::vector<std::string>& arguments) {
  const auto parsed = parse_options(arguments);
  if (std::holds_alternative<Options>(parsed)) {
    ADD_FAILURE() << "accepted";
    return {-1, ""};
  }
  return std::get<NoRun>(parsed);
}

TEST(Options, DefaultsAreThoseOfTheSeedScript) {
  const Options options = accepted({"COBA"});
  EXPECT_EQ(options.network.benchmark, Benchmark::coba);
  EXPECT_EQ(options.network.n, 4000U);
  EXPECT_EQ(options.network.pconn, 0.02);
  EXPECT_EQ(options.network.delay, 0.2);
  EXPECT_EQ(options.network.g_exc, 4.0);
  EXPECT_EQ(options.network.g_inh, 51.0);
  EXPECT_EQ(options.network.rate, 100.0);
  EXPECT_EQ(options.network.stim_dur, 50.0);
  EXPECT_EQ(options.duration, 1000.0);
  EXPECT_EQ(options.sampling_interval, 0.1);
  EXPECT_EQ(options.output, "results");
  EXPECT_THAT(options.formats, ElementsAre("gdf"));
  EXPECT_THAT(options.record, ElementsAre("spikes", "v"));
  EXPECT_EQ(options.record_cells, 2U);
  EXPECT_FALSE(options.checkpoint_every || options.resume || options.figure || options.log_level || options.quiet ||
               options.json || options.network.pynn_network);
  EXPECT_EQ(accepted({"CUBA"}).network.g_exc, 0.27);
  EXPECT_EQ(accepted({"CUBA"}).network.g_inh, 4.5);
}

TEST(Options, TheBenchmarkIsReadInAnyCase) {
  for (const char* text : {"COBA", "coba", "Coba", "cObA"}) {
    EXPECT_EQ(accepted({text}).network.benchmark, Benchmark::coba);
  }
  EXPECT_EQ(accepted({"cuba"}).network.benchmark, Benchmark::cuba);
}

TEST(Options, EveryValueArrivesInItsField) {
  const Options o = accepted({"coba",
                              "--neurons",
                              "400",
                              "--probability",
                              "0.5",
                              "--delay",
                              "1.25",
                              "--gexc",
                              "3",
                              "--ginh",
                              "40",
                              "--rate",
                              "200",
                              "--stim-duration",
                              "10",
                              "--duration",
                              "1e3",
                              "--seed",
                              "18446744073709551615",
                              "--output",
                              "some folder",
                              "--format",
                              "csv,npz,csv",
                              "--record",
                              "v,gsyn_inh",
                              "--record-cells",
                              "7",
                              "--sampling-interval",
                              "0.5",
                              "--use-views",
                              "--use-assembly",
                              "--use-csa",
                              "--quiet",
                              "--json"});
  EXPECT_EQ(o.network.n, 400U);
  EXPECT_EQ(o.network.pconn, 0.5);
  EXPECT_EQ(o.network.delay, 1.25);
  EXPECT_EQ(o.network.g_exc, 3.0);
  EXPECT_EQ(o.network.g_inh, 40.0);
  EXPECT_EQ(o.network.rate, 200.0);
  EXPECT_EQ(o.network.stim_dur, 10.0);
  EXPECT_EQ(o.duration, 1000.0);
  EXPECT_EQ(o.seed, ~std::uint64_t{0});
  EXPECT_EQ(o.output, "some folder");
  EXPECT_THAT(o.formats, ElementsAre("csv", "npz"));
  EXPECT_THAT(o.record, ElementsAre("v", "gsyn_inh"));
  EXPECT_EQ(o.record_cells, 7U);
  EXPECT_EQ(o.sampling_interval, 0.5);
  EXPECT_TRUE(o.network.style.use_views && o.network.style.use_assembly && o.network.style.use_csa);
  EXPECT_TRUE(o.quiet && o.json);
}

TEST(Options, CheckpointsAreWrittenAndReadWhereTheyAreAskedFor) {
  EXPECT_EQ(accepted({"COBA", "--checkpoint-every", "2.5"}).checkpoint_every, 2.5);
  EXPECT_FALSE(accepted({"COBA", "--checkpoint-every", "2.5"}).resume);
  EXPECT_TRUE(accepted({"--resume", "COBA"}).resume);
}

TEST(Options, TheFigureHasADefaultNameInTheOutputFolder) {
  EXPECT_EQ(accepted({"COBA", "--plot-figure"}).figure, "results/va_COBA.png");
  EXPECT_EQ(accepted({"CUBA", "--plot-figure", "--output", "here"}).figure, "here/va_CUBA.png");
  EXPECT_EQ(accepted({"CUBA", "--plot-figure", "a b.SVG"}).figure, "a b.SVG");
}

TEST(Options, AnOptionalValueDoesNotSwallowTheBenchmark) {
  const Options figure = accepted({"--plot-figure", "COBA", "--quiet"});
  EXPECT_EQ(figure.network.benchmark, Benchmark::coba);
  EXPECT_EQ(figure.figure, "results/va_COBA.png");
  const Options debug = accepted({"--debug", "cuba"});
  EXPECT_EQ(debug.network.benchmark, Benchmark::cuba);
  EXPECT_EQ(debug.log_level, "debug");
  EXPECT_EQ(accepted({"--debug", "trace", "cuba"}).log_level, "trace");
}

TEST(Options, VariablesAreRecordedOnlyWhenTheyAreUsed) {
  EXPECT_THAT(accepted({"COBA"}).variables(), ElementsAre("v"));
  EXPECT_THAT(accepted({"COBA", "--record", "spikes"}).variables(), ElementsAre());
  EXPECT_THAT(accepted({"COBA", "--record", "spikes", "--plot-figure"}).variables(), ElementsAre("v"));
  EXPECT_THAT(accepted({"COBA", "--record", "gsyn_exc,v", "--plot-figure"}).variables(), ElementsAre("v", "gsyn_exc"));
  EXPECT_THAT(accepted({"COBA", "--format", "none"}).variables(), ElementsAre());
  EXPECT_FALSE(accepted({"COBA", "--format", "none"}).writes("spikes"));
}

TEST(Options, ASmallNetworkRecordsAsManyCellsAsItHas) {
  EXPECT_EQ(accepted({"COBA", "--neurons", "3"}).network.n_exc(), 2U);
  EXPECT_EQ(accepted({"COBA", "--neurons", "3"}).network.n_inh(), 1U);
  EXPECT_EQ(refused({"COBA", "--neurons", "10", "--record-cells", "9"}).exit_code, 2);
}

/// option, and the texts that it must refuse beyond those that no number option takes
using BadNumber = std::tuple<std::string, std::vector<std::string>>;

class BadNumbers : public ::testing::TestWithParam<BadNumber> {};

TEST_P(BadNumbers, AreRefusedWithOptionValueAndRule) {
  const auto& [option, more] = GetParam();
  std::vector<std::string> texts{"-1", "nan", "-nan", "inf", "-inf", "abc", "1x", "1e999", "0x10", "1,5", " 1"};
  texts.insert(texts.end(), more.begin(), more.end());
  for (const std::string& text : texts) {
    const NoRun answer = refused({"COBA", option, text});
    EXPECT_EQ(answer.exit_code, 2) << option << ' ' << text;
    EXPECT_THAT(answer.text, HasSubstr(option + " = " + text)) << "option and value";
    EXPECT_THAT(answer.text, HasSubstr(": must be ")) << "the rule";
  }
}

INSTANTIATE_TEST_SUITE_P(
    EveryNumberOption, BadNumbers,
    ::testing::Values(BadNumber{"--neurons", {"0", "1", "2", "4294967296", "400.5", "1e3"}},
                      BadNumber{"--probability", {"1.0000001", "2"}}, BadNumber{"--delay", {"0", "-0"}},
                      BadNumber{"--gexc", {"1e7"}}, BadNumber{"--ginh", {"1e7"}}, BadNumber{"--rate", {"1e10"}},
                      BadNumber{"--stim-duration", {"1e16"}}, BadNumber{"--duration", {"0", "-0", "1e16"}},
                      BadNumber{"--seed", {"1.5", "18446744073709551616"}},
                      BadNumber{"--record-cells", {"0", "3201", "1.5"}}, BadNumber{"--sampling-interval", {"0"}},
                      BadNumber{"--checkpoint-every", {"0", "-0", "1e16"}}),
    [](const auto& test) {
      std::string name = std::get<0>(test.param).substr(2);
      std::replace(name.begin(), name.end(), '-', '_');
      return name;
    });

TEST(Options, ZeroIsAcceptedWhereItMeansSomething) {
  const Options o = accepted({"COBA", "--probability", "0", "--gexc", "0", "--ginh", "0", "--rate", "0",
                              "--stim-duration", "0", "--seed", "0"});
  EXPECT_EQ(o.network.pconn + o.network.g_exc + o.network.g_inh + o.network.rate + o.network.stim_dur, 0.0);
  EXPECT_EQ(o.seed, 0U);
}

TEST(Options, WrongWordsAreRefusedWithTheWordsThatExist) {
  const std::vector<std::tuple<std::vector<std::string>, std::string>> cases{
      {std::vector<std::string>{}, "benchmark = (none): must be COBA or CUBA"},
      {{"FOO"}, "benchmark = FOO: must be COBA or CUBA"},
      {{"COBA", "--record", "w"}, "--record = w: must be a comma list of spikes, v, gsyn_exc, gsyn_inh (COBA)"},
      {{"CUBA", "--record", "gsyn_exc"}, "must be a comma list of spikes, v, isyn_exc, isyn_inh (CUBA)"},
      {{"COBA", "--record", "v,"}, "--record = v,: must be"},
      {{"COBA", "--format", "xml"}, "--format = xml: must be a comma list of gdf, csv, npz, h5, or none"},
      {{"COBA", "--format", "gdf,none"}, "--format = gdf,none: must be"},
      {{"COBA", "--network", "brain"}, "--network = brain: must be random or pynn"},
      {{"COBA", "--plot-figure", "x.jpg"}, "--plot-figure = x.jpg: must end in .png, .svg or .pdf"},
      {{"COBA", "--debug", "loud"}, "--debug = loud: must be trace, debug, info, warning or error"},
      {{"COBA", "--output", ""}, "--output = '': must name a folder"},
      {{"COBA", "--nonsense"}, "--nonsense"},
      {{"COBA", "CUBA"}, "CUBA"},
      {{"COBA", "--seed"}, "--seed"},
      {{"COBA", "--seed", "1", "--seed", "2"}, "--seed"},
  };
  for (const auto& [arguments, message] : cases) {
    const NoRun answer = refused(arguments);
    EXPECT_EQ(answer.exit_code, 2) << message;
    EXPECT_THAT(answer.text, HasSubstr(message));
  }
}

TEST(Options, OptionsThatWouldHaveNoEffectAreRefused) {
  EXPECT_THAT(refused({"CUBA", "--rate", "5"}).text, HasSubstr("--rate = 5 Hz: must be left out for CUBA"));
  EXPECT_THAT(refused({"CUBA", "--stim-duration", "5"}).text, HasSubstr("--stim-duration = 5 ms: must be left out"));
  for (const char* option : {"--neurons", "--probability"}) {
    EXPECT_THAT(refused({"COBA", "--network", "pynn", option, "1"}).text,
                HasSubstr(std::string(option) + " = 1: must be"))
        << option;
  }
  EXPECT_THAT(refused({"COBA", "--network", "pynn", "--use-csa"}).text, HasSubstr("--use-csa"));
}

TEST(Options, PrecisionsAreReadAndWiderOnesCertify) {
  EXPECT_EQ(accepted({"COBA"}).precision, Precision());
  EXPECT_FALSE(accepted({"COBA"}).certify);
  EXPECT_EQ(accepted({"COBA", "--precision", "Quad"}).precision, Precision::quad());
  EXPECT_EQ(accepted({"COBA", "--precision", "70"}).precision, Precision::decimal(70));
  const Options plain = accepted({"COBA", "--certify"});
  EXPECT_TRUE(plain.certify);
  EXPECT_EQ(plain.certify_reference, Precision::quad());
  EXPECT_EQ(plain.certify_check, Precision::decimal(50));
  const Options chosen = accepted({"COBA", "--certify", "--certify-reference", "50", "--certify-check", "100"});
  EXPECT_EQ(chosen.certify_reference, Precision::decimal(50));
  EXPECT_EQ(chosen.certify_check, Precision::decimal(100));
  EXPECT_EQ(accepted({"COBA", "--certify", "--certify-check", "None"}).certify_check, std::nullopt);
}

TEST(Options, PrecisionsThatDoNotExistOrCannotCertifyAreRefused) {
  for (const char* option : {"--precision", "--certify-reference", "--certify-check"}) {
    for (const char* text : {"0", "-1", "101", "nan", "inf", "float", "16.5", ""}) {
      const NoRun answer = refused({"COBA", "--certify", option, text});
      EXPECT_EQ(answer.exit_code, 2) << option << ' ' << text;
      EXPECT_THAT(answer.text, HasSubstr("must be double, quad or a number of digits from 1 to 100")) << text;
    }
  }
  EXPECT_THAT(refused({"COBA", "--certify", "--precision", "quad"}).text,
              HasSubstr("--certify-reference = quad: must be wider than what it is to check, quad"));
  EXPECT_THAT(refused({"COBA", "--certify", "--certify-check", "quad"}).text,
              HasSubstr("--certify-check = quad: must be wider than what it is to check, quad"));
  EXPECT_THAT(refused({"COBA", "--certify-reference", "50"}).text,
              HasSubstr("--certify-reference = 50: must be left out for a run without --certify"));
  EXPECT_THAT(refused({"COBA", "--certify-check", "none"}).text, HasSubstr("--certify-check = none: must be left out"));
}

TEST(Options, MethodIsOneOfThree) {
  EXPECT_EQ(accepted({"CUBA"}).method, SimulationMethod::automatic);
  EXPECT_EQ(accepted({"CUBA", "--method", "One-by-One"}).method, SimulationMethod::one_by_one);
  EXPECT_EQ(accepted({"CUBA", "--method", "order-free"}).method, SimulationMethod::order_free);
  EXPECT_EQ(accepted({"COBA", "--method", "near-spikes"}).method, SimulationMethod::near_spikes);
  EXPECT_THAT(refused({"CUBA", "--method", "fast"}).text,
              HasSubstr("--method = fast: must be automatic, one-by-one, order-free or near-spikes"));
}

TEST(Options, HelpShowsEveryOptionWithItsDefaultAndUnit) {
  const NoRun help = refused({"--help"});
  EXPECT_EQ(help.exit_code, 0);
  const std::vector<std::tuple<std::string, std::string, std::string>> options{
      {"--neurons", "", "4000"},
      {"--probability", "", "0.02"},
      {"--delay", "[ms]", "0.2"},
      {"--gexc", "[nS]", "4 for COBA, 0.27 for CUBA"},
      {"--ginh", "[nS]", "51 for COBA, 4.5 for CUBA"},
      {"--rate", "[Hz]", "100"},
      {"--stim-duration", "[ms]", "50"},
      {"--network", "", "random"},
      {"--use-views", "", "off"},
      {"--use-assembly", "", "off"},
      {"--use-csa", "", "off"},
      {"--duration", "[ms]", "1000"},
      {"--seed", "", std::to_string(Options().seed)},
      {"--threads", "", "all that pay"},
      {"--precision", "", "double"},
      {"--method", "", "automatic"},
      {"--certify", "", "off"},
      {"--certify-reference", "", "quad"},
      {"--certify-check", "", "50"},
      {"--checkpoint-every", "ms", "off"},
      {"--resume", "", "off"},
      {"--output", "", "results"},
      {"--format", "", "gdf"},
      {"--record", "[uS]", "spikes,v"},
      {"--record-cells", "", "2"},
      {"--sampling-interval", "[ms]", "0.1"},
      {"--plot-figure", "", "off"},
      {"--quiet", "", "off"},
      {"--json", "", "off"},
      {"--debug", "", "off"},
      {"--version", "", "off"},
      {"--help", "", "off"},
  };
  // One line per option again: folded lines begin with more spaces.
  std::string text;
  for (std::size_t i = 0; i < help.text.size(); ++i) {
    if (help.text.compare(i, 11, "\n          ") == 0) {
      i = help.text.find_first_not_of(" \n", i) - 1;
      text += ' ';
    } else {
      text += help.text[i];
    }
  }
  for (const auto& [option, unit, default_value] : options) {
    const std::size_t begin = text.find(option + " ");
    ASSERT_NE(begin, std::string::npos) << option;
    const std::string line = text.substr(begin, text.find('\n', begin) - begin);
    EXPECT_THAT(line, HasSubstr("(default " + default_value)) << option;
    EXPECT_THAT(line, HasSubstr(unit)) << option;
  }
  EXPECT_THAT(help.text, HasSubstr("Example: "));
}

TEST(Options, VersionIsThatOfTheLibrary) {
  const NoRun answer = refused({"--version"});
  EXPECT_EQ(answer.exit_code, 0);
  EXPECT_EQ(answer.text, "va-event " + std::string(version()) + "\n");
}

}  // namespace
}  // namespace va_event::cli
