// SPDX-License-Identifier: Apache-2.0
// Study "simulators": the identical network in other simulators, at shrinking steps, against the event-driven run.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <sstream>

#include "va_crossval/command.hpp"
#include "va_crossval/comparison.hpp"
#include "va_crossval/fit.hpp"
#include "va_crossval/network_statistics.hpp"
#include "va_crossval/peer_statistics.hpp"
#include "va_crossval/plot.hpp"
#include "va_crossval/schemes.hpp"
#include "va_crossval/simulators/common_errors.hpp"
#include "va_crossval/simulators/network_file.hpp"
#include "va_crossval/simulators/peer_choice.hpp"
#include "vogels_abbott.hpp"

namespace va_event::crossval {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr double kWrongMs = 1.0;             // farther off, a spike is another spike: the same limit at every step
constexpr double kSynapsesPerNeuron = 80.0;  // of the full network; small ones keep it as far as they can
constexpr double kFloorMs = 1e-9;            // below, errors are rounding errors of the times

struct Settings {
  std::vector<cli::Benchmark> models;
  std::vector<double> steps;
  double duration;  ///< [ms]
  std::uint64_t seed = 17;
  std::uint64_t neurons;
  PeerChoice peers;
};

/// Our run, what the others get, and what all of them made of it.
struct Comparison {
  cli::Benchmark model;
  NetworkDescription description;
  ActivityWindow window;
  Spikes exact;
  double exact_s = 0.0;
  std::vector<std::pair<std::size_t, PeerRun>> runs{};  ///< the peer's index
};

Settings read_settings(const cli::OptionTexts& texts, bool quick) {
  Settings settings{
      .models = read_benchmarks(texts),
      .steps = read_steps(texts, quick ? std::vector{0.1, 0.05, 0.025} : std::vector{0.1, 0.05, 0.025, 0.0125}),
      .duration = quick ? 60.0 : 100.0,
      .neurons = quick ? std::uint64_t{200} : std::uint64_t{4000},
      .peers = read_peer_choice(texts, false)};
  cli::read_real(texts, "--duration", "ms", {.zero = false, .high = 1e5}, settings.duration);
  cli::read_integer(texts, "--seed", 0, std::numeric_limits<std::uint64_t>::max(), settings.seed);
  cli::read_integer(texts, "--neurons", 2, 1000000, settings.neurons);
  const double delay = cli::VogelsAbbottParameters().delay;
  for (const double dt : settings.steps) {
    if (const double steps = delay / dt; std::abs(steps - std::round(steps)) > 1e-9 * steps || steps < 0.5) {
      throw ParameterError("--dt", dt, "ms", "must divide the delay, 0.2 ms, which the others would round");
    }
  }
  return settings;
}

NetworkDescription describe(const cli::VogelsAbbott& network, const cli::VogelsAbbottParameters& p, double duration) {
  const CellType type = cli::cell_type(p);
  NetworkDescription description{.model = std::string(type.model().name), .duration = duration};
  for (std::size_t i = 0; i < type.values().size(); ++i) {
    description.parameters.emplace_back(type.model().parameters[i].name, type.values()[i]);
  }
  for (const PopulationView& cells : {network.exc, network.inh}) {
    const std::vector<double> v = cells.value("v");
    description.v.insert(description.v.end(), v.begin(), v.end());
  }
  const auto inh = static_cast<CellId>(network.exc.size());
  const auto sources = static_cast<CellId>(description.v.size());
  const auto add = [&description](const std::vector<Projection>& projections, const std::string& label, CellId pre,
                                  CellId post, bool inhibitory) {
    for (const Projection& projection : projections) {
      if (projection.label() == label) {
        description.add(projection, pre, post, inhibitory);
      }
    }
  };
  add(network.projections, "e2e", 0, 0, false);
  add(network.projections, "e2i", 0, inh, false);
  add(network.projections, "i2e", inh, 0, true);
  add(network.projections, "i2i", inh, inh, true);
  add(network.external, "ext2e", sources, 0, false);
  add(network.external, "ext2i", sources, inh, false);
  return description;
}

/// Simulates the network event-driven and writes it for the others.
Comparison export_network(const Settings& settings, cli::Benchmark model, const std::string& path,
                          const Session& session) {
  cli::VogelsAbbottParameters p(model);
  p.n = settings.neurons;
  p.pconn = std::min(1.0, kSynapsesPerNeuron / static_cast<double>(p.n));
  Simulation simulation({.seed = settings.seed});
  const cli::VogelsAbbott network = cli::build(simulation, p, [](const std::string&) {});
  const Assembly neurons = network.exc + network.inh;
  neurons.record("spikes");
  if (network.stimulus) {
    network.stimulus->record("spikes");
  }
  Comparison comparison{.model = model,
                        .description = describe(network, p, settings.duration),
                        .window = {network.exc.size(), network.inh.size(), 0.0, settings.duration},
                        .exact = {}};
  const auto start = std::chrono::steady_clock::now();
  session.run(simulation, settings.duration);
  comparison.exact_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  comparison.exact = neurons.spikes();
  if (network.stimulus) {
    const Spikes stimulus = network.stimulus->spikes();
    for (std::size_t i = 0; i < stimulus.size(); ++i) {
      comparison.description.source_ids.push_back(stimulus.ids[i]);
      comparison.description.source_times.push_back(stimulus.times[i].ms());
    }
  }
  write_network(path, comparison.description);
  return comparison;
}

Table accuracy_table() {
  return {.name = "accuracy",
          .title =
              "The identical network in other simulators. Median and maximum error: of the spikes before the first "
              "wrong one; median, common: of those that both runs have at every step of that simulator",
          .columns = {{"model"},
                      {"simulator"},
                      {"method"},
                      {"dt", "ms"},
                      {"first wrong", "ms"},
                      {"right spikes"},
                      {"median error", "ms"},
                      {"max error", "ms"},
                      {"median, common", "ms"},
                      {"spikes"},
                      {"last spike", "ms"},
                      {"rate E", "Hz"},
                      {"rate I", "Hz"},
                      {"CV of ISI"},
                      {"build", "s"},
                      {"run", "s"}}};
}

Table order_table() {
  return {.name = "orders",
          .title =
              "Do they come closer? Order of convergence to the event-driven run: median error of the common spikes ~ "
              "dt^order",
          .columns = {{"model"}, {"simulator"}, {"version"}, {"common spikes"}, {"order"}, {"std. error"}}};
}

std::vector<Entry> row_of(const Comparison& all, const std::string& simulator, const PeerRun& run,
                          const NetworkComparison* compared, double common_median) {
  auto statistics = network_statistics(run.spikes, all.window);
  return {std::string(cli::name(all.model)),
          simulator,
          run.settings,
          compared != nullptr ? run.dt : kNone,
          compared != nullptr ? compared->first_wrong_ms.value_or(kNone) : kNone,
          compared != nullptr ? Entry(static_cast<std::int64_t>(compared->right)) : Entry(),
          compared != nullptr ? compared->median_error : kNone,
          compared != nullptr ? compared->max_error : kNone,
          common_median,
          static_cast<std::int64_t>(run.spikes.size()),
          last_spike_ms(run.spikes),
          statistics[kRateExc],
          statistics[kRateInh],
          statistics[kCvIsi],
          compared != nullptr ? run.build_s : kNone,
          run.run_s};
}

std::vector<const Spikes*> spikes_of(const Comparison& all, std::size_t peer) {
  std::vector<const Spikes*> runs;
  for (const auto& [index, run] : all.runs) {
    if (index == peer) {
      runs.push_back(&run.spikes);
    }
  }
  return runs;
}

/// Fills both tables and makes the panel of the figure.
Panel tabulate(const Comparison& all, const Settings& settings, Study& study) {
  const std::string label(cli::name(all.model));
  Panel panel{.title = label,
              .x = {.label = "time step [ms]", .ticks = settings.steps},
              .y = {.label = "median error of common spikes [ms]"}};
  const PeerRun exact{.dt = kNone, .settings = "event-driven", .run_s = all.exact_s, .spikes = all.exact};
  study.tables[0].rows.push_back(row_of(all, "va-event", exact, nullptr, kNone));
  for (std::size_t peer = 0; peer < settings.peers.wanted.size(); ++peer) {
    const CommonErrors common = common_errors(all.exact, spikes_of(all, peer), kWrongMs);
    std::vector<ErrorPoint> points;
    Curve curve{
        .title = settings.peers.wanted[peer].name,
        .style = "linespoints lw 1.5 ps 0.8 pt " + std::to_string(5 + 2 * peer) + " lc rgb '" + colour(peer) + "'"};
    for (const auto& [index, run] : all.runs) {
      if (index == peer) {
        const auto whole = compare_networks(all.exact, run.spikes, kWrongMs, settings.duration);
        const double typical = common.medians[points.size()];
        study.tables[0].rows.push_back(row_of(all, settings.peers.wanted[peer].name, run, &whole, typical));
        points.push_back({run.dt, typical, true});
        curve.points.emplace_back(run.dt, typical);
      }
    }
    if (!points.empty()) {
      const Line line = fit_order(points, kFloorMs);
      study.tables[1].rows.push_back({label, settings.peers.wanted[peer].name, settings.peers.found[peer]->version,
                                      static_cast<std::int64_t>(common.spikes), line.slope, line.slope_error});
      panel.curves.push_back(std::move(curve));
    }
  }
  return panel;
}

void run_all(const Settings& settings, const PeerTask& task, Comparison& comparison, std::vector<std::string>& failures,
             Session& session) {
  for (std::size_t peer = 0; peer < settings.peers.wanted.size(); ++peer) {
    if (!settings.peers.found[peer]) {
      continue;
    }
    const std::string what =
        std::string(cli::name(comparison.model)) + ": " + settings.peers.wanted[peer].name + ", dt = ";
    std::size_t done = 0;
    const auto announce = [&] {
      if (done < task.steps.size()) {
        session.step(what + std::to_string(task.steps[done]) + " ms");
      }
    };
    announce();
    try {
      for (PeerRun& run : run_peer(
               settings.peers.wanted[peer], *settings.peers.found[peer], task,
               [&](const PeerRun&) {
                 ++done;
                 announce();
               },
               [&session] { session.check(); })) {
        comparison.runs.emplace_back(peer, std::move(run));
      }
    } catch (const Error& error) {
      failures.emplace_back(error.what());
    }
  }
}

std::vector<std::string> notes_of(const Settings& settings) {
  std::vector<std::string> notes{
      "Every simulator reads the same file: initial potentials, synapses with weights and delays, and the spikes of "
      "the Poisson sources. Times are the ones that it reports; Brian2 reports the begin of the step at whose end the "
      "threshold is seen, NEST and NEURON its end.",
      "A spike is wrong when the k-th spike of a neuron is more than 1 ms from the k-th spike of the event-driven run, "
      "or has no partner. Median and maximum error are those of the spikes before the first wrong one; median, "
      "common: of the spikes that are right at every step of that simulator, the same ones at every step.",
      "Activity that ends long before the run (last spike) has died out. COBA comes near to that when its stimulus "
      "ends after 50 ms; which run survives is then decided by the errors of its step, as it is by any perturbation "
      "(va-crossval chaos).",
      "Build is the wall time of making the network and, in Brian2, of compiling; run is that of the simulation "
      "alone, one thread."};
  const std::vector<std::string> absent = settings.peers.notes();
  notes.insert(notes.end(), absent.begin(), absent.end());
  return notes;
}

void run_simulators(const cli::OptionTexts& texts, Session& session) {
  Settings settings = read_settings(texts, session.quick());
  const std::filesystem::path output(session.options().output);
  PeerTask task{.folder = (output / "simulators").string(),
                .network = {},
                .name = {},
                .steps = settings.steps,
                .quick = session.quick() || settings.neurons < 1000};
  settings.peers.find(task.folder, session);
  const std::size_t present = settings.peers.present();

  Study study{.name = "simulators",
              .title =
                  "Other simulators on the identical network: their errors shrink with the time step towards the "
                  "event-driven run",
              .command = session.command()};
  study.parameters = {{"neurons", settings.neurons},
                      {"duration_ms", settings.duration},
                      {"seed", settings.seed},
                      {"dt_ms", settings.steps},
                      {"wrong_beyond_ms", kWrongMs}};
  study.tables = {accuracy_table(), order_table()};
  std::vector<Panel> panels;
  std::vector<std::string> failures;
  session.start(settings.models.size() * (1 + present * settings.steps.size()));
  for (const cli::Benchmark model : settings.models) {
    task.name = std::string(cli::name(model));
    task.network = (output / "simulators" / (task.name + ".h5")).string();
    session.step(task.name + ": event-driven");
    Comparison comparison = export_network(settings, model, task.network, session);
    run_all(settings, task, comparison, failures, session);
    panels.push_back(tabulate(comparison, settings, study));
  }
  if (present > 0) {
    session.draw(study, "errors", "Other simulators against the event-driven run",
                 "Median difference of the spike times to the event-driven ones, over the spikes that are right at "
                 "every step of that simulator.",
                 draw_panels(panels));
  }
  study.notes = notes_of(settings);
  study.notes.insert(study.notes.end(), failures.begin(), failures.end());
  session.publish(study);
  if (!failures.empty()) {
    throw Error(failures.front());
  }
}

}  // namespace

Command simulators_command() {
  return {.name = "simulators",
          .summary = "Brian2, NEURON and NEST, where installed, on the identical network at shrinking steps",
          .run_time = "30 s per simulator",
          .example = "simulators COBA --simulators brian2,neuron",
          .options = {{"--simulators", "LIST", "of brian2, neuron, nest", "all that are installed"},
                      {"--python", "LIST", "interpreters; each simulator runs in the first that can import it and h5py",
                       "python3,/usr/bin/python3"},
                      {"--dt", "LIST", "time steps [ms], which divide 0.2", "0.1, 0.05, 0.025, 0.0125"},
                      {"--duration", "MS", "simulated time [ms]", "100"},
                      {"--neurons", "N", "with 80 synapses each", "4000"},
                      {"--seed", "N", "of the network", "17"}},
          .positional = "COBA|CUBA",
          .run = run_simulators};
}

}  // namespace va_event::crossval
