// SPDX-License-Identifier: Apache-2.0
#include "va_crossval/simulators/plasticity_peers.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include "va_crossval/comparison.hpp"
#include "va_crossval/fit.hpp"
#include "va_crossval/plot.hpp"
#include "va_crossval/simulators/common_errors.hpp"
#include "va_crossval/simulators/stochastic_peers.hpp"
#include "va_crossval/weight_errors.hpp"
#include "va_event/error.hpp"

namespace va_event::crossval {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr double kWrongMs = 2.0;           // farther off, a spike is another spike: the same limit at every step
constexpr double kWeightFloor = 1e-11;     // [w_max]; rounding errors lie below
constexpr std::int64_t kEnoughPairs = 10;  // that are lost, for a fit of what they cost
constexpr double kTimeFloor = 1e-9;        // [ms]
constexpr double kStochasticStep = 0.125;  // [ms]
// Brian2 takes some 0.1 ms for each step of any length, whatever is in it.
constexpr double kShortestStepOfBrian2 = 1.0 / 64.0;  // [ms]

Table error_table() {
  return {.name = "simulators",
          .title = "Other simulators with the same rule and the same input spikes, against the exact run",
          .columns = {{"rule"},
                      {"f"},
                      {"simulator"},
                      {"dt", "ms"},
                      {"rms error", "w_max"},
                      {"max error", "w_max"},
                      {"mean error", "w_max"},
                      {"coincident"},
                      {"misordered"},
                      {"resolved synapses"},
                      {"their rms error", "w_max"},
                      {"right spikes"},
                      {"spikes"},
                      {"median error of spikes", "ms"}}};
}

Table order_table() {
  return {.name = "simulator_orders",
          .title = "Do they come closer? Order of convergence to the exact run: error ~ dt^order",
          .columns = {{"rule"},
                      {"f"},
                      {"simulator"},
                      {"version"},
                      {"order of weights"},
                      {"std. error"},
                      {"of resolved synapses"},
                      {"std. error"},
                      {"of spike times"},
                      {"std. error"}}};
}

/// What the figure and the fits need of the runs of one simulator with one rule.
struct Series {
  std::vector<ErrorPoint> weights{}, resolved{}, spikes{};
};

/// The error of all weights follows the number of lost pairs, which is no smooth function of the step where few are
/// left.
std::vector<Entry> row_of_orders(const PlasticCase& of, const Peer& peer, const FoundPeer& found,
                                 const Series& series) {
  const Line none{.slope = kNone, .slope_error = kNone};
  const bool has_weights = of.w_max > 0.0;
  std::vector<Entry> row{of.name, of.dendritic_delay_fraction, peer.name, found.version};
  for (const Line& line :
       {has_weights ? fit_order(series.weights, kWeightFloor, series.weights.size()) : none,
        has_weights ? fit_order(series.resolved, kWeightFloor) : none, fit_order(series.spikes, kTimeFloor)}) {
    row.emplace_back(line.slope);
    row.emplace_back(line.slope_error);
  }
  return row;
}

Curve curve_of(const std::vector<ErrorPoint>& points, const std::string& title, std::size_t number) {
  Curve curve{
      .title = title,
      .style = "linespoints lw 1.5 ps 0.6 pt " + std::to_string(4 + number) + " lc rgb '" + colour(number) + "'"};
  for (const ErrorPoint& point : points) {
    curve.points.emplace_back(point.dt, point.error);
  }
  return curve;
}

std::string label_of(const PlasticCase& of, const Peer& peer) {
  std::string label = peer.name + ": " + of.name;
  if (std::isfinite(of.dendritic_delay_fraction) && of.dendritic_delay_fraction < 1.0) {
    label += of.dendritic_delay_fraction > 0.0 ? ", f = 0.4" : ", f = 0";
  }
  return label;
}

const std::vector<std::string> kNotes{
    "Other simulators: 80 sources with given spikes, which are on no grid, onto 20 neurons that are not connected with "
    "each other, so that nothing amplifies errors; a strong input of each neuron makes it spike. 1 s, delays of 4 and "
    "5 ms. f is the fraction of a delay that is dendritic. Each rule is run in those simulators that have it in this "
    "sense: NEST with f = 1, Brian2 with f = 0, NEURON with any f and the mechanisms of PyNN.",
    "Coincident there: pairs whose two spikes reach the synapse at one time in that simulator; misordered: in the "
    "other order than exactly; resolved synapses have neither. NEURON takes input spikes at their own times, which "
    "hardly ever coincide with spikes of neurons on the grid.",
    "Order of weights: over the steps at which at least ten pairs are coincident or misordered. Median error of "
    "spikes: over those that a simulator has right (at most 2 ms off) at all its steps."};

}  // namespace

std::vector<Entry> row_of_run(const PlasticCase& of, const PlasticTask& task, const Peer& simulator, const PeerRun& run,
                              double median_error) {
  const NetworkComparison spikes = compare_networks(task.spikes, run.spikes, kWrongMs, task.description.duration);
  std::vector<Entry> row{of.name, of.dendritic_delay_fraction, simulator.name, run.dt};
  if (of.w_max > 0.0) {
    if (run.weights.size() != task.weights.size()) {
      throw Error(simulator.name + " gave " + std::to_string(run.weights.size()) + " weights of " +
                  std::to_string(task.weights.size()) + " synapses");
    }
    const UnresolvedPairs pairs =
        lost_orders(task, of.dendritic_delay_fraction, run.spikes, simulator.input_time, run.dt);
    const WeightErrors all = weight_errors(task.weights, run.weights, of.w_max);
    const WeightErrors resolved = weight_errors(task.weights, run.weights, of.w_max, pairs.all_resolved);
    row.insert(row.end(),
               {all.rms, all.largest, all.mean, static_cast<std::int64_t>(pairs.coincident),
                static_cast<std::int64_t>(pairs.misordered),
                static_cast<std::int64_t>(std::count(pairs.all_resolved.begin(), pairs.all_resolved.end(), true)),
                resolved.rms});
  } else {
    row.insert(row.end(), 7, Entry());
  }
  row.insert(row.end(), {static_cast<std::int64_t>(spikes.right), static_cast<std::int64_t>(run.spikes.size()),
                         Entry(median_error)});
  return row;
}

namespace {

/// Tables and curves of all runs.
class Results {
 public:
  void add(const PlasticCase& of, const PlasticTask& task, const Peer& simulator, const FoundPeer& found,
           const std::vector<PeerRun>& runs) {
    std::vector<const Spikes*> spikes;
    for (const PeerRun& run : runs) {
      spikes.push_back(&run.spikes);
    }
    const CommonErrors common = common_errors(task.spikes, spikes, kWrongMs);
    Series series;
    for (std::size_t k = 0; k < runs.size(); ++k) {
      errors_.rows.push_back(row_of_run(of, task, simulator, runs[k], common.medians[k]));
      series.spikes.push_back({runs[k].dt, common.medians[k], true});
      if (of.w_max > 0.0) {
        const std::vector<Entry>& row = errors_.rows.back();
        const std::int64_t lost = std::get<std::int64_t>(row[7]) + std::get<std::int64_t>(row[8]);
        series.weights.push_back({runs[k].dt, std::get<double>(row[4]), lost >= kEnoughPairs});
        series.resolved.push_back({runs[k].dt, std::get<double>(row[10]), true});
      }
    }
    orders_.rows.push_back(row_of_orders(of, simulator, found, series));
    const std::size_t hue = times_.curves.size();
    if (of.w_max > 0.0) {
      weights_.curves.push_back(curve_of(series.weights, label_of(of, simulator), hue));
      resolved_.curves.push_back(curve_of(series.resolved, label_of(of, simulator), hue));
    }
    times_.curves.push_back(curve_of(series.spikes, label_of(of, simulator), hue));
  }

  void move_to(Study& study, Session& session) {
    if (!errors_.rows.empty()) {
      study.tables.push_back(std::move(orders_));
      study.tables.push_back(std::move(errors_));
    }
    std::vector<Panel> panels;
    for (Panel* const panel : {&weights_, &resolved_, &times_}) {
      if (!panel->curves.empty()) {
        panels.push_back(std::move(*panel));
      }
    }
    if (!panels.empty()) {
      session.draw(study, "simulators", "Other simulators against the exact run",
                   "Rms difference of the final weights and median difference of the spike times to the exact ones.",
                   draw_panels(panels));
    }
  }

 private:
  Table errors_ = error_table();
  Table orders_ = order_table();
  Panel weights_{.title = "weights", .x = {.label = "time step [ms]"}, .y = {.label = "rms error [w_{max}]"}};
  Panel resolved_{
      .title = "weights of resolved synapses", .x = {.label = "time step [ms]"}, .y = {.label = "rms error [w_{max}]"}};
  Panel times_{.title = "spike times", .x = {.label = "time step [ms]"}, .y = {.label = "median error [ms]"}};
};

/// The networks are small, so that what starts soon is fast.
PeerTask files_of(const std::string& key, const Session& session) {
  const std::filesystem::path folder = std::filesystem::path(session.options().output) / "simulators";
  const std::string name = "plasticity_" + key;
  return {.folder = folder.string(), .network = (folder / (name + ".h5")).string(), .name = name, .quick = true};
}

}  // namespace

std::vector<double> PlasticityPeers::steps_of(const Peer& peer) const {
  std::vector<double> own;
  std::copy_if(steps.begin(), steps.end(), std::back_inserter(own), [&](double dt) {
    const double per_ms = 1.0 / dt;  // delays are whole ms, which no simulator is to round
    return std::abs(per_ms - std::round(per_ms)) <= 1e-9 * per_ms &&
           (steps_given || peer.key != "brian2" || dt >= kShortestStepOfBrian2);
  });
  return own;
}

std::vector<std::size_t> PlasticityPeers::that_have(const std::vector<std::string>& simulators) const {
  std::vector<std::size_t> indices;
  for (std::size_t peer = 0; peer < choice.found.size(); ++peer) {
    const bool has_rule = std::count(simulators.begin(), simulators.end(), choice.wanted[peer].key) > 0;
    if (has_rule && choice.found[peer] && !steps_of(choice.wanted[peer]).empty()) {
      indices.push_back(peer);
    }
  }
  return indices;
}

std::size_t PlasticityPeers::runs() const {
  std::size_t count = 0;
  for (const PlasticCase& of : plastic_cases()) {
    const std::vector<std::size_t> present = that_have(of.simulators);
    count += present.empty() ? 0 : 1;
    for (const std::size_t peer : present) {
      count += steps_of(choice.wanted[peer]).size();
    }
  }
  for (const StochasticCase& of : stochastic_cases()) {
    const std::size_t present = that_have(of.simulators).size();
    count += present > 0 ? 1 + present : 0;
  }
  return count;
}

void PlasticityPeers::add_rules(Study& study, std::vector<std::string>& failures, Session& session) const {
  Results results;
  for (const PlasticCase& of : plastic_cases()) {
    const std::vector<std::size_t> present = that_have(of.simulators);
    if (present.empty()) {
      continue;
    }
    session.step(of.name + ": event-driven");
    const PlasticTask task = make_plastic_task(of, seed, session);
    PeerTask files = files_of(of.key, session);
    write_network(files.network, task.description);
    for (const std::size_t peer : present) {
      const Peer& simulator = choice.wanted[peer];
      files.steps = steps_of(simulator);
      std::size_t next = 0;
      const auto announce = [&] {
        if (next < files.steps.size()) {
          session.step(label_of(of, simulator) + ", dt = " + std::to_string(files.steps[next++]) + " ms");
        }
      };
      announce();
      try {
        const std::vector<PeerRun> done = run_peer(
            simulator, *choice.found[peer], files, [&](const PeerRun&) { announce(); },
            [&session] { session.check(); });
        results.add(of, task, simulator, *choice.found[peer], done);
      } catch (const Error& error) {
        failures.emplace_back(error.what());
      }
    }
  }
  results.move_to(study, session);
}

void PlasticityPeers::add_stochastic(Study& study, std::vector<std::string>& failures, Session& session) const {
  Table table = release_table();
  for (const StochasticCase& of : stochastic_cases()) {
    const std::vector<std::size_t> present = that_have(of.simulators);
    if (present.empty()) {
      continue;
    }
    session.step(of.name + ": event-driven");
    const StochasticTask task = make_stochastic_task(of, seed, session);
    table.rows.push_back(row_of_releases(of, "va-event", task.spikes));
    PeerTask files = files_of(of.key, session);
    files.steps = {kStochasticStep};
    write_network(files.network, task.description);
    for (const std::size_t peer : present) {
      session.step(of.name + ": " + choice.wanted[peer].name);
      try {
        const std::vector<PeerRun> done = run_peer(
            choice.wanted[peer], *choice.found[peer], files, [](const PeerRun&) {}, [&session] { session.check(); });
        table.rows.push_back(row_of_releases(of, choice.wanted[peer].name, done.front().spikes));
      } catch (const Error& error) {
        failures.emplace_back(error.what());
      }
    }
  }
  if (!table.rows.empty()) {
    study.tables.push_back(std::move(table));
    study.notes.emplace_back(
        "Stochastic synapses: simulators draw other random numbers, so that what is compared is how many of 1000 "
        "synapses release at each spike of one source. With some twenty spikes the largest deviation from the "
        "probability is about 2 standard errors, and in one of a thousand tables 4.");
  }
}

std::vector<std::string> PlasticityPeers::add_to(Study& study, Session& session) const {
  std::vector<std::string> failures;
  if (runs() > 0) {
    add_rules(study, failures, session);
    add_stochastic(study, failures, session);
    study.notes.insert(study.notes.end(), kNotes.begin(), kNotes.end());
  }
  const std::vector<std::string> absent = choice.notes();
  study.notes.insert(study.notes.end(), absent.begin(), absent.end());
  study.notes.insert(study.notes.end(), failures.begin(), failures.end());
  return failures;
}

}  // namespace va_event::crossval
