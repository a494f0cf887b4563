// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "events/event_queue.hpp"

namespace va_event::events {

/// An EventQueue for events most of which come in the order in which they leave, as where delays or refractory periods
/// are constant: those wait in a line, only the others go through the heap.
template <class Event>
class OrderlyQueue {
 public:
  [[nodiscard]] bool empty() const noexcept { return line_empty() && heap_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return line_.size() - first_ + heap_.size(); }
  [[nodiscard]] const Event& top() const { return line_is_next() ? line_[first_] : heap_.top(); }
  void push(const Event& event) {
    if (line_empty() || !(event < line_.back())) {
      line_.push_back(event);
    } else {
      heap_.push(event);
    }
  }
  void pop() {
    if (line_is_next()) {
      leave_line();
    } else {
      heap_.pop();
    }
  }
  /// Removes and returns the earliest event.
  Event take() {
    if (!line_is_next()) {
      return heap_.take();
    }
    const Event event = line_[first_];
    leave_line();
    return event;
  }
  void clear() {
    line_.clear();
    first_ = 0;
    heap_.clear();
  }

  /// Visits all events, in no order.
  template <class Visit>
  void for_each(const Visit& visit) const {
    for (std::size_t k = first_; k < line_.size(); ++k) {
      visit(line_[k]);
    }
    heap_.for_each(visit);
  }

  /// Removes the events for which `predicate` is true. O(n log n).
  template <class Predicate>
  void erase_if(Predicate predicate) {
    OrderlyQueue kept;
    for_each([&](const Event& event) {
      if (!predicate(event)) {
        kept.push(event);
      }
    });
    std::swap(*this, kept);
  }

 private:
  [[nodiscard]] bool line_empty() const noexcept { return first_ == line_.size(); }
  /// @pre there are events
  [[nodiscard]] bool line_is_next() const noexcept {
    return heap_.empty() || (!line_empty() && line_[first_] < heap_.top());
  }
  void leave_line() {
    constexpr std::size_t kLeft = 64;  // events that have left, before the others move up
    if (++first_ == line_.size()) {
      line_.clear();
      first_ = 0;
    } else if (first_ >= kLeft && 2 * first_ > line_.size()) {
      line_.erase(line_.begin(), line_.begin() + static_cast<std::ptrdiff_t>(first_));
      first_ = 0;
    }
  }

  std::vector<Event> line_;  ///< in order, from first_ on
  std::size_t first_ = 0;
  EventQueue<Event> heap_;
};

}  // namespace va_event::events
