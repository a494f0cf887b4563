// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/shard/pending_events.hpp"
#include "engine/shard/run_counts.hpp"
#include "engine/shard/shard.hpp"
#include "foundation/bytes.hpp"

namespace va_event::engine {

/// What a shard holds, cell by cell and event by event, for checkpoints, once no source is private.
template <class Real>
class ShardState {
 public:
  /// @param shard must outlive this
  explicit ShardState(Shard<Real>& shard) : shard_(shard) {}

  /// What the neurons of a population have in common; "" unless they are advanced from window to window.
  [[nodiscard]] std::string choices_of(std::size_t population) const;
  void save_neuron(CellId cell, foundation::ByteWriter& out) const;
  void add_pending(PendingEvents<Real>& events) const;
  [[nodiscard]] RunCounts run_counts() const;
  [[nodiscard]] const std::vector<std::size_t>& current_steps() const noexcept { return shard_.currents_.made(); }

  /// Begins to take over a state; cells and events follow. @param current_steps see CurrentSchedule::resume()
  void begin_load(const events::Instant<Real>& now, const std::vector<std::size_t>& current_steps) const;
  /// @returns whether it is refractory
  bool load_neuron(CellId cell, foundation::ByteReader& in) const;
  void load_refractory_end(const events::CellEvent<Real>& end_of_refractoriness) const {
    shard_.refractory_ends_.push(end_of_refractoriness);
  }
  /// A spike of any part, some of whose effects may be done.
  void load_spike_in_flight(const events::CellEvent<Real>& spike) const { shard_.delivery_.load(spike); }
  void end_load(const RunCounts& run_counts) const;

 private:
  Shard<Real>& shard_;
};

template <class Real>
std::string ShardState<Real>::choices_of(std::size_t population) const {
  foundation::ByteWriter out;
  if (const auto* const windowed = shard_.cells_.place(population).windowed) {
    windowed->save_choices(out);
  }
  return out.bytes();
}

template <class Real>
void ShardState<Real>::save_neuron(CellId cell, foundation::ByteWriter& out) const {
  const ShardCells<Real>& cells = shard_.cells_;
  if (cells.place(cells.population_index(cell)).windowed != nullptr) {
    out.put<std::uint8_t>(cells.is_held_apart(cell) ? 1 : 0);
  }
  const auto [group, index] = cells.neuron(cell);
  group.save(index, out);
  shard_.changing().save_target(cell, out);
}

template <class Real>
void ShardState<Real>::add_pending(PendingEvents<Real>& events) const {
  shard_.refractory_ends_.for_each([&events](const auto& end) { events.refractory_ends.push_back(end); });
  shard_.sources_.for_each([&](const auto& spike) {
    if (shard_.owns(spike.cell)) {
      events.source_spikes.push_back(spike);
    }
  });
  shard_.delivery_.add_pending(events);
}

template <class Real>
RunCounts ShardState<Real>::run_counts() const {
  RunCounts counts;
  counts.events.spikes = shard_.spikes_;
  counts.events.source_spikes = shard_.sources_.all_own_spikes();
  counts.events.synaptic_events = shard_.delivery_.synaptic_events() + shard_.sources_.more_arrivals();
  for (const neurons::WindowedGroup<Real>* const group : shard_.cells_.windowed()) {
    counts.looks += group->look_count();
  }
  for (const auto& group : shard_.cells_.groups()) {  // every shard has all groups, in the same order
    counts.groups.push_back({group.all().interval_counts(), group.all().closest_approach()});
  }
  return counts;
}

template <class Real>
void ShardState<Real>::begin_load(const events::Instant<Real>& now,
                                  const std::vector<std::size_t>& current_steps) const {
  shard_.refractory_ends_.clear();
  shard_.delivery_.clear();
  shard_.candidates_.queue().clear();
  shard_.now_ = now;
  shard_.disturb();
  shard_.windows_.begin_load(now);
  shard_.sources_.begin_load();
  shard_.changing().begin_load();
  shard_.currents_.resume(current_steps);
  for (const network::Injection& injection : shard_.network_.injections) {
    shard_.changes_.update(injection.cells);
  }
}

template <class Real>
bool ShardState<Real>::load_neuron(CellId cell, foundation::ByteReader& in) const {
  if (shard_.cells_.place(shard_.cells_.population_index(cell)).windowed != nullptr) {
    const bool apart = in.get<std::uint8_t>() != 0;
    in.require(shard_.changes_.begin_load(cell, apart), "holds a neuron among others that it does not fit");
  }
  const auto [group, index] = shard_.cells_.neuron(cell);
  const bool refractory = group.load(index, in, shard_.now_);
  shard_.changing().load_target(cell, in);
  return refractory;
}

/// The candidates of the present slice follow from the states; what loading counted was counted before.
template <class Real>
void ShardState<Real>::end_load(const RunCounts& run_counts) const {
  using std::floor;
  shard_.spikes_ = run_counts.events.spikes;
  shard_.changing().end_save_or_load();
  shard_.sources_.end_load(run_counts.events.source_spikes);
  shard_.delivery_.set_synaptic_events(run_counts.events.synaptic_events);
  for (std::size_t g = 0; g < shard_.cells_.groups().size(); ++g) {
    shard_.cells_.groups()[g].all().set_report(run_counts.groups[g].intervals, run_counts.groups[g].closest);
  }
  const Real slice(Shard<Real>::kSlice);
  shard_.candidates_.set_slice_end(floor(shard_.now_.offset / slice) * slice);
  shard_.begin_slice();
}

}  // namespace va_event::engine
