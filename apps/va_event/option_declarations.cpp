// SPDX-License-Identifier: Apache-2.0
#include "option_declarations.hpp"

#include <memory>

#include "declaration.hpp"
#include "plasticity_options.hpp"

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
  app.formatter(std::make_shared<HelpFormatter>("va-event {COBA|CUBA} [OPTIONS]"));
  app.add_option_function<std::string>(
         "benchmark", [&texts](const std::string& value) { texts["benchmark"] = value; }, "COBA or CUBA, in any case")
      ->type_name("");
  Declaration declare(app, texts);
  declare_network(declare, o.network);
  declare_plasticity(declare);
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
  declare.text(
      "--method", "M",
      "how the inputs of neurons are taken, the same spikes to rounding: one-by-one, in the order of time; "
      "order-free, added up as integers, and near-spikes, so that v is computed only where a spike may be near, "
      "where the model allows it; or automatic",
      std::string(name_of(o.method)));
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
  declare.text("--record-weights", "MS",
               "stdp: write the weights of excitatory synapses over time, sampled at this interval [ms]", "off");
  declare.number("--record-synapses", "N", "of how many, spread evenly over all of them",
                 static_cast<double>(o.record_synapses));
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
  declare.version_and_help("va-event");
}

}  // namespace va_event::cli
