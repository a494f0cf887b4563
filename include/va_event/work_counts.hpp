// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace va_event {

/// How much work it was to decide which neurons spike when, added up since the start or the last reset(). It says why a
/// simulation takes as long as it does, and is no part of a result: counts of other methods than one-by-one depend on
/// the number of threads and processes and on where runs end.
struct WorkCounts {
  // Of neurons that are simulated one by one: how it was decided whether one of them spikes between two of its events.
  // Each interval is counted once, those that have not ended yet included.
  std::uint64_t intervals = 0;              ///< between consecutive events of a neuron
  std::uint64_t settled_by_sign = 0;        ///< the drive at threshold stays <= 0: no spike is possible
  std::uint64_t settled_by_bound = 0;       ///< a lower bound of the crossing lies beyond the next event
  std::uint64_t settled_by_search = 0;      ///< the root finder found that there is no crossing before the next event
  std::uint64_t settled_by_refractory = 0;  ///< the neuron was refractory
  std::uint64_t settled_by_spike = 0;       ///< the interval ended with a spike
  /// Of neurons that are simulated by other methods: how often one was looked at, since its bound did not exclude a
  /// spike. Checkpoints do not contain this number.
  std::uint64_t looks = 0;

  WorkCounts& operator+=(const WorkCounts& other) noexcept {
    intervals += other.intervals;
    settled_by_sign += other.settled_by_sign;
    settled_by_bound += other.settled_by_bound;
    settled_by_search += other.settled_by_search;
    settled_by_refractory += other.settled_by_refractory;
    settled_by_spike += other.settled_by_spike;
    looks += other.looks;
    return *this;
  }
};

}  // namespace va_event
