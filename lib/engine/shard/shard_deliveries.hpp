// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The definitions of Shard that have to do with spikes on their way: from a spike to the neurons that it reaches.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "engine/shard/shard.hpp"

namespace va_event::engine {

template <class Real>
void Shard<Real>::accept(const EmittedSpike<Real>& spike) {
  const std::uint32_t population = population_of_cell_[spike.cell];
  const std::size_t index = spike.cell - network_.populations[population].first;
  const std::span<const Route> routes = routing_.routes_of(population);
  for (std::uint32_t r = 0; r < routes.size(); ++r) {
    if (routes[r].delay) {
      deliveries_.push({events::later(spike.time, Real(*routes[r].delay)), spike.cell, r, 0, spike.time});
      continue;
    }
    const Branch& branch = routes[r].branches[0];
    const network::SynapseTable::Row row = branch.row(index);
    if (const std::size_t first = next_own(branch, row, 0); first < row.target.size()) {
      put_back({events::later(spike.time, Real(row.delay[first])), spike.cell, r, first, spike.time});
    }
  }
}

/// The first synapse from `position` on whose target belongs to this part.
template <class Real>
std::size_t Shard<Real>::next_own(const Branch& branch, const network::SynapseTable::Row& row,
                                  std::size_t position) const {
  const Place& place = places_[branch.post_population];
  while (position < row.target.size() && !place.own.contains(row.target[position])) {
    ++position;
  }
  return position;
}

/// A spike that goes through synapses with delays of their own.
template <class Real>
void Shard<Real>::put_back(const events::Delivery<Real>& delivery) {
  const bool bundled = routing_.routes_of(population_of_cell_[delivery.source])[delivery.route].bundled;
  const bool soon = !arrival_window_.empty() && offset_of(delivery.arrival) < arrival_window_.end();
  if (bundled || soon) {
    deliveries_.push(delivery);
  } else {
    own_delay_deliveries_.push(delivery);
  }
}

/// @param limit no event from then on
template <class Real>
void Shard<Real>::deliver(const Real& limit) {
  if (arrival_window_.empty() && next_in_arrival_windows() < std::numeric_limits<Real>::infinity() &&
      (deliveries_.empty() || !(offset_of(deliveries_.top().arrival) < next_in_arrival_windows()))) {
    begin_arrival_window();
  }
  if (arrival_window_.empty()) {
    return deliver_whole();
  }
  if (!deliveries_.empty()) {
    const Real whole = offset_of(deliveries_.top().arrival);
    const Real& first = arrival_window_.events().front().arrival;
    if (whole < first || (whole == first && !arrival_window_.ties_before(deliveries_.top()))) {
      return deliver_whole();
    }
  }
  deliver_from_arrival_window(limit);
}

/// The next window, from the first arrival on. Its length follows the number of synapses that a spike passes in it:
/// with few of them the spikes cost more than the synapses, with many too many arrivals come too late for it.
template <class Real>
void Shard<Real>::begin_arrival_window() {
  constexpr std::size_t kFew = 4;
  constexpr std::size_t kMany = 16;
  if (arrival_window_.size() < kFew * arrival_window_.spikes()) {
    arrival_window_length_ = std::min(2 * arrival_window_length_, kLongestArrivalWindow);
  } else if (arrival_window_.size() > kMany * arrival_window_.spikes()) {
    arrival_window_length_ = std::max(arrival_window_length_ / 2, kShortestArrivalWindow);
  }
  const Real begin = next_in_arrival_windows();
  const Real end = begin + Real(arrival_window_length_);
  const auto spikes = arrival_window_.restart(end < Real(events::kEpoch) ? end : Real(events::kEpoch));
  after_arrival_window_ = never();
  destinations_.clear();
  for (const auto& spike : spikes) {
    if (spike.more && offset_of(spike.next.arrival) < arrival_window_.end()) {
      fill_arrival_window(spike.next);
    } else if (spike.more) {
      own_delay_deliveries_.push(spike.next);
    }
  }
  while (!own_delay_deliveries_.empty() && offset_of(own_delay_deliveries_.top().arrival) < arrival_window_.end()) {
    fill_arrival_window(own_delay_deliveries_.take());
  }
  arrival_window_.sort(begin);
}

/// The first arrival after the present window.
template <class Real>
Real Shard<Real>::next_in_arrival_windows() const {
  const bool queued = !own_delay_deliveries_.empty() && own_delay_deliveries_.top().arrival < after_arrival_window_;
  return offset_of(queued ? own_delay_deliveries_.top().arrival : after_arrival_window_);
}

/// Adds what of a spike arrives before the window's end.
template <class Real>
void Shard<Real>::fill_arrival_window(events::Delivery<Real> delivery) {
  const std::uint32_t population = population_of_cell_[delivery.source];
  const Branch& branch = routing_.routes_of(population)[delivery.route].branches[0];
  const network::SynapseTable::Row row = branch.row(delivery.source - network_.populations[population].first);
  const Place place = places_[branch.post_population];
  const double constant_weight = row.weight.empty() ? branch.table->constant_weight() : 0.0;
  const Real end = arrival_window_.end();
  // As events::later() rounds it, where that stays in the present epoch; beyond the window otherwise.
  const Real epochs = Real(events::kEpoch) * Real(static_cast<double>(now_.epoch - delivery.emitted.epoch));
  const Real emitted = delivery.emitted.offset;
  Real arrival = delivery.arrival.offset;
  std::size_t position = delivery.position;
  for (;;) {
    if (const std::uint32_t target = row.target[position]; place.own.contains(target)) {
      arrival_window_.add(arrival, row.weight.empty() ? constant_weight : row.weight[position], place.offset + target,
                          position);
    }
    if (++position == row.target.size()) {
      break;
    }
    const Real delay(row.delay[position]);
    arrival = delay < Real(events::kEpoch) ? Real((emitted + delay) - epochs)
                                           : offset_of(events::later(delivery.emitted, delay));
    if (!(arrival < end)) {
      position = next_own(branch, row, position);
      break;
    }
  }
  if (position < row.target.size()) {
    delivery.arrival = events::later(delivery.emitted, Real(row.delay[position]));
  }
  delivery.position = position;
  arrival_window_.add_spike({delivery, position < row.target.size()});
  destinations_.push_back({place.group, branch.receptor});
  if (position < row.target.size() && delivery.arrival < after_arrival_window_) {
    after_arrival_window_ = delivery.arrival;
  }
}

/// As many inputs of the window together as do not depend on each other: no spike that one of them causes arrives
/// before the others, and no neuron has two of them, or anything else to do before its own
/// (neurons::NeuronGroup::receive()). Crossings in between, of other neurons, may come afterwards.
template <class Real>
void Shard<Real>::deliver_from_arrival_window(const Real& limit) {
  const auto events = arrival_window_.events();
  Real end = limit;
  const auto not_after = [&end](const Real& time) {
    if (time < end) {
      end = time;
    }
  };
  not_after(offset_of(next_sample_));
  not_after(events.front().arrival + Real(routing_.min_delay()));
  if (!refractory_ends_.empty()) {
    not_after(offset_of(refractory_ends_.top().time));
  }
  if (!currents_.empty()) {
    not_after(offset_of(currents_.next_time()));
  }
  if (!source_spikes_.empty()) {
    not_after(offset_of(source_spikes_.top().time));
  }
  if (!deliveries_.empty()) {
    not_after(offset_of(deliveries_.top().arrival));
  }
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
  statistics_.synaptic_events += taken;
  arrival_window_.drop(taken);
}

/// What the next deliveries need of the memory, in a network too large for the caches: first where a row is, then what
/// it holds, then its targets.
template <class Real>
void Shard<Real>::prefetch_deliveries() const {
  const auto for_branches = [this](std::size_t ahead, const auto& visit) {
    const events::Delivery<Real>* const delivery = deliveries_.ahead(ahead);
    if (delivery == nullptr) {
      return;
    }
    const std::uint32_t population = population_of_cell_[delivery->source];
    const Route& route = routing_.routes_of(population)[delivery->route];
    if (route.delay) {
      for (const Branch& branch : route.branches) {
        if (const auto row = branch.row_number(delivery->source - network_.populations[population].first); row >= 0) {
          visit(branch, static_cast<std::size_t>(row));
        }
      }
    }
  };
  for_branches(4, [](const Branch& branch, std::size_t row) { branch.table->prefetch_place(row); });
  for_branches(2, [](const Branch& branch, std::size_t row) { branch.table->prefetch_row(row); });
  for_branches(0, [this](const Branch& branch, std::size_t row) {
    const Place& place = places_[branch.post_population];
    place.group->prefetch_targets(own_part(branch, branch.table->row(row)).target, place.offset);
  });
}

/// Everything of a spike that arrives with one delay.
template <class Real>
void Shard<Real>::deliver_whole() {
  events::Delivery<Real> delivery = deliveries_.take();
  if (large_) {
    prefetch_deliveries();
  }
  const std::uint32_t population = population_of_cell_[delivery.source];
  const std::uint32_t index = delivery.source - network_.populations[population].first;
  const Route& route = routing_.routes_of(population)[delivery.route];
  if (!route.delay) {
    deliver_row(route.branches[0], index, delivery);
    return;
  }
  for (const Branch& branch : route.branches) {
    collect(branch, own_part(branch, branch.row(index)));
  }
  deliver_collected();
}

/// Delivers the synapses of one delay and puts the spike back for those that follow.
template <class Real>
void Shard<Real>::deliver_row(const Branch& branch, std::uint32_t source_index, events::Delivery<Real>& delivery) {
  const network::SynapseTable::Row row = branch.row(source_index);
  const std::size_t begin = delivery.position;
  const Place& place = places_[branch.post_population];
  std::size_t end = begin + 1;
  while (end < row.delay.size() && row.delay[end] == row.delay[begin] && row.target[end] < place.own.end) {
    ++end;
  }
  if (end == begin + 1) {
    const double weight = row.weight.empty() ? branch.table->constant_weight() : row.weight[begin];
    const neurons::Input<Real> input{now_.offset, weight, place.offset + row.target[begin], branch.receptor};
    place.group->receive({&input, 1}, candidates_);
    ++statistics_.synaptic_events;
  } else {
    collect(branch, {row.target.subspan(begin, end - begin),
                     row.weight.empty() ? row.weight : row.weight.subspan(begin, end - begin),
                     {}});
    deliver_collected();
  }
  end = next_own(branch, row, end);
  if (end < row.delay.size()) {
    delivery.position = end;
    delivery.arrival = events::later(delivery.emitted, Real(row.delay[end]));
    put_back(delivery);
  }
}

/// Adds a row to the inputs of this instant.
template <class Real>
void Shard<Real>::collect(const Branch& branch, const network::SynapseTable::Row& row) {
  if (row.target.empty()) {
    return;
  }
  const Place& place = places_[branch.post_population];
  if (place.group != collected_.group || branch.receptor != collected_.receptor) {
    deliver_collected();
    collected_.group = place.group;
    collected_.receptor = branch.receptor;
  }
  collected_.targets.push_back(
      {row.target, place.offset, row.weight, row.weight.empty() ? branch.table->constant_weight() : 0.0});
  statistics_.synaptic_events += row.target.size();
}

template <class Real>
void Shard<Real>::deliver_collected() {
  if (!collected_.targets.empty()) {
    collected_.group->deliver(now_.offset, collected_.receptor, collected_.targets, candidates_);
    collected_.targets.clear();
  }
}

}  // namespace va_event::engine
