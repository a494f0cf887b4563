// SPDX-License-Identifier: Apache-2.0
// Study "neuron": one neuron with frozen input, every method and step against the event-driven solution.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "va_crossval/command.hpp"
#include "va_crossval/fit.hpp"
#include "va_crossval/neuron_setup.hpp"
#include "va_crossval/plot.hpp"

namespace va_event::crossval {
namespace {

// Below, what is seen are the rounding errors of the times and of the steps, which do not shrink with the step.
constexpr double kSpikeFloor = 1e-10;    // [ms]
constexpr double kVoltageFloor = 1e-10;  // [mV]
constexpr double kSampling = 1.0;        // of v [ms]

struct Settings {
  std::vector<cli::Benchmark> models;
  std::vector<double> steps;
  double duration = 10000.0;  ///< [ms]
  std::uint64_t seed = 3;
};

struct SchemeErrors {
  Scheme scheme;
  std::vector<NeuronErrors> by_step{};
};

std::vector<double> powers_of_two(int from, int to) {
  std::vector<double> steps;
  for (int k = from; k <= to; ++k) {
    steps.push_back(std::ldexp(1.0, -k));
  }
  return steps;
}

Settings read_settings(const cli::OptionTexts& texts, bool quick) {
  Settings settings;
  settings.models = read_benchmarks(texts);
  settings.steps = read_steps(texts, quick ? powers_of_two(3, 8) : powers_of_two(0, 10));
  settings.duration = quick ? 500.0 : 10000.0;
  cli::read_real(texts, "--duration", "ms", {.zero = false, .high = 1e7}, settings.duration);
  cli::read_integer(texts, "--seed", 0, std::numeric_limits<std::uint64_t>::max(), settings.seed);
  for (const double dt : settings.steps) {
    if (const double per_sample = kSampling / dt; std::abs(per_sample - std::round(per_sample)) > 1e-9 * per_sample) {
      throw ParameterError("--dt", dt, "ms", "must divide 1 ms, at whose multiples potentials are compared");
    }
  }
  return settings;
}

Line order_of(const SchemeErrors& errors, bool of_spikes) {
  std::vector<ErrorPoint> points;
  for (const NeuronErrors& e : errors.by_step) {
    points.push_back({e.dt, of_spikes ? e.rms_spike : e.rms_v, e.missed + e.spurious == 0});
  }
  return fit_order(points, of_spikes ? kSpikeFloor : kVoltageFloor);
}

std::int64_t whole(std::size_t count) { return static_cast<std::int64_t>(count); }

Table error_table() {
  return {.name = "errors",
          .title = "Errors of clock-driven simulation of one neuron",
          .columns = {{"model"},
                      {"method"},
                      {"spikes"},
                      {"dt", "ms"},
                      {"max error", "ms"},
                      {"rms error", "ms"},
                      {"median error", "ms"},
                      {"max error of v", "mV"},
                      {"rms error of v", "mV"},
                      {"missed"},
                      {"spurious"},
                      {"wall time", "ms"}}};
}

Table order_table() {
  return {.name = "orders",
          .title = "Order of convergence: error ~ dt^order",
          .columns = {{"model"},
                      {"method"},
                      {"spikes"},
                      {"theory"},
                      {"spike times"},
                      {"std. error"},
                      {"steps fitted"},
                      {"v"},
                      {"std. error of v"},
                      {"steps fitted for v"}}};
}

void add_rows(Table& errors, Table& orders, const std::string& model, const SchemeErrors& of) {
  const std::string method(name(of.scheme.method));
  const std::string spikes(name(of.scheme.spikes));
  for (const NeuronErrors& e : of.by_step) {
    errors.rows.push_back({model, method, spikes, e.dt, e.max_spike, e.rms_spike, e.median_spike, e.max_v, e.rms_v,
                           whole(e.missed), whole(e.spurious), e.wall_ms});
  }
  const Line of_spikes = order_of(of, true);
  const Line of_v = order_of(of, false);
  orders.rows.push_back({model, method, spikes, whole(static_cast<std::size_t>(of.scheme.order())), of_spikes.slope,
                         of_spikes.slope_error, whole(of_spikes.points), of_v.slope, of_v.slope_error,
                         whole(of_v.points)});
}

Curve curve_of(const SchemeErrors& errors) {
  Curve curve = curve_of(errors.scheme);
  for (const NeuronErrors& e : errors.by_step) {
    curve.points.emplace_back(e.dt, e.rms_spike);
  }
  return curve;
}

void run_neuron(const cli::OptionTexts& texts, Session& session) {
  const Settings settings = read_settings(texts, session.quick());
  std::map<cli::Benchmark, std::vector<Scheme>> chosen;
  std::size_t runs = 0;
  for (const cli::Benchmark model : settings.models) {
    chosen[model] = read_schemes(texts, model, "exact,exponential_euler,forward_euler,rk2,rk4");
    runs += 1 + chosen[model].size() * settings.steps.size();
  }

  Study study{.name = "neuron",
              .title = "One neuron with frozen Poisson input: spike-time and voltage error against the time step",
              .command = session.command()};
  study.parameters = {{"duration_ms", settings.duration}, {"seed", settings.seed}, {"dt_ms", settings.steps}};
  study.tables = {order_table(), error_table()};
  std::vector<Panel> panels;
  session.start(runs);
  for (const cli::Benchmark model : settings.models) {
    const std::string label(cli::name(model));
    const NeuronSetup setup(model);
    session.step(label + ": event-driven");
    const NeuronRun reference = run_exact(setup, settings.seed, settings.duration, session);
    study.parameters[label] = {{"rate_exc_hz", setup.rate_exc},
                               {"rate_inh_hz", setup.rate_inh},
                               {"spikes", reference.spikes.size()},
                               {"event_driven_wall_ms", reference.wall_ms}};
    Panel panel{.title = label + ", " + std::to_string(reference.spikes.size()) + " spikes",
                .x =
                    {
                        .label = "time step [ms]",
                    },
                .y = {.label = "rms error of spike times [ms]"}};
    for (const Scheme& scheme : chosen[model]) {
      SchemeErrors errors{scheme};
      for (const double dt : settings.steps) {
        session.step(label + ": " + name(scheme) + ", dt = " + std::to_string(dt) + " ms");
        const NeuronRun run = run_scheme(setup, settings.seed, settings.duration, scheme, dt, session);
        errors.by_step.push_back(compare_runs(reference, run, setup.parameters.tau_refrac));
        errors.by_step.back().dt = dt;
      }
      add_rows(study.tables[1], study.tables[0], label, errors);
      panel.curves.push_back(curve_of(errors));
    }
    panels.push_back(std::move(panel));
  }
  session.draw(study, "errors", "Error of spike times against the time step",
               "Rms difference between the spike times of clock-driven simulation and the event-driven ones, over all "
               "spikes that have a partner within 2.5 ms. Solid: spikes and delays on the grid; dashed: spikes "
               "interpolated linearly, dash-dotted: by a cubic, both with continuous delays.",
               draw_panels(panels));
  study.notes = {
      "Input: two Poisson sources, the same spikes in every run. All numbers are differences to the event-driven "
      "simulation in double precision.",
      "Orders are fitted to the rms errors, at the shortest steps (at most five) whose error is above 1e-10, where "
      "rounding takes over, and at which no spike is missed or spurious.",
      "Theory: the smaller of the order of the method and that of the spikes, 1 on the grid, 2 linear, 4 cubic. A "
      "spike that grazes the threshold, or is missed, makes single errors much larger: see the maxima.",
      "Grid: spikes and delays at multiples of dt, as NEST, Brian2 and GeNN do; linear, cubic: delays continuous."};
  session.publish(study);
}

}  // namespace

Command neuron_command() {
  return {
      .name = "neuron",
      .summary = "one neuron, frozen input: error of spike times and v against dt, order of convergence",
      .run_time = "20 s",
      .example = "neuron CUBA --methods exact,rk4/cubic",
      .options = {{"--dt", "LIST", "time steps [ms], which divide 1", "1, 1/2, ... 1/1024"},
                  {"--methods", "LIST",
                   "of exact (CUBA only), exponential_euler, forward_euler, rk2, rk4, each also with the kind of its "
                   "spikes behind it: rk4/grid, rk4/linear, rk4/cubic",
                   "all"},
                  {"--duration", "MS", "simulated time [ms]", "10000"},
                  {"--seed", "N", "of the input", "3"}},
      .positional = "COBA|CUBA",
      .run = run_neuron};
}

}  // namespace va_event::crossval
