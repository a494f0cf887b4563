// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "va_event/data.hpp"

namespace va_event {

/// Statistics of recorded spikes: intervals, their variation, firing rates.

/// Inter-spike intervals [ms] of every cell of `spikes`, cell by cell.
[[nodiscard]] std::vector<double> inter_spike_intervals(const Spikes& spikes);

/// Coefficient of variation of the inter-spike intervals (population standard deviation / mean), averaged over the
/// cells with at least `min_intervals` intervals; NaN when there is none.
[[nodiscard]] double cv_isi(const Spikes& spikes, std::size_t min_intervals = 2);

/// Firing rate of each of `n` cells first_id, first_id+1, ... over [from, to) [Hz].
[[nodiscard]] std::vector<double> firing_rates(const Spikes& spikes, CellId first_id, std::size_t n, double from_ms,
                                               double to_ms);

/// Population rate in bins of `bin_ms` from 0 to `to_ms` [Hz per cell].
[[nodiscard]] std::vector<double> population_rate(const Spikes& spikes, std::size_t n, double bin_ms, double to_ms);

}  // namespace va_event
