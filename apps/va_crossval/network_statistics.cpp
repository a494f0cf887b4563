// SPDX-License-Identifier: Apache-2.0
#include "va_crossval/network_statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <vector>

#include "va_crossval/peer_statistics.hpp"
#include "va_event/statistics.hpp"

namespace va_event::crossval {
namespace {

constexpr double kBinMs = 5.0;  // of the reference statistics
constexpr std::size_t kCorrelatedCells = 200;
constexpr std::size_t kFewestSpikes = 4;  // of a cell whose CV counts
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// The spikes in the window; their order stays.
Spikes cut(const Spikes& spikes, const ActivityWindow& window) {
  Spikes part;
  const Time from(window.from_ms);
  const Time to(window.to_ms);
  for (std::size_t i = 0; i < spikes.size(); ++i) {
    if (spikes.times[i] >= from && spikes.times[i] < to && spikes.ids[i] < window.n_exc + window.n_inh) {
      part.times.push_back(spikes.times[i]);
      part.ids.push_back(spikes.ids[i]);
    }
  }
  return part;
}

double mean(const std::vector<double>& values) {
  return values.empty() ? kNone
                        : std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

std::size_t bins_of(const ActivityWindow& window, double bin_ms) {
  return static_cast<std::size_t>((window.to_ms - window.from_ms) / bin_ms + 1e-9);
}

std::size_t bin_of(const Time& time, const ActivityWindow& window, double bin_ms) {
  return static_cast<std::size_t>(time.minus(Time(window.from_ms)) / bin_ms);
}

double fano_factor(const Spikes& part, const ActivityWindow& window, double bin_ms) {
  std::vector<double> counts(bins_of(window, bin_ms), 0.0);
  for (const Time& time : part.times) {
    if (const std::size_t bin = bin_of(time, window, bin_ms); bin < counts.size()) {
      counts[bin] += 1.0;
    }
  }
  const double average = mean(counts);
  double squares = 0.0;
  for (const double count : counts) {
    squares += (count - average) * (count - average);
  }
  return average > 0.0 ? squares / static_cast<double>(counts.size()) / average : kNone;
}

/// The counts of one cell, made to have mean 0 and variance 1; empty when they are all the same.
std::vector<double> standardised(std::vector<double> counts) {
  const double average = mean(counts);
  double squares = 0.0;
  for (double& count : counts) {
    count -= average;
    squares += count * count;
  }
  if (!(squares > 0.0)) {
    return {};
  }
  const double scale = std::sqrt(static_cast<double>(counts.size()) / squares);
  for (double& count : counts) {
    count *= scale;
  }
  return counts;
}

}  // namespace

double pairwise_correlation(const Spikes& spikes, const ActivityWindow& window, double bin_ms, std::size_t cells) {
  const Spikes part = cut(spikes, window);
  std::vector<CellId> active(part.ids.begin(), part.ids.end());
  std::sort(active.begin(), active.end());
  active.erase(std::unique(active.begin(), active.end()), active.end());
  const std::size_t chosen = std::min(cells, active.size());
  const std::size_t bins = bins_of(window, bin_ms);
  std::vector<std::vector<double>> counts(chosen, std::vector<double>(bins, 0.0));
  std::vector<std::size_t> row_of(window.n_exc + window.n_inh, chosen);
  for (std::size_t row = 0; row < chosen; ++row) {
    row_of[active[row * active.size() / chosen]] = row;
  }
  for (std::size_t i = 0; i < part.size(); ++i) {
    const std::size_t row = row_of[part.ids[i]];
    const std::size_t bin = bin_of(part.times[i], window, bin_ms);
    if (row < chosen && bin < bins) {
      counts[row][bin] += 1.0;
    }
  }
  // With standardised counts z, sum over pairs of r = (sum over bins of (sum over cells of z)^2 / bins - cells) / 2.
  std::vector<double> sums(bins, 0.0);
  double used = 0.0;
  for (std::vector<double>& row : counts) {
    const std::vector<double> z = standardised(std::move(row));
    for (std::size_t bin = 0; bin < z.size(); ++bin) {
      sums[bin] += z[bin];
    }
    used += z.empty() ? 0.0 : 1.0;
  }
  const double squares = std::inner_product(sums.begin(), sums.end(), sums.begin(), 0.0);
  return used > 1.0 ? (squares / static_cast<double>(bins) - used) / (used * (used - 1.0)) : kNone;
}

double cv_of_intervals(const Spikes& spikes) {
  std::map<CellId, std::vector<double>> times;
  for (std::size_t i = 0; i < spikes.size(); ++i) {
    times[spikes.ids[i]].push_back(spikes.times[i].ms());
  }
  std::vector<double> values;
  for (const auto& entry : times) {
    const std::vector<double>& train = entry.second;
    if (train.size() < kFewestSpikes) {
      continue;
    }
    const auto intervals = static_cast<double>(train.size() - 1);
    const double average = (train.back() - train.front()) / intervals;
    double squares = 0.0;
    for (std::size_t k = 1; k < train.size(); ++k) {
      const double deviation = train[k] - train[k - 1] - average;
      squares += deviation * deviation;
    }
    values.push_back(std::sqrt(squares / (intervals - 1.0)) / average);
  }
  return mean(values);
}

double last_spike_ms(const Spikes& spikes) { return spikes.size() == 0 ? kNone : spikes.times.back().ms(); }

std::map<std::string, double> network_statistics(const Spikes& spikes, const ActivityWindow& window) {
  const Spikes part = cut(spikes, window);
  const auto first_inh = static_cast<CellId>(window.n_exc);
  return {{kRateExc, mean(firing_rates(part, 0, window.n_exc, window.from_ms, window.to_ms))},
          {kRateInh, mean(firing_rates(part, first_inh, window.n_inh, window.from_ms, window.to_ms))},
          {kCvIsi, cv_of_intervals(part)},
          {kCorrelation, pairwise_correlation(part, window, kBinMs, kCorrelatedCells)},
          {kFano, fano_factor(part, window, kBinMs)}};
}

}  // namespace va_event::crossval
