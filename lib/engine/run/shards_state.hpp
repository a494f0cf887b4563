// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "engine/run/process_state.hpp"
#include "engine/shard/shard.hpp"
#include "engine/shard/shard_state.hpp"
#include "events/instant_bytes.hpp"
#include "foundation/bytes.hpp"
#include "network/network.hpp"
#include "va_event/error.hpp"
#include "va_event/processes.hpp"

namespace va_event::engine {

/// The state of all shards of all processes as a checkpoint holds it: cells in their order and events in theirs, so
/// that neither threads nor processes have an effect on a file. Reading checks that the state can be one of this
/// network, since a file may hold any bytes (foundation::BadBytes).
///
/// Sections: TIME, SCAL whether scales are outdated, CURR how far injected currents are, DONE counts, CELL a record
/// for each cell with its synapses that change, NEXT the events to come, SYNA what such synapses have in common.
template <class Real>
class ShardsState {
 public:
  using ShardList = std::vector<std::unique_ptr<Shard<Real>>>;

  /// All of them must outlive this. @param shards of this process
  ShardsState(const network::Network& network, Processes& processes, const ShardList& shards)
      : network_(network), processes_(processes), shards_(shards) {}

  /// @throws StateError where synapses change: their state is in no checkpoint
  /// @param scales_outdated what scales follow from has changed since the last run
  void save(foundation::ByteWriter& out, bool scales_outdated) const;
  /// @returns what save() was told
  [[nodiscard]] bool load(foundation::ByteReader& in) const;

  /// What other processes must know of sources that this one draws; "" of others.
  [[nodiscard]] std::vector<std::string> of_sources(std::span<const CellId> sources) const;
  void load_sources(std::span<const CellId> sources, std::span<const std::string> states) const;

  /// Of this process.
  [[nodiscard]] RunCounts run_counts() const;
  /// Null: the cell belongs to another process.
  [[nodiscard]] Shard<Real>* owner(CellId cell) const;

 private:
  using Instant = events::Instant<Real>;

  [[nodiscard]] PendingEvents<Real> pending_events() const;
  [[nodiscard]] ProcessState<Real> process_state() const;
  [[nodiscard]] std::vector<TableState> table_states() const;
  void load_tables(foundation::ByteReader& in) const;
  [[nodiscard]] std::vector<std::size_t> load_current_steps(foundation::ByteReader& in, const Instant& now) const;
  [[nodiscard]] RunCounts load_run_counts(foundation::ByteReader& in) const;
  /// @returns the refractory ones of this process
  [[nodiscard]] std::unordered_set<CellId> load_cells(foundation::ByteReader& in) const;
  void load_pending(foundation::ByteReader& in, std::unordered_set<CellId> refractory) const;
  void load_source_spikes(foundation::ByteReader& in) const;
  void require_kind(foundation::ByteReader& in, CellId cell, bool is_source) const;

  const network::Network& network_;
  Processes& processes_;
  const ShardList& shards_;
};

template <class Real>
Shard<Real>* ShardsState<Real>::owner(CellId cell) const {
  const auto found =
      std::find_if(shards_.begin(), shards_.end(), [cell](const auto& shard) { return shard->owns(cell); });
  return found == shards_.end() ? nullptr : found->get();
}

template <class Real>
RunCounts ShardsState<Real>::run_counts() const {
  RunCounts sum;
  for (const auto& shard : shards_) {
    sum.add(ShardState<Real>(*shard).run_counts());
  }
  return sum;
}

template <class Real>
PendingEvents<Real> ShardsState<Real>::pending_events() const {
  PendingEvents<Real> events;
  for (const auto& shard : shards_) {
    ShardState<Real>(*shard).add_pending(events);
  }
  return events;
}

template <class Real>
ProcessState<Real> ShardsState<Real>::process_state() const {
  ProcessState<Real> state{run_counts(), {}, pending_events(), table_states()};
  for (const network::PopulationData& population : network_.populations) {
    foundation::ByteWriter records;
    const network::Share::Range own = network_.share.of(population.size);
    for (std::uint32_t i = own.begin; i < own.end; ++i) {
      const CellId cell = population.first + i;
      foundation::ByteWriter record;
      if (population.model->is_source()) {
        owner(cell)->sources().save(cell, record);
      } else {
        ShardState<Real>(*owner(cell)).save_neuron(cell, record);
      }
      records.put_text(record.bytes());
    }
    state.cells.push_back(records.bytes());
  }
  return state;
}

template <class Real>
std::vector<TableState> ShardsState<Real>::table_states() const {
  std::vector<TableState> states(shards_[0]->changing().tables());
  for (std::size_t k = 0; k < states.size(); ++k) {
    foundation::ByteWriter common;
    shards_[0]->changing().save_table(k, common);
    states[k].common = common.bytes();
    for (const auto& shard : shards_) {
      shard->changing().for_each_row(
          k, [&](std::size_t row, const std::string& bytes) { states[k].rows.emplace(row, bytes); });
    }
  }
  return states;
}

template <class Real>
void ShardsState<Real>::load_tables(foundation::ByteReader& in) const {
  for (std::size_t k = 0; k < shards_[0]->changing().tables(); ++k) {
    const std::string_view common = in.get_view();
    for (const auto& shard : shards_) {
      foundation::ByteReader bytes(common);
      shard->changing().load_table(k, bytes);
      in.require(bytes.at_end(), "holds more of synapses than it should");
    }
    for (auto count = in.get<std::uint64_t>(); count > 0; --count) {
      const auto row = in.get<std::uint64_t>();
      in.require(row < shards_[0]->changing().rows(k), "holds spikes of no source");
      const std::string_view spikes = in.get_view();
      for (const auto& shard : shards_) {
        foundation::ByteReader bytes(spikes);
        shard->changing().load_row(k, row, shard->now(), bytes);
        in.require(bytes.at_end(), "holds more of synapses than it should");
      }
    }
  }
}

template <class Real>
void ShardsState<Real>::save(foundation::ByteWriter& out, bool scales_outdated) const {
  for (const network::ProjectionData& projection : network_.projections) {
    if (projection.rule != nullptr && !shards_[0]->changing().can_be_saved()) {
      throw StateError("projection", projection.label, "", "must have synapses of a type that can be saved");
    }
  }
  for (const auto& shard : shards_) {
    shard->sources().release_private();
    shard->changing().prepare_to_save(shard->now());
  }
  ProcessState<Real> state = process_state();
  if (processes_.count() > 1) {
    foundation::ByteWriter mine;
    state.put(mine);
    std::vector<Processes::Bytes> all;
    processes_.gather(mine.bytes(), all);
    for (std::size_t rank = 1; rank < all.size(); ++rank) {
      state.add(all[rank]);
    }
  }
  out.section("TIME", [&] { events::put_instant(out, shards_[0]->now()); });
  out.section("SCAL", [&] { out.put<std::uint8_t>(scales_outdated ? 1 : 0); });
  out.section("CURR", [&] {
    for (const std::uint64_t steps : ShardState<Real>(*shards_[0]).current_steps()) {
      out.put(steps);
    }
  });
  out.section("DONE", [&] { detail::put_counts(out, state.run_counts); });
  out.section("CELL", [&] {
    for (const std::string& records : state.cells) {
      out.put_bytes(records);
    }
  });
  out.section("NEXT", [&] {
    detail::put_events(out, state.pending.refractory_ends);
    detail::put_events(out, state.pending.source_spikes);
    detail::put_events(out, state.pending.spikes_in_flight);
  });
  out.section("SYNA", [&] {
    for (const TableState& table : state.tables) {
      table.put(out);
    }
  });
  for (const auto& shard : shards_) {
    shard->changing().end_save_or_load();
  }
}

template <class Real>
bool ShardsState<Real>::load(foundation::ByteReader& in) const {
  Instant now;
  in.section("TIME", [&now](foundation::ByteReader& part) { now = events::get_instant<Real>(part); });
  bool scales_outdated = false;
  in.section("SCAL", [&](foundation::ByteReader& part) { scales_outdated = part.get<std::uint8_t>() != 0; });
  std::vector<std::size_t> current_steps;
  in.section("CURR", [&](foundation::ByteReader& part) { current_steps = load_current_steps(part, now); });
  RunCounts done;
  in.section("DONE", [&](foundation::ByteReader& part) { done = load_run_counts(part); });
  const auto forget_counts = [&done] {  // they belong to the first of all, the closest approach is known to all
    done.events = {};
    for (RunCounts::Group& group : done.groups) {
      group.intervals = {};
    }
  };
  if (processes_.rank() > 0) {
    forget_counts();
  }
  for (const auto& shard : shards_) {
    ShardState<Real>(*shard).begin_load(now, current_steps);
  }
  std::unordered_set<CellId> refractory;
  in.section("CELL", [&](foundation::ByteReader& part) { refractory = load_cells(part); });
  in.section("NEXT", [&](foundation::ByteReader& part) { load_pending(part, std::move(refractory)); });
  in.section("SYNA", [&](foundation::ByteReader& part) { load_tables(part); });
  for (const auto& shard : shards_) {
    ShardState<Real>(*shard).end_load(done);
    forget_counts();
  }
  return scales_outdated;
}

template <class Real>
std::vector<std::size_t> ShardsState<Real>::load_current_steps(foundation::ByteReader& in, const Instant& now) const {
  std::vector<std::size_t> steps;
  const auto time = [](const Time& step) { return events::to_instant<Real>(step); };
  for (const network::Injection& injection : network_.injections) {
    const auto times = std::span(injection.source.times());
    const std::size_t made = in.get<std::uint64_t>();
    in.require(made <= times.size(), "holds more steps than a current has");
    in.require((made == 0 || !(now < time(times[made - 1]))) && (made == times.size() || !(time(times[made]) < now)),
               "holds a current of another time");  // a step at the present time may be made or not
    steps.push_back(made);
  }
  return steps;
}

template <class Real>
RunCounts ShardsState<Real>::load_run_counts(foundation::ByteReader& in) const {
  RunCounts done = detail::get_counts(in, run_counts().groups.size());
  for (const RunCounts::Group& group : done.groups) {
    in.require(group.closest.cell < network_.cells(), "holds a closest approach of no cell");
  }
  return done;
}

template <class Real>
std::unordered_set<CellId> ShardsState<Real>::load_cells(foundation::ByteReader& in) const {
  std::unordered_set<CellId> refractory;
  for (const network::PopulationData& population : network_.populations) {
    for (CellId cell = population.first; cell - population.first < population.size; ++cell) {
      const std::string_view bytes = in.get_view();
      for (const auto& shard : shards_) {
        foundation::ByteReader record(bytes);
        if (population.model->is_source() && shard->sources().draws(cell)) {
          shard->sources().load(cell, record);
        } else if (!population.model->is_source() && shard->owns(cell)) {
          if (ShardState<Real>(*shard).load_neuron(cell, record)) {
            refractory.insert(cell);
          }
        } else {
          continue;
        }
        in.require(record.at_end(), "holds more of a cell than it should");
      }
    }
  }
  return refractory;
}

template <class Real>
void ShardsState<Real>::load_pending(foundation::ByteReader& in, std::unordered_set<CellId> refractory) const {
  const Instant now = shards_[0]->now();
  detail::get_events<Real>(in, network_.cells(), [&](const events::CellEvent<Real>& end) {
    require_kind(in, end.cell, false);
    in.require(!(end.time < now), "holds an end of refractoriness that is over");
    if (Shard<Real>* const shard = owner(end.cell)) {
      in.require(refractory.erase(end.cell) == 1, "holds the end of a refractoriness that is none");
      ShardState<Real>(*shard).load_refractory_end(end);
    }
  });
  load_source_spikes(in);
  in.require(refractory.empty(), "holds a refractory neuron without an end");
  detail::get_events<Real>(in, network_.cells(), [&](const events::CellEvent<Real>& spike) {
    in.require(!(now < spike.time), "holds a spike of the future");
    for (const auto& shard : shards_) {
      ShardState<Real>(*shard).load_spike_in_flight(spike);
    }
  });
}

/// The next spike of each source that has one.
template <class Real>
void ShardsState<Real>::load_source_spikes(foundation::ByteReader& in) const {
  const Instant now = shards_[0]->now();
  std::unordered_set<CellId> sources;
  detail::get_events<double>(in, network_.cells(), [&](const events::CellEvent<double>& spike) {
    require_kind(in, spike.cell, true);
    in.require(!(Instant{spike.time.epoch, Real(spike.time.offset)} < now), "holds a source spike that is over");
    in.require(sources.insert(spike.cell).second, "holds two next spikes of a source");
    for (const auto& shard : shards_) {
      if (shard->sources().draws(spike.cell)) {
        in.require(shard->sources().load_next(spike), "holds a source whose spikes go back in time");
      }
    }
  });
}

template <class Real>
void ShardsState<Real>::require_kind(foundation::ByteReader& in, CellId cell, bool is_source) const {
  in.require(network_.populations[network_.population_of(cell)].model->is_source() == is_source,
             "holds an event of another kind of cell");
}

template <class Real>
std::vector<std::string> ShardsState<Real>::of_sources(std::span<const CellId> sources) const {
  std::unordered_map<CellId, events::Instant<double>> next_spikes;
  for (const auto& shard : shards_) {
    shard->sources().for_each([&](const events::CellEvent<double>& spike) { next_spikes[spike.cell] = spike.time; });
  }
  std::vector<std::string> states;
  for (const CellId cell : sources) {
    const auto shard =
        std::find_if(shards_.begin(), shards_.end(), [cell](const auto& one) { return one->sources().draws(cell); });
    foundation::ByteWriter out;
    if (shard != shards_.end()) {
      const auto next = next_spikes.find(cell);
      out.put(next != next_spikes.end());
      events::put_instant(out, next != next_spikes.end() ? next->second : events::Instant<double>{});
      (*shard)->sources().save(cell, out);
    }
    states.push_back(out.bytes());
  }
  return states;
}

template <class Real>
void ShardsState<Real>::load_sources(std::span<const CellId> sources, std::span<const std::string> states) const {
  const std::unordered_set<CellId> cells(sources.begin(), sources.end());
  for (const auto& shard : shards_) {
    shard->sources().forget(cells);
    for (std::size_t k = 0; k < sources.size(); ++k) {
      if (shard->sources().draws(sources[k])) {
        foundation::ByteReader in(states[k]);
        const bool spikes = in.get<bool>();
        const auto next = events::get_instant<double>(in);
        shard->sources().load(sources[k], in);
        if (spikes) {
          in.require(shard->sources().load_next({next, sources[k]}), "holds a source whose spikes go back in time");
        }
      }
    }
  }
}

}  // namespace va_event::engine
