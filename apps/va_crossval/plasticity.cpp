// SPDX-License-Identifier: Apache-2.0
// Study "plasticity": what a time step does to learning.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <tuple>

#include "va_crossval/command.hpp"
#include "va_crossval/comparison.hpp"
#include "va_crossval/fit.hpp"
#include "va_crossval/plasticity_network.hpp"
#include "va_crossval/plot.hpp"
#include "va_crossval/simulators/plasticity_peers.hpp"
#include "va_crossval/weight_errors.hpp"

namespace va_event::crossval {
namespace {

constexpr double kFloor = 1e-11;        // of errors of weights [w_max]; rounding errors lie below
constexpr double kSameSpikeMs = 1.0;    // spikes that are farther apart are different ones
constexpr double kLongestStepMs = 1.0;  // the shortest delay
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

struct Settings {
  PlasticityRule rule;
  std::vector<double> steps;
  double duration = 5000.0;  ///< [ms]
  std::uint64_t seed = 1;
  PlasticityPeers peers{};
};

Settings read_settings(const cli::OptionTexts& texts, bool quick) {
  Settings settings;
  for (int k = 0; k <= (quick ? 7 : 10); ++k) {
    settings.steps.push_back(std::ldexp(1.0, -k));
  }
  settings.steps = read_steps(texts, settings.steps);
  if (settings.steps.front() > kLongestStepMs) {
    throw ParameterError("--dt", settings.steps.front(), "ms", "must be <= 1, the shortest delay");
  }
  settings.duration = quick ? 1000.0 : 5000.0;
  cli::read_real(texts, "--duration", "ms", {.zero = false, .high = 1e6}, settings.duration);
  cli::read_integer(texts, "--seed", 0, std::numeric_limits<std::uint64_t>::max(), settings.seed);
  const auto one_of = [&texts](const char* option, const std::vector<std::string>& known) {
    const auto found = texts.find(option);
    const std::vector<std::string> words =
        found == texts.end() ? std::vector{known.front()} : cli::read_list(option, found->second, known);
    if (words.size() != 1) {
      cli::reject(option, found->second, "", "must be one of " + cli::join(known));
    }
    return words.front();
  };
  const auto number_of = [&one_of](const char* option, const std::vector<std::string>& known) {
    return std::find(known.begin(), known.end(), one_of(option, known)) - known.begin();
  };
  const auto weight_rule = static_cast<WeightRule>(number_of("--weight-dependence", weight_rule_names()));
  settings.rule = one_of("--timing", {"pair", "triplet"}) == "pair" ? PlasticityRule::of_pairs(weight_rule)
                                                                    : PlasticityRule::of_triplets(weight_rule);
  settings.rule.pairs = static_cast<SpikePairs>(number_of("--pairs", pairs_names()));
  if (settings.rule.triplet && settings.rule.pairs != SpikePairs::all &&
      settings.rule.pairs != SpikePairs::nearest_symmetric) {
    cli::reject("--pairs", texts.at("--pairs"), "", "must be all or nearest-symmetric for --timing triplet");
  }
  cli::read_real(texts, "--dendritic-delay-fraction", "", {.zero = true, .high = 1.0},
                 settings.rule.dendritic_delay_fraction);
  settings.peers = {.choice = read_peer_choice(texts, true),
                    .steps = settings.steps,
                    .steps_given = texts.count("--dt") > 0,
                    .seed = settings.seed};
  return settings;
}

/// One line of the figure and of the table of orders.
struct Series {
  std::string trains;
  std::string coincident;
  std::string synapses;
  std::string style;
  std::vector<ErrorPoint> rms{};
  std::vector<std::pair<double, double>> wrong_side{};  ///< [%]

  [[nodiscard]] std::string title() const {
    return "spikes " + trains + ", " + (synapses == "all" ? "coincident: " + coincident : synapses);
  }
};

Table error_table() {
  return {.name = "errors",
          .title = "Final weights after learning on a grid, against the exact ones",
          .columns = {{"spikes"},
                      {"coincident pairs"},
                      {"dt", "ms"},
                      {"rms error", "w_max"},
                      {"max error", "w_max"},
                      {"mean error", "w_max"},
                      {"wrong side"},
                      {"coincident"},
                      {"misordered"},
                      {"resolved synapses"},
                      {"their rms error", "w_max"},
                      {"first wrong spike", "ms"},
                      {"right spikes"}}};
}

Table order_table(const std::vector<Series>& all) {
  Table table{.name = "orders",
              .title = "Order of convergence: rms error of the weights ~ dt^order",
              .columns = {{"spikes"}, {"coincident pairs"}, {"synapses"}, {"order"}, {"std. error"}, {"steps fitted"}}};
  for (const Series& series : all) {
    const Line line = fit_order(series.rms, kFloor);
    table.rows.push_back({series.trains, series.coincident, series.synapses, line.slope, line.slope_error,
                          static_cast<std::int64_t>(line.points)});
  }
  return table;
}

std::int64_t whole(std::uint64_t count) { return static_cast<std::int64_t>(count); }

/// How exact the reference itself is.
Table reference_table(const PlasticNetwork& network, const PlasticNetwork& quad, const Settings& settings) {
  const WeightErrors errors = weight_errors(quad.weights(), network.weights(), settings.rule.w_max);
  const NetworkComparison spikes = compare_networks(quad.spikes(), network.spikes(), kSameSpikeMs, settings.duration);
  return {.name = "reference",
          .title = "Event-driven in double precision, against quadruple precision",
          .columns = {{"rms error", "w_max"},
                      {"max error", "w_max"},
                      {"wrong side"},
                      {"first wrong spike", "ms"},
                      {"right spikes"},
                      {"max error of spikes", "ms"}},
          .rows = {{errors.rms, errors.largest, errors.wrong_side, spikes.first_wrong_ms.value_or(kNone),
                    whole(spikes.right), spikes.max_error}}};
}

/// Runs of one step: spikes given, and spikes of the network on the grid, each with both conventions.
class Comparison {
 public:
  Comparison(const Settings& settings, const PlasticNetwork& network, Session& session)
      : settings_(settings), network_(network), session_(session) {
    const auto style = [](std::size_t hue, const char* mark) {
      return "linespoints lw 1.5 ps 0.6 lc rgb '" + colour(hue) + "' " + mark;
    };
    series_ = {{"exact", name(Coincidence::nothing), "all", style(0, "dt 1 pt 7")},
               {"exact", name(Coincidence::potentiation), "all", style(1, "dt 1 pt 9")},
               {"on the grid", name(Coincidence::nothing), "all", style(0, "dt 2 pt 6")},
               {"on the grid", name(Coincidence::potentiation), "all", style(1, "dt 2 pt 8")},
               {"exact", "none", "all pairs resolved", style(2, "dt 4 pt 5")}};
  }

  void add_step(double dt, Table& table) {
    const UnresolvedPairs pairs = network_.unresolved_pairs(dt);
    for (const Coincidence coincidence : {Coincidence::nothing, Coincidence::potentiation}) {
      const auto which = static_cast<std::size_t>(coincidence);
      session_.step("given spikes, coincident: " + name(coincidence) + ", dt = " + std::to_string(dt) + " ms");
      add_given(dt, coincidence, pairs, series_[which], table);
      session_.step("network, coincident: " + name(coincidence) + ", dt = " + std::to_string(dt) + " ms");
      add_network(dt, coincidence, series_[2 + which], table);
    }
  }
  [[nodiscard]] const std::vector<Series>& series() const noexcept { return series_; }

 private:
  [[nodiscard]] double percent(std::int64_t synapses) const {
    return 100.0 * static_cast<double>(synapses) / static_cast<double>(network_.synapses().size());
  }

  void add(double dt, const WeightErrors& errors, Series& series) const {
    series.rms.push_back({dt, errors.rms, true});
    series.wrong_side.emplace_back(dt, percent(errors.wrong_side));
  }

  void add_given(double dt, Coincidence coincidence, const UnresolvedPairs& pairs, Series& series, Table& table) {
    const double w_max = settings_.rule.w_max;
    const GridRun run = network_.learn_on_grid(dt, coincidence);
    const WeightErrors errors = weight_errors(network_.weights(), run.weights, w_max);
    const WeightErrors resolved = weight_errors(network_.weights(), run.weights, w_max, pairs.all_resolved);
    add(dt, errors, series);
    if (coincidence == Coincidence::nothing) {  // without coincident pairs both are the same
      add(dt, resolved, series_[4]);
    }
    table.rows.push_back(
        {series.trains, series.coincident, dt, errors.rms, errors.largest, errors.mean, errors.wrong_side,
         whole(pairs.coincident), whole(pairs.misordered),
         whole(static_cast<std::uint64_t>(std::count(pairs.all_resolved.begin(), pairs.all_resolved.end(), true))),
         resolved.rms, Entry(), Entry()});
  }

  void add_network(double dt, Coincidence coincidence, Series& series, Table& table) {
    const GridRun run = network_.run_on_grid(dt, coincidence, session_);
    const WeightErrors errors = weight_errors(network_.weights(), run.weights, settings_.rule.w_max);
    add(dt, errors, series);
    const NetworkComparison spikes = compare_networks(network_.spikes(), run.spikes, kSameSpikeMs, settings_.duration);
    table.rows.push_back({series.trains, series.coincident, dt, errors.rms, errors.largest, errors.mean,
                          errors.wrong_side, whole(run.coincident), Entry(), Entry(), Entry(),
                          spikes.first_wrong_ms.value_or(kNone), whole(spikes.right)});
  }

  const Settings& settings_;
  const PlasticNetwork& network_;
  Session& session_;
  std::vector<Series> series_{};
};

Drawing draw(const std::vector<Series>& all) {
  Panel errors{.title = "error of the weights",
               .x = {.label = "time step [ms]"},
               .y = {.label = "rms error of final weights [w_{max}]"}};
  Panel sides{.title = "weights on the wrong side of w_{max}/2",
              .x = {.label = "time step [ms]"},
              .y = {.label = "synapses [%]"}};
  for (const Series& series : all) {
    Curve curve{.title = series.title(), .style = series.style};
    Curve wrong = curve;
    for (const ErrorPoint& point : series.rms) {
      curve.points.emplace_back(point.dt, point.error);
    }
    wrong.points = series.wrong_side;
    errors.curves.push_back(std::move(curve));
    if (series.synapses == "all") {
      sides.curves.push_back(std::move(wrong));
    }
  }
  // Both panels against the same steps, also where no weight is on the wrong side.
  if (!errors.curves.front().points.empty()) {
    const auto& points = errors.curves.front().points;
    sides.x.range = std::to_string(points.back().first / 1.6) + ':' + std::to_string(points.front().first * 1.6);
  }
  return draw_panels({errors, sides});
}

/// What the exact run was, for whoever reads the file.
void describe(const Settings& settings, const PlasticSetup& setup, const PlasticNetwork& network, Study& study) {
  const double n = static_cast<double>(setup.n_exc + setup.n_inh);
  const double w_max = settings.rule.w_max;
  double moved = 0.0;
  std::size_t bounds = 0;
  for (std::size_t s = 0; s < network.synapses().size(); ++s) {
    const double change = (network.weights()[s] - network.synapses()[s].weight) / w_max;
    moved += change * change;
    bounds += network.weights()[s] <= 0.0 || network.weights()[s] >= w_max ? 1U : 0U;
  }
  study.parameters = {
      {"timing", settings.rule.triplet ? "triplet" : "pair"},
      {"pairs", pairs_names()[static_cast<std::size_t>(settings.rule.pairs)]},
      {"dendritic_delay_fraction", settings.rule.dendritic_delay_fraction},
      {"weight_dependence", name(settings.rule.weight_rule)},
      {"duration_ms", settings.duration},
      {"seed", settings.seed},
      {"dt_ms", settings.steps},
      {"excitatory_neurons", setup.n_exc},
      {"inhibitory_neurons", setup.n_inh},
      {"sources", setup.n_sources},
      {"source_rate_hz", setup.source_rate},
      {"plastic_synapses", network.synapses().size()},
      {"w_max_nA", w_max},
      {"w_inh_nA", setup.w_inh},
      {"delays_ms", {setup.delay_min, setup.delay_max}},
      {"tau_plus_ms", settings.rule.tau_plus},
      {"tau_minus_ms", settings.rule.tau_minus},
      {"A_plus", settings.rule.A_plus},
      {"A_minus", settings.rule.A_minus},
      {"spikes", network.spikes().size()},
      {"rate_hz", 1000.0 * static_cast<double>(network.spikes().size()) / n / settings.duration},
      {"rms_change_of_weights_w_max", std::sqrt(moved / static_cast<double>(network.synapses().size()))},
      {"weights_at_a_bound", bounds}};
  if (settings.rule.triplet) {
    study.parameters.update({{"tau_x_ms", settings.rule.tau_x},
                             {"tau_y_ms", settings.rule.tau_y},
                             {"A3_plus", settings.rule.A3_plus},
                             {"A3_minus", settings.rule.A3_minus}});
  }
}

void run_plasticity(const cli::OptionTexts& texts, Session& session) {
  Settings settings = read_settings(texts, session.quick());
  const PlasticSetup setup{.rule = settings.rule};
  settings.peers.choice.find((std::filesystem::path(session.options().output) / "simulators").string(), session);
  session.start(2 + 4 * settings.steps.size() + settings.peers.runs());
  session.step("event-driven");
  const PlasticNetwork network(setup, settings.seed, settings.duration, session);

  Study study{.name = "plasticity",
              .title = "What a time step does to learning: a network with spike-timing-dependent plasticity",
              .command = session.command()};
  describe(settings, setup, network, study);
  Table errors = error_table();
  Comparison comparison(settings, network, session);
  for (const double dt : settings.steps) {
    comparison.add_step(dt, errors);
  }
  std::stable_sort(errors.rows.begin(), errors.rows.end(), [](const auto& a, const auto& b) {
    return std::tie(std::get<std::string>(a[0]), std::get<std::string>(a[1])) <
           std::tie(std::get<std::string>(b[0]), std::get<std::string>(b[1]));
  });
  session.step("event-driven, quadruple precision");
  const PlasticNetwork quad(setup, settings.seed, settings.duration, session, Precision::quad());
  study.tables = {order_table(comparison.series()), reference_table(network, quad, settings), errors};
  session.draw(study, "weights", "Final weights against the time step",
               "Rms difference between the final weights of clock-driven learning and the exact ones, and the share of "
               "weights that end in the other half of their range. Exact spikes: only the rule is on the grid. "
               "All pairs resolved: of these the synapses without a pair of which the grid loses the order.",
               draw(comparison.series()));
  study.notes = {
      "All runs have the same synapses, initial potentials and source spikes. Errors are differences to the "
      "event-driven weights, in units of w_max.",
      "Spikes exact: those of the event-driven run, moved to the end of their step, with delays rounded to the nearest "
      "step; what remains is the error of the rule. Spikes on the grid: neurons, too, are simulated from step to step, "
      "exactly within each.",
      "Coincident: pairs whose two spikes reach the synapse in the same step. NEST ignores them; NEURON and Brian2 "
      "take the presynaptic spike to be first, and potentiate. Misordered: pairs that reach it in the other order "
      "than they do exactly.",
      "A coincident or misordered pair costs a whole change of the weight, however short the step is; their number "
      "shrinks with dt, so the rms error of all synapses with its square root. Of synapses without such a pair it "
      "shrinks with dt.",
      "The event-driven run in quadruple precision tells how far the one in double precision can be relied on: with a "
      "wrong spike there, the network is too chaotic for this duration.",
      "First wrong spike: missing, surplus or more than 1 ms away from that of the event-driven run.",
      "All plastic weights start at w_max/2: on the wrong side are those that have learned the contrary."};
  const std::vector<std::string> failures = settings.peers.add_to(study, session);
  session.publish(study);
  if (!failures.empty()) {
    throw Error(failures.front());
  }
}

}  // namespace

Command plasticity_command() {
  return {.name = "plasticity",
          .summary =
              "what a time step does to learning: final weights of a network with STDP, exactly, on grids, in Brian2, "
              "NEURON and NEST",
          .run_time = "30 s, 1 min per simulator",
          .example = "plasticity --timing triplet --dt 1,0.5,0.1",
          .options = {{"--dt", "LIST", "time steps [ms], at most 1", "1, 1/2, ... 1/1024"},
                      {"--timing", "RULE", "pair or triplet, the spikes that a change depends on", "pair"},
                      {"--pairs", "WHICH",
                       "all, nearest-symmetric, nearest-presynaptic or nearest-reduced: which pairs of spikes count",
                       "all"},
                      {"--dendritic-delay-fraction", "F", "part of the delay that is dendritic, 0 to 1", "1"},
                      {"--weight-dependence", "KIND", "additive, multiplicative, additive-multiplicative or gutig",
                       "additive"},
                      {"--duration", "MS", "simulated time [ms]", "5000"},
                      {"--seed", "N", "of the network and its input", "1"},
                      {"--simulators", "LIST", "of brian2, neuron, nest; or none", "all that are installed"},
                      {"--python", "LIST", "interpreters; each simulator runs in the first that can import it and h5py",
                       "python3,/usr/bin/python3"}},
          .run = run_plasticity};
}

}  // namespace va_event::crossval
