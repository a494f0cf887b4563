// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The definitions of everything that depends on the number type, for the source that instantiates make_shards() (one
/// for each type, so that they build in parallel).
#include <algorithm>
#include <iterator>
#include <limits>
#include <memory>
#include <unordered_map>
#include <unordered_set>

#include "engine/shard/shard.hpp"
#include "engine/shard/shard_deliveries.hpp"
#include "foundation/memory.hpp"

namespace va_event::engine {

using events::kEpoch;

template <class Real>
Shard<Real>::Shard(const network::Network& network, const Routing& routing, network::Share part)
    : network_(network),
      routing_(routing),
      alone_(network.share.count * part.count == 1),
      large_(network.cells() > kManyCells),
      currents_(network),
      population_of_cell_(network) {
  std::unordered_map<const CellModel*, neurons::StoredNeuronGroup<Real>*> group_of_model;
  for (const network::PopulationData& population : network.populations) {
    if (!population.model->is_source() && !group_of_model.contains(population.model)) {
      groups_.push_back({population.model->neuron, population.model->neuron->in<Real>().make(), nullptr});
      group_of_model[population.model] = groups_.back().stored.get();
      std::size_t count = 0;
      for (const network::PopulationData& other : network.populations) {
        const network::Share::Range own = part.of(network.share.of(other.size));
        count += other.model == population.model ? own.end - own.begin : 0;
      }
      groups_.back().stored->reserve(count);
    }
  }
  for (std::size_t p = 0; p < network.populations.size(); ++p) {
    const network::PopulationData& population = network.populations[p];
    const network::Share::Range own = part.of(network.share.of(population.size));
    places_.push_back({nullptr, 0, own});
    sources_.emplace_back();
    if (population.model->is_source()) {
      sources_.back() = sources::make_source_group(population, network.seed);
      for (std::uint32_t i = own.begin; i < own.end; ++i) {
        if (const auto first = sources_.back()->restart(i, {})) {
          source_spikes_.push({*first, population.first + i});
        }
      }
    } else {
      std::vector<double> injected;
      for (std::uint32_t i = own.begin; i < own.end; ++i) {
        injected.push_back(currents_.current(population.first + i));
      }
      neurons::StoredNeuronGroup<Real>* const group = group_of_model[population.model];
      places_.back().group = group;
      places_.back().offset = group->add(population, own.begin, own.end, injected) - own.begin;
    }
  }
  for (const network::Injection& injection : network.injections) {
    if (injection.sine) {
      update_parameters_of(injection.cells);
    }
  }
  begin_sampling({});
  begin_slice();
}

template <class Real>
void Shard<Real>::run_before(const Instant& stop) {
  for (;;) {
    if (at_rest_) {
      skip_epochs(stop);
    }
    const Real limit = now_.epoch < stop.epoch ? Real(kEpoch) : stop.offset;
    if (alone_ && emitted_spikes_.size() >= kMostEmitted) {
      return;  // they are recorded before there are more
    }
    const Next next = next_event();
    if (next.time < limit && next.time < candidates_.slice_end()) {
      now_.offset = next.time;
      handle(next.kind, limit < candidates_.slice_end() ? limit : candidates_.slice_end());
    } else if (candidates_.slice_end() < limit) {
      begin_slice();
    } else if (now_.epoch == stop.epoch) {
      now_.offset = stop.offset;
      return;
    } else {
      next_epoch();
    }
  }
}

template <class Real>
typename Shard<Real>::Instant Shard<Real>::silent_until() {
  if (at_rest_) {
    return next_event_time();
  }
  const Next next = next_event();
  const Real& end = candidates_.slice_end();
  return events::normalised<Real>(now_.epoch, next.time < end ? next.time : end);
}

template <class Real>
typename Shard<Real>::Next Shard<Real>::next_event() {
  Next next{offset_of(next_sample_), Kind::sample};
  const auto consider = [&next](const Real& time, Kind kind) {
    if (time < next.time) {  // strictly: at one instant the kinds come in their order
      next = {time, kind};
    }
  };
  if (!candidates_.queue().empty()) {
    consider(candidates_.queue().top().time, Kind::crossing);
  }
  if (!refractory_ends_.empty()) {
    consider(offset_of(refractory_ends_.top().time), Kind::end_of_refractoriness);
  }
  if (!currents_.empty()) {
    consider(offset_of(currents_.next_time()), Kind::current);
  }
  if (!source_spikes_.empty()) {
    consider(offset_of(source_spikes_.top().time), Kind::spike);
  }
  if (!deliveries_.empty()) {
    consider(offset_of(deliveries_.top().arrival), Kind::delivery);
  }
  if (!arrival_window_.empty()) {
    consider(arrival_window_.events().front().arrival, Kind::delivery);
  } else {
    consider(next_in_arrival_windows(), Kind::delivery);
  }
  if (!candidates_.at_threshold().empty()) {
    consider(candidates_.at_threshold().top().time, Kind::at_threshold);
  }
  return next;
}

template <class Real>
void Shard<Real>::handle(Kind kind, const Real& limit) {
  eventful_ = true;
  at_rest_ = false;
  switch (kind) {
    case Kind::sample:
      return take_samples();
    case Kind::crossing:
      return look_at_next();
    case Kind::end_of_refractoriness:
      return end_next_refractoriness();
    case Kind::current:
      return change_current();
    case Kind::spike:
      return emit_source_spike();
    case Kind::delivery:
      return deliver(limit);
    case Kind::at_threshold:
      return look_at(candidates_.at_threshold().take());
  }
}

template <class Real>
void Shard<Real>::begin_sampling(const std::vector<recording::Sampling>& samplings) {
  samples_.clear();
  for (const recording::Sampling& sampling : samplings) {
    Samples mine{sampling.interval, sampling.next_sample(), {}, {}};
    for (std::size_t k = 0; k < sampling.ids.size(); ++k) {
      if (owns(sampling.ids[k])) {
        const CellModel& model = *population_of(sampling.ids[k]).model;
        mine.columns.push_back({k, sampling.ids[k], variable_index(model, sampling.variable)});
      }
    }
    samples_.push_back(std::move(mine));
  }
  find_next_sample();
}

template <class Real>
void Shard<Real>::take_samples() {
  for (Samples& samples : samples_) {
    if (!(events::multiple(samples.next, samples.interval) == next_sample_)) {
      continue;
    }
    for (const typename Samples::Column& column : samples.columns) {
      samples.values.push_back(variable(column.cell, column.variable));
    }
    ++samples.next;
  }
  find_next_sample();
}

template <class Real>
void Shard<Real>::look_at_next() {
  const events::Candidate<Real> candidate = candidates_.queue().take();
  if (large_ && !candidates_.queue().empty()) {
    const Neuron next = neuron(candidates_.queue().top().cell);
    next.group.prefetch(next.index);
  }
  look_at(candidate);
}

template <class Real>
void Shard<Real>::look_at(const events::Candidate<Real>& candidate) {
  const auto [group, index] = neuron(candidate.cell);
  if (!(group.safe_until(index) == candidate.time)) {
    return;  // an event has changed the neuron's prospects since
  }
  const neurons::LookResult<Real> result = group.look_at(index);
  if (!result.spikes) {
    candidates_.offer(group.safe_until(index), candidate.cell);
    return;
  }
  const Instant t{now_.epoch, result.time};
  refractory_ends_.push({events::later(t, group.spike_at(index, result.time)), candidate.cell});
  ++statistics_.spikes;
  emit(candidate.cell, t);
}

template <class Real>
void Shard<Real>::end_next_refractoriness() {
  const CellId cell = refractory_ends_.take().cell;
  if (const events::CellEvent<Real>* later = large_ ? refractory_ends_.ahead(1) : nullptr) {
    const auto [group, index] = neuron(later->cell);
    group.prefetch(index);
  }
  const auto [group, index] = neuron(cell);
  group.end_refractoriness(index, now_.offset, candidates_);
}

template <class Real>
void Shard<Real>::change_current() {
  update_parameters_of(network_.injections[currents_.step()].cells);
}

template <class Real>
void Shard<Real>::emit_source_spike() {
  const events::CellEvent<double> spike = source_spikes_.take();
  ++statistics_.source_spikes;
  emit(spike.cell, {spike.time.epoch, Real(spike.time.offset)});
  const std::size_t index = spike.cell - population_of(spike.cell).first;
  if (const auto next = sources_[population_of_cell_[spike.cell]]->next(index)) {
    source_spikes_.push({*next, spike.cell});
  }
}

/// A spike of this part. Where there are others, it comes back with theirs.
template <class Real>
void Shard<Real>::emit(CellId cell, const Instant& t) {
  emitted_spikes_.push_back({cell, t});
  if (!alone_ && emitted_spikes_.size() % kMostEmitted == 0) {
    foundation::require_room_to_go_on("spikes within an exchange window", emitted_spikes_.size());
  }
  if (alone_) {
    accept(emitted_spikes_.back());
  }
}

template <class Real>
void Shard<Real>::end_run() {
  for (const events::Delivery<Real>& delivery : arrival_window_.close(now_.epoch)) {
    own_delay_deliveries_.push(delivery);
  }
  destinations_.clear();
  after_arrival_window_ = never();
}

template <class Real>
void Shard<Real>::begin_slice() {
  candidates_.begin_slice(candidates_.slice_end() + Real(kSlice));  // what is left is outdated
  for (const Group& group : groups_) {
    group.all().offer_all(candidates_);
  }
}

template <class Real>
typename Shard<Real>::Instant Shard<Real>::idle_until() const {
  return at_rest_ ? next_event_time() : now_;
}

/// Of any epoch; far away when there is none.
template <class Real>
typename Shard<Real>::Instant Shard<Real>::next_event_time() const {
  constexpr std::int64_t kFar = std::int64_t{1} << 40U;
  Instant next{now_.epoch + kFar, Real(0)};
  const auto consider = [&next](const Instant& time) { next = time < next ? time : next; };
  const auto widened = [](const events::Instant<double>& time) { return Instant{time.epoch, Real(time.offset)}; };
  consider(widened(next_sample_));
  if (!refractory_ends_.empty()) {
    consider(refractory_ends_.top().time);
  }
  if (!currents_.empty()) {
    consider(widened(currents_.next_time()));
  }
  if (!source_spikes_.empty()) {
    consider(widened(source_spikes_.top().time));
  }
  if (!deliveries_.empty()) {
    consider(deliveries_.top().arrival);
  }
  if (!arrival_window_.empty()) {
    consider({now_.epoch, arrival_window_.events().front().arrival});
  }
  if (!own_delay_deliveries_.empty()) {
    consider(own_delay_deliveries_.top().arrival);
  }
  consider(after_arrival_window_);
  return next;
}

/// Goes on to the epoch of the next event, or of `stop`, if that is a later one. @pre all is at rest
template <class Real>
void Shard<Real>::skip_epochs(const Instant& stop) {
  const std::int64_t epoch = std::min(stop.epoch, next_event_time().epoch);
  if (epoch <= now_.epoch) {
    return;
  }
  for (const Group& group : groups_) {
    group.all().skip_to_epoch(epoch);
  }
  now_ = {epoch, Real(0)};
  candidates_.set_slice_end(Real(0));
  begin_slice();
}

template <class Real>
void Shard<Real>::next_epoch() {
  for (const Group& group : groups_) {
    group.all().next_epoch(now_.epoch + 1);
  }
  at_rest_ = !eventful_ &&
             std::all_of(groups_.begin(), groups_.end(), [](const Group& group) { return group.all().at_rest(); });
  eventful_ = false;
  now_ = {now_.epoch + 1, Real(0)};
  candidates_.set_slice_end(Real(0));
  begin_slice();
}

template <class Real>
void Shard<Real>::find_next_sample() {
  next_sample_ = {std::numeric_limits<std::int64_t>::max(), 0.0};
  for (const Samples& samples : samples_) {
    const auto next = events::multiple(samples.next, samples.interval);
    if (next < next_sample_) {
      next_sample_ = next;
    }
  }
}

template <class Real>
void Shard<Real>::update_parameters(CellId cell, const Real& t) {
  eventful_ = true;
  at_rest_ = false;
  const network::PopulationData& population = population_of(cell);
  std::vector<double> parameters;
  parameters.reserve(population.parameters.size());
  for (const network::Column& column : population.parameters) {
    parameters.push_back(column.at(cell - population.first));
  }
  if (currents_.is_driven(cell)) {
    neurons::DrivenNeuronGroup<Real>& driven =
        driven_group_of(cell);  // which takes the place of another at the first time
    driven.set_driven(neuron(cell).index, cell, parameters, currents_.current(cell), currents_.sines(cell), t,
                      candidates_);
  } else {
    const auto [group, index] = neuron(cell);
    group.set_parameters(index, parameters, currents_.current(cell), t, candidates_);
  }
}

template <class Real>
void Shard<Real>::update_parameters_of(const std::vector<CellId>& cells) {
  for (const CellId cell : cells) {
    if (owns(cell)) {
      update_parameters(cell, now_.offset);
    }
  }
}

/// The group that holds the driven neurons of the cell's model. Only cells that get sinusoids pay for them.
template <class Real>
neurons::DrivenNeuronGroup<Real>& Shard<Real>::driven_group_of(CellId cell) {
  const neurons::NeuronImplementation* const model = population_of(cell).model->neuron;
  Group& group = *std::find_if(groups_.begin(), groups_.end(),
                               [model](const Group& candidate) { return candidate.model == model; });
  if (group.driven == nullptr) {
    group.driven = model->in<Real>().make_driven(*group.stored, now_.epoch);
    for (Place& place : places_) {
      place.group = place.group == group.stored.get() ? group.driven.get() : place.group;
    }
  }
  return *group.driven;
}

template <class Real>
void Shard<Real>::parameters_changed(CellId cell) {
  update_parameters(cell, now_.offset);
}

template <class Real>
void Shard<Real>::sources_changed(std::span<const CellId> cells) {
  std::unordered_set<CellId> changed;
  std::copy_if(cells.begin(), cells.end(), std::inserter(changed, changed.end()),
               [this](CellId cell) { return owns(cell); });
  source_spikes_.erase_if([&changed](const events::CellEvent<double>& event) { return changed.contains(event.cell); });
  for (const CellId cell : changed) {
    const std::size_t index = cell - population_of(cell).first;
    if (const auto first = sources_[population_of_cell_[cell]]->restart(index, events::round_up(now_))) {
      source_spikes_.push({*first, cell});
    }
  }
}

template <class Real>
void Shard<Real>::injection_added(std::size_t injection) {
  currents_.add(injection, events::round_up(now_));
  update_parameters_of(network_.injections[injection].cells);
}

template <class Real>
void Shard<Real>::set_variable(CellId cell, std::size_t variable, double value) {
  eventful_ = true;
  at_rest_ = false;
  const auto [group, index] = neuron(cell);
  group.set_variable(index, variable, value, now_.offset, candidates_);
}

template <class Real>
double Shard<Real>::variable(CellId cell, std::size_t variable) const {
  const auto [group, index] = neuron(cell);
  return group.variable(index, variable, now_.offset);
}

template <class Real>
RunStatistics Shard<Real>::statistics() const {
  RunStatistics result = statistics_;
  for (const Group& group : groups_) {
    group.all().integrate_deferred();
    const neurons::IntervalCounts counts = group.all().interval_counts();
    result.settled_by_sign += counts[static_cast<std::size_t>(neurons::Interval::by_sign)];
    result.settled_by_bound += counts[static_cast<std::size_t>(neurons::Interval::by_bound)];
    result.settled_by_search += counts[static_cast<std::size_t>(neurons::Interval::by_search)];
    result.settled_by_refractory += counts[static_cast<std::size_t>(neurons::Interval::refractory)];
    result.settled_by_spike += counts[static_cast<std::size_t>(neurons::Interval::crossing)];
  }
  result.intervals = result.settled_by_sign + result.settled_by_bound + result.settled_by_search +
                     result.settled_by_refractory + result.settled_by_spike;
  return result;
}

template <class Real>
neurons::ClosestApproach Shard<Real>::closest_approach() const {
  neurons::ClosestApproach closest;
  for (const Group& group : groups_) {
    group.all().integrate_deferred();
    closest = std::min(closest, group.all().closest_approach());
  }
  return closest;
}

template <class Real>
const network::PopulationData& Shard<Real>::population_of(CellId cell) const {
  return network_.populations[population_of_cell_[cell]];
}

template <class Real>
typename Shard<Real>::Neuron Shard<Real>::neuron(CellId cell) const {
  const std::uint32_t population = population_of_cell_[cell];
  const Place& place = places_[population];
  const std::uint32_t index = place.offset + (cell - network_.populations[population].first);  // modulo 2^32
  return {*place.group, index};
}

template <class Real>
bool Shard<Real>::owns(CellId cell) const {
  const std::uint32_t population = population_of_cell_[cell];
  const std::uint32_t index = cell - network_.populations[population].first;
  return places_[population].own.contains(index);
}

/// Within the present epoch, or +inf. (Nothing that is left belongs to an earlier one.)
template <class Real>
template <class Number>
Real Shard<Real>::offset_of(const events::Instant<Number>& t) const {
  return t.epoch == now_.epoch ? Real(t.offset) : std::numeric_limits<Real>::infinity();
}

}  // namespace va_event::engine
