// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "va_event/data.hpp"

namespace va_event::crossval {

/// The spikes of one neuron in two simulations, paired.
struct SpikeMatch {
  std::vector<double> errors;                    ///< of every pair, in order: tested - reference [ms]
  std::size_t missed = 0;                        ///< in the reference only
  std::size_t spurious = 0;                      ///< in the tested simulation only
  std::optional<double> first_mismatch_ms = {};  ///< time of the first missed or spurious spike

  [[nodiscard]] double max_error() const;  ///< largest absolute value; NaN without pairs
  [[nodiscard]] double rms_error() const;  ///< NaN without pairs
};

/// Pairs spikes in order: a spike with the nearest one of the other simulation that is at most `window` [ms] away and
/// has no nearer partner of its own. Both ascending.
[[nodiscard]] SpikeMatch match_spikes(std::span<const Time> reference, std::span<const Time> tested, double window);

/// How long a whole network spikes as it should.
struct NetworkComparison {
  std::size_t right = 0;                 ///< spikes of the reference before the first wrong one
  std::optional<double> first_wrong_ms;  ///< absent when there is none
  double max_error = 0.0;                ///< of the right spikes: largest |tested - reference| [ms]
  double rms_error = 0.0;                ///< [ms]
  double median_error = 0.0;             ///< of |tested - reference| [ms]
};

/// Compares the k-th spike of each neuron with its k-th spike in the reference. One is wrong when it is more than
/// `tolerance` [ms] away, or when there is none. (The order of spikes of different neurons is judged no finer than
/// `tolerance`: on a grid, spikes of one step have none.) The wrong one that comes first counts, at the earlier of its
/// two times.
/// @param until spikes from here on are not compared [ms]; a spike without partner less than `tolerance` before it is
///              not wrong, as its partner may lie behind it
[[nodiscard]] NetworkComparison compare_networks(const Spikes& reference, const Spikes& tested, double tolerance,
                                                 double until);

}  // namespace va_event::crossval
