// SPDX-License-Identifier: Apache-2.0
// Study "chaos": one initial potential is perturbed, and the separation of the two runs grows or shrinks.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <sstream>

#include "va_crossval/command.hpp"
#include "va_crossval/plot.hpp"
#include "va_crossval/separation.hpp"

namespace va_event::crossval {
namespace {

constexpr double kShortestFitMs = 100.0;  // below, the slope is that of chance
constexpr double kFitFromMs = 50.0;       // before, the perturbation spreads, and the stimulus of COBA lasts
constexpr std::array kShownTimes{10, 100, 300, 1000};  // of the table [ms]

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

struct Settings {
  std::vector<cli::Benchmark> models;
  std::vector<double> perturbations;  ///< [mV]
  double duration = 1000.0;           ///< [ms]
  std::uint64_t seed = 98765;
  std::uint64_t seeds = 1;    ///< networks
  std::uint64_t neurons = 4;  ///< perturbed ones of each
};

Settings read_settings(const cli::OptionTexts& texts, bool quick) {
  Settings settings;
  settings.models = read_benchmarks(texts);
  for (int exponent = -13; exponent <= -3; exponent += quick ? 4 : 1) {
    settings.perturbations.push_back(std::pow(10.0, exponent));
  }
  settings.duration = quick ? 250.0 : 1000.0;
  settings.neurons = quick ? 2 : 4;
  cli::read_real(texts, "--duration", "ms", {.zero = false, .high = 1e6}, settings.duration);
  cli::read_integer(texts, "--seed", 0, std::numeric_limits<std::uint64_t>::max() / 2, settings.seed);
  cli::read_integer(texts, "--seeds", 1, 1000, settings.seeds);
  cli::read_integer(texts, "--neurons", 1, 1000, settings.neurons);
  if (settings.duration < kShortestFitMs) {
    throw ParameterError("--duration", settings.duration, "ms", "must be >= 100, or there is nothing to fit");
  }
  return settings;
}

/// All perturbations of one benchmark: [perturbation][perturbed neuron of some network].
using Separations = std::vector<std::vector<Separation>>;

Separations perturb(const Settings& settings, cli::Benchmark model, Session& session) {
  Separations all(settings.perturbations.size());
  const auto samples = static_cast<std::size_t>(settings.duration);
  for (std::uint64_t k = 0; k < settings.seeds; ++k) {
    const BuiltNetwork network(network_setup(model, session.quick()), settings.seed + k);
    const std::string label = std::string(cli::name(model)) + ", seed " + std::to_string(settings.seed + k);
    session.step(label + ": undisturbed");
    const Trajectory trajectory = undisturbed(network, samples, session);
    for (std::uint64_t n = 0; n < settings.neurons; ++n) {
      const std::size_t neuron = n * trajectory.initial_v.size() / settings.neurons;
      for (std::size_t p = 0; p < settings.perturbations.size(); ++p) {
        std::ostringstream what;
        what << label << ": neuron " << neuron << " + " << settings.perturbations[p] << " mV";
        session.step(what.str());
        all[p].push_back(disturbed(network, trajectory, neuron, settings.perturbations[p], session));
      }
    }
  }
  return all;
}

/// Geometric mean over the runs, of medians of 10 ms that end at sample `end`.
double typical_distance(const std::vector<Separation>& runs, std::size_t end) {
  std::vector<double> logarithms;
  for (const Separation& run : runs) {
    const std::size_t begin = end < 10 ? 0 : end - 10;
    const double typical = median({run.distance.begin() + static_cast<std::ptrdiff_t>(begin),
                                   run.distance.begin() + static_cast<std::ptrdiff_t>(end)});
    logarithms.push_back(std::log(std::max(typical, 1e-17)));  // equal to the last bit
  }
  return std::exp(mean_of(logarithms).value);
}

void add_growth_rows(Table& table, const std::string& model, const Settings& settings, const Separations& all) {
  for (std::size_t p = 0; p < all.size(); ++p) {
    std::vector<Entry> row{model, settings.perturbations[p]};
    for (const int time : kShownTimes) {
      const auto end = static_cast<std::size_t>(time);
      row.push_back(end <= all[p].front().distance.size() ? typical_distance(all[p], end) : kNone);
    }
    std::vector<double> changed;
    for (const Separation& run : all[p]) {
      changed.push_back(static_cast<double>(run.changed_spikes));
    }
    row.push_back(median(changed));
    table.rows.push_back(std::move(row));
  }
}

/// The exponent of each perturbed neuron, over its perturbations; they are not independent, the neurons are.
std::vector<double> exponents_by_neuron(const Separations& all, std::size_t& fits) {
  std::vector<double> by_neuron;
  for (std::size_t run = 0; run < all.front().size(); ++run) {
    std::vector<double> slopes;
    for (const auto& perturbation : all) {
      const Line line = fit_exponent(perturbation[run].distance, kFitFromMs);
      if (static_cast<double>(line.points) * 10.0 >= kShortestFitMs && std::isfinite(line.slope)) {
        slopes.push_back(line.slope);
      }
    }
    fits += slopes.size();
    if (!slopes.empty()) {
      by_neuron.push_back(mean_of(slopes).value);
    }
  }
  return by_neuron;
}

void add_exponent_row(Table& table, const std::string& model, const Separations& all) {
  std::size_t fits = 0;
  const Mean exponent = mean_of(exponents_by_neuron(all, fits));
  const bool grows = exponent.value > 0.0;
  table.rows.push_back({model, exponent.value, exponent.standard_error, static_cast<std::int64_t>(exponent.count),
                        static_cast<std::int64_t>(fits), grows ? 1000.0 * std::log(2.0) / exponent.value : kNone});
}

Panel panel_of(const std::string& model, const Settings& settings, const Separations& all) {
  Panel panel{.title = model,
              .x = {.label = "time [ms]", .logarithmic = false, .range = "0:" + std::to_string(settings.duration)},
              .y = {.label = "rms difference of v [mV]", .range = "1e-16:1e2"}};
  for (std::size_t p = 0; p < all.size(); ++p) {
    std::ostringstream title;
    title << settings.perturbations[p] << " mV";
    Curve curve{.title = title.str(), .style = "lines lw 1.2 lc rgb '" + colour(p) + "'"};
    if (p >= 8) {
      curve.style += " dt 2";
    }
    for (std::size_t end = 5; end <= all[p].front().distance.size(); end += 5) {
      curve.points.emplace_back(static_cast<double>(end), typical_distance(all[p], end));
    }
    panel.curves.push_back(std::move(curve));
  }
  return panel;
}

std::vector<Table> empty_tables() {
  Table exponents{.name = "exponents",
                  .title = "Largest Lyapunov exponent",
                  .columns = {{"model"},
                              {"exponent", "1/s"},
                              {"std. error", "1/s"},
                              {"perturbed neurons"},
                              {"fits"},
                              {"doubling time", "ms"}}};
  Table growth{.name = "growth",
               .title = "Separation of the perturbed run: rms difference of v over the neurons",
               .columns = {{"model"}, {"perturbation", "mV"}}};
  for (const int time : kShownTimes) {
    growth.columns.push_back({"at " + std::to_string(time) + " ms", "mV"});
  }
  growth.columns.push_back({"changed spikes"});
  return {std::move(exponents), std::move(growth)};
}

void run_chaos(const cli::OptionTexts& texts, Session& session) {
  const Settings settings = read_settings(texts, session.quick());
  Study study{.name = "chaos",
              .title = "Sensitivity: one initial potential is perturbed, and the runs separate or not",
              .command = session.command()};
  study.parameters = {{"duration_ms", settings.duration},
                      {"seed", settings.seed},
                      {"seeds", settings.seeds},
                      {"perturbed_neurons", settings.neurons},
                      {"perturbations_mV", settings.perturbations}};
  study.tables = empty_tables();
  session.start(settings.models.size() * settings.seeds * (1 + settings.neurons * settings.perturbations.size()));
  std::vector<Panel> panels;
  for (const cli::Benchmark model : settings.models) {
    const std::string label(cli::name(model));
    const Separations all = perturb(settings, model, session);
    add_exponent_row(study.tables[0], label, all);
    add_growth_rows(study.tables[1], label, settings, all);
    panels.push_back(panel_of(label, settings, all));
  }
  session.draw(
      study, "growth", "How a perturbation of one potential grows",
      "Rms difference over all neurons between the membrane potentials of the perturbed and of the undisturbed "
      "run (10 ms medians, geometric mean over the perturbed neurons), by size of the perturbation.",
      plot_script(panels), 620);
  study.notes = {
      "One initial potential is raised by the perturbation; synapses, stimulus and all else are the same. Both runs "
      "are "
      "event-driven in double precision.",
      "Exponent: slope of ln(distance) against time from 50 ms on, where the distance is between 1e-14 and 1e-2 mV, "
      "for "
      "at least 100 ms; mean over the perturbations of a neuron, then mean and standard error over the neurons. With "
      "rounding errors of 1e-15 mV a perturbation that shrinks is lost in them early: such fits are few and short.",
      "Changed spikes: missing, surplus, or more than 1 ms away; median over the neurons."};
  session.publish(study);
}

}  // namespace

Command chaos_command() {
  return {.name = "chaos",
          .summary = "perturbs one potential by 1e-13 ... 1e-3 mV: how runs separate, Lyapunov exponent",
          .run_time = "4 min",
          .example = "chaos COBA --neurons 2",
          .options = {{"--duration", "MS", "simulated time [ms]", "1000"},
                      {"--seed", "N", "of the first network", "98765"},
                      {"--seeds", "N", "networks", "1"},
                      {"--neurons", "N", "perturbed neurons of each network, one at a time", "4"}},
          .positional = "COBA|CUBA",
          .run = run_chaos};
}

}  // namespace va_event::crossval
