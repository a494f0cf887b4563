// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "neurons/group/neuron_group.hpp"
#include "va_event/run_statistics.hpp"

namespace va_event::engine {

/// What a shard, or several, have done since the start of the simulation: counts of events and, by neuron model, of
/// intervals, and the closest approach. Checkpoints contain it.
struct RunCounts {
  RunStatistics events;  ///< without the intervals
  struct Group {
    std::array<std::uint64_t, neurons::kIntervalKinds> intervals{};
    neurons::ClosestApproach closest;
  };
  std::vector<Group> groups;  ///< by neuron model

  /// Adds the counts of another shard. @pre it has the same neuron models, in the same order
  void add(const RunCounts& other) {
    events += other.events;
    groups.resize(other.groups.size());
    for (std::size_t g = 0; g < groups.size(); ++g) {
      for (std::size_t kind = 0; kind < neurons::kIntervalKinds; ++kind) {
        groups[g].intervals[kind] += other.groups[g].intervals[kind];
      }
      groups[g].closest = std::min(groups[g].closest, other.groups[g].closest);
    }
  }
};

}  // namespace va_event::engine
