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
#include "va_crossval/simulators/network_file.hpp"
#include "va_crossval/simulators/peers.hpp"
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
  std::vector<Peer> wanted;
  std::vector<std::string> interpreters{"python3", "/usr/bin/python3"};
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

std::vector<Peer> read_peers(const cli::OptionTexts& texts) {
  std::vector<std::string> keys;
  for (const Peer& peer : peers()) {
    keys.push_back(peer.key);
  }
  if (const auto text = texts.find("--simulators"); text != texts.end()) {
    keys = cli::read_list("--simulators", text->second, keys);
  }
  std::vector<Peer> wanted;
  std::copy_if(peers().begin(), peers().end(), std::back_inserter(wanted),
               [&keys](const Peer& peer) { return std::find(keys.begin(), keys.end(), peer.key) != keys.end(); });
  return wanted;
}

Settings read_settings(const cli::OptionTexts& texts, bool quick) {
  Settings settings{
      .models = read_benchmarks(texts),
      .steps = read_steps(texts, quick ? std::vector{0.1, 0.05, 0.025} : std::vector{0.1, 0.05, 0.025, 0.0125}),
      .duration = quick ? 60.0 : 100.0,
      .neurons = quick ? std::uint64_t{200} : std::uint64_t{4000},
      .wanted = read_peers(texts)};
  cli::read_real(texts, "--duration", "ms", {.zero = false, .high = 1e5}, settings.duration);
  cli::read_integer(texts, "--seed", 0, std::numeric_limits<std::uint64_t>::max(), settings.seed);
  cli::read_integer(texts, "--neurons", 2, 1000000, settings.neurons);
  if (const auto python = texts.find("--python"); python != texts.end()) {
    settings.interpreters.clear();
    std::istringstream words(python->second);
    for (std::string word; std::getline(words, word, ',');) {
      settings.interpreters.push_back(word);
    }
  }
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

/// |error| of each right spike of a run [ms], by neuron and number of the spike.
using SpikeErrors = std::map<std::pair<CellId, std::size_t>, double>;

SpikeErrors errors_of(const Spikes& exact, const Spikes& tested) {
  std::map<CellId, std::vector<Time>> trains;
  for (std::size_t i = 0; i < tested.size(); ++i) {
    trains[tested.ids[i]].push_back(tested.times[i]);
  }
  std::map<CellId, std::size_t> count;
  SpikeErrors errors;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    const CellId id = exact.ids[i];
    const std::size_t k = count[id]++;
    const double error = k < trains[id].size() ? std::abs(trains[id][k].minus(exact.times[i])) : kNone;
    if (error <= kWrongMs) {
      errors[{id, k}] = error;
    }
  }
  return errors;
}

/// The spikes that are right in all runs of a simulator are the same spikes at every step: their median errors.
struct CommonErrors {
  std::size_t spikes = 0;
  std::vector<double> medians{};  ///< of each run [ms]
};

CommonErrors common_errors(const Comparison& all, std::size_t peer) {
  std::vector<SpikeErrors> runs;
  for (const auto& [index, run] : all.runs) {
    if (index == peer) {
      runs.push_back(errors_of(all.exact, run.spikes));
    }
  }
  std::vector<std::vector<double>> kept(runs.size());
  if (!runs.empty()) {
    for (const auto& entry : runs.front()) {
      if (std::all_of(runs.begin(), runs.end(), [&entry](const SpikeErrors& e) { return e.count(entry.first) > 0; })) {
        for (std::size_t k = 0; k < runs.size(); ++k) {
          kept[k].push_back(runs[k].at(entry.first));
        }
      }
    }
  }
  CommonErrors result{.spikes = kept.empty() ? 0 : kept.front().size()};
  for (std::vector<double>& errors : kept) {
    result.medians.push_back(median(std::move(errors)));
  }
  return result;
}

/// Fills both tables and makes the panel of the figure.
Panel tabulate(const Comparison& all, const Settings& settings, const std::vector<std::optional<FoundPeer>>& found,
               Study& study) {
  const std::string label(cli::name(all.model));
  Panel panel{.title = label,
              .x = {.label = "time step [ms]", .ticks = settings.steps},
              .y = {.label = "median error of common spikes [ms]"}};
  const PeerRun exact{.dt = kNone, .settings = "event-driven", .run_s = all.exact_s, .spikes = all.exact};
  study.tables[0].rows.push_back(row_of(all, "va-event", exact, nullptr, kNone));
  for (std::size_t peer = 0; peer < settings.wanted.size(); ++peer) {
    const CommonErrors common = common_errors(all, peer);
    std::vector<ErrorPoint> points;
    Curve curve{
        .title = settings.wanted[peer].name,
        .style = "linespoints lw 1.5 ps 0.8 pt " + std::to_string(5 + 2 * peer) + " lc rgb '" + colour(peer) + "'"};
    for (const auto& [index, run] : all.runs) {
      if (index == peer) {
        const auto whole = compare_networks(all.exact, run.spikes, kWrongMs, settings.duration);
        const double typical = common.medians[points.size()];
        study.tables[0].rows.push_back(row_of(all, settings.wanted[peer].name, run, &whole, typical));
        points.push_back({run.dt, typical, true});
        curve.points.emplace_back(run.dt, typical);
      }
    }
    if (!points.empty()) {
      const Line line = fit_order(points, kFloorMs);
      study.tables[1].rows.push_back({label, settings.wanted[peer].name, found[peer]->version,
                                      static_cast<std::int64_t>(common.spikes), line.slope, line.slope_error});
      panel.curves.push_back(std::move(curve));
    }
  }
  return panel;
}

void run_all(const Settings& settings, const std::vector<std::optional<FoundPeer>>& found, const PeerTask& task,
             Comparison& comparison, std::vector<std::string>& failures, Session& session) {
  for (std::size_t peer = 0; peer < settings.wanted.size(); ++peer) {
    if (!found[peer]) {
      continue;
    }
    const std::string what = std::string(cli::name(comparison.model)) + ": " + settings.wanted[peer].name + ", dt = ";
    std::size_t done = 0;
    const auto announce = [&] {
      if (done < task.steps.size()) {
        session.step(what + std::to_string(task.steps[done]) + " ms");
      }
    };
    announce();
    try {
      for (PeerRun& run : run_peer(
               settings.wanted[peer], *found[peer], task,
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

std::vector<std::string> notes_of(const Settings& settings, const std::vector<std::optional<FoundPeer>>& found) {
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
  for (std::size_t peer = 0; peer < settings.wanted.size(); ++peer) {
    if (!found[peer]) {
      notes.push_back(settings.wanted[peer].name +
                      " is not installed, so it is not here. To get it: " + settings.wanted[peer].how_to_get + ".");
    }
  }
  return notes;
}

void run_simulators(const cli::OptionTexts& texts, Session& session) {
  const Settings settings = read_settings(texts, session.quick());
  const std::filesystem::path output(session.options().output);
  PeerTask task{.folder = (output / "simulators").string(),
                .network = {},
                .name = {},
                .steps = settings.steps,
                .quick = session.quick() || settings.neurons < 1000};
  write_scripts(task.folder);
  std::vector<std::optional<FoundPeer>> found;
  std::size_t present = 0;
  for (const Peer& peer : settings.wanted) {
    found.push_back(find_peer(peer, task.folder, settings.interpreters, [&session] { session.check(); }));
    if (found.back()) {
      ++present;
    } else {
      session.messages() << peer.name << " is skipped, it is not installed; to get it: " << peer.how_to_get
                         << std::endl;
    }
  }

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
    run_all(settings, found, task, comparison, failures, session);
    panels.push_back(tabulate(comparison, settings, found, study));
  }
  if (present > 0) {
    session.draw(study, "errors", "Other simulators against the event-driven run",
                 "Median difference of the spike times to the event-driven ones, over the spikes that are right at "
                 "every step of that simulator.",
                 draw_panels(panels));
  }
  study.notes = notes_of(settings, found);
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
