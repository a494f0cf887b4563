// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <unordered_set>

#include "engine/shard/emitted_spike.hpp"
#include "engine/shard/private_sources.hpp"
#include "engine/shard/routing.hpp"
#include "engine/shard/shard_cells.hpp"
#include "engine/shard/spike_delivery.hpp"
#include "events/candidates.hpp"
#include "events/event_queue.hpp"
#include "events/instant.hpp"
#include "foundation/bytes.hpp"
#include "network/network.hpp"

namespace va_event::engine {

/// The spikes of all sources that one shard draws: its own, and those that have a synapse onto its cells. The next
/// spike of each waits in a queue; where inputs are added up, sources that reach a single neuron need no queue
/// (PrivateSources). Times of source spikes are doubles in every number type.
template <class Real>
class SourceSpikes {
 public:
  using Instant = events::Instant<Real>;

  /// @param now the shard's present time @param delivery takes the spikes
  SourceSpikes(const network::Network& network, const Routing& routing, const ShardCells<Real>& cells,
               const Instant& now, SpikeDelivery<Real>& delivery)
      : network_(network), routing_(routing), cells_(cells), now_(now), delivery_(delivery) {
    for (const network::PopulationData& population : network.populations) {
      for (CellId cell = population.first; population.model->is_source() && cell < population.first + population.size;
           ++cell) {
        if (draws(cell)) {
          restart(cell, {});
        }
      }
    }
  }

  /// Whether the spikes of this source are drawn here, as in every shard that it reaches.
  [[nodiscard]] bool draws(CellId source) const { return cells_.owns(source) || delivery_.reaches(source); }

  /// No spike waits in the queue.
  [[nodiscard]] bool empty() const noexcept { return queue_.empty(); }
  /// Of the next spike in the queue. @pre there is one
  [[nodiscard]] const events::Instant<double>& next_time() const { return queue_.top().time; }

  /// Sends the next spike in the queue on its way. @param visit_own called with it if the source is the shard's own
  template <class VisitOwn>
  void emit(const VisitOwn& visit_own) {
    const events::CellEvent<double> next = queue_.take();
    const EmittedSpike<Real> spike{next.cell, {next.time.epoch, Real(next.time.offset)}};
    delivery_.accept(spike);
    if (cells_.owns(spike.cell)) {
      ++own_spikes_;
      visit_own(spike);
    }
    if (const auto later = group_of(spike.cell).next(index_of(spike.cell))) {
      queue_.push({*later, spike.cell});
    }
  }

  /// The parameters of these sources are others from now on.
  void changed(std::span<const CellId> cells) {
    private_outdated_ = true;
    std::unordered_set<CellId> changed;
    std::copy_if(cells.begin(), cells.end(), std::inserter(changed, changed.end()),
                 [this](CellId cell) { return draws(cell); });
    forget(changed);
    for (const CellId cell : changed) {
      restart(cell, events::round_up(now_));
    }
  }

  /// Sources that can be private are so from now on. @param recorded whether the spikes of a cell are
  template <class Recorded>
  void take_private(const Recorded& recorded) {
    bool outdated = private_outdated_;
    const auto may_be_private = [&](CellId cell) { return !cells_.owns(cell) || !recorded(cell); };
    private_.for_each([&](CellId cell, double /*delay*/) { outdated = outdated || !may_be_private(cell); });
    if (!outdated) {
      return;
    }
    release_private();
    private_outdated_ = false;
    if (private_.take(network_, routing_, cells_, narrowed(now_), may_be_private) > 0) {
      queue_.erase_if([this](const events::CellEvent<double>& event) { return private_.holds(event.cell); });
    }
  }

  /// Whether spikes of private sources may be still to come, at times that are not known.
  [[nodiscard]] bool expects_private() const { return !private_.is_over(); }
  /// All sources have their spikes in the queue again.
  void release_private() {
    private_outdated_ = true;
    if (private_.empty()) {
      return;
    }
    own_spikes_ += private_.spikes_before(narrowed(now_), network_.seed);
    delivery_.count_more(private_.more_arrivals(narrowed(now_), network_.seed));
    private_.for_each([this](CellId cell, double delay) { release(cell, delay); });
    private_.clear();
  }

  /// Gives neurons the inputs of private sources that arrive before `end`. @param epoch the present one
  void deliver_private(std::int64_t epoch, const Instant& end, events::Candidates<Real>& candidates) {
    if (!private_.empty()) {
      delivery_.count_more(private_.deliver(epoch, narrowed(end), network_.seed, candidates));
    }
  }

  /// Spikes of the shard's own sources so far, without those of sources that are private at present.
  [[nodiscard]] std::uint64_t own_spikes() const noexcept { return own_spikes_; }
  /// All of them.
  [[nodiscard]] std::uint64_t all_own_spikes() {
    return own_spikes_ + private_.spikes_before(narrowed(now_), network_.seed);
  }
  /// Inputs that have arrived, beside those that `delivery` has counted.
  [[nodiscard]] std::uint64_t more_arrivals() { return private_.more_arrivals(narrowed(now_), network_.seed); }

  // Checkpoints, @pre no source is private

  /// Calls `visit` with the next spike of each source.
  template <class Visit>
  void for_each(const Visit& visit) const {
    queue_.for_each(visit);
  }
  void save(CellId cell, foundation::ByteWriter& out) const { group_of(cell).save(index_of(cell), out); }
  /// Another state follows: load() of each source that is drawn here, and its next spike, if it has one.
  void begin_load() {
    queue_.clear();
    private_.clear();
    private_outdated_ = true;
  }
  void load(CellId cell, foundation::ByteReader& in) { group_of(cell).load(index_of(cell), in); }
  /// Of a source that has been loaded. @returns whether it can be: the spikes that follow are not before it
  [[nodiscard]] bool load_next(const events::CellEvent<double>& spike) {
    foundation::ByteWriter state;
    save(spike.cell, state);
    const auto later = group_of(spike.cell).next(index_of(spike.cell));
    foundation::ByteReader before(state.bytes());
    load(spike.cell, before);
    queue_.push(spike);
    return !later || !(*later < spike.time);
  }
  /// @param own_spikes so far
  void end_load(std::uint64_t own_spikes) { own_spikes_ = own_spikes; }
  /// The next spikes of these sources are not known.
  void forget(const std::unordered_set<CellId>& sources) {
    queue_.erase_if([&sources](const auto& spike) { return sources.contains(spike.cell); });
  }

 private:
  [[nodiscard]] sources::SourceGroup& group_of(CellId cell) const { return cells_.sources_of(cell); }
  /// In its group.
  [[nodiscard]] std::size_t index_of(CellId cell) const { return cell - cells_.population_of(cell).first; }
  [[nodiscard]] static events::Instant<double> narrowed(const Instant& t) {
    return {t.epoch, static_cast<double>(t.offset)};
  }

  /// @param begin nothing of a source's spikes before it is of interest
  void restart(CellId cell, const events::Instant<double>& begin) {
    if (const auto first = group_of(cell).restart(index_of(cell), begin)) {
      queue_.push({*first, cell});
    }
  }

  /// A private source has its spikes in the queue again. @param delay of its synapses at most [ms]
  void release(CellId cell, double delay) {
    const events::Instant<double> now = narrowed(now_);
    // Spikes since then may be on their way; the delay is rounded up generously.
    const double back = delay * (1.0 + 0x1p-40) + 1e-9;
    const bool short_enough = back < static_cast<double>(now.epoch * events::kEpoch) + now.offset;
    const auto since =
        short_enough ? events::normalised<double>(now.epoch, now.offset - back) : events::Instant<double>{};
    auto spike = group_of(cell).restart(index_of(cell), since);
    while (spike && *spike < now) {
      if (!private_.was_delivered_before(now, *spike, delay)) {
        delivery_.accept({cell, {spike->epoch, Real(spike->offset)}});
      }
      spike = group_of(cell).next(index_of(cell));
    }
    if (spike) {
      queue_.push({*spike, cell});
    }
  }

  const network::Network& network_;
  const Routing& routing_;
  const ShardCells<Real>& cells_;
  const Instant& now_;
  SpikeDelivery<Real>& delivery_;
  events::EventQueue<events::CellEvent<double>> queue_;  ///< the next spike of each source that is not private
  PrivateSources<Real> private_;
  bool private_outdated_ = true;  ///< others may be private from the next run on
  std::uint64_t own_spikes_ = 0;
};

}  // namespace va_event::engine
