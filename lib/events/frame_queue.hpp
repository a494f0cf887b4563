// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace va_event::events {

/// An EventQueue for events within a frame of time: the frame is cut into kSlots equal parts, and only the events of
/// one part are put in order, so that a push or a pop moves hardly anything. Which part an event belongs to grows with
/// its time, events outside of the frame included, so that the order is the total one, wherever the frame lies.
template <class Event>
class FrameQueue {
 public:
  [[nodiscard]] bool empty() const noexcept { return occupied_ == 0; }
  [[nodiscard]] std::size_t size() const noexcept {
    std::size_t size = 0;
    for (const std::vector<Event>& slot : slots_) {
      size += slot.size();
    }
    return size;
  }
  [[nodiscard]] const Event& top() const { return slots_[first()].front(); }
  void push(const Event& event) {
    const std::size_t slot = slot_of(static_cast<double>(event.time));
    slots_[slot].push_back(event);
    std::push_heap(slots_[slot].begin(), slots_[slot].end(), Later{});
    occupied_ |= std::uint64_t{1} << slot;
  }
  void pop() {
    std::vector<Event>& slot = slots_[first()];
    std::pop_heap(slot.begin(), slot.end(), Later{});
    slot.pop_back();
    if (slot.empty()) {
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
    for (std::vector<Event>& slot : slots_) {
      slot.clear();
    }
    occupied_ = 0;
  }
  /// Where most events are to come. @pre empty
  void set_frame(double begin, double end) {
    begin_ = begin;
    slots_per_ms_ = kSlots / (end - begin);
  }

 private:
  static constexpr std::size_t kSlots = 64;
  struct Later {
    bool operator()(const Event& a, const Event& b) const noexcept { return b < a; }
  };

  [[nodiscard]] std::size_t first() const { return static_cast<std::size_t>(std::countr_zero(occupied_)); }
  [[nodiscard]] std::size_t slot_of(double time) const {
    const double slot = (time - begin_) * slots_per_ms_;
    return !(slot > 0.0) ? 0 : slot < kSlots - 1 ? static_cast<std::size_t>(slot) : kSlots - 1;
  }

  std::array<std::vector<Event>, kSlots> slots_;  ///< heaps
  std::uint64_t occupied_ = 0;                    ///< the slots that are not empty
  double begin_ = 0.0;
  double slots_per_ms_ = kSlots;
};

}  // namespace va_event::events
