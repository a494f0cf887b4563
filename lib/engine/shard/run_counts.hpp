// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include "neurons/group/neuron_group.hpp"
#include "va_event/run_statistics.hpp"
#include "va_event/work_counts.hpp"

namespace va_event::engine {

/// What a shard, or several, have done since the start of the simulation: counts of events and, by neuron model, of
/// intervals, and the closest approach. Checkpoints contain it, but for the number of looks.
struct RunCounts {
  RunStatistics events;
  std::uint64_t looks = 0;  ///< at neurons that are advanced from window to window
  struct Group {
    std::array<std::uint64_t, neurons::kIntervalKinds> intervals{};
    neurons::ClosestApproach closest;
  };
  std::vector<Group> groups;  ///< by neuron model

  /// Of all groups.
  [[nodiscard]] WorkCounts work() const {
    WorkCounts sum;
    const auto of = [this](neurons::Interval kind) {
      return std::accumulate(groups.begin(), groups.end(), std::uint64_t{0},
                             [kind](std::uint64_t so_far, const Group& group) {
                               return so_far + group.intervals[static_cast<std::size_t>(kind)];
                             });
    };
    sum.settled_by_sign = of(neurons::Interval::by_sign);
    sum.settled_by_bound = of(neurons::Interval::by_bound);
    sum.settled_by_search = of(neurons::Interval::by_search);
    sum.settled_by_refractory = of(neurons::Interval::refractory);
    sum.settled_by_spike = of(neurons::Interval::crossing);
    sum.intervals = sum.settled_by_sign + sum.settled_by_bound + sum.settled_by_search + sum.settled_by_refractory +
                    sum.settled_by_spike;
    sum.looks = looks;
    return sum;
  }
  /// The least of all groups by the order of ClosestApproach; its distance is +inf where there is none.
  [[nodiscard]] neurons::ClosestApproach closest_approach() const {
    neurons::ClosestApproach closest;
    for (const Group& group : groups) {
      closest = std::min(closest, group.closest);
    }
    return closest;
  }

  /// Adds the counts of another shard. @pre it has the same neuron models, in the same order
  void add(const RunCounts& other) {
    events += other.events;
    looks += other.looks;
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
