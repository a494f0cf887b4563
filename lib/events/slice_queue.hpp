// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace va_event::events {

/// An EventQueue for events within a slice of time: the slice is cut into kParts equal parts, and only the events of
/// one part are put in order, so that a push or a pop moves hardly anything. Which part an event belongs to grows with
/// its time, events outside of the slice included (they are in the first or the last part), so that the order is the
/// total one, wherever the slice lies. An Event has a member `time`, which converts to double [ms].
template <class Event>
class SliceQueue {
 public:
  [[nodiscard]] bool empty() const noexcept { return occupied_ == 0; }
  [[nodiscard]] std::size_t size() const noexcept {
    std::size_t size = 0;
    for (const std::vector<Event>& part : parts_) {
      size += part.size();
    }
    return size;
  }
  /// The earliest event. @pre !empty(), also of pop() and take()
  [[nodiscard]] const Event& top() const { return parts_[first()].front(); }
  void push(const Event& event) {
    const std::size_t part = part_of(static_cast<double>(event.time));
    parts_[part].push_back(event);
    std::push_heap(parts_[part].begin(), parts_[part].end(), Later{});
    occupied_ |= std::uint64_t{1} << part;
  }
  void pop() {
    std::vector<Event>& part = parts_[first()];
    std::pop_heap(part.begin(), part.end(), Later{});
    part.pop_back();
    if (part.empty()) {
      occupied_ &= occupied_ - 1;
    }
  }
  /// Removes and returns the earliest event.
  Event take() {
    Event event = top();
    pop();
    return event;
  }
  void clear() {
    for (std::vector<Event>& part : parts_) {
      part.clear();
    }
    occupied_ = 0;
  }
  /// The span [ms] in which most of the events will lie; others are allowed, but cost more. @pre empty(), begin < end
  void set_slice(double begin, double end) {
    begin_ = begin;
    parts_per_ms_ = kParts / (end - begin);
  }

 private:
  static constexpr std::size_t kParts = 64;  ///< one bit each of occupied_
  struct Later {
    bool operator()(const Event& a, const Event& b) const noexcept { return b < a; }
  };

  /// The first part that is not empty. @pre !empty()
  [[nodiscard]] std::size_t first() const { return static_cast<std::size_t>(std::countr_zero(occupied_)); }
  [[nodiscard]] std::size_t part_of(double time) const {
    const double part = (time - begin_) * parts_per_ms_;
    return !(part > 0.0) ? 0 : part < kParts - 1 ? static_cast<std::size_t>(part) : kParts - 1;
  }

  std::array<std::vector<Event>, kParts> parts_;  ///< heaps
  std::uint64_t occupied_ = 0;                    ///< the parts that are not empty
  double begin_ = 0.0;                            ///< of the slice [ms]
  double parts_per_ms_ = kParts;                  ///< [1/ms]
};

}  // namespace va_event::events
