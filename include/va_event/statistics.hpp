// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "va_event/data.hpp"

namespace va_event {

/// Statistics of recorded spikes: intervals, their variation, firing rates. Spikes are in the order of their times, as
/// the library returns them. All functions throw SizeError unless there are as many ids as times.

/// Inter-spike intervals [ms] of every cell of `spikes`, cell by cell in ascending order of ids. Each is the exact
/// difference of two times, rounded once.
[[nodiscard]] std::vector<double> inter_spike_intervals(const Spikes& spikes);

/// Coefficient of variation of the inter-spike intervals (population standard deviation / mean), averaged over the
/// cells with at least `min_intervals` intervals; NaN when there is none.
[[nodiscard]] double cv_isi(const Spikes& spikes, std::size_t min_intervals = 2);

/// Firing rate of each of `n` cells first_id, first_id+1, ... over [from, to) [Hz], in their order; cells without
/// spikes have 0. @throws ParameterError unless 0 <= from_ms < to_ms < infinity
[[nodiscard]] std::vector<double> firing_rates(const Spikes& spikes, CellId first_id, std::size_t n, double from_ms,
                                               double to_ms);

/// Population rate in bins of `bin_ms` from 0 to `to_ms` [Hz per cell]; the last bin ends at to_ms and may be shorter.
/// @param n number of cells, > 0 @throws ParameterError unless bin_ms and to_ms are > 0 and finite, with fewer than
/// 2^26 bins
[[nodiscard]] std::vector<double> population_rate(const Spikes& spikes, std::size_t n, double bin_ms, double to_ms);

}  // namespace va_event
