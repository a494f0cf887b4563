// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "events/instant.hpp"

namespace va_event::events {

/// What stands in the queues of the engine: spikes on their way, events of single cells, candidates. Each has a total
/// order by its contents (operator<), so that simultaneous events come in the same order whatever the shards and
/// threads.

/// A spike on its way along one route (a route is a bundle of synapses of its source, see engine/shard/routing.hpp). It
/// stands in the queue once, at its next arrival, and is advanced through the delay-sorted synapses as it is delivered:
/// a queue of spikes costs a small fraction of a queue of synaptic events.
template <class Real>
struct Delivery {
  Instant<Real> arrival;       ///< of the next synapse
  std::uint32_t source = 0;    ///< cell id
  std::uint32_t route = 0;     ///< of that source
  std::uint64_t position = 0;  ///< first synapse of the route's row that is not delivered yet
  Instant<Real> emitted;       ///< when the source spiked

  /// Total order by contents: arrival, source, synapse, and the spike itself where two spikes of one source meet at one
  /// synapse.
  friend bool operator<(const Delivery& a, const Delivery& b) noexcept {
    if (!(a.arrival == b.arrival)) {
      return a.arrival < b.arrival;
    }
    if (a.source != b.source) {
      return a.source < b.source;
    }
    if (a.route != b.route) {
      return a.route < b.route;
    }
    return a.position != b.position ? a.position < b.position : a.emitted < b.emitted;
  }
};

/// An event of one cell: the end of refractoriness, a spike of a source. By time, then by cell.
template <class Real>
struct CellEvent {
  Instant<Real> time;
  std::uint32_t cell = 0;  ///< id

  friend bool operator<(const CellEvent& a, const CellEvent& b) noexcept {
    return a.time == b.time ? a.cell < b.cell : a.time < b.time;
  }
};

/// A neuron that might reach its threshold at `time` (an offset in the present epoch) or later, but not earlier.
template <class Real>
struct Candidate {
  Real time;               ///< [ms]
  std::uint32_t cell = 0;  ///< id

  friend bool operator<(const Candidate& a, const Candidate& b) noexcept {
    return a.time == b.time ? a.cell < b.cell : a.time < b.time;
  }
};

}  // namespace va_event::events
