// SPDX-License-Identifier: Apache-2.0
#include "option_declarations.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>

namespace va_event::cli {
namespace {

constexpr const char* kDescription =
    "Simulates the Vogels-Abbott network of excitatory and inhibitory neurons, benchmarks 1 (COBA, conductance-based\n"
    "synapses) and 2 (CUBA, current-based) of Brette et al. 2007 (J. Comput. Neurosci. 23:349-398), event by event "
    "and\n"
    "without a time step.";
constexpr const char* kFooter =
    "Example: ten seconds of CUBA, spikes and potentials of five cells for numpy, and a figure\n"
    "  va-event CUBA --duration 10000 --record spikes,v --record-cells 5 --format npz --plot-figure cuba.png\n"
    "Exit code: 0 done; 1 failed; 2 wrong use; 130, 143 stopped by Ctrl-C, SIGTERM, after writing what there is.";

/// CLI11's help with our first line, without doubled empty lines, and folded to the width of a terminal.
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_usage(const CLI::App* /*app*/, std::string /*name*/) const override {
    return "\nUsage: va-event {COBA|CUBA} [OPTIONS]\n";
  }
  std::string make_group(std::string title, bool is_positional,
                         std::vector<const CLI::Option*> options) const override {
    std::string text = (is_positional ? "\n" : "") + title + ":\n";
    for (const CLI::Option* option : options) {
      text += make_option(option, is_positional);
    }
    return text + (is_positional ? "\n" : "");
  }
  std::string make_option(const CLI::Option* option, bool is_positional) const override {
    std::string text = "  " + make_option_name(option, is_positional) + make_option_opts(option);
    text.resize(std::max(text.size() + 1, kColumn), ' ');
    std::size_t line_begin = 0;
    std::istringstream words(make_option_desc(option));
    for (std::string word; words >> word;) {
      if (text.size() - line_begin + word.size() > kWidth) {
        text.back() = '\n';
        line_begin = text.size();
        text.append(kColumn, ' ');
      }
      text += word + ' ';
    }
    text.back() = '\n';
    return text;
  }

 private:
  static constexpr std::size_t kColumn = 27;  // where the meanings begin
  static constexpr std::size_t kWidth = 100;
};

/// Declares options; every text says the unit and the default.
class Declaration {
 public:
  Declaration(CLI::App& app, OptionTexts& texts) : app_(app), texts_(texts) {}

  void group(const std::string& title) { group_ = title; }

  CLI::Option* text(const std::string& option, const std::string& placeholder, const std::string& meaning,
                    const std::string& default_value) {
    OptionTexts& texts = texts_;
    return app_
        .add_option_function<std::string>(
            option, [&texts, option](const std::string& value) { texts[option] = value; },
            meaning + " (default " + default_value + ")")
        ->type_name(placeholder)
        ->group(group_);
  }
  void number(const std::string& option, const std::string& placeholder, const std::string& meaning, double value) {
    text(option, placeholder, meaning, shown(value));
  }
  void flag(const std::string& option, bool& value, const std::string& meaning) {
    app_.add_flag(option, value, meaning + " (default off)")->group(group_);
  }

  [[nodiscard]] static std::string shown(double value) {
    std::ostringstream out;
    out << value;
    return out.str();
  }

 private:
  CLI::App& app_;
  OptionTexts& texts_;
  std::string group_;
};

void declare_network(Declaration& declare, VogelsAbbottParameters& p) {
  const VogelsAbbottParameters coba(Benchmark::coba);
  const VogelsAbbottParameters cuba(Benchmark::cuba);
  const auto both = [](double of_coba, double of_cuba) {
    return Declaration::shown(of_coba) + " for COBA, " + Declaration::shown(of_cuba) + " for CUBA";
  };
  declare.group("Network");
  declare.number("--neurons", "N", "number of neurons, 4 excitatory ones to 1 inhibitory one",
                 static_cast<double>(p.n));
  declare.number("--probability", "P", "probability of a synapse from one neuron to another, 0 to 1", p.pconn);
  declare.number("--delay", "MS", "delay of every synapse [ms]", p.delay);
  declare.text("--gexc", "NS", "excitatory conductance [nS]", both(coba.g_exc, cuba.g_exc));
  declare.text("--ginh", "NS", "inhibitory conductance [nS]", both(coba.g_inh, cuba.g_inh));
  declare.number("--rate", "HZ", "rate of each of the 20 Poisson sources that start COBA [Hz]", p.rate);
  declare.number("--stim-duration", "MS", "how long these sources are active [ms]", p.stim_dur);
  declare.text("--network", "KIND",
               "random: drawn by --seed; pynn: the network that PyNN's VAbenchmarks.py builds, synapse for synapse",
               "random");
  declare.flag("--use-views", p.style.use_views, "use population views in creating the network");
  declare.flag("--use-assembly", p.style.use_assembly, "use assemblies in creating the network");
  declare.flag("--use-csa", p.style.use_csa, "use the Connection-Set Algebra to define the connectivity");
}

}  // namespace

void declare_options(CLI::App& app, OptionTexts& texts, Options& o) {
  app.description(kDescription);
  app.footer(kFooter);
  app.formatter(std::make_shared<HelpFormatter>());
  app.add_option_function<std::string>(
         "benchmark", [&texts](const std::string& value) { texts["benchmark"] = value; }, "COBA or CUBA, in any case")
      ->type_name("");
  Declaration declare(app, texts);
  declare_network(declare, o.network);
  declare.group("Simulation");
  declare.number("--duration", "MS", "simulated time [ms]", o.duration);
  declare.text("--seed", "N", "seed of every random number; with --network pynn, of the Poisson spikes only",
               std::to_string(o.seed));
  declare.text("--threads", "N", "threads that simulate; the results are bit for bit the same for any number",
               "all that pay");
  declare.text("--precision", "P",
               "arithmetic of the simulation: double; quad (33 digits; COBA for 1000 ms: 2 minutes); or a number of "
               "digits up to "
               "100. The network and its stimulus are the same in all of them",
               o.precision.name());
  declare.flag("--certify", o.certify,
               "after the run, simulate in wider arithmetic side by side, and report until when and how closely every "
               "spike is right; COBA for 1000 ms: a quarter of an hour");
  declare.text("--certify-reference", "P", "the wider arithmetic, as in --precision", o.certify_reference.name());
  declare.text("--certify-check", "P", "a still wider one that checks the reference; or none", o.certify_check->name());
  declare.text("--checkpoint-every", "MS",
               "after every so many ms of simulated time, and where the run ends or is interrupted, save all that it "
               "takes to go on in va_<benchmark>.checkpoint beside the other files",
               "off");
  declare.flag("--resume", o.resume,
               "go on from that file, with the same options but for those that change no result; a longer --duration "
               "goes on with a run that is complete");

  declare.group("Recording and files");
  declare.text("--output", "DIR", "folder of all files, made when it is missing", o.output);
  declare.text("--format", "LIST",
               "of gdf,csv,npz,h5: formats of the files (signals go to csv instead of gdf); or none",
               join(o.formats, ","));
  declare.text("--record", "LIST",
               "of spikes,v and gsyn_exc,gsyn_inh [uS] (COBA) or isyn_exc,isyn_inh [nA] (CUBA): what is written",
               join(o.record, ","));
  declare.number("--record-cells", "N", "how many excitatory cells have their v, ... recorded",
                 static_cast<double>(o.record_cells));
  declare.number("--sampling-interval", "MS", "between two samples of v, ... [ms]", o.sampling_interval);
  declare
      .text("--plot-figure", "[FILE]", "plot the results to a .png, .svg or .pdf file",
            "off; without FILE: va_<benchmark>.png in the folder of --output")
      ->expected(0, 1);

  declare.group("What is shown");
  declare.flag("--quiet", o.quiet, "show the report only, no progress");
  declare.flag("--json", o.json, "print the report as one JSON object, and all else to stderr");
  declare
      .text("--debug", "[LEVEL]", "print debugging information to stderr: trace, debug, info, warning or error",
            "off; without LEVEL: debug")
      ->expected(0, 1);
  app.set_version_flag("--version", "va-event " + std::string(version()), "print the version and exit (default off)")
      ->group("What is shown");
  app.set_help_flag();  // CLI11 declares it first, and its group would come first
  app.set_help_flag("-h,--help", "print this and exit (default off)")->group("What is shown");
}

}  // namespace va_event::cli
