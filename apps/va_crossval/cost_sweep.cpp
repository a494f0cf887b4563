// SPDX-License-Identifier: Apache-2.0
#include "va_crossval/cost_sweep.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include "va_crossval/fit.hpp"
#include "va_crossval/network_setup.hpp"
#include "va_crossval/schemes.hpp"
#include "va_event/va_event.hpp"

namespace va_event::crossval {
namespace {

constexpr double kShareExc = 0.8;     // of the inputs, as in the network
constexpr double kProbability = 0.5;  // of a synapse from an input to a neuron
constexpr double kEvents = 1e6;       // of one measurement, about
constexpr double kShortestMs = 20.0;  // simulated time of one measurement
constexpr double kLongestMs = 2000.0;
// What a neuron of the network receives when all fire at 15 Hz; the excitation is raised, for want of correlations.
constexpr double kNetworkExc = 64.0 * 15.0 * 1.3;  // [1/s]
constexpr double kNetworkInh = 16.0 * 15.0;

std::string number(double value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

Scheme cheapest_scheme(cli::Benchmark model) {
  return {model == cli::Benchmark::cuba ? Method::exact : Method::forward_euler, SpikeTiming::grid};
}

/// The weights make the mean input that of the network; few and rare inputs have the network's own weights.
Population build(Simulation& simulation, const SweepSettings& settings, cli::Benchmark model, std::size_t in_degree,
                 double rate) {
  const cli::VogelsAbbottParameters p(model);
  Population neurons = simulation.create(settings.neurons, cli::cell_type(p), {.label = "neurons"});
  neurons.initialize("v", RandomDistribution("uniform", {p.v_reset, p.v_thresh}));
  const auto connect = [&](double share, double network_rate, double weight, const char* receptor) {
    const double inputs = share * static_cast<double>(in_degree);
    const auto sources = static_cast<std::size_t>(std::lround(inputs / kProbability));
    const Population population = simulation.create(sources, SpikeSourcePoisson{.rate = rate}, {.label = receptor});
    const double scaled = weight * std::min(1.0, network_rate / (inputs * rate));
    (void)simulation.connect(population, neurons, FixedProbabilityConnector(kProbability),
                             {.weight = scaled, .delay = p.delay}, {.receptor_type = receptor});
  };
  connect(kShareExc, kNetworkExc, p.w_exc(), "excitatory");
  connect(1.0 - kShareExc, kNetworkInh, p.w_inh(), "inhibitory");
  return neurons;
}

/// Processor time of one neuron for one second [us].
template <class Run>
double measure(std::uint64_t repeats, double duration, std::size_t neurons, Run run) {
  std::vector<double> times;
  for (std::uint64_t k = 0; k < repeats; ++k) {
    times.push_back(run() * 1e6 / (duration * 1e-3 * static_cast<double>(neurons)));
  }
  return median(std::move(times));
}

template <class Work>
double seconds_of(Work work) {
  const double start = cpu_seconds();
  work();
  return cpu_seconds() - start;
}

struct Cost {
  double event_driven = 0.0, clock_driven = 0.0;  ///< [us per neuron and second]
  double rate = 0.0;                              ///< of the neurons [Hz]
};

Cost measure_cost(const SweepSettings& settings, cli::Benchmark model, std::size_t in_degree, double rate,
                  const Session& session) {
  const double events_per_ms = static_cast<double>(settings.neurons * in_degree) * rate * 1e-3;
  const double duration = std::ceil(std::clamp(kEvents / events_per_ms, kShortestMs, kLongestMs));
  Simulation simulation({.seed = settings.seed, .threads = kTimedThreads});
  const Population neurons = build(simulation, settings, model, in_degree, rate);
  Cost cost;
  cost.event_driven = measure(settings.repeats, duration, settings.neurons, [&] {
    simulation.reset();
    return seconds_of([&] { session.run(simulation, duration); });
  });
  cost.rate =
      static_cast<double>(simulation.statistics().spikes) / (duration * 1e-3 * static_cast<double>(settings.neurons));
  cost.clock_driven = measure(settings.repeats, duration, settings.neurons, [&] {
    FixedStepSimulation clocked(simulation, cheapest_scheme(model).options(settings.dt));
    return seconds_of([&] { session.run(clocked, duration); });
  });
  return cost;
}

}  // namespace

std::size_t sweep_steps(const SweepSettings& settings) { return settings.in_degrees.size() * settings.rates.size(); }

double crossing(const std::vector<double>& x, const std::vector<double>& a, const std::vector<double>& b) {
  for (std::size_t i = x.size(); i-- > 1;) {
    const double before = std::log(a[i - 1] / b[i - 1]);
    const double after = std::log(a[i] / b[i]);
    if ((before < 0.0) != (after < 0.0)) {
      const double part = before / (before - after);
      return std::exp(std::log(x[i - 1]) + part * std::log(x[i] / x[i - 1]));
    }
  }
  return std::numeric_limits<double>::quiet_NaN();
}

Table sweep_table(const SweepSettings& settings) {
  return {
      .name = "sweep",
      .title = "Cost of one neuron for one second, by its input; clock-driven with dt = " + number(settings.dt) + " ms",
      .columns = {{"model"},
                  {"in-degree"},
                  {"rate of an input", "Hz"},
                  {"events per neuron", "1/s"},
                  {"rate of a neuron", "Hz"},
                  {"event-driven", "us"},
                  {"clock-driven", "us"},
                  {"clock / event"}}};
}

Table crossover_table(const SweepSettings& settings) {
  return {.name = "crossover",
          .title = "Where clock-driven simulation with dt = " + number(settings.dt) + " ms becomes cheaper",
          .columns = {{"model"},
                      {"clock-driven method"},
                      {"in-degree"},
                      {"steps are cheaper"},
                      {"rate of an input", "Hz"},
                      {"events per neuron", "1/s"},
                      {"events per neuron and step"}}};
}

Panel run_sweep(const SweepSettings& settings, cli::Benchmark model, Table& sweep, Table& crossover, Session& session) {
  const std::string label(cli::name(model));
  Panel panel{.title = label,
              .x = {.label = "synaptic events per neuron [1/s]"},
              .y = {.label = "time per neuron and second [us]"}};
  for (std::size_t d = 0; d < settings.in_degrees.size(); ++d) {
    const std::size_t in_degree = settings.in_degrees[d];
    const auto k = static_cast<double>(in_degree);
    const std::string key = std::to_string(in_degree) + " inputs";
    const std::string style = "linespoints lw 1.5 ps 0.7 lc rgb '" + colour(d) + "' ";
    Curve events{.title = "event-driven, " + key, .style = style + "pt 7"};
    Curve clock{.title = "clock-driven, " + key, .style = style + "dt 2 pt 6"};
    std::vector<double> event_costs;
    std::vector<double> clock_costs;
    for (const double rate : settings.rates) {
      std::ostringstream step;
      step << label << ": " << key << " at " << rate << " Hz";
      session.step(step.str());
      const Cost cost = measure_cost(settings, model, in_degree, rate, session);
      event_costs.push_back(cost.event_driven);
      clock_costs.push_back(cost.clock_driven);
      events.points.emplace_back(k * rate, cost.event_driven);
      clock.points.emplace_back(k * rate, cost.clock_driven);
      sweep.rows.push_back({label, static_cast<std::int64_t>(in_degree), rate, k * rate, cost.rate, cost.event_driven,
                            cost.clock_driven, cost.clock_driven / cost.event_driven});
    }
    const double rate = crossing(settings.rates, event_costs, clock_costs);
    const bool at_last = event_costs.back() > clock_costs.back();
    const char* const when = std::isfinite(rate) ? (at_last ? "from here on" : "not from here on")
                             : at_last           ? "always"
                                                 : "never";
    crossover.rows.push_back({label, name(cheapest_scheme(model)), static_cast<std::int64_t>(in_degree), when, rate,
                              k * rate, k * rate * settings.dt * 1e-3});
    panel.curves.push_back(std::move(events));
    panel.curves.push_back(std::move(clock));
  }
  return panel;
}

}  // namespace va_event::crossval
