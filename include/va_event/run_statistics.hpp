// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace va_event {

/// What happened while simulating, added up since the start or the last reset(): the same for any number of threads and
/// processes, and however runs were cut.
struct RunStatistics {
  std::uint64_t spikes = 0;           ///< of neurons, recorded or not
  std::uint64_t source_spikes = 0;    ///< of spike sources
  std::uint64_t synaptic_events = 0;  ///< deliveries to single synapses

  RunStatistics& operator+=(const RunStatistics& other) noexcept {
    spikes += other.spikes;
    source_spikes += other.source_spikes;
    synaptic_events += other.synaptic_events;
    return *this;
  }
};

}  // namespace va_event
