// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "va_event/data.hpp"

namespace va_event::crossval {

/// The spikes of excitatory cells 0 ... n_exc-1 and inhibitory ones behind them, in a window.
struct ActivityWindow {
  std::size_t n_exc = 0;
  std::size_t n_inh = 0;
  double from_ms = 0.0;
  double to_ms = 0.0;
};

/// The quantities of peer_statistics.hpp. NaN where there are too few spikes.
[[nodiscard]] std::map<std::string, double> network_statistics(const Spikes& spikes, const ActivityWindow& window);

/// Mean correlation coefficient of the spike counts, in bins of `bin_ms`, over all pairs of `cells` cells that spike in
/// the window: evenly chosen among those. NaN for fewer than two of them or of bins.
[[nodiscard]] double pairwise_correlation(const Spikes& spikes, const ActivityWindow& window, double bin_ms,
                                          std::size_t cells);

/// Standard deviation over mean of the inter-spike intervals, averaged over the cells with at least four spikes. It is
/// the standard deviation of a sample, as in the statistics of the other simulators; NaN when there is no such cell.
[[nodiscard]] double cv_of_intervals(const Spikes& spikes);

/// Time of the last spike [ms], by which activity that died out is seen; NaN when there is none.
[[nodiscard]] double last_spike_ms(const Spikes& spikes);

}  // namespace va_event::crossval
