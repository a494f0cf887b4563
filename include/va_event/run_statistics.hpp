// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace va_event {

/// What happened while simulating, added up since the start or the last reset().
struct RunStatistics {
  std::uint64_t spikes = 0;           ///< of neurons, recorded or not
  std::uint64_t source_spikes = 0;    ///< of spike sources
  std::uint64_t synaptic_events = 0;  ///< deliveries to single synapses
  // How it was decided whether a neuron that is simulated one by one spikes between two of its events. Each interval is
  // counted once, those that have not ended yet included. Other methods have no such intervals.
  std::uint64_t intervals = 0;         ///< all intervals between consecutive events of a neuron
  std::uint64_t settled_by_sign = 0;   ///< the drive at threshold stays <= 0: no spike is possible
  std::uint64_t settled_by_bound = 0;  ///< a lower bound of the crossing lies beyond the next event
  std::uint64_t settled_by_search =
      0;  ///< the root finder ran and found that there is no crossing before the next event
  std::uint64_t settled_by_refractory = 0;  ///< the neuron was refractory
  std::uint64_t settled_by_spike = 0;       ///< the interval ended with a spike

  RunStatistics& operator+=(const RunStatistics& other) noexcept {
    spikes += other.spikes;
    source_spikes += other.source_spikes;
    synaptic_events += other.synaptic_events;
    intervals += other.intervals;
    settled_by_sign += other.settled_by_sign;
    settled_by_bound += other.settled_by_bound;
    settled_by_search += other.settled_by_search;
    settled_by_refractory += other.settled_by_refractory;
    settled_by_spike += other.settled_by_spike;
    return *this;
  }
};

}  // namespace va_event
