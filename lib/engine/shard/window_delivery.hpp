// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>
#include <vector>

#include "engine/shard/changing_tables.hpp"
#include "engine/shard/routing.hpp"
#include "engine/shard/shard_cells.hpp"
#include "events/arrival_window.hpp"
#include "events/candidates.hpp"
#include "events/delivery.hpp"
#include "events/event_queue.hpp"
#include "network/network.hpp"
#include "neurons/inputs.hpp"
#include "synapses/transmission.hpp"

namespace va_event::engine {

/// Whether spikes go through a route from one arrival window to the next: each of its synapses has a delay of its own,
/// few of a source have the same one, and what they are worth is known a while before they arrive. Weights of wider
/// arithmetic that change have no place in windows.
template <class Real>
[[nodiscard]] bool goes_through_windows(const Route& route) {
  return !route.delay && !route.bundled && (std::is_same_v<Real, double> || route.branches[0].dynamics == 0);
}

/// Spikes on their way through synapses with delays of their own, from one short arrival window (events::ArrivalWindow)
/// to the next. The arrivals in a window are sorted at once: within the smallest delay no spike can add to them, so
/// that inputs of different neurons are taken together.
template <class Real>
class WindowDelivery {
 public:
  using Instant = events::Instant<Real>;
  using Delivery = events::Delivery<Real>;

  /// @param now         the shard's present time
  /// @param candidates  what inputs make likely to spike
  /// @param changing    the synapses that change
  WindowDelivery(const network::Network& network, const Routing& routing, const ShardCells<Real>& cells,
                 const Instant& now, events::Candidates<Real>& candidates, ChangingTables<Real>& changing)
      : network_(network), routing_(routing), cells_(cells), now_(now), candidates_(candidates), changing_(changing) {
    for (std::size_t population = 0; population < network.populations.size(); ++population) {
      for (const Route& route : routing.routes_of(population)) {
        if (goes_through_windows<Real>(route) && route.branches[0].dynamics != 0) {
          changes_ = true;
          longest_ = std::min(longest_, 0.999 * route.branches[0].looks_back);
        }
      }
    }
  }

  /// Whether the present window began with arrivals at and after the next one of a spike: too late for it.
  [[nodiscard]] bool has_begun_before(const Delivery& delivery) const {
    return !window_.empty() && offset_of(delivery.arrival) < window_.end();
  }
  /// A spike, at its next arrival. @pre !has_begun_before(delivery)
  void push(const Delivery& delivery) { spikes_.push(delivery); }

  /// No arrivals are left in the present window.
  [[nodiscard]] bool empty() const noexcept { return window_.empty(); }
  /// The earliest arrival, in the present epoch; +inf if there is none in it [ms].
  [[nodiscard]] Real next_offset() const { return window_.empty() ? next_window() : window_.events().front().arrival; }
  /// The earliest arrival of any epoch, for which `consider` is called; and others, later ones.
  template <class Consider>
  void for_next_times(const Consider& consider) const {
    if (!window_.empty()) {
      consider({now_.epoch, window_.events().front().arrival});
    }
    if (!spikes_.empty()) {
      consider(spikes_.top().arrival);
    }
    consider(after_window_);
  }
  /// Whether the first arrival comes before `delivery`, which arrives at the same time. @pre !empty()
  [[nodiscard]] bool ties_before(const Delivery& delivery) const { return window_.ties_before(delivery); }

  /// Begins the next window if none is open and its first arrival is not after `other`, the next one of another kind.
  /// @param limit  no event from then on
  void begin_if_next(const Real& other, const Real& limit) {
    if (window_.empty() && next_window() < Real(kNever) && !(other < next_window())) {
      begin_window(limit);
    }
  }

  /// As many inputs of the window together as do not depend on each other: no spike that one of them causes arrives
  /// before the others, and no neuron has two of them, or anything else to do before its own
  /// (neurons::NeuronGroup::receive()). Crossings in between, of other neurons, may come afterwards.
  /// @pre !empty() @param limit  of what may happen before: nothing else does [ms] @returns how many arrivals
  [[nodiscard]] std::size_t deliver(const Real& limit) {
    const auto events = window_.events();
    Real end = limit;
    const auto not_after = [&end](const Real& time) {
      if (time < end) {
        end = time;
      }
    };
    not_after(events.front().arrival + Real(routing_.min_delay_of_neurons()));
    std::size_t count = 0;
    neurons::NeuronGroup<Real>* const group = destinations_[events.front().spike].group;
    for (const auto& event : events) {
      const Destination& destination = destinations_[event.spike];
      if (count > 0 && (count == inputs_.size() || !(event.arrival < end) || destination.group != group)) {
        break;
      }
      inputs_[count++] = {event.arrival, event.weight, event.cell, destination.receptor};
    }
    const std::size_t taken = group->receive({inputs_.data(), count}, candidates_);
    delivered_ = {now_.epoch, inputs_[taken - 1].t};
    window_.drop(taken);
    return taken;
  }

  /// Ends the present window early: what is left of it has been worked out with the present weights.
  void close() {
    for (const Delivery& delivery : window_.close(now_.epoch)) {
      spikes_.push(delivery);
    }
    destinations_.clear();
    after_window_ = never();
  }
  void clear() { spikes_.clear(); }

  /// Calls visit(delivery) for each spike on its way. @pre close() was called since the last delivery
  template <class Visit>
  void for_each(const Visit& visit) const {
    spikes_.for_each(visit);
  }
  /// Whether a run may end here, before the end of the present window: weights that change have been worked out for it.
  [[nodiscard]] bool may_end_run() const noexcept { return !changes_ || window_.empty(); }
  /// The latest arrival that has been delivered ahead of its turn; or an earlier time.
  [[nodiscard]] const Instant& delivered() const noexcept { return delivered_; }

 private:
  using Row = network::SynapseTable::Row;
  using Place = typename ShardCells<Real>::Place;
  /// Where the arrivals of a spike go.
  struct Destination {
    neurons::NeuronGroup<Real>* group;
    std::uint32_t receptor;
  };

  static Instant never() { return {std::numeric_limits<std::int64_t>::max(), Real(0)}; }
  static constexpr double kNever = std::numeric_limits<double>::infinity();
  static constexpr double kShortest = 0x1p-8;  ///< [ms]
  static constexpr double kLongest = 1.0;      ///< [ms]

  /// Within the present epoch, or +inf. (Nothing that is left belongs to an earlier one.)
  [[nodiscard]] Real offset_of(const Instant& t) const {
    return t.epoch == now_.epoch ? t.offset : std::numeric_limits<Real>::infinity();
  }

  /// The first arrival after the present window.
  [[nodiscard, gnu::always_inline]] Real next_window() const {
    const bool queued = !spikes_.empty() && spikes_.top().arrival < after_window_;
    return offset_of(queued ? spikes_.top().arrival : after_window_);
  }

  /// The next window, from the first arrival on. Its length follows the number of synapses that a spike passes in it:
  /// with few of them the spikes cost more than the synapses, with many too many arrivals come too late for it.
  /// Where weights change it ends with the run, and before they depend on spikes that are still to come.
  /// @param limit  no event from then on
  void begin_window(const Real& limit) {
    constexpr std::size_t kFew = 4;
    constexpr std::size_t kMany = 16;
    if (window_.size() < kFew * window_.spikes()) {
      length_ = std::min(2 * length_, longest_);
    } else if (window_.size() > kMany * window_.spikes()) {
      length_ = std::max(length_ / 2, kShortest);
    }
    const Real begin = next_window();
    Real end = begin + Real(length_);
    if (changes_ && limit < end) {
      end = limit;
    }
    const auto spikes = window_.restart(end < Real(events::kEpoch) ? end : Real(events::kEpoch));
    after_window_ = never();
    destinations_.clear();
    for (const auto& spike : spikes) {
      if (spike.more && (changes_ || !(offset_of(spike.next.arrival) < window_.end()))) {
        spikes_.push(spike.next);
      } else if (spike.more) {
        fill(spike.next);
      }
    }
    while (!spikes_.empty() && offset_of(spikes_.top().arrival) < window_.end()) {
      if (changes_) {
        window_spikes_.push_back(spikes_.take());
      } else {
        fill(spikes_.take());
      }
    }
    // Of two spikes of a source the first comes first at each synapse, though perhaps not in the queue.
    std::sort(window_spikes_.begin(), window_spikes_.end(),
              [](const Delivery& a, const Delivery& b) { return a.emitted < b.emitted; });
    for (const Delivery& delivery : window_spikes_) {
      fill(delivery);
    }
    window_spikes_.clear();
    window_.sort(begin);
  }

  /// Adds what of a spike arrives before the window's end.
  void fill(Delivery delivery) {
    const std::uint32_t population = cells_.population_index(delivery.source);
    const Branch& branch = routing_.routes_of(population)[delivery.route].branches[0];
    const Row row = branch.row(delivery.source - network_.populations[population].first);
    const Place place = cells_.place(branch.post_population);
    const Real end = window_.end();
    synapses::Transmission<double> passed = synapses::transmit(*branch.table, row, 0, row.target.size());
    if constexpr (std::is_same_v<Real, double>) {
      if (branch.dynamics != 0) [[unlikely]] {
        passed = transmit_before(delivery, branch, row, window_.end());
      }
    }
    // As events::later() rounds it, where that stays in the present epoch; beyond the window otherwise.
    const Real epochs = Real(events::kEpoch) * Real(static_cast<double>(now_.epoch - delivery.emitted.epoch));
    const Real emitted = delivery.emitted.offset;
    Real arrival = delivery.arrival.offset;
    std::size_t position = delivery.position;
    for (;;) {
      if (const std::uint32_t target = row.target[position]; place.own.contains(target)) {
        window_.add(arrival, passed.weight_of(position), place.offset + target, position);
      }
      if (++position == row.target.size()) {
        break;
      }
      const Real delay(row.delay[position]);
      arrival = delay < Real(events::kEpoch) ? Real((emitted + delay) - epochs)
                                             : offset_of(events::later(delivery.emitted, delay));
      if (!(arrival < end)) {
        position = cells_.next_own(branch.post_population, row.target, position);
        break;
      }
    }
    if (position < row.target.size()) {
      delivery.arrival = events::later(delivery.emitted, Real(row.delay[position]));
    }
    delivery.position = position;
    window_.add_spike({delivery, position < row.target.size()});
    destinations_.push_back({place.group, branch.receptor});
    if (position < row.target.size() && delivery.arrival < after_window_) {
      after_window_ = delivery.arrival;
    }
  }

  /// What the synapses that change are worth to a spike that arrives before `end`. @returns weights by position, of
  /// which those of other arrivals are any numbers
  [[nodiscard]] synapses::Transmission<double> transmit_before(const Delivery& delivery, const Branch& branch,
                                                               const Row& row, const Real& end) {
    const std::size_t begin = delivery.position;
    std::size_t last = begin + 1;
    while (last < row.delay.size() && offset_of(events::later(delivery.emitted, Real(row.delay[last]))) < end) {
      ++last;
    }
    const std::int64_t row_number =
        branch.row_number(delivery.source - network_.populations[cells_.population_index(delivery.source)].first);
    const auto worth = synapses::transmit<Real>(
        changing_.of_branch(branch.dynamics), row,
        {static_cast<std::size_t>(row_number), begin, last, delivery.emitted, delivery.arrival});
    weights_.resize(row.target.size());
    for (std::size_t k = begin; k < last; ++k) {
      weights_[k] = static_cast<double>(worth.weight_of(k - begin));
    }
    return {row.target, weights_, 0.0};
  }

  const network::Network& network_;
  const Routing& routing_;
  const ShardCells<Real>& cells_;
  const Instant& now_;
  events::Candidates<Real>& candidates_;
  ChangingTables<Real>& changing_;
  Instant delivered_{-1, Real(0)};

  events::EventQueue<Delivery> spikes_;  ///< without an arrival in the present window
  events::ArrivalWindow<Real> window_;
  std::vector<Destination> destinations_;  ///< by spike of the window
  Instant after_window_ = never();         ///< the earliest arrival of its spikes after it
  double length_ = kShortest;              ///< [ms]
  double longest_ = kLongest;              ///< [ms]
  bool changes_ = false;                   ///< some synapses whose arrivals come through windows change
  std::vector<Delivery> window_spikes_;    ///< of a window that begins, where synapses change
  std::vector<double> weights_;            ///< by position in a row
  std::array<neurons::Input<Real>, neurons::kMaxInputs> inputs_;
};

}  // namespace va_event::engine
