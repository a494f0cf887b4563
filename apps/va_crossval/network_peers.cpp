// SPDX-License-Identifier: Apache-2.0
#include "va_crossval/network_peers.hpp"

#include <array>
#include <limits>
#include <map>
#include <utility>

#include "va_crossval/fit.hpp"
#include "va_crossval/network_setup.hpp"
#include "va_crossval/network_statistics.hpp"
#include "va_crossval/peer_statistics.hpp"

namespace va_event::crossval {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr double kSilenceMs = 100.0;  // longer than any pause of the living network

constexpr std::array<std::pair<const char*, const char*>, 5> kQuantities{{{kRateExc, "rate E [Hz]"},
                                                                          {kRateInh, "rate I [Hz]"},
                                                                          {kCvIsi, "CV of ISI"},
                                                                          {kCorrelation, "correlation"},
                                                                          {kFano, "Fano factor"}}};

struct OwnStatistics {
  std::map<std::string, std::vector<double>> values;  ///< one per network that lives
  std::vector<std::uint64_t> died;                    ///< seeds
};

OwnStatistics simulate(const PeerSettings& settings, cli::Benchmark model, Session& session) {
  OwnStatistics own;
  for (std::uint64_t k = 0; k < settings.seeds; ++k) {
    const std::uint64_t seed = settings.first_seed + k;
    session.step(std::string(cli::name(model)) + ": activity of the network of seed " + std::to_string(seed));
    const BuiltNetwork network(network_setup(model, session.quick()), seed);
    const NetworkRun run = network.run_exact(settings.to_ms, session);
    if (run.spikes.size() == 0 || run.spikes.times.back().ms() < settings.to_ms - kSilenceMs) {
      own.died.push_back(seed);
      continue;
    }
    const ActivityWindow window{network.n_exc(), network.n_inh(), settings.from_ms, settings.to_ms};
    for (const auto& [quantity, value] : network_statistics(run.spikes, window)) {
      own.values[quantity].push_back(value);
    }
  }
  return own;
}

void add_rows(Table& table, cli::Benchmark model, const OwnStatistics& own, const PeerSettings& settings) {
  const std::string label(cli::name(model));
  const std::vector<PeerStatistics> peers = peer_statistics(model);
  for (const auto& [quantity, title] : kQuantities) {
    const auto values = own.values.find(quantity);
    const Mean ours = mean_of(values == own.values.end() ? std::vector<double>() : values->second);
    table.rows.push_back(
        {label, title, "va-event", kNone, static_cast<std::int64_t>(ours.count), ours.value, ours.deviation, kNone});
    for (const PeerStatistics& peer : peers) {
      const auto theirs = peer.quantities.find(quantity);
      if (theirs == peer.quantities.end()) {
        continue;
      }
      // Another window, or a smaller network, has other statistics.
      const bool same_window = peer.from_ms == settings.from_ms && peer.to_ms == settings.to_ms;
      table.rows.push_back(
          {label, title, peer.simulator, peer.dt_ms, static_cast<std::int64_t>(peer.networks), theirs->second.mean,
           theirs->second.deviation,
           same_window ? z_score({ours.value, ours.deviation}, ours.count, theirs->second, peer.networks) : kNone});
    }
  }
}

}  // namespace

Table peer_table(const PeerSettings& settings, const std::vector<cli::Benchmark>& models,
                 std::vector<std::string>& notes, Session& session) {
  Table table{
      .name = "peers",
      .title = "Activity beside that of other simulators: means over networks of independent seeds, here " +
               std::to_string(settings.first_seed) + " to " + std::to_string(settings.first_seed + settings.seeds - 1),
      .columns = {
          {"model"}, {"quantity"}, {"simulator"}, {"dt", "ms"}, {"networks"}, {"mean"}, {"std. deviation"}, {"z"}}};
  for (const cli::Benchmark model : models) {
    const OwnStatistics own = simulate(settings, model, session);
    add_rows(table, model, own, settings);
    if (!own.died.empty()) {
      notes.push_back(
          "The activity of " + std::to_string(own.died.size()) + " of " + std::to_string(settings.seeds) + " " +
          std::string(cli::name(model)) +
          " networks died out, which happens after the stimulus ends; they are left out of the statistics.");
    }
  }
  notes.push_back(
      "z: difference of va-event's mean to the other's in standard errors of that difference (Welch); "
      "absent when the windows differ. Correlation: mean over the pairs of 200 neurons, bins of 5 ms; Fano "
      "factor: of the spikes of all neurons in 5 ms.");
  notes.push_back(
      "CV of ISI: sample standard deviation over mean, averaged over the neurons with at least four spikes; inferred "
      "to "
      "be the others' definition from the numbers of neurons that they averaged over (CUBA: 3490 of 4000). The others "
      "simulated the same few networks, so their differences to va-event are not independent of each other: a common "
      "difference is that of two samples of networks.");
  notes.push_back("Other simulators: " + peer_statistics_origin());
  return table;
}

}  // namespace va_event::crossval
