// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "kernels/crossing.hpp"

namespace va_event::engine {

/// What the root finder said of a neuron. Times are in the present epoch [ms]; that of an interval is the event that it
/// begins with, and negative for none.
template <class Real>
struct Search {
  bool crosses = false;           ///< its answer: a spike at safe_until
  Real searched_from = Real(-1);  ///< its last answer is about the interval that begins here
  Real counted_from = Real(-1);   ///< the same for the count of searches, which new epochs do not begin anew
  Real touch_from = Real(-1);     ///< a touch is expected in the interval that begins here
  kernels::Decision decision{};   ///< of that search
};

/// Where a neuron's search stands in the table.
class SearchPlace {
 public:
  [[nodiscard]] bool empty() const noexcept { return number_ == kNone; }

 private:
  template <class Real>
  friend class Searches;
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t number_ = kNone;
};

/// The searches in intervals that last. Few neurons have one at a time, so they have a table of their own.
template <class Real>
class Searches {
 public:
  [[nodiscard]] Search<Real>* find(SearchPlace place) { return place.empty() ? nullptr : &searches_[place.number_]; }
  [[nodiscard]] const Search<Real>* find(SearchPlace place) const {
    return place.empty() ? nullptr : &searches_[place.number_];
  }
  /// Valid until the next call.
  [[nodiscard]] Search<Real>& find_or_add(SearchPlace& place) {
    if (place.empty()) {
      if (free_.empty()) {
        free_.push_back(static_cast<std::uint32_t>(searches_.size()));
        searches_.emplace_back();
      }
      place.number_ = free_.back();
      free_.pop_back();
      searches_[place.number_] = {};
    }
    return searches_[place.number_];
  }
  void remove(SearchPlace& place) {
    if (!place.empty()) {
      free_.push_back(place.number_);
      place = {};
    }
  }

  /// Whether the interval from `t` on was counted as a search.
  [[nodiscard]] bool counted(SearchPlace place, const Real& t) const {
    const Search<Real>* search = find(place);
    return search != nullptr && search->counted_from == t;
  }

 private:
  std::vector<Search<Real>> searches_;
  std::vector<std::uint32_t> free_;
};

}  // namespace va_event::engine
