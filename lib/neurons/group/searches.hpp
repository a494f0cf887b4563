// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "neurons/crossing.hpp"

namespace va_event::neurons {

/// What the root finder said of a neuron in the interval between two of its events.
template <class Real>
struct Search {
  Real from = Real(0);           ///< when the interval began, in the present epoch [ms]
  bool counted = false;          ///< as one that was searched, which new epochs do not begin anew
  bool answered = false;         ///< in this epoch
  bool crosses = false;          ///< the answer: a spike at safe_until
  unsigned looks = 0;            ///< since the last one that moved the bound far
  neurons::Approach approach{};  ///< of that search
};

/// Where a neuron's search stands in the table.
class SearchHandle {
 public:
  [[nodiscard]] bool empty() const noexcept { return number_ == kNone; }

 private:
  template <class Real>
  friend class Searches;
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t number_ = kNone;
};

/// The searches in intervals that last. Few neurons have one at a time, so they have a table of their own. An event
/// need not be told so: a search in another interval than that which begins at `from` is none.
template <class Real>
class Searches {
 public:
  void reserve(std::size_t count) { searches_.reserve(count); }
  [[nodiscard]] Search<Real>* find(SearchHandle place, const Real& from) {
    return place.empty() || searches_[place.number_].from != from ? nullptr : &searches_[place.number_];
  }
  [[nodiscard]] const Search<Real>* find(SearchHandle place, const Real& from) const {
    return place.empty() || searches_[place.number_].from != from ? nullptr : &searches_[place.number_];
  }
  /// Valid until the next call.
  [[nodiscard]] Search<Real>& find_or_add(SearchHandle& place, const Real& from) {
    if (Search<Real>* search = find(place, from)) {
      return *search;
    }
    if (place.empty() && !free_.empty()) {
      place.number_ = free_.back();
      free_.pop_back();
    } else if (place.empty()) {
      place.number_ = static_cast<std::uint32_t>(searches_.size());
      searches_.emplace_back();
    }
    return searches_[place.number_] = {.from = from};
  }
  void remove(SearchHandle& place) {
    if (!place.empty()) {
      free_.push_back(place.number_);
      place = {};
    }
  }

 private:
  std::vector<Search<Real>> searches_;
  std::vector<std::uint32_t> free_;
};

}  // namespace va_event::neurons
