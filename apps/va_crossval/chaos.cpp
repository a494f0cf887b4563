// SPDX-License-Identifier: Apache-2.0
// Study "chaos": one initial potential is perturbed, and the separation of the two runs grows or shrinks.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <sstream>

#include "va_crossval/command.hpp"
#include "va_crossval/network_statistics.hpp"
#include "va_crossval/plot.hpp"
#include "va_crossval/separation.hpp"

namespace va_event::crossval {
namespace {

constexpr double kShortestFitMs = 100.0;  // below, the slope is that of chance
constexpr double kFitFromMs = 50.0;       // before, the perturbation spreads, and the stimulus of COBA lasts
constexpr double kSilenceMs = 100.0;      // longer than any pause of the living network
constexpr double kLowestShown = 1e-17;    // of the figure [mV]
constexpr std::array kShownTimes{10, 100, 300, 1000};  // of the table [ms]

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

struct Settings {
  std::vector<cli::Benchmark> models;
  std::vector<double> perturbations;  ///< [mV]
  double duration = 1000.0;           ///< [ms]
  std::uint64_t seed = 17;
  std::uint64_t seeds = 5;    ///< networks
  std::uint64_t neurons = 1;  ///< perturbed ones of each
};

Settings read_settings(const cli::OptionTexts& texts, bool quick) {
  Settings settings;
  settings.models = read_benchmarks(texts);
  for (int exponent = -13; exponent <= -3; exponent += quick ? 4 : 1) {
    settings.perturbations.push_back(std::pow(10.0, exponent));
  }
  settings.duration = quick ? 250.0 : 1000.0;
  settings.seeds = quick ? 2 : 5;
  cli::read_real(texts, "--duration", "ms", {.zero = false, .high = 1e6}, settings.duration);
  cli::read_integer(texts, "--seed", 0, std::numeric_limits<std::uint64_t>::max() / 2, settings.seed);
  cli::read_integer(texts, "--seeds", 1, 1000, settings.seeds);
  cli::read_integer(texts, "--neurons", 1, 1000, settings.neurons);
  if (settings.duration < kShortestFitMs) {
    throw ParameterError("--duration", settings.duration, "ms", "must be >= 100, or there is nothing to fit");
  }
  return settings;
}

/// All perturbations of one benchmark.
struct Separations {
  std::vector<std::vector<Separation>> runs;  ///< [perturbation][perturbed neuron of some network]
  std::size_t networks = 0;
  std::size_t died = 0;  ///< networks that were left out
};

Separations perturb(const Settings& settings, cli::Benchmark model, Session& session) {
  Separations all{.runs = std::vector<std::vector<Separation>>(settings.perturbations.size())};
  const auto samples = static_cast<std::size_t>(settings.duration);
  for (std::uint64_t k = 0; k < settings.seeds; ++k) {
    const BuiltNetwork network(network_setup(model, false), settings.seed + k);  // small ones die out
    const std::string label = std::string(cli::name(model)) + ", seed " + std::to_string(settings.seed + k);
    session.step(label + ": undisturbed");
    const Trajectory trajectory = undisturbed(network, samples, session);
    if (trajectory.spikes.size() == 0 || last_spike_ms(trajectory.spikes) < settings.duration - kSilenceMs) {
      ++all.died;
      continue;
    }
    ++all.networks;
    for (const std::size_t neuron : first_to_spike(trajectory, settings.neurons)) {
      for (std::size_t p = 0; p < settings.perturbations.size(); ++p) {
        std::ostringstream what;
        what << label << ": neuron " << neuron << " + " << settings.perturbations[p] << " mV";
        session.step(what.str());
        all.runs[p].push_back(disturbed(network, trajectory, neuron, settings.perturbations[p], session));
      }
    }
  }
  return all;
}

/// Median over the runs, of medians of 10 ms that end at sample `end`; NaN when there are not as many samples.
double typical_distance(const std::vector<Separation>& runs, std::size_t end) {
  std::vector<double> distances;
  for (const Separation& run : runs) {
    const std::size_t begin = end < 10 ? 0 : end - 10;
    if (end <= run.distance.size()) {
      distances.push_back(median({run.distance.begin() + static_cast<std::ptrdiff_t>(begin),
                                  run.distance.begin() + static_cast<std::ptrdiff_t>(end)}));
    }
  }
  return median(std::move(distances));
}

double typical_change(const std::vector<Separation>& runs) {
  std::vector<double> changed;
  for (const Separation& run : runs) {
    changed.push_back(static_cast<double>(run.changed_spikes));
  }
  return median(std::move(changed));
}

void add_growth_rows(Table& table, const std::string& model, const Settings& settings, const Separations& all) {
  for (std::size_t p = 0; p < all.runs.size(); ++p) {
    std::vector<Entry> row{model, settings.perturbations[p], static_cast<std::int64_t>(all.runs[p].size())};
    for (const int time : kShownTimes) {
      row.push_back(typical_distance(all.runs[p], static_cast<std::size_t>(time)));
    }
    row.push_back(typical_change(all.runs[p]));
    table.rows.push_back(std::move(row));
  }
}

/// The exponent of each perturbed neuron, over its perturbations; they are not independent, the neurons are.
std::vector<double> exponents_by_neuron(const Separations& all, std::size_t& fits) {
  std::vector<double> by_neuron;
  for (std::size_t run = 0; run < all.runs.front().size(); ++run) {
    std::vector<double> slopes;
    for (const auto& perturbation : all.runs) {
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
  table.rows.push_back({model, exponent.value, exponent.standard_error, static_cast<std::int64_t>(all.networks),
                        static_cast<std::int64_t>(exponent.count), static_cast<std::int64_t>(fits),
                        grows ? 1000.0 * std::log(2.0) / exponent.value : kNone});
}

Panel panel_of(const std::string& model, const Settings& settings, const Separations& all) {
  Panel panel{.title = model,
              .x = {.label = "time [ms]", .logarithmic = false, .range = "0:" + std::to_string(settings.duration)},
              .y = {.label = "rms difference of v [mV]", .range = "1e-17:1e2"}};
  for (std::size_t p = 0; p < all.runs.size(); ++p) {
    std::ostringstream title;
    title << settings.perturbations[p] << " mV";
    Curve curve{.title = title.str(), .style = "lines lw 1.2 lc rgb '" + colour(p) + "'"};
    if (p >= 8) {
      curve.style += " dt 2";
    }
    for (std::size_t end = 5; end <= static_cast<std::size_t>(settings.duration); end += 5) {
      // Equal to the last bit: shown at the lower end.
      curve.points.emplace_back(static_cast<double>(end), std::max(typical_distance(all.runs[p], end), kLowestShown));
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
                              {"networks"},
                              {"perturbed neurons"},
                              {"fits"},
                              {"doubling time", "ms"}}};
  Table growth{.name = "growth",
               .title =
                   "Separation of the perturbed run: rms difference of v over the neurons, and changed spikes of the "
                   "whole run; medians over the runs",
               .columns = {{"model"}, {"perturbation", "mV"}, {"runs"}}};
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
  std::vector<std::string> left_out;
  for (const cli::Benchmark model : settings.models) {
    const std::string label(cli::name(model));
    const Separations all = perturb(settings, model, session);
    add_exponent_row(study.tables[0], label, all);
    add_growth_rows(study.tables[1], label, settings, all);
    panels.push_back(panel_of(label, settings, all));
    if (all.died > 0) {
      left_out.push_back(std::to_string(all.died) + " of " + std::to_string(settings.seeds) + " " + label +
                         " networks are left out: their activity died out after the stimulus.");
    }
  }
  session.draw(
      study, "growth", "How a perturbation of one potential grows",
      "Rms difference over all neurons between the membrane potentials of the perturbed and of the undisturbed "
      "run (median of 10 ms, then over the runs), by size of the perturbation.",
      draw_panels(panels));
  study.notes = {
      "One initial potential, of a neuron that spikes among the first, is raised by the perturbation; synapses, "
      "stimulus and all else are the same. Both runs "
      "are event-driven in double precision.",
      "Exponent: slope of ln(distance) against time from 50 ms on, where the distance is between 1e-14 and 1e-2 mV, "
      "for at least 100 ms; mean over the perturbations of a neuron, then mean and standard error over the neurons. "
      "With "
      "rounding errors of 1e-15 mV a perturbation that shrinks is lost in them early: such fits are few and short.",
      "Growth: a run is one perturbed neuron of one network. All columns and the figure show the median over the same "
      "runs: of the distance (its median over the 10 ms before), and of the number of changed spikes (missing, "
      "surplus, or more than 1 ms away) from begin to end. The distance of one run jumps when a spike appears "
      "or vanishes, so the median does when half of the runs have got there."};
  study.notes.insert(study.notes.end(), left_out.begin(), left_out.end());
  session.publish(study);
}

}  // namespace

Command chaos_command() {
  return {.name = "chaos",
          .summary = "perturbs one potential by 1e-13 ... 1e-3 mV: how runs separate, Lyapunov exponent",
          .run_time = "2 min",
          .example = "chaos COBA --seeds 2 --neurons 3",
          .options = {{"--duration", "MS", "simulated time [ms]", "1000"},
                      {"--seed", "N", "of the first network", "17"},
                      {"--seeds", "N", "networks", "5"},
                      {"--neurons", "N", "perturbed neurons of each network, one at a time", "1"}},
          .positional = "COBA|CUBA",
          .run = run_chaos};
}

}  // namespace va_event::crossval
