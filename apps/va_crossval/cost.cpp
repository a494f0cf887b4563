// SPDX-License-Identifier: Apache-2.0
// Study "cost": what exactness costs, and where it costs too much.
#include <algorithm>
#include <limits>

#include "va_crossval/command.hpp"
#include "va_crossval/comparison.hpp"
#include "va_crossval/cost_sweep.hpp"
#include "va_crossval/fit.hpp"
#include "va_crossval/network_setup.hpp"
#include "va_crossval/plot.hpp"

namespace va_event::crossval {
namespace {

constexpr const char* kDefaultMethods =
    "exact/grid,exact/cubic,exponential_euler/grid,forward_euler/grid,rk2/linear,rk4/grid,rk4/cubic";

struct Settings {
  std::vector<cli::Benchmark> models;
  std::vector<double> steps;
  double duration = 100.0;  ///< of the networks [ms]
  std::uint64_t seed = 17;
  std::uint64_t repeats = 3;
  SweepSettings sweep;
};

Settings read_settings(const cli::OptionTexts& texts, bool quick) {
  Settings settings;
  settings.models = read_benchmarks(texts);
  settings.steps = read_steps(texts, quick ? std::vector{0.1, 0.05} : std::vector{0.1, 0.05, 0.025, 0.0125, 0.00625});
  settings.duration = quick ? 20.0 : 100.0;
  settings.repeats = quick ? 1 : 3;
  cli::read_real(texts, "--duration", "ms", {.zero = false, .high = 1e6}, settings.duration);
  cli::read_integer(texts, "--seed", 0, std::numeric_limits<std::uint64_t>::max(), settings.seed);
  cli::read_integer(texts, "--repeats", 1, 1000, settings.repeats);
  if (quick) {
    settings.sweep.in_degrees = {10, 1000};
    settings.sweep.rates = {1.0, 100.0};
    settings.sweep.neurons = 50;
  }
  settings.sweep.seed = settings.seed;
  settings.sweep.repeats = settings.repeats;
  return settings;
}

/// One simulation of a network: what it costs and how far it is off.
struct CostPoint {
  double ns_per_event = 0.0;
  double error_per_event = 0.0;  ///< [ms]
  NetworkComparison comparison;
};

template <class Run>
CostPoint measure(const Settings& settings, const Spikes& reference, std::size_t neurons, double tolerance, Run run) {
  CostPoint point;
  std::vector<double> costs;
  double events = 0.0;
  for (std::uint64_t k = 0; k < settings.repeats; ++k) {
    const NetworkRun result = run();
    events = static_cast<double>(result.synaptic_events);
    costs.push_back(result.cpu_s * 1e9 / events);
    if (k == 0) {
      point.comparison = compare_networks(reference, result.spikes, tolerance, settings.duration);
    }
  }
  point.ns_per_event = median(std::move(costs));
  const double compared_ms = point.comparison.first_wrong_ms.value_or(settings.duration);
  const double events_of_neuron = events / static_cast<double>(neurons) * compared_ms / settings.duration;
  point.error_per_event = point.comparison.rms_error / events_of_neuron;
  return point;
}

Table cost_table() {
  return {.name = "networks",
          .title = "Error and cost of one synaptic event in the Vogels-Abbott networks",
          .columns = {{"model"},
                      {"method"},
                      {"dt", "ms"},
                      {"time per event", "ns"},
                      {"error per event", "ms"},
                      {"rms error", "ms"},
                      {"right spikes"},
                      {"first wrong", "ms"}}};
}

std::vector<Entry> cost_row(const std::string& model, const std::string& method, double dt, const CostPoint& point) {
  return {model,
          method,
          dt,
          point.ns_per_event,
          point.error_per_event,
          point.comparison.rms_error,
          static_cast<std::int64_t>(point.comparison.right),
          point.comparison.first_wrong_ms.value_or(std::numeric_limits<double>::quiet_NaN())};
}

Panel measure_networks(const Settings& settings, cli::Benchmark model, const std::vector<Scheme>& chosen, Table& table,
                       Session& session) {
  const std::string label(cli::name(model));
  const NetworkSetup setup = network_setup(model, session.quick());
  session.step(label + ": event-driven, quadruple precision, for reference");
  const Spikes reference =
      BuiltNetwork(setup, settings.seed, Precision::quad()).run_exact(settings.duration, session).spikes;
  session.step(label + ": event-driven");
  const BuiltNetwork network(setup, settings.seed);
  const CostPoint exact = measure(settings, reference, setup.n, settings.steps.back(),
                                  [&] { return network.run_exact(settings.duration, session); });
  table.rows.push_back(cost_row(label, "event-driven", std::numeric_limits<double>::quiet_NaN(), exact));
  Panel panel{.title = label,
              .x = {.label = "time per synaptic event [ns]"},
              .y = {.label = "rms error per synaptic event [ms]"}};
  for (const Scheme& scheme : chosen) {
    Curve curve = curve_of(scheme);
    for (const double dt : settings.steps) {
      session.step(label + ": " + name(scheme) + ", dt = " + std::to_string(dt) + " ms");
      const CostPoint point = measure(settings, reference, setup.n, dt,
                                      [&] { return network.run_scheme(scheme, dt, settings.duration, session); });
      table.rows.push_back(cost_row(label, name(scheme), dt, point));
      curve.points.emplace_back(point.ns_per_event, point.error_per_event);
    }
    panel.curves.push_back(std::move(curve));
  }
  panel.curves.push_back({.title = "event-driven",
                          .style = "points ps 1.8 lw 2 pt 3 lc rgb '#000000'",
                          .points = {{exact.ns_per_event, exact.error_per_event}}});
  return panel;
}

void add_notes(Study& study) {
  study.notes = {
      "One thread; the median over several runs of the processor time.",
      "Error per event: rms error of the spike times before the first wrong spike, divided by the synaptic events that "
      "a neuron received by then. The reference of all, of the event-driven run too, is the event-driven run in "
      "quadruple precision.",
      "Sweep: neurons with Poisson inputs, not connected with each other; the weights make the mean input that of the "
      "Vogels-Abbott network. The cost of events grows with their number, that of steps hardly: from the crossover on "
      "the clock-driven simulation is cheaper, though its spikes are on the grid. It is the last one of the sweep; a "
      "neuron with little input spikes by itself, and that may cost more than steps, too. Always, never: at all rates "
      "of the sweep."};
}

void run_cost(const cli::OptionTexts& texts, Session& session) {
  const Settings settings = read_settings(texts, session.quick());
  Study study{.name = "cost",
              .title = "Error against cost: where event-driven simulation wins, and where it does not",
              .command = session.command()};
  study.parameters = {{"duration_ms", settings.duration}, {"seed", settings.seed},
                      {"repeats", settings.repeats},      {"dt_ms", settings.steps},
                      {"sweep_dt_ms", settings.sweep.dt}, {"sweep_neurons", settings.sweep.neurons}};
  std::size_t steps = 0;
  for (const cli::Benchmark model : settings.models) {
    steps +=
        2 + read_schemes(texts, model, kDefaultMethods).size() * settings.steps.size() + sweep_steps(settings.sweep);
  }
  session.start(steps);
  study.tables = {cost_table(), crossover_table(settings.sweep), sweep_table(settings.sweep)};
  std::vector<Panel> networks;
  std::vector<Panel> sweeps;
  for (const cli::Benchmark model : settings.models) {
    networks.push_back(
        measure_networks(settings, model, read_schemes(texts, model, kDefaultMethods), study.tables[0], session));
    sweeps.push_back(run_sweep(settings.sweep, model, study.tables[2], study.tables[1], session));
  }
  session.draw(study, "networks", "Error against cost in the Vogels-Abbott networks",
               "Every line is one method at several time steps, the shortest at its right end. The star is the "
               "event-driven run. Further down is more exact, further left is cheaper.",
               draw_panels(networks));
  session.draw(study, "sweep", "Where steps become cheaper than events",
               "Time to simulate one neuron for one second, by the number of synaptic events that it receives. Solid: "
               "event-driven; dashed: clock-driven with dt = 0.1 ms and spikes on the grid.",
               draw_panels(sweeps));
  add_notes(study);
  session.publish(study);
}

}  // namespace

Command cost_command() {
  return {
      .name = "cost",
      .summary = "error against time per synaptic event; the input from which steps are cheaper than events",
      .run_time = "1 min",
      .example = "cost CUBA --repeats 5",
      .options = {{"--dt", "LIST", "time steps of the networks [ms]", "0.1,0.05,0.025,0.0125,0.00625"},
                  {"--methods", "LIST",
                   "of exact (CUBA only), exponential_euler, forward_euler, rk2, rk4, each also with the kind of its "
                   "spikes behind it: rk4/grid, rk4/linear, rk4/cubic",
                   kDefaultMethods},
                  {"--duration", "MS", "simulated time of the networks [ms]", "100"},
                  {"--repeats", "N", "runs of each, whose median time counts", "3"},
                  {"--seed", "N", "of networks and inputs", "17"}},
      .positional = "COBA|CUBA",
      .run = run_cost};
}

}  // namespace va_event::crossval
