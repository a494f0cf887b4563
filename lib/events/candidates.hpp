// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "events/delivery.hpp"
#include "events/event_queue.hpp"
#include "events/slice_queue.hpp"

namespace va_event::events {

/// The neurons that might spike before the end of the present look-ahead slice, earliest first. Only they stand in a
/// queue, so that it stays short. Entries are never removed when an event changes what a neuron may do: finding an
/// entry would cost more than passing over it later. An entry is valid exactly if its time still is the time until
/// which the neuron is safe. All times are offsets in the present epoch [ms].
template <class Real>
class Candidates {
 public:
  /// Takes the neuron in if it might spike before the end of the slice. @param time until which it is safe
  /// @param cell id
  void offer(const Real& time, std::uint32_t cell) {
    if (time < slice_end_) {
      queue_.push({time, cell});
    }
  }
  /// Takes in a neuron that an input has lifted to its threshold: it spikes at `time` unless the other inputs of that
  /// instant, which come first, pull it down again.
  void add_at_threshold(const Real& time, std::uint32_t cell) { at_threshold_.push({time, cell}); }
  /// Where the present slice ends [ms].
  [[nodiscard]] const Real& slice_end() const noexcept { return slice_end_; }
  /// Removes all entries and begins the slice from slice_end() to `time`.
  void begin_slice(const Real& time) {
    queue_.clear();
    queue_.set_slice(static_cast<double>(slice_end_), static_cast<double>(time));
    slice_end_ = time;
  }
  /// A new slice will begin at `time`; entries stay.
  void set_slice_end(const Real& time) { slice_end_ = time; }
  /// The neurons that have been offered, valid entries or not.
  [[nodiscard]] SliceQueue<Candidate<Real>>& queue() noexcept { return queue_; }
  /// The neurons that an input has lifted to their threshold.
  [[nodiscard]] EventQueue<Candidate<Real>>& at_threshold() noexcept { return at_threshold_; }

 private:
  SliceQueue<Candidate<Real>> queue_;
  EventQueue<Candidate<Real>> at_threshold_;
  Real slice_end_ = Real(0);
};

}  // namespace va_event::events
