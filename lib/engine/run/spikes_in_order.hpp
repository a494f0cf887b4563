// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>
#include <vector>

#include "engine/shard/shard.hpp"

namespace va_event::engine {

/// Joins what several shards have emitted, each in the order of time, in that order. A shard that takes spikes in their
/// order keeps them in lanes, where it can see ahead (events::LaneQueue).
template <class Real>
class SpikesInOrder {
 public:
  /// @param all  have `emitted_spikes`, each sorted by time @returns valid until the next call
  template <class All>
  const std::vector<EmittedSpike<Real>>& of(const All& all) {
    joined_.clear();
    ends_.clear();
    for (const auto& one : all) {
      joined_.insert(joined_.end(), one.emitted_spikes.begin(), one.emitted_spikes.end());
      ends_.push_back(joined_.size());
    }
    while (ends_.size() > 1) {
      merge_neighbours();
    }
    return joined_;
  }

 private:
  /// Halves the number of sorted pieces.
  void merge_neighbours() {
    merged_.clear();
    std::size_t begin = 0;
    std::size_t pieces = 0;
    for (std::size_t k = 0; k < ends_.size(); k += 2) {
      const std::size_t middle = ends_[k];
      const std::size_t end = k + 1 < ends_.size() ? ends_[k + 1] : middle;
      const auto at = [this](std::size_t place) { return joined_.begin() + static_cast<std::ptrdiff_t>(place); };
      std::merge(at(begin), at(middle), at(middle), at(end), std::back_inserter(merged_),
                 [](const EmittedSpike<Real>& a, const EmittedSpike<Real>& b) { return a.time < b.time; });
      ends_[pieces++] = end;
      begin = end;
    }
    ends_.resize(pieces);
    std::swap(joined_, merged_);
  }

  std::vector<EmittedSpike<Real>> joined_;
  std::vector<EmittedSpike<Real>> merged_;
  std::vector<std::size_t> ends_;  ///< of sorted pieces
};

}  // namespace va_event::engine
