// SPDX-License-Identifier: Apache-2.0
#include "va_event/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string_view>

#include "va_event/error.hpp"

// Statistics of recorded spikes. Differences of times are exact (Time::minus()), so that intervals do not lose digits
// as a run goes on; and bins are compared as times, not as rounded quotients.

namespace va_event {
namespace {

constexpr double kMsPerSecond = 1000.0;

/// @throws ParameterError unless `holds`
void require(bool holds, std::string_view field, double value, std::string_view unit, std::string_view rule) {
  if (!holds) {
    throw ParameterError(field, value, unit, rule);
  }
}

/// @throws SizeError unless there are as many ids as times
void check(const Spikes& spikes) {
  if (spikes.times.size() != spikes.ids.size()) {
    throw SizeError("spike ids", std::to_string(spikes.ids.size()), "ids",
                    "must be as many as times, " + std::to_string(spikes.times.size()));
  }
}

/// The positions of the spikes, cell by cell; each cell's in their order in `spikes`, that is in time.
std::vector<std::size_t> order_by_cell(const Spikes& spikes) {
  check(spikes);
  std::vector<std::size_t> order(spikes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&spikes](std::size_t a, std::size_t b) { return spikes.ids[a] < spikes.ids[b]; });
  return order;
}

/// Calls `use(intervals)` for each cell that has spikes, in ascending order of ids.
template <class Use>
void for_each_cell(const Spikes& spikes, Use use) {
  const std::vector<std::size_t> order = order_by_cell(spikes);
  std::vector<double> intervals;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const bool last_of_cell = i + 1 == order.size() || spikes.ids[order[i + 1]] != spikes.ids[order[i]];
    if (!last_of_cell) {
      intervals.push_back(spikes.times[order[i + 1]].minus(spikes.times[order[i]]));
      continue;
    }
    use(intervals);
    intervals.clear();
  }
}

/// Standard deviation / mean; NaN for a mean of 0. Two passes: the square of the mean would cost half of the digits.
double coefficient_of_variation(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double squares = 0.0;
  for (const double value : values) {
    squares += (value - mean) * (value - mean);
  }
  return mean > 0.0 ? std::sqrt(squares / n) / mean : std::numeric_limits<double>::quiet_NaN();
}

/// How many bins cover [0, to_ms). A quotient that is whole but for its rounding (1.1 / 0.1) makes no bin of its own.
std::size_t count_bins(double bin_ms, double to_ms) {
  constexpr double kRounding = 1e-9;   // relative; far more than the rounding of decimals makes
  constexpr double kMaxBins = 0x1p26;  // half a gigabyte of rates
  const double quotient = to_ms / bin_ms;
  require(quotient < kMaxBins, "bin_ms", bin_ms, "ms", "must leave fewer than 2^26 bins");
  const double nearest = std::round(quotient);
  const bool is_whole = nearest > 0.0 && std::abs(quotient - nearest) < kRounding * nearest;
  return static_cast<std::size_t>(is_whole ? nearest : std::ceil(quotient));
}

}  // namespace

std::vector<double> inter_spike_intervals(const Spikes& spikes) {
  std::vector<double> all;
  for_each_cell(spikes, [&all](const std::vector<double>& cell) { all.insert(all.end(), cell.begin(), cell.end()); });
  return all;
}

double cv_isi(const Spikes& spikes, std::size_t min_intervals) {
  double sum = 0.0;
  std::size_t cells = 0;
  for_each_cell(spikes, [&](const std::vector<double>& intervals) {
    if (intervals.empty() || intervals.size() < min_intervals) {
      return;
    }
    const double cv = coefficient_of_variation(intervals);
    if (!std::isnan(cv)) {  // all spikes of the cell at one instant: there is no such ratio
      sum += cv;
      ++cells;
    }
  });
  return cells == 0 ? std::numeric_limits<double>::quiet_NaN() : sum / static_cast<double>(cells);
}

std::vector<double> firing_rates(const Spikes& spikes, CellId first_id, std::size_t n, double from_ms, double to_ms) {
  check(spikes);
  require(from_ms >= 0.0 && std::isfinite(from_ms), "from_ms", from_ms, "ms", "must be finite and >= 0");
  require(to_ms > from_ms && std::isfinite(to_ms), "to_ms", to_ms, "ms", "must be finite and later than from_ms");
  const Time from(from_ms);
  const Time to(to_ms);
  std::vector<double> rates(n, 0.0);
  for (std::size_t i = 0; i < spikes.size(); ++i) {
    const CellId id = spikes.ids[i];
    if (spikes.times[i] >= from && spikes.times[i] < to && id >= first_id && id - first_id < n) {
      rates[id - first_id] += 1.0;
    }
  }
  for (double& rate : rates) {
    rate *= kMsPerSecond / (to_ms - from_ms);
  }
  return rates;
}

std::vector<double> population_rate(const Spikes& spikes, std::size_t n, double bin_ms, double to_ms) {
  check(spikes);
  require(n > 0, "n", 0.0, "cells", "must be > 0");
  require(bin_ms > 0.0 && std::isfinite(bin_ms), "bin_ms", bin_ms, "ms", "must be finite and > 0");
  require(to_ms > 0.0 && std::isfinite(to_ms), "to_ms", to_ms, "ms", "must be finite and > 0");
  const std::size_t bins = count_bins(bin_ms, to_ms);
  std::vector<Time> edges;
  edges.reserve(bins + 1);
  for (std::size_t k = 0; k < bins; ++k) {
    edges.emplace_back(static_cast<double>(k) * bin_ms);
  }
  edges.emplace_back(to_ms);
  std::vector<double> rates(bins, 0.0);
  for (const Time& time : spikes.times) {
    const auto next_edge = std::upper_bound(edges.begin(), edges.end(), time);
    if (next_edge != edges.end()) {
      rates[static_cast<std::size_t>(next_edge - edges.begin()) - 1] += 1.0;
    }
  }
  for (std::size_t k = 0; k < bins; ++k) {  // the last bin may be shorter
    rates[k] *= kMsPerSecond / (static_cast<double>(n) * edges[k + 1].minus(edges[k]));
  }
  return rates;
}

}  // namespace va_event
