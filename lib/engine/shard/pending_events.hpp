// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "events/delivery.hpp"

namespace va_event::engine {

/// Events to come that do not follow from the states of the cells: what a checkpoint holds of the queues. Deliveries
/// are held as spikes, since routes and positions follow from the network.
template <class Real>
struct PendingEvents {
  std::vector<events::CellEvent<Real>> refractory_ends;
  std::vector<events::CellEvent<double>> source_spikes;
  std::vector<events::CellEvent<Real>> spikes_in_flight;  ///< when the cell spiked; sorted

  /// Adds the spikes in flight along one route in one shard. Most spikes are on several routes and in several shards,
  /// and are added once. A source may spike twice at one time: then both spikes are on each of its routes, and both
  /// stay.
  void add_in_flight(const std::vector<events::CellEvent<Real>>& sorted) {
    std::vector<events::CellEvent<Real>> both;
    std::set_union(spikes_in_flight.begin(), spikes_in_flight.end(), sorted.begin(), sorted.end(),
                   std::back_inserter(both));
    spikes_in_flight = std::move(both);
  }
};

}  // namespace va_event::engine
