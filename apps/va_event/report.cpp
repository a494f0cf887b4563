// SPDX-License-Identifier: Apache-2.0
#include "report.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <numeric>
#include <sstream>

#include "certify.hpp"
#include "option_values.hpp"

namespace va_event::cli {
namespace {

using Json = nlohmann::ordered_json;

Json number(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

std::string text(const std::optional<double>& value, const std::string& unit = "") {
  if (!value) {
    return "none";
  }
  std::ostringstream out;  // six digits, as Python's %g
  out << *value << unit;
  return out.str();
}

std::vector<std::pair<std::string, std::size_t>> sizes(const std::vector<Projection>& projections) {
  std::vector<std::pair<std::string, std::size_t>> all;
  for (const Projection& projection : projections) {
    all.emplace_back(projection.label(), projection.size());
  }
  return all;
}

/// `204712 e→e  50753 e→i`
std::string synapse_text(const std::vector<std::pair<std::string, std::size_t>>& synapses) {
  std::ostringstream out;
  for (const auto& [label, count] : synapses) {
    const std::size_t to = label.find('2');
    out << (out.tellp() > 0 ? "  " : "") << count << ' ' << label.substr(0, to) << "→" << label.substr(to + 1);
  }
  return out.str();
}

struct Settled {
  const char* by;
  std::uint64_t count;
  const char* meaning;
};

std::vector<Settled> settled(const WorkCounts& s) {
  return {{"sign", s.settled_by_sign, "drive at threshold never positive"},
          {"bound", s.settled_by_bound, "crossing proved to be later"},
          {"search", s.settled_by_search, "root finder found none"},
          {"refractory", s.settled_by_refractory, "neuron refractory"},
          {"spike", s.settled_by_spike, "ended with a spike"}};
}

void line(std::ostream& out, const std::string& name, const std::string& value) {
  out << std::left << std::setw(23) << name << std::right << ": " << value << '\n';
}

/// The rule of the excitatory synapses with all parameters, and what became of their weights.
Json plasticity_json(const Report& r) {
  const VogelsAbbottParameters& p = r.options.network;
  if (p.plasticity.kind == PlasticityKind::none) {
    return nullptr;
  }
  const SynapseType type = excitatory_synapse(p);
  const std::string_view weight = weight_unit(p.benchmark);
  Json parameters{{"weight", {{"value", p.w_exc()}, {"unit", weight}}},
                  {"delay", {{"value", p.delay}, {"unit", "ms"}}}};
  for (std::size_t i = 0; i < type.values().size(); ++i) {
    const ParameterInfo& info = type.parameters()[i];
    const bool is_weight = info.name == "w_min" || info.name == "w_max";
    parameters[std::string(info.name)] = {{"value", *type.values()[i].constant()},
                                          {"unit", is_weight ? weight : info.unit}};
  }
  return {{"rule", kPlasticityWords[static_cast<std::size_t>(p.plasticity.kind)]},
          {"synapse_type", type.name()},
          {"synapses", r.excitatory_synapses()},
          {"parameters", parameters},
          {"weights", r.weights ? to_json(*r.weights, weight) : Json(nullptr)}};
}

void print_intervals(std::ostream& out, const WorkCounts& work) {
  line(out, "Intervals tested", std::to_string(work.intervals) + ", settled by");
  for (const Settled& s : settled(work)) {
    const double share = 100.0 * static_cast<double>(s.count) / static_cast<double>(work.intervals);
    std::ostringstream value;
    value << std::setw(10) << s.count << std::fixed << std::setprecision(2) << std::setw(8) << share << " %  "
          << s.meaning;
    line(out, std::string("  ") + s.by, value.str());
  }
}

/// The methods of the populations of neurons, each once: "order-free", "one-by-one, order-free".
std::string method_text(const std::vector<MethodRow>& rows) {
  std::vector<std::string> names;
  for (const MethodRow& row : rows) {
    const bool of_neurons = row.kind == "population" && row.method != "source";
    if (of_neurons && std::find(names.begin(), names.end(), row.method) == names.end()) {
      names.push_back(row.method);
    }
  }
  return join(names);
}

}  // namespace

std::size_t Report::total_synapses() const {
  return std::accumulate(synapses.begin(), synapses.end(), std::size_t{0},
                         [](std::size_t sum, const auto& entry) { return sum + entry.second; });
}

std::size_t Report::excitatory_synapses() const {
  return std::accumulate(synapses.begin(), synapses.end(), std::size_t{0}, [](std::size_t sum, const auto& entry) {
    return sum + (entry.first.front() == 'e' ? entry.second : 0);
  });
}

std::optional<double> Report::ns_per_synaptic_event() const {
  const std::uint64_t events = statistics.synaptic_events - synaptic_events_before;
  return events == 0 ? std::nullopt : std::optional(simulation_s * 1e9 / static_cast<double>(events));
}

std::optional<double> Report::realtime_factor() const {
  return simulation_s > 0.0 ? std::optional((simulated_ms - resumed_at_ms.value_or(0.0)) * 1e-3 / simulation_s)
                            : std::nullopt;
}

bool Report::died_out() const {
  return simulated_ms > kSilenceMs && (!last_spike_ms || *last_spike_ms < simulated_ms - kSilenceMs);
}

Report make_report(const Options& options, const VogelsAbbott& network, const Simulation& sim) {
  Report report;
  report.options = options;
  report.synapses = sizes(network.projections);
  report.external_synapses = sizes(network.external);
  report.simulated_ms = sim.now().ms();
  report.statistics = sim.statistics();
  report.work = sim.work_counts();
  report.processes = sim.processes().count();
  report.threads = sim.threads();
  report.methods = sim.methods();
  report.warnings = sim.warnings();
  if (report.simulated_ms > 0.0) {
    report.rate_exc_hz = network.exc.mean_spike_count() * 1000.0 / report.simulated_ms;
    report.rate_inh_hz = network.inh.mean_spike_count() * 1000.0 / report.simulated_ms;
  }
  const Spikes spikes = (network.exc + network.inh).spikes();
  if (spikes.size() > 0) {
    report.last_spike_ms = spikes.times.back().ms();
  }
  if (const double cv = cv_isi(spikes); std::isfinite(cv)) {
    report.cv_isi = cv;
  }
  const VogelsAbbottParameters& p = options.network;
  if (p.plasticity.changes_weights() && report.excitatory_synapses() > 0) {
    report.weights = summarize(excitatory_synapses(network, weight_unit(p.benchmark)).weights,
                               p.w_exc_of(p.plasticity.g_min), p.w_exc_of(p.g_exc_max()));
  }
  return report;
}

void print(std::ostream& out, const Report& r) {
  const VogelsAbbottParameters& p = r.options.network;
  out << "\n--- Vogels-Abbott Network Simulation ---\n";
  line(out, "Nodes", std::to_string(r.processes));
  line(out, "Simulation type", std::string(name(p.benchmark)));
  line(out, "Number of Neurons", std::to_string(p.n));
  line(out, "Number of Synapses", synapse_text(r.synapses));
  if (!r.external_synapses.empty()) {
    line(out, "External synapses", synapse_text(r.external_synapses));
  }
  line(out, "Excitatory conductance", text(p.g_exc, " nS"));
  line(out, "Inhibitory conductance", text(p.g_inh, " nS"));
  line(out, "Excitatory rate", text(r.rate_exc_hz, " Hz"));
  line(out, "Inhibitory rate", text(r.rate_inh_hz, " Hz"));
  line(out, "Build time", text(r.build_s, " s"));
  line(out, "Simulation time", text(r.simulation_s, " s"));
  line(out, "Writing time", text(r.writing_s, " s"));

  out << '\n';
  line(out, "Precision", r.options.precision.description());
  line(out, "Threads",
       std::to_string(r.threads) +
           (r.processes > 1 ? " in each of " + std::to_string(r.processes) + " processes" : std::string()));
  line(out, "Simulated time", text(r.simulated_ms, " ms") + (r.interrupted ? " (interrupted)" : ""));
  if (!r.methods.empty()) {
    line(out, "Method", method_text(r.methods));
  }
  if (p.plasticity.kind != PlasticityKind::none) {
    line(out, "Plasticity",
         excitatory_synapse(p).name() + " of " + std::to_string(r.excitatory_synapses()) + " synapses");
  }
  if (r.weights) {
    line(out, "Weights", text(*r.weights, weight_unit(p.benchmark)));
  }
  if (r.options.record_weights && !r.options.formats.empty()) {
    line(out, "Weights over time",
         "of " + std::to_string(std::min<std::uint64_t>(r.options.record_synapses, r.excitatory_synapses())) +
             " synapses, every " + text(r.options.record_weights, " ms"));
  }
  if (r.resumed_at_ms) {
    line(out, "Resumed at", text(r.resumed_at_ms, " ms"));
  }
  line(out, "Speed", text(r.realtime_factor(), " times real time"));
  line(out, "Spikes", std::to_string(r.statistics.spikes));
  line(out, "Last spike", text(r.last_spike_ms, " ms"));
  line(out, "CV of ISI", text(r.cv_isi));
  line(out, "Synaptic events", std::to_string(r.statistics.synaptic_events));
  line(out, "Time per event", text(r.ns_per_synaptic_event(), " ns"));
  if (r.work.intervals > 0) {  // of neurons that are simulated one by one
    print_intervals(out, r.work);
  }
  if (r.work.looks > 0) {  // at the others
    line(out, "Looks at neurons", std::to_string(r.work.looks));
  }
  if (r.certificate) {
    print(out, *r.certificate);
  }
}

std::vector<std::string> warnings(const Report& r) {
  std::vector<std::string> all = r.warnings;
  if (r.died_out()) {
    all.push_back(r.last_spike_ms ? "Activity died out: the last spike is at " + text(*r.last_spike_ms, " ms") +
                                        " of " + text(r.simulated_ms, " ms") + ". Another --seed may sustain it."
                                  : "There was no activity: no neuron fired in " + text(r.simulated_ms, " ms") + '.');
  }
  return all;
}

Json to_json(const Report& r) {
  const VogelsAbbottParameters& p = r.options.network;
  Json intervals{{"total", r.work.intervals}};
  for (const Settled& s : settled(r.work)) {
    intervals[s.by] = s.count;
  }
  Json projections = Json::object();
  for (const auto& list : {r.synapses, r.external_synapses}) {
    for (const auto& [label, count] : list) {
      projections[label] = count;
    }
  }
  Json methods = Json::array();
  for (const MethodRow& row : r.methods) {
    methods.push_back({{"kind", row.kind}, {"label", row.label}, {"method", row.method}, {"reason", row.reason}});
  }
  Json failures = Json::array();
  for (const FileFailure& failure : r.failures) {
    failures.push_back({{"file", failure.path},
                        {"reason", failure.reason},
                        {"written_to", failure.written_to.empty() ? Json(nullptr) : Json(failure.written_to)}});
  }
  std::size_t external = 0;
  for (const auto& entry : r.external_synapses) {
    external += entry.second;
  }
  return {{"benchmark", name(p.benchmark)},
          {"version", version()},
          {"seed", r.options.seed},
          {"precision", r.options.precision.name()},
          {"processes", r.processes},
          {"threads", r.threads},
          {"method", name_of(r.options.method)},
          {"methods", methods},
          {"neurons", p.n},
          {"synapses", r.total_synapses()},
          {"external_synapses", external},
          {"projections", projections},
          {"plasticity", plasticity_json(r)},
          {"duration_ms", r.options.duration},
          {"simulated_ms", r.simulated_ms},
          {"interrupted", r.interrupted},
          {"resumed_at_ms", number(r.resumed_at_ms)},
          {"spikes", r.statistics.spikes},
          {"synaptic_events", r.statistics.synaptic_events},
          {"rate_exc_hz", number(r.rate_exc_hz)},
          {"rate_inh_hz", number(r.rate_inh_hz)},
          {"cv_isi", number(r.cv_isi)},
          {"last_spike_ms", number(r.last_spike_ms)},
          {"died_out", r.died_out()},
          {"build_s", r.build_s},
          {"simulation_s", r.simulation_s},
          {"writing_s", r.writing_s},
          {"ns_per_synaptic_event", number(r.ns_per_synaptic_event())},
          {"realtime_factor", number(r.realtime_factor())},
          {"intervals", intervals},
          {"looks", r.work.looks},
          {"files", r.files},
          {"failures", failures},
          {"warnings", warnings(r)},
          {"checkpoints",
           {{"written", r.checkpoints},
            {"failed", r.failed_checkpoints},
            {"last_failure", r.checkpoint_failure.empty() ? Json(nullptr) : Json(r.checkpoint_failure)}}},
          {"certificate", r.certificate ? to_json(*r.certificate) : Json(nullptr)}};
}

}  // namespace va_event::cli
