// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/heap/d_ary_heap.hpp>
#include <cstddef>
#include <utility>

namespace va_event::events {

/// A priority queue of events, the earliest one on top. `Event` has a total order by its contents (operator<), because
/// a heap is not stable and results must not depend on the order of insertion.
///
/// Boost's 4-ary heap. For deliveries of 48 bytes neither the arity (2, 4, 8) nor the choice of std::priority_queue
/// moves the cost by more than a fifth, from some hundred to a million spikes in flight
/// (benchmarks/micro/event_queue_benchmark.cpp).
template <class Event>
class EventQueue {
 public:
  [[nodiscard]] bool empty() const noexcept { return heap_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return heap_.size(); }
  /// The earliest event. @pre !empty(), also of pop() and take()
  [[nodiscard]] const Event& top() const { return heap_.top(); }
  void push(const Event& event) { heap_.push(event); }
  void pop() { heap_.pop(); }
  /// Removes and returns the earliest event.
  Event take() {
    Event event = heap_.top();
    heap_.pop();
    return event;
  }
  void clear() { heap_.clear(); }
  void reserve(std::size_t n) { heap_.reserve(n); }

  /// Visits all events, in no order.
  template <class Visit>
  void for_each(const Visit& visit) const {
    for (const Event& event : heap_) {
      visit(event);
    }
  }

  /// Removes the events for which `predicate` is true. O(n log n).
  template <class Predicate>
  void erase_if(Predicate predicate) {
    Heap kept;
    for (const Event& event : heap_) {
      if (!predicate(event)) {
        kept.push(event);
      }
    }
    heap_.swap(kept);
  }

 private:
  /// A heap has the largest element on top, so that "later" makes the earliest the top.
  struct Later {
    bool operator()(const Event& a, const Event& b) const noexcept { return b < a; }
  };
  using Heap = boost::heap::d_ary_heap<Event, boost::heap::arity<4>, boost::heap::compare<Later>>;
  Heap heap_;
};

}  // namespace va_event::events
