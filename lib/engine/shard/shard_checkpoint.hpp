// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The part of a Shard's definitions that saves and loads its state.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "engine/shard/shard_definitions.hpp"

namespace va_event::engine {

template <class Real>
void Shard<Real>::save_neuron(CellId cell, foundation::ByteWriter& out) const {
  const auto [group, index] = neuron(cell);
  group.save(index, out);
}

template <class Real>
void Shard<Real>::save_source(CellId cell, foundation::ByteWriter& out) const {
  sources_[population_of_cell_[cell]]->save(cell - population_of(cell).first, out);
}

template <class Real>
void Shard<Real>::add_pending(PendingEvents<Real>& events) const {
  refractory_ends_.for_each([&events](const auto& wake) { events.refractory_ends.push_back(wake); });
  source_spikes_.for_each([&events](const auto& spike) { events.source_spikes.push_back(spike); });
  std::map<std::uint32_t, std::vector<events::CellEvent<Real>>> spikes_by_route;
  const auto add = [&spikes_by_route](const auto& delivery) {
    spikes_by_route[delivery.route].push_back({delivery.emitted, delivery.source});
  };
  deliveries_.for_each(add);
  own_delay_deliveries_.for_each(add);
  for (auto& [route, spikes] : spikes_by_route) {
    std::sort(spikes.begin(), spikes.end());
    events.add_in_flight(spikes);
  }
}

template <class Real>
RunCounts Shard<Real>::run_counts() const {
  RunCounts run_counts{statistics_, {}};
  for (const Group& group : groups_) {  // every shard has all groups, in the same order
    group.all().integrate_deferred();
    run_counts.groups.push_back({group.all().interval_counts(), group.all().closest_approach()});
  }
  return run_counts;
}

template <class Real>
void Shard<Real>::begin_load(const Instant& now, const std::vector<std::size_t>& current_steps,
                             const RunCounts& run_counts) {
  refractory_ends_.clear();
  source_spikes_.clear();
  deliveries_.clear();
  own_delay_deliveries_.clear();
  candidates_.queue().clear();
  now_ = now;
  eventful_ = true;
  at_rest_ = false;
  currents_.resume(current_steps);
  for (const network::Injection& injection : network_.injections) {
    update_parameters_of(injection.cells);
  }
  statistics_ = run_counts.events;
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    groups_[g].all().set_report(run_counts.groups[g].intervals, run_counts.groups[g].closest);
  }
}

template <class Real>
bool Shard<Real>::load_neuron(CellId cell, foundation::ByteReader& in) {
  const auto [group, index] = neuron(cell);
  return group.load(index, in, now_);
}

template <class Real>
void Shard<Real>::load_source(CellId cell, foundation::ByteReader& in) {
  sources_[population_of_cell_[cell]]->load(cell - population_of(cell).first, in);
}

template <class Real>
void Shard<Real>::load_spike_in_flight(const events::CellEvent<Real>& spike) {
  const std::uint32_t population = population_of_cell_[spike.cell];
  const std::size_t index = spike.cell - network_.populations[population].first;
  const std::span<const Route> routes = routing_.routes_of(population);
  const auto is_done = [this](const Instant& arrival) { return arrival < now_; };
  for (std::uint32_t r = 0; r < routes.size(); ++r) {
    if (routes[r].delay) {
      const Instant arrival = events::later(spike.time, Real(*routes[r].delay));
      if (!is_done(arrival)) {
        deliveries_.push({arrival, spike.cell, r, 0, spike.time});
      }
      continue;
    }
    const Branch& branch = routes[r].branches[0];
    const network::SynapseTable::Row row = branch.row(index);
    const auto first_due = std::partition_point(row.delay.begin(), row.delay.end(), [&](double delay) {
      return is_done(events::later(spike.time, Real(delay)));
    });
    const std::size_t position = next_own(branch, row, static_cast<std::size_t>(first_due - row.delay.begin()));
    if (position < row.target.size()) {
      put_back({events::later(spike.time, Real(row.delay[position])), spike.cell, r, position, spike.time});
    }
  }
}

/// The candidates of the present slice follow from the states.
template <class Real>
void Shard<Real>::end_load() {
  using std::floor;
  candidates_.set_slice_end(floor(now_.offset / Real(kSlice)) * Real(kSlice));
  begin_slice();
}

}  // namespace va_event::engine
