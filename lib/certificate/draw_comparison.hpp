// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "foundation/number_text.hpp"
#include "synapses/draw.hpp"
#include "va_event/certificate.hpp"

namespace va_event::certificate {

/// The decisions of chance at synapses in two simulations of one network. Both draw the same random numbers; the
/// probabilities follow from intervals between spikes, and differ by what rounding has done to these. A decision is
/// found in both by its key, since one of them may decide ahead of the other; those without a partner wait.
class DrawComparison {
 public:
  /// What both have decided by now.
  void add(std::vector<synapses::Draw> tested, std::vector<synapses::Draw> reference) {
    join(tested_, std::move(tested));
    join(reference_, std::move(reference));
    auto mine = tested_.begin();
    auto theirs = reference_.begin();
    auto keep_mine = mine;
    auto keep_theirs = theirs;
    while (mine != tested_.end() && theirs != reference_.end()) {
      if (mine->key < theirs->key) {
        *keep_mine++ = *mine++;
      } else if (theirs->key < mine->key) {
        *keep_theirs++ = *theirs++;
      } else {
        pairs_.push_back({*mine++, *theirs++});
      }
    }
    tested_.erase(keep_mine, mine);
    reference_.erase(keep_theirs, theirs);
  }

  /// The first decision that fell otherwise, of those that are not counted yet. @param why  gets it in words
  /// @returns when its spike arrives [ms]; `otherwise` if there is none before
  [[nodiscard]] double first_difference(double otherwise, std::string& why) const {
    const Pair* first = nullptr;
    for (const Pair& pair : pairs_) {
      if (pair.tested.outcome != pair.reference.outcome && pair.reference.time_ms < otherwise) {
        otherwise = pair.reference.time_ms;
        first = &pair;
      }
    }
    if (first != nullptr) {
      const synapses::DrawKey& key = first->reference.key;
      why = "chance at the synapse from cell " + std::to_string(key.pre) + " to cell " + std::to_string(key.post) +
            " at t = " + foundation::shortest_text(otherwise) + " ms, where " +
            (key.is_release ? "the release" : "the recovery") + " was drawn " +
            foundation::shortest_text(distance(first->reference)) + " from its probability";
    }
    return otherwise;
  }

  /// Counts the decisions of spikes that arrive before `end_ms`, and forgets all others.
  void count(double end_ms, Comparison& comparison) {
    for (const Pair& pair : pairs_) {
      if (!(pair.reference.time_ms < end_ms)) {
        continue;
      }
      ++comparison.draws;
      comparison.max_dp = std::max({comparison.max_dp, difference(pair.tested.below, pair.reference.below),
                                    difference(pair.tested.above, pair.reference.above)});
      const double closest = distance(pair.reference);
      if (!comparison.closest_draw || closest < comparison.closest_draw->distance) {
        comparison.closest_draw = {closest, pair.reference.key.pre, pair.reference.key.post, pair.reference.time_ms};
      }
    }
    pairs_.clear();
  }

 private:
  struct Pair {
    synapses::Draw tested, reference;
  };

  [[nodiscard]] static double distance(const synapses::Draw& draw) { return std::min(draw.below, draw.above); }
  /// 0 where there is no such probability.
  [[nodiscard]] static double difference(double a, double b) {
    return std::isfinite(a) && std::isfinite(b) ? std::abs(a - b) : 0.0;
  }
  /// @param all  sorted by key, and so afterwards
  static void join(std::vector<synapses::Draw>& all, std::vector<synapses::Draw> fresh) {
    const auto by_key = [](const synapses::Draw& a, const synapses::Draw& b) { return a.key < b.key; };
    std::sort(fresh.begin(), fresh.end(), by_key);
    const auto middle = static_cast<std::ptrdiff_t>(all.size());
    all.insert(all.end(), fresh.begin(), fresh.end());
    std::inplace_merge(all.begin(), all.begin() + middle, all.end(), by_key);
  }

  std::vector<synapses::Draw> tested_, reference_;  ///< without a partner yet
  std::vector<Pair> pairs_;                         ///< not counted yet
};

}  // namespace va_event::certificate
