// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <limits>
#include <sstream>

#include "option_declarations.hpp"
#include "option_values.hpp"
#include "plasticity_options.hpp"

namespace va_event::cli {

bool Options::writes(const std::string& what) const {
  return !formats.empty() && std::find(record.begin(), record.end(), what) != record.end();
}

std::vector<std::string> Options::variables() const {
  std::vector<std::string> names;
  if (figure) {
    names.emplace_back("v");
  }
  for (const std::string& word : record) {
    if (writes(word) && word != "spikes" && std::find(names.begin(), names.end(), word) == names.end()) {
      names.push_back(word);
    }
  }
  return names;
}

std::string Options::file_stem() const {
  return (std::filesystem::path(output) / ("va_" + std::string(name(network.benchmark)))).string();
}

namespace {

constexpr double kHighestRate = 1e9;  // far beyond any sensible use, but the simulation can still count with it [Hz]

/// `--plot-figure COBA`: a value that may be left out must not swallow the benchmark.
void give_back_benchmark(OptionTexts& texts) {
  for (const char* option : {"--plot-figure", "--debug"}) {
    const auto found = texts.find(option);
    if (found != texts.end() && texts.count("benchmark") == 0 && read_benchmark(found->second)) {
      texts["benchmark"] = found->second;
      found->second.clear();
    }
  }
}

Benchmark required_benchmark(const OptionTexts& texts) {
  const auto found = texts.find("benchmark");
  if (found == texts.end()) {
    throw ParameterError("benchmark", "(none)", "", "must be COBA or CUBA");
  }
  const auto benchmark = read_benchmark(found->second);
  if (!benchmark) {
    throw UnknownNameError("benchmark", found->second, "", "must be COBA or CUBA");
  }
  return *benchmark;
}

void read_network(const OptionTexts& texts, VogelsAbbottParameters& p) {
  // Both populations need a cell, and the ids of all cells, those of the stimulus included, have 32 bits.
  read_integer(texts, "--neurons", 3, std::numeric_limits<CellId>::max() - p.n_stim, p.n);
  read_real(texts, "--probability", "", {.zero = true, .high = 1.0}, p.pconn);
  read_real(texts, "--delay", "ms", {.zero = false, .high = kLongestMs}, p.delay);
  read_real(texts, "--gexc", "nS", {.zero = true, .high = kLargestConductance}, p.g_exc);
  read_real(texts, "--ginh", "nS", {.zero = true, .high = kLargestConductance}, p.g_inh);
  if (p.benchmark == Benchmark::cuba) {
    must_be_absent(texts, "--rate", "Hz", "CUBA, which has no external stimulus");
    must_be_absent(texts, "--stim-duration", "ms", "CUBA, which has no external stimulus");
  }
  read_real(texts, "--rate", "Hz", {.zero = true, .high = kHighestRate}, p.rate);
  read_real(texts, "--stim-duration", "ms", {.zero = true, .high = kLongestMs}, p.stim_dur);

  const auto kind = texts.find("--network");
  p.pynn_network = kind != texts.end() && kind->second == "pynn";
  if (kind != texts.end() && !p.pynn_network && kind->second != "random") {
    throw UnknownNameError("--network", kind->second.empty() ? "''" : kind->second, "", "must be random or pynn");
  }
  if (p.pynn_network) {
    must_be_absent(texts, "--neurons", "", "--network pynn, which is one given network");
    must_be_absent(texts, "--probability", "", "--network pynn, which is one given network");
    if (p.style.use_csa) {
      reject("--use-csa", "on", "", "must be left out for --network pynn, whose connections come from numpy");
    }
  }
}

void read_recording(const OptionTexts& texts, Options& options) {
  if (const auto record = texts.find("--record"); record != texts.end()) {
    std::vector<std::string> recordable{"spikes"};
    for (const VariableInfo& variable : cell_type(options.network).model().variables) {
      recordable.emplace_back(variable.name);
    }
    options.record =
        read_list("--record", record->second, recordable, " (" + std::string(name(options.network.benchmark)) + ")");
  }
  read_integer(texts, "--record-cells", 1, options.network.n_exc(), options.record_cells);
  options.record_cells = std::min<std::uint64_t>(options.record_cells, options.network.n_exc());
  read_real(texts, "--sampling-interval", "ms", {.zero = false, .high = kLongestMs}, options.sampling_interval);
  if (!options.network.plasticity.changes_weights()) {
    must_be_absent(texts, "--record-weights", "ms", "a run without --plasticity stdp");
  }
  if (texts.count("--record-weights") == 0) {
    must_be_absent(texts, "--record-synapses", "", "a run without --record-weights");
    return;
  }
  read_real(texts, "--record-weights", "ms", {.zero = false, .high = kLongestMs}, options.record_weights.emplace());
  read_integer(texts, "--record-synapses", 1, std::numeric_limits<std::uint64_t>::max(), options.record_synapses);
}

void read_figure(const std::string& text, Options& options) {
  if (text.empty()) {
    options.figure = options.file_stem() + ".png";
    return;
  }
  require_figure_ending("--plot-figure", text);
  options.figure = text;
}

void read_output(const OptionTexts& texts, Options& options) {
  if (const auto output = texts.find("--output"); output != texts.end()) {
    if (output->second.empty()) {
      reject("--output", output->second, "", "must name a folder");
    }
    options.output = output->second;
  }
  if (const auto format = texts.find("--format"); format != texts.end()) {
    std::vector<std::string> known;
    for (const std::string_view ending : file_formats()) {
      known.emplace_back(ending.substr(1));
    }
    options.formats.clear();
    if (lower_case(format->second) != "none") {
      options.formats = read_list("--format", lower_case(format->second), known, ", or none");
    }
  }
  if (const auto figure = texts.find("--plot-figure"); figure != texts.end()) {
    read_figure(figure->second, options);
  }
  if (const auto debug = texts.find("--debug"); debug != texts.end()) {
    const std::string level = debug->second.empty() ? "debug" : lower_case(debug->second);
    if (level != "trace" && level != "debug" && level != "info" && level != "warning" && level != "error") {
      throw UnknownNameError("--debug", debug->second, "", "must be trace, debug, info, warning or error");
    }
    options.log_level = level;
  }
}

void require_wider(const std::string& option, const Precision& wider, const Precision& narrower) {
  if (wider.digits() <= narrower.digits()) {
    reject(option, wider.name(), "", "must be wider than what it is to check, " + narrower.description());
  }
}

void read_certify(const OptionTexts& texts, Options& options) {
  const auto check = texts.find("--certify-check");
  if (check != texts.end() && lower_case(check->second) == "none") {
    options.certify_check.reset();
  } else {
    read_precision(texts, "--certify-check", *options.certify_check);
  }
  read_precision(texts, "--certify-reference", options.certify_reference);
  if (!options.certify) {
    for (const char* option : {"--certify-reference", "--certify-check"}) {
      must_be_absent(texts, option, "", "a run without --certify");
    }
    return;
  }
  require_wider("--certify-reference", options.certify_reference, options.precision);
  if (options.certify_check) {
    require_wider("--certify-check", *options.certify_check, options.certify_reference);
  }
}

void read_all(OptionTexts texts, Options& options) {
  give_back_benchmark(texts);
  const Style style = options.network.style;
  options.network = VogelsAbbottParameters(required_benchmark(texts));
  options.network.style = style;
  read_network(texts, options.network);
  read_plasticity(texts, options.network);
  read_real(texts, "--duration", "ms", {.zero = false, .high = kLongestMs}, options.duration);
  read_integer(texts, "--seed", 0, std::numeric_limits<std::uint64_t>::max(), options.seed);
  read_integer(texts, "--threads", 1, kMostThreads, options.threads);
  read_precision(texts, "--precision", options.precision);
  read_method(texts, "--method", options.method);
  if (texts.count("--checkpoint-every") > 0) {
    read_real(texts, "--checkpoint-every", "ms", {.zero = false, .high = kLongestMs},
              options.checkpoint_every.emplace());
  }
  read_certify(texts, options);
  read_recording(texts, options);
  read_output(texts, options);
}

NoRun wrong_use(const std::string& message) {
  return {2, "va-event: " + message + "\nva-event --help shows every option.\n"};
}

}  // namespace

std::variant<Options, NoRun> parse_options(std::vector<std::string> arguments) {
  Options options;
  OptionTexts texts;
  CLI::App app;
  declare_options(app, texts, options);

  std::reverse(arguments.begin(), arguments.end());  // the order that CLI11 takes
  try {
    app.parse(arguments);
    read_all(texts, options);
  } catch (const CLI::ParseError& request) {
    std::ostringstream out;
    std::ostringstream errors;
    if (app.exit(request, out, errors) == 0) {
      return NoRun{0, out.str()};
    }
    return wrong_use(request.what());
  } catch (const UserError& error) {
    return wrong_use(error.what());
  }
  return options;
}

}  // namespace va_event::cli
