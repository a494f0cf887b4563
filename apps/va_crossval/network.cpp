// SPDX-License-Identifier: Apache-2.0
// Study "network": the Vogels-Abbott networks, every method and step against the event-driven run, and the activity
// beside that of other simulators.
#include <algorithm>
#include <limits>
#include <sstream>

#include "va_crossval/command.hpp"
#include "va_crossval/comparison.hpp"
#include "va_crossval/network_peers.hpp"
#include "va_crossval/network_setup.hpp"
#include "va_crossval/network_statistics.hpp"
#include "va_crossval/peer_statistics.hpp"
#include "va_crossval/plot.hpp"

namespace va_event::crossval {
namespace {

constexpr const char* kDefaultMethods =
    "exact/grid,exact/cubic,exponential_euler/grid,forward_euler/grid,rk2/linear,rk4/grid,rk4/cubic";

constexpr double kSameSpikeMs = 1e-6;  ///< spikes of two exact runs that are farther apart are different ones

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

struct Settings {
  std::vector<cli::Benchmark> models;
  std::vector<double> steps;
  double duration = 1000.0;  ///< [ms]
  std::uint64_t seed = 17;
  SimulationMethod method = SimulationMethod::automatic;
  PeerSettings peers;
};

Settings read_settings(const cli::OptionTexts& texts, bool quick) {
  Settings settings;
  settings.models = read_benchmarks(texts);
  settings.steps = read_steps(texts, quick ? std::vector{0.1, 0.05} : std::vector{0.1, 0.05, 0.025, 0.0125});
  settings.duration = quick ? 100.0 : 1000.0;
  settings.peers = quick ? PeerSettings{.seeds = 2, .from_ms = 50.0, .to_ms = 150.0} : PeerSettings{};
  cli::read_real(texts, "--duration", "ms", {.zero = false, .high = 1e6}, settings.duration);
  cli::read_integer(texts, "--seed", 0, std::numeric_limits<std::uint64_t>::max() / 2, settings.seed);
  cli::read_method(texts, "--method", settings.method);
  cli::read_integer(texts, "--seeds", 0, 1000, settings.peers.seeds);
  cli::read_real(texts, "--until", "ms", {.zero = false, .high = 1e6}, settings.peers.to_ms);
  if (settings.peers.to_ms <= settings.peers.from_ms) {
    throw ParameterError("--until", settings.peers.to_ms, "ms", "must be later than the window's begin, 1000 ms");
  }
  settings.peers.first_seed = settings.seed;
  return settings;
}

Table accuracy_table(std::uint64_t seed) {
  return {.name = "accuracy",
          .title = "One network, seed " + std::to_string(seed) +
                   ", clock-driven: how long and how closely its spikes are right",
          .columns = {{"model"},
                      {"method"},
                      {"dt", "ms"},
                      {"first wrong", "ms"},
                      {"right spikes"},
                      {"max error", "ms"},
                      {"rms error", "ms"},
                      {"spikes"},
                      {"last spike", "ms"},
                      {"rate E", "Hz"},
                      {"rate I", "Hz"},
                      {"CV of ISI"},
                      {"corr."},
                      {"wall time", "s"}}};
}

/// One row of the accuracy table; without a comparison it is that of the event-driven run.
std::vector<Entry> accuracy_row(const std::string& model, const std::string& method, const NetworkRun& run,
                                const ActivityWindow& window, const NetworkComparison* comparison, double dt) {
  auto statistics = network_statistics(run.spikes, window);
  const bool compared = comparison != nullptr;
  return {model,
          method,
          dt,
          compared ? comparison->first_wrong_ms.value_or(kNone) : kNone,
          compared ? Entry(static_cast<std::int64_t>(comparison->right)) : Entry(),
          compared ? comparison->max_error : kNone,
          compared ? comparison->rms_error : kNone,
          static_cast<std::int64_t>(run.spikes.size()),
          last_spike_ms(run.spikes),
          statistics[kRateExc],
          statistics[kRateInh],
          statistics[kCvIsi],
          statistics[kCorrelation],
          run.wall_s};
}

/// The level of the points of runs without a wrong spike.
std::string end_line(double duration) {
  std::ostringstream out;
  out << "set arrow from graph 0, first " << duration << " to graph 1, first " << duration
      << " nohead lc rgb '#777777' dt 3\nset label 'no wrong spike in " << duration << " ms' at graph 0.5, first "
      << duration << " center offset 0,0.6 textcolor rgb '#555555'\n";
  return out.str();
}

/// Adds the run of the event loop, as compared with one that had order-free sums.
void compare_event_loop(const Settings& settings, const std::string& label, const NetworkSetup& setup,
                        const NetworkRun& reference, const ActivityWindow& window, Table& table, Session& session) {
  session.step(label + ": event-driven, one by one");
  const BuiltNetwork network(setup, settings.seed, {}, SimulationMethod::one_by_one);
  const NetworkRun run = network.run_exact(settings.duration, session);
  const NetworkComparison comparison = compare_networks(reference.spikes, run.spikes, kSameSpikeMs, settings.duration);
  table.rows.push_back(accuracy_row(label, "event-driven, one by one", run, window, &comparison, kNone));
}

/// All clock-driven runs of one network.
Panel compare_schemes(const Settings& settings, cli::Benchmark model, const std::vector<Scheme>& chosen, Table& table,
                      Session& session) {
  const std::string label(cli::name(model));
  const NetworkSetup setup = network_setup(model, session.quick());
  session.step(label + ": event-driven");
  const BuiltNetwork network(setup, settings.seed, {}, settings.method);
  const NetworkRun reference = network.run_exact(settings.duration, session);
  const ActivityWindow window{network.n_exc(), network.n_inh(), 0.0, settings.duration};
  const std::string method = network.is_order_free() ? "event-driven, order-free" : "event-driven";
  table.rows.push_back(accuracy_row(label, method, reference, window, nullptr, kNone));
  if (network.is_order_free()) {
    compare_event_loop(settings, label, setup, reference, window, table, session);
  }
  Panel panel{.title = label,
              .x = {.label = "time step [ms]", .ticks = settings.steps},
              .y = {.label = "first wrong spike [ms]"},
              .extra = end_line(settings.duration)};
  for (const Scheme& scheme : chosen) {
    Curve curve = curve_of(scheme);
    for (const double dt : settings.steps) {
      session.step(label + ": " + name(scheme) + ", dt = " + std::to_string(dt) + " ms");
      const NetworkRun run = network.run_scheme(scheme, dt, settings.duration, session);
      const NetworkComparison comparison = compare_networks(reference.spikes, run.spikes, dt, settings.duration);
      table.rows.push_back(accuracy_row(label, name(scheme), run, window, &comparison, dt));
      curve.points.emplace_back(dt, comparison.first_wrong_ms.value_or(settings.duration));
    }
    panel.curves.push_back(std::move(curve));
  }
  return panel;
}

void run_network(const cli::OptionTexts& texts, Session& session) {
  const Settings settings = read_settings(texts, session.quick());
  Study study{.name = "network",
              .title = "The Vogels-Abbott networks: same synapses and initial state, clock-driven and event-driven",
              .command = session.command()};
  study.parameters = {{"duration_ms", settings.duration},
                      {"seed", settings.seed},
                      {"method", std::string(name_of(settings.method))},
                      {"dt_ms", settings.steps},
                      {"seeds_of_statistics", settings.peers.seeds},
                      {"statistics_from_ms", settings.peers.from_ms},
                      {"statistics_to_ms", settings.peers.to_ms}};
  std::size_t runs = 0;
  for (const cli::Benchmark model : settings.models) {
    runs += (settings.method == SimulationMethod::order_free ? 2 : 1) +
            read_schemes(texts, model, kDefaultMethods).size() * settings.steps.size() + settings.peers.seeds;
  }
  session.start(runs);
  study.tables = {accuracy_table(settings.seed)};
  std::vector<Panel> panels;
  for (const cli::Benchmark model : settings.models) {
    panels.push_back(
        compare_schemes(settings, model, read_schemes(texts, model, kDefaultMethods), study.tables[0], session));
  }
  session.draw(study, "first_wrong", "When the first spike goes wrong",
               "The time at which some neuron's spike is first missing, surplus or more than dt away from the "
               "event-driven run, against the time step. On the dotted line: no spike was wrong to the end of the run. "
               "The methods with spikes on the grid differ little, and their lines lie on one another.",
               draw_panels(panels));
  study.notes = {
      "First wrong: the first spike that is missing, surplus or more than dt away from the same neuron's spike in the "
      "event-driven run; right spikes and errors are those before it. The longer the step, the more generous that is.",
      "With order-free sums: the event loop is compared with them, and a spike is wrong when it is more than 1e-6 ms "
      "away.",
      "grid: spikes and delays at multiples of dt; linear, cubic: spikes interpolated, delays continuous."};
  if (settings.peers.seeds > 0) {
    study.tables.push_back(peer_table(settings.peers, settings.models, study.notes, session));
  }
  session.publish(study);
}

}  // namespace

Command network_command() {
  return {
      .name = "network",
      .summary = "Vogels-Abbott networks: first wrong spike, errors, activity, also beside NEST, Auryn, Brian2, GeNN",
      .run_time = "2 min",
      .example = "network CUBA --duration 200 --methods exact/grid,rk4/cubic --seeds 0",
      .options = {{"--dt", "LIST", "time steps [ms]", "0.1,0.05,0.025,0.0125"},
                  {"--methods", "LIST",
                   "of exact (CUBA only), exponential_euler, forward_euler, rk2, rk4, each also with the kind of its "
                   "spikes behind it: rk4/grid, rk4/linear, rk4/cubic",
                   kDefaultMethods},
                  {"--method", "M",
                   "of the event-driven run: automatic, one-by-one, order-free; order-free sums are also compared with "
                   "the event loop (one-by-one)",
                   "automatic"},
                  {"--duration", "MS", "simulated time of the comparison [ms]", "1000"},
                  {"--seed", "N", "of the network; the first one of the statistics", "17"},
                  {"--seeds", "N", "networks for the statistics beside other simulators; 0: none", "5"},
                  {"--until", "MS", "end of these statistics, which begin at 1000 ms [ms]", "11000"}},
      .positional = "COBA|CUBA",
      .run = run_network};
}

}  // namespace va_event::crossval
