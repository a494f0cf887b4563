// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "engine/run/methods.hpp"
#include "engine/shard/changing_tables.hpp"
#include "engine/shard/current_schedule.hpp"
#include "engine/shard/emitted_spike.hpp"
#include "engine/shard/neuron_changes.hpp"
#include "engine/shard/routing.hpp"
#include "engine/shard/sampler.hpp"
#include "engine/shard/shard_cells.hpp"
#include "engine/shard/source_spikes.hpp"
#include "engine/shard/spike_delivery.hpp"
#include "engine/shard/windows.hpp"
#include "events/candidates.hpp"
#include "events/lane_queue.hpp"
#include "foundation/memory.hpp"
#include "network/network.hpp"
#include "recording/recorder.hpp"
#include "va_event/run_statistics.hpp"

namespace va_event::engine {

using events::kEpoch;

template <class Real>
class ShardState;  // engine/shard/shard_state.hpp

/// The event loop of one part of the cells and of all synapses onto them: it joins neurons, sources, routes and queues,
/// and handles one event after the other in the total order (time, kind, contents). Everything it holds belongs to it;
/// network and routes are only read. The spikes of its neurons are read by emitted_spikes(); those of all parts come by
/// accept(). It draws for itself the spikes of all sources that reach it: they depend on nothing but the seed.
///
/// Four scales of time, none of which is a time step:
///  - events, wherever they fall;
///  - arrival windows of spikes through delays of their own (SpikeDelivery);
///  - look-ahead slices of kSlice: only neurons that might spike before the slice ends stand in the queue of
///    candidates. Slices decide which neurons are looked at, never a result;
///  - epochs (events::kEpoch): the origin of all offsets moves on, and every neuron is advanced to it, so that
///    resolution does not decay. Epochs are fixed, so that results do not depend on how a run is cut.
template <class Real>
class Shard {
 public:
  using Instant = events::Instant<Real>;

  /// @param part of the network's share
  /// @param methods of the populations
  /// @param states of the synapses that change, which all parts share
  Shard(const network::Network& network, const Routing& routing, const std::vector<PopulationMethod>& methods,
        network::Share part, typename ChangingTables<Real>::States& states);

  /// Handles every event before `stop`, which no spike of another part may disturb. The only part of a network may
  /// return before, at now(), after many events, so that spikes are recorded and the user can end the run.
  void run_before(const Instant& stop);
  /// Whether some neurons are advanced from window to window: then run_before() returns after each.
  [[nodiscard]] bool has_windows() const noexcept { return windows_.any(); }
  /// Other weights or rates, from now on. @param scales by population
  void set_scales(const std::vector<neurons::InputScale>& scales) { windows_.set_scales(scales); }
  /// Forgets what has been prepared with the present weights: users may change them before the next run.
  void end_run() { delivery_.end_run(); }
  /// Every event before this time is done.
  [[nodiscard]] const Instant& now() const noexcept { return now_; }
  /// Before this time no cell of this part spikes.
  [[nodiscard]] Instant silent_until();
  /// Before this time nothing at all happens in this part unless spikes of others arrive; now(), unless all is at rest.
  [[nodiscard]] Instant idle_until() const;

  /// Spikes of this part's neurons since they were forgotten.
  [[nodiscard]] const std::vector<EmittedSpike<Real>>& emitted_spikes() const noexcept { return emitted_spikes_; }
  /// And those of its sources that are recorded.
  [[nodiscard]] const std::vector<EmittedSpike<Real>>& recorded_source_spikes() const noexcept {
    return recorded_source_spikes_;
  }
  void forget_emitted_spikes() {
    emitted_spikes_.clear();
    recorded_source_spikes_.clear();
  }
  /// A spike of a neuron of any part, none of whose effects is due yet.
  void accept(const EmittedSpike<Real>& spike) { delivery_.accept(spike); }

  /// Takes what is to be recorded, and from when on. @param recorder must outlive the run
  void begin_recording(const recording::Recorder& recorder) {
    recorder_ = &recorder;
    sampler_.begin(recorder.samplings(), cells_);
    if (has_windows()) {
      sources_.take_private([&recorder](CellId cell) { return recorder.records_spikes(cell); });
    }
  }
  using Samples = typename Sampler<Real>::Samples;
  /// What was sampled since, in the order of the samplings.
  [[nodiscard]] const std::vector<Samples>& samples() const noexcept { return sampler_.samples(); }

  // For cells of this part:
  [[nodiscard]] bool owns(CellId cell) const { return cells_.owns(cell); }
  void parameters_changed(CellId cell) {
    disturb();
    changes_.update(cell);
  }
  void set_variable(CellId cell, std::size_t variable, double value) {
    disturb();
    changes_.set_variable(cell, variable, value);
  }
  [[nodiscard]] double variable(CellId cell, std::size_t variable) const;
  void injection_added(std::size_t injection);

  /// What the part knows of sources, for changes of their parameters and for checkpoints.
  [[nodiscard]] SourceSpikes<Real>& sources() noexcept { return sources_; }
  [[nodiscard]] const SourceSpikes<Real>& sources() const noexcept { return sources_; }

  [[nodiscard]] std::uint64_t synaptic_events() const noexcept { return delivery_.synaptic_events(); }
  /// The synapses onto cells of this part that change.
  [[nodiscard]] ChangingTables<Real>& changing() noexcept { return delivery_.changing(); }

 private:
  friend class ShardState<Real>;  ///< for checkpoints

  /// Kinds of events in the order in which they happen at one instant.
  enum class Kind { sample, crossing, end_of_refractoriness, current, spike, delivery, at_threshold };
  struct Next {
    Real time;
    Kind kind;
  };
  [[nodiscard]] Next next_event();
  [[nodiscard]] Real next_other_than_deliveries() const;
  [[nodiscard]] bool may_pause_before(const Real& time) const;
  [[gnu::always_inline]] inline void handle(Kind kind, const Real& limit);
  void look_at_next();
  void look_at(const events::Candidate<Real>& candidate);
  void end_next_refractoriness();
  void change_current();
  void emit_source_spike();

  void begin_slice();
  void next_epoch();
  void skip_epochs(const Instant& stop);
  [[nodiscard]] Instant next_event_time() const;
  void emit(CellId cell, const Instant& t);
  void keep(const EmittedSpike<Real>& spike, std::vector<EmittedSpike<Real>>& spikes);
  void run_events_before(const Instant& stop);
  void run_window(const Instant& stop);
  void run_quietly(const Instant& stop);
  void disturb();

  template <class Number>
  [[nodiscard]] Real offset_of(const events::Instant<Number>& t) const;

  static constexpr std::size_t kManyCells = 1U << 13U;  ///< with a line of 64 bytes for each, half a megabyte
  static constexpr std::size_t kMostEmitted = 1U << 20U;
  static constexpr std::uint32_t kMostEvents = 1U << 12U;  ///< before the only shard of a network returns
  static constexpr double kSlice = 1.0;                    ///< [ms]; a divisor of the epoch (benchmarks/networks)

  const network::Network& network_;
  const Routing& routing_;
  bool alone_;  ///< there is no other part
  bool large_;  ///< too large for a second-level cache
  CurrentSchedule currents_;
  ShardCells<Real> cells_;
  Sampler<Real> sampler_;
  Windows<Real> windows_;
  events::LaneQueue<events::CellEvent<Real>> refractory_ends_;
  events::Candidates<Real> candidates_;
  Instant now_;
  SpikeDelivery<Real> delivery_;
  SourceSpikes<Real> sources_;
  NeuronChanges<Real> changes_;
  std::vector<EmittedSpike<Real>> emitted_spikes_, recorded_source_spikes_;
  const recording::Recorder* recorder_ = nullptr;
  bool eventful_ = true;      ///< something has happened in the present epoch
  bool at_rest_ = false;      ///< no neuron changes or spikes without an event
  std::uint64_t spikes_ = 0;  ///< of neurons
};

template <class Real>
Shard<Real>::Shard(const network::Network& network, const Routing& routing,
                   const std::vector<PopulationMethod>& methods, network::Share part,
                   typename ChangingTables<Real>::States& states)
    : network_(network),
      routing_(routing),
      alone_(network.share.count * part.count == 1),
      large_(network.cells() > kManyCells),
      currents_(network),
      cells_(network, methods, part, [this](CellId cell) { return currents_.current(cell); }),
      windows_(cells_, sampler_, currents_, shortest_delay_of_windowed(methods)),
      delivery_(network, routing, cells_, alone_, now_, candidates_, states),
      sources_(network, routing, cells_, now_, delivery_),
      changes_(network, currents_, now_, cells_, candidates_, refractory_ends_, delivery_, sources_) {
  changes_.begin();
  begin_slice();
}

template <class Real>
void Shard<Real>::run_before(const Instant& stop) {
  if (!has_windows()) {
    return run_events_before(stop);
  }
  do {
    run_window(stop);
  } while (!alone_ && now_ < stop);
}

/// First the events up to the window's end, which deliver the inputs of windowed neurons, too; then these neurons.
template <class Real>
void Shard<Real>::run_window(const Instant& stop) {
  while (sampler_.next_time() == events::Instant<double>{now_.epoch, static_cast<double>(now_.offset)}) {
    handle(Kind::sample, now_.offset);
  }
  if (at_rest_ && now_ < stop) {
    if (const Instant next = next_event_time(); now_ < next) {
      return run_quietly(next < stop ? next : stop);
    }
  }
  const Instant begin = now_;
  const std::uint64_t inputs = delivery_.synaptic_events();
  const Instant look = windows_.next_look(now_, !sources_.expects_private() && !delivery_.has_rows());
  const std::size_t first = emitted_spikes_.size();
  run_events_before(windows_.end(now_, stop, look));
  const Instant end = now_;  // earlier where very many events have come
  sources_.deliver_private(begin.epoch, end, candidates_);
  delivery_.deliver_rows(begin.epoch, look);
  const auto spikes = windows_.advance(end);
  if (!spikes.empty() || sources_.expects_private() || delivery_.has_rows() || delivery_.synaptic_events() != inputs) {
    disturb();
  }
  for (const events::CellEvent<Real>& spike : spikes) {
    ++spikes_;
    emit(spike.cell, spike.time);
  }
  std::sort(emitted_spikes_.begin() + static_cast<std::ptrdiff_t>(first), emitted_spikes_.end(),
            [](const EmittedSpike<Real>& a, const EmittedSpike<Real>& b) {
              return a.time == b.time ? a.cell < b.cell : a.time < b.time;
            });
}

/// A window, or a part of it, in which nothing happens. @pre all is at rest, and there is no event before `stop`
template <class Real>
void Shard<Real>::run_quietly(const Instant& stop) {
  const Instant end = windows_.end_of_quiet(now_, stop);
  run_events_before(end);
  windows_.advance_quietly(end);
}

template <class Real>
void Shard<Real>::run_events_before(const Instant& stop) {
  std::uint32_t handled = 0;
  for (;;) {
    if (at_rest_) {
      skip_epochs(stop);
    }
    const Real limit = now_.epoch < stop.epoch ? Real(kEpoch) : stop.offset;
    const Next next = next_event();
    if (next.time < limit && next.time < candidates_.slice_end()) {
      if (alone_ && ++handled > kMostEvents && may_pause_before(next.time)) {
        now_.offset = next.time;
        return;
      }
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

/// Whether every event before `time`, which is that of the next one, is done, and none from then on. Inputs of an
/// arrival window may have been delivered ahead of events of other neurons. Where very many spikes come at one time,
/// they are recorded before there are more.
/// @param time  in the present epoch [ms]
template <class Real>
bool Shard<Real>::may_pause_before(const Real& time) const {
  if (!delivery_.may_end_run()) {
    return false;
  }
  const Instant& delivered = delivery_.delivered();
  return (now_.offset < time && !(delivered.epoch == now_.epoch && !(delivered.offset < time))) ||
         (!has_windows() && emitted_spikes_.size() + recorded_source_spikes_.size() >= kMostEmitted);
}

template <class Real>
typename Shard<Real>::Instant Shard<Real>::silent_until() {
  if (at_rest_) {
    const Instant next = next_event_time();
    return now_ < next ? windows_.end_of_quiet(now_, next) : next;
  }
  if (has_windows()) {
    return now_;
  }
  const Next next = next_event();
  const Real& end = candidates_.slice_end();
  return events::normalised<Real>(now_.epoch, next.time < end ? next.time : end);
}

template <class Real>
typename Shard<Real>::Next Shard<Real>::next_event() {
  Next next{offset_of(sampler_.next_time()), Kind::sample};
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
  if (!sources_.empty()) {
    consider(offset_of(sources_.next_time()), Kind::spike);
  }
  consider(delivery_.next_offset(), Kind::delivery);
  if (!candidates_.at_threshold().empty()) {
    consider(candidates_.at_threshold().top().time, Kind::at_threshold);
  }
  return next;
}

/// Nothing before it gives a neuron something else to do than the inputs that are known, and neither do the spikes of
/// sources before it, whose arrivals are still to come [ms]; +inf if there is none.
template <class Real>
Real Shard<Real>::next_other_than_deliveries() const {
  Real next = offset_of(sampler_.next_time());
  const auto consider = [&next](const Real& time) { next = time < next ? time : next; };
  if (!refractory_ends_.empty()) {
    consider(offset_of(refractory_ends_.top().time));
  }
  if (!currents_.empty()) {
    consider(offset_of(currents_.next_time()));
  }
  if (!sources_.empty()) {
    consider(offset_of(sources_.next_time()) + Real(routing_.min_delay_of_sources()));
  }
  return next;
}

template <class Real>
void Shard<Real>::handle(Kind kind, const Real& limit) {
  disturb();
  switch (kind) {
    case Kind::sample:
      return sampler_.take([this](CellId cell, std::size_t index) { return variable(cell, index); });
    case Kind::crossing:
      return look_at_next();
    case Kind::end_of_refractoriness:
      return end_next_refractoriness();
    case Kind::current:
      return change_current();
    case Kind::spike:
      return emit_source_spike();
    case Kind::delivery:
      return delivery_.deliver(limit, [this] { return next_other_than_deliveries(); });
    case Kind::at_threshold:
      return look_at(candidates_.at_threshold().take());
  }
}

template <class Real>
void Shard<Real>::look_at_next() {
  const events::Candidate<Real> candidate = candidates_.queue().take();
  if (large_ && !candidates_.queue().empty()) {
    const auto next = cells_.candidate(candidates_.queue().top().cell);
    next.group.prefetch(next.index);
  }
  look_at(candidate);
}

template <class Real>
void Shard<Real>::look_at(const events::Candidate<Real>& candidate) {
  const auto [group, index] = cells_.candidate(candidate.cell);
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
  ++spikes_;
  emit(candidate.cell, t);
}

template <class Real>
void Shard<Real>::end_next_refractoriness() {
  const CellId cell = refractory_ends_.take().cell;
  if (const events::CellEvent<Real>* later = large_ ? refractory_ends_.ahead(1) : nullptr) {
    const auto [group, index] = cells_.candidate(later->cell);
    group.prefetch(index);
  }
  const auto [group, index] = cells_.candidate(cell);
  group.end_refractoriness(index, now_.offset, candidates_);
}

template <class Real>
void Shard<Real>::change_current() {
  changes_.update(network_.injections[currents_.step()].cells);
}

template <class Real>
void Shard<Real>::emit_source_spike() {
  sources_.emit([this](const EmittedSpike<Real>& own) {
    if (recorder_->records_spikes(own.cell)) {
      keep(own, recorded_source_spikes_);
    }
  });
}

/// Until all parts have finished the window.
template <class Real>
void Shard<Real>::keep(const EmittedSpike<Real>& spike, std::vector<EmittedSpike<Real>>& spikes) {
  spikes.push_back(spike);
  if (!alone_ && spikes.size() % kMostEmitted == 0) {
    foundation::require_room_to_go_on("spikes within an exchange window", spikes.size());
  }
}

/// A spike of a neuron of this part. Where there are others, it comes back with theirs.
template <class Real>
void Shard<Real>::emit(CellId cell, const Instant& t) {
  keep({cell, t}, emitted_spikes_);
  if (!changing().empty()) [[unlikely]] {
    changing().target_spiked({cell, t}, now_);
  }
  if (alone_) {
    accept(emitted_spikes_.back());
  }
}

template <class Real>
void Shard<Real>::begin_slice() {
  candidates_.begin_slice(candidates_.slice_end() + Real(kSlice));  // what is left is outdated
  for (neurons::CandidateGroup<Real>* const group : cells_.candidate_groups()) {
    group->offer_all(candidates_);
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
  consider(widened(sampler_.next_time()));
  if (!refractory_ends_.empty()) {
    consider(refractory_ends_.top().time);
  }
  if (!currents_.empty()) {
    consider(widened(currents_.next_time()));
  }
  if (!sources_.empty()) {
    consider(widened(sources_.next_time()));
  }
  delivery_.for_next_times(consider);
  if (delivery_.has_rows() || sources_.expects_private()) {
    consider(now_);  // or some time after it
  }
  return next;
}

/// Goes on to the epoch of the next event, or of `stop`, if that is a later one. @pre all is at rest
template <class Real>
void Shard<Real>::skip_epochs(const Instant& stop) {
  const std::int64_t epoch = std::min(stop.epoch, next_event_time().epoch);
  if (epoch <= now_.epoch) {
    return;
  }
  for (neurons::CandidateGroup<Real>* const group : cells_.candidate_groups()) {
    group->skip_to_epoch(epoch);
  }
  now_ = {epoch, Real(0)};
  candidates_.set_slice_end(Real(0));
  begin_slice();
}

template <class Real>
void Shard<Real>::next_epoch() {
  for (neurons::CandidateGroup<Real>* const group : cells_.candidate_groups()) {
    group->next_epoch(now_.epoch + 1);
  }
  at_rest_ = !eventful_ && windows_.quiet() &&
             std::all_of(cells_.candidate_groups().begin(), cells_.candidate_groups().end(),
                         [](auto* const group) { return group->at_rest(); });
  eventful_ = false;
  now_ = {now_.epoch + 1, Real(0)};
  candidates_.set_slice_end(Real(0));
  begin_slice();
}

/// Nothing is at rest any longer.
template <class Real>
void Shard<Real>::disturb() {
  eventful_ = true;
  at_rest_ = false;
}

template <class Real>
void Shard<Real>::injection_added(std::size_t injection) {
  disturb();
  currents_.add(injection, events::round_up(now_));
  changes_.update(network_.injections[injection].cells);
}

template <class Real>
double Shard<Real>::variable(CellId cell, std::size_t variable) const {
  const auto [group, index] = cells_.neuron(cell);
  return group.variable(index, variable, now_.offset);
}

/// Within the present epoch, or +inf. (Nothing that is left belongs to an earlier one.)
template <class Real>
template <class Number>
Real Shard<Real>::offset_of(const events::Instant<Number>& t) const {
  return t.epoch == now_.epoch ? Real(t.offset) : std::numeric_limits<Real>::infinity();
}

}  // namespace va_event::engine
