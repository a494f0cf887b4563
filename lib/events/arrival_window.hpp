// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "events/delivery.hpp"

namespace va_event::events {

/// All synaptic events of a short span of time, in their total order, for synapses with delays of their own. In a queue
/// a spike would be pushed and popped once for each such synapse, which would be most of the cost of a simulation. Here
/// the events of a span are sorted at once, and a spike goes from one window to the next without a queue.
///
/// Use: restart() with the new end; for each spike add() its events and then add_spike(); sort(); events() and drop()
/// until empty(). The owner decides how long windows are, and may close() one early.
template <class Real>
class ArrivalWindow {
 public:
  /// The arrival of a spike at one synapse.
  struct Event {
    Real arrival;                ///< offset in the present epoch [ms]
    double weight = 0.0;         ///< [uS], [nA] or [mV]
    std::uint32_t cell = 0;      ///< as the owner of the window counts
    std::uint32_t spike = 0;     ///< index of the window's spike
    std::uint64_t position = 0;  ///< of the synapse in its row
  };
  /// A spike that has arrivals here.
  struct Spike {
    Delivery<Real> next;  ///< its first arrival after the window
    bool more;            ///< whether there is one
  };

  /// No events are left.
  [[nodiscard]] bool empty() const noexcept { return next_ == events_.size(); }
  /// Those that are left, the earliest first.
  [[nodiscard]] std::span<const Event> events() const noexcept { return std::span(events_).subspan(next_); }
  /// The first `count` of them are done. @param count <= events().size()
  void drop(std::size_t count) noexcept { next_ += count; }
  /// Every event is before it: an offset in the present epoch [ms].
  [[nodiscard]] const Real& end() const noexcept { return end_; }

  /// How many events the window began with, and of how many spikes.
  [[nodiscard]] std::size_t size() const noexcept { return events_.size(); }
  [[nodiscard]] std::size_t spikes() const noexcept { return spikes_.size(); }

  /// Empties the window and sets its end [ms]. @returns the spikes that it had, valid until the next call
  std::span<const Spike> restart(const Real& end) {
    spikes_.swap(past_spikes_);
    spikes_.clear();
    events_.clear();
    next_ = 0;
    end_ = end;
    return past_spikes_;
  }
  /// Adds an event of the spike that add_spike() will add next. Events may come in any order.
  /// @param arrival offset in the present epoch, before end() [ms] @param position of the synapse in its row
  void add(const Real& arrival, double weight, std::uint32_t cell, std::uint64_t position) {
    events_.push_back({arrival, weight, cell, static_cast<std::uint32_t>(spikes_.size()), position});
  }
  /// Adds a spike, to which the events since the last one belong.
  void add_spike(const Spike& spike) { spikes_.push_back(spike); }

  /// Sorts the events, all of which are at or after `begin` [ms]. A distribution sort: the window is cut into as many
  /// equal cells as there are events, each event is put into its cell, and an insertion sort moves it among the few
  /// around it. The expected cost is linear. When more than kMostInBucket events share a cell, as simultaneous ones do,
  /// std::sort takes over, because the insertions would cost the square of their number.
  void sort(const Real& begin) {
    const std::size_t count = events_.size();
    const double per_ms = static_cast<double>(count) / static_cast<double>(Real(end_ - begin));
    const auto cell_of = [&](const Event& event) {
      const auto cell = static_cast<std::int64_t>(static_cast<double>(Real(event.arrival - begin)) * per_ms);
      return std::min(static_cast<std::uint32_t>(cell), static_cast<std::uint32_t>(count - 1));
    };
    first_.assign(count + 1, 0);
    cell_.resize(count);
    for (std::size_t k = 0; k < count; ++k) {
      cell_[k] = cell_of(events_[k]);
      ++first_[cell_[k] + 1];
    }
    std::uint32_t largest = 0;
    for (std::size_t k = 1; k <= count; ++k) {
      largest = std::max(largest, first_[k]);
      first_[k] += first_[k - 1];
    }
    sorted_.resize(count);
    for (std::size_t k = 0; k < count; ++k) {
      sorted_[first_[cell_[k]]++] = events_[k];
    }
    events_.swap(sorted_);
    const auto before = [this](const Event& a, const Event& b) { return comes_before(a, b); };
    if (largest > kMostInBucket) {
      std::sort(events_.begin(), events_.end(), before);
      return;
    }
    for (std::size_t k = 1; k < count; ++k) {
      if (events_[k - 1].arrival < events_[k].arrival) {
        continue;
      }
      const Event event = events_[k];
      std::size_t place = k;
      for (; place > 0 && before(event, events_[place - 1]); --place) {
        events_[place] = events_[place - 1];
      }
      events_[place] = event;
    }
  }

  /// Whether the first event comes before `delivery`, which arrives at the same time.
  /// @pre !empty()
  [[nodiscard]] bool ties_before(const Delivery<Real>& delivery) const noexcept {
    return as_delivery(events_[next_], delivery.arrival.epoch) < delivery;
  }

  /// Empties the window. @param epoch number of the present one @returns its spikes with what is left of their arrivals
  /// in and after it, as they would stand in a queue: each at its next arrival
  std::vector<Delivery<Real>> close(std::int64_t epoch) {
    const auto left = events();
    for (auto event = left.rbegin(); event != left.rend(); ++event) {
      spikes_[event->spike] = {as_delivery(*event, epoch), true};
    }
    std::vector<Delivery<Real>> deliveries;
    for (const Spike& spike : restart(Real(0))) {
      if (spike.more) {
        deliveries.push_back(spike.next);
      }
    }
    return deliveries;
  }

 private:
  static constexpr std::uint32_t kMostInBucket = 32;  ///< events in one cell: many at the same time

  /// The spike of an event, standing at that event.
  [[nodiscard]] Delivery<Real> as_delivery(const Event& event, std::int64_t epoch) const {
    Delivery<Real> delivery = spikes_[event.spike].next;
    delivery.arrival = {epoch, event.arrival};
    delivery.position = event.position;
    return delivery;
  }

  /// The total order; contents are compared only for equal times.
  [[nodiscard]] bool comes_before(const Event& a, const Event& b) const noexcept {
    return a.arrival < b.arrival || (a.arrival == b.arrival && as_delivery(a, 0) < as_delivery(b, 0));
  }

  std::vector<Event> events_, sorted_;       ///< of this window; scratch of sort()
  std::vector<Spike> spikes_, past_spikes_;  ///< of this window; those that restart() has returned
  std::vector<std::uint32_t> cell_;          ///< by event, before they are sorted
  std::vector<std::uint32_t> first_;         ///< of the events of a cell
  std::size_t next_ = 0;                     ///< events before this one are done
  Real end_ = Real(0);                       ///< [ms]
};

}  // namespace va_event::events
