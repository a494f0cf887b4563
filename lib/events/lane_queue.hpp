// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "events/event_queue.hpp"

namespace va_event::events {

/// An EventQueue for events that mostly come in their order, such as those that follow other events after a constant
/// time: these wait in a lane, first in, first out, at a constant cost each, and the others in a heap. The total order
/// decides which of the two first events is next, so that results do not depend on where an event waits. In a heap each
/// of them would move 48 bytes a few times, along branches that no processor predicts.
/// Invariant: the lane is sorted, because an event enters it only if it does not come before the last one.
template <class Event>
class LaneQueue {
 public:
  [[nodiscard]] bool empty() const noexcept { return top_ == nullptr; }
  [[nodiscard]] std::size_t size() const noexcept { return lane_.size() - first_ + heap_.size(); }
  /// The earliest event. @pre !empty(), also of pop() and take()
  [[nodiscard]] const Event& top() const { return *top_; }
  void push(const Event& event) {
    if (first_ == lane_.size() || !(event < lane_.back())) {
      lane_.push_back(event);
    } else {
      heap_.push(event);
    }
    find_top();
  }
  void pop() {
    lane_has_moved_ = lane_is_next();
    if (!lane_has_moved_) {
      heap_.pop();
    } else if (++first_ == lane_.size()) {
      lane_.clear();
      first_ = 0;
    } else if (first_ > lane_.size() / 2) {  // so that each event moves about once
      lane_.erase(lane_.begin(), lane_.begin() + static_cast<std::ptrdiff_t>(first_));
      first_ = 0;
    }
    find_top();
  }
  /// An event that will be on top soon, the later the larger k, so that its data can be prefetched; null if there is
  /// none. Called once after each pop() with the same k, it returns each event at most once: after an event from the
  /// heap it returns null, because the lane is as before. Only speed may depend on which events it returns.
  [[nodiscard]] const Event* ahead(std::size_t k) const {
    return lane_has_moved_ && k < lane_.size() - first_ ? &lane_[first_ + k] : nullptr;
  }
  /// Removes and returns the earliest event.
  Event take() {
    Event event = top();
    pop();
    return event;
  }
  void clear() {
    lane_.clear();
    first_ = 0;
    lane_has_moved_ = false;
    heap_.clear();
    find_top();
  }

  /// Visits all events, in no order.
  template <class Visit>
  void for_each(const Visit& visit) const {
    for (std::size_t k = first_; k < lane_.size(); ++k) {
      visit(lane_[k]);
    }
    heap_.for_each(visit);
  }

 private:
  [[nodiscard]] bool lane_is_next() const {
    return first_ < lane_.size() && (heap_.empty() || !(heap_.top() < lane_[first_]));
  }
  void find_top() { top_ = lane_is_next() ? &lane_[first_] : heap_.empty() ? nullptr : &heap_.top(); }

  std::vector<Event> lane_;      ///< sorted
  std::size_t first_ = 0;        ///< index of the first event of the lane; those before it were removed
  bool lane_has_moved_ = false;  ///< by the last pop()
  EventQueue<Event> heap_;
  const Event* top_ = nullptr;  ///< null: there is none
};

}  // namespace va_event::events
