// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The part of the definitions of Shards that saves and loads the state of all of them together: cells in their order,
/// events in theirs, so that the number of shards leaves no trace.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/run/shards.hpp"
#include "engine/shard/shard.hpp"
#include "events/instant_bytes.hpp"
#include "va_event/error.hpp"

namespace va_event::engine {

namespace detail {

template <class Real>
void put_events(foundation::ByteWriter& out, std::vector<events::CellEvent<Real>> events) {
  std::sort(events.begin(), events.end());
  out.put<std::uint64_t>(events.size());
  for (const events::CellEvent<Real>& event : events) {
    out.put(event.cell);
    events::put_instant(out, event.time);
  }
}

/// @param visit gets each event, whose cell is less than `cells`
template <class Real, class Visit>
void get_events(foundation::ByteReader& in, std::size_t cells, const Visit& visit) {
  for (auto count = in.get<std::uint64_t>(); count > 0; --count) {
    const auto cell = in.get<CellId>();
    in.require(cell < cells, "holds an event of no cell");
    visit(events::CellEvent<Real>{events::get_instant<Real>(in), cell});
  }
}

inline void put_counts(foundation::ByteWriter& out, const RunCounts& run_counts) {
  out.put(run_counts.events.spikes);
  out.put(run_counts.events.source_spikes);
  out.put(run_counts.events.synaptic_events);
  for (const RunCounts::Group& group : run_counts.groups) {
    for (const std::uint64_t count : group.intervals) {
      out.put(count);
    }
    out.put(group.closest.distance);
    out.put(group.closest.cell);
    events::put_instant(out, group.closest.time);
  }
}

inline RunCounts get_counts(foundation::ByteReader& in, std::size_t groups) {
  RunCounts run_counts;
  run_counts.events.spikes = in.get<std::uint64_t>();
  run_counts.events.source_spikes = in.get<std::uint64_t>();
  run_counts.events.synaptic_events = in.get<std::uint64_t>();
  run_counts.groups.resize(groups);
  for (RunCounts::Group& group : run_counts.groups) {
    for (std::uint64_t& count : group.intervals) {
      count = in.get<std::uint64_t>();
    }
    group.closest.distance = in.get<double>();
    in.require(group.closest.distance >= 0.0, "holds a distance below 0");
    group.closest.cell = in.get<CellId>();
    group.closest.time = events::get_instant<double>(in);
  }
  return run_counts;
}

}  // namespace detail

/// What the shards of one process hold; all of it is in an order that does not depend on them.
template <class Real>
struct ProcessState {
  RunCounts run_counts;
  std::vector<std::string> cells;  ///< by population, each a record in the order of the cells
  PendingEvents<Real> pending;

  void put(foundation::ByteWriter& out) const {
    out.put<std::uint64_t>(run_counts.groups.size());
    detail::put_counts(out, run_counts);
    for (const std::string& records : cells) {
      out.put_text(records);
    }
    detail::put_events(out, pending.refractory_ends);
    detail::put_events(out, pending.source_spikes);
    detail::put_events(out, pending.spikes_in_flight);
  }

  /// Adds the state of another process, whose cells come after those that are here.
  void add(std::string_view bytes) {
    foundation::ByteReader in(bytes);
    const auto groups = in.get<std::uint64_t>();
    run_counts.add(detail::get_counts(in, groups));
    for (std::string& records : cells) {
      records += in.get_view();
    }
    constexpr auto kAnyCell = std::numeric_limits<std::size_t>::max();
    detail::get_events<Real>(in, kAnyCell, [this](const auto& wake) { pending.refractory_ends.push_back(wake); });
    detail::get_events<double>(in, kAnyCell, [this](const auto& spike) { pending.source_spikes.push_back(spike); });
    std::vector<events::CellEvent<Real>> in_flight;
    detail::get_events<Real>(in, kAnyCell, [&in_flight](const auto& spike) { in_flight.push_back(spike); });
    pending.add_in_flight(in_flight);
  }
};

template <class Real>
ProcessState<Real> Shards<Real>::process_state() const {
  ProcessState<Real> state{run_counts(), {}, pending_events()};
  for (const network::PopulationData& population : network_.populations) {
    foundation::ByteWriter records;
    const network::Share::Range own = network_.share.of(population.size);
    for (std::uint32_t i = own.begin; i < own.end; ++i) {
      const CellId cell = population.first + i;
      foundation::ByteWriter record;
      if (population.model->is_source()) {
        owner(cell)->save_source(cell, record);
      } else {
        owner(cell)->save_neuron(cell, record);
      }
      records.put_text(record.bytes());
    }
    state.cells.push_back(records.bytes());
  }
  return state;
}

template <class Real>
void Shards<Real>::save(foundation::ByteWriter& out) const {
  for (const network::ProjectionData& projection : network_.projections) {
    if (projection.model != nullptr) {
      throw StateError("projection", projection.label, "", "must have static synapses, to be saved");
    }
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
  out.section("CURR", [&] {
    for (const std::uint64_t steps : shards_[0]->current_steps()) {
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
}

template <class Real>
void Shards<Real>::load(foundation::ByteReader& in) {
  Instant now;
  in.section("TIME", [&now](foundation::ByteReader& part) { now = events::get_instant<Real>(part); });
  std::vector<std::size_t> current_steps;
  in.section("CURR", [&](foundation::ByteReader& part) {
    for (const network::Injection& injection : network_.injections) {
      current_steps.push_back(part.get<std::uint64_t>());
      part.require(current_steps.back() <= injection.source.times().size(), "holds more steps than a current has");
      const auto times = std::span(injection.source.times());
      const auto time = [](const Time& step) { return events::to_instant<Real>(step); };
      const std::size_t made = current_steps.back();  // one at the present time may be made or not
      part.require(
          (made == 0 || !(now < time(times[made - 1]))) && (made == times.size() || !(time(times[made]) < now)),
          "holds a current of another time");
    }
  });
  RunCounts done;
  in.section("DONE", [&](foundation::ByteReader& part) {
    done = detail::get_counts(part, run_counts().groups.size());
    for (const RunCounts::Group& group : done.groups) {
      part.require(group.closest.cell < network_.cells(), "holds a closest approach of no cell");
    }
  });
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
    shard->begin_load(now, current_steps, done);
    forget_counts();
  }
  std::unordered_set<CellId> refractory;
  in.section("CELL", [&](foundation::ByteReader& part) { refractory = load_cells(part); });
  in.section("NEXT", [&](foundation::ByteReader& part) { load_pending(part, std::move(refractory)); });
  for (const auto& shard : shards_) {
    shard->end_load();
  }
}

template <class Real>
std::unordered_set<CellId> Shards<Real>::load_cells(foundation::ByteReader& in) {
  std::unordered_set<CellId> refractory;
  for (const network::PopulationData& population : network_.populations) {
    for (CellId cell = population.first; cell - population.first < population.size; ++cell) {
      foundation::ByteReader record(in.get_view());
      Shard<Real>* const shard = owner(cell);
      if (shard == nullptr) {
        continue;
      }
      if (population.model->is_source()) {
        shard->load_source(cell, record);
      } else {
        if (shard->load_neuron(cell, record)) {
          refractory.insert(cell);
        }
      }
      in.require(record.at_end(), "holds more of a cell than it should");
    }
  }
  return refractory;
}

template <class Real>
void Shards<Real>::load_pending(foundation::ByteReader& in, std::unordered_set<CellId> refractory) {
  const Instant now = shards_[0]->now();
  const auto require = [this, &in](CellId cell, bool is_source) {
    in.require(network_.populations[network_.population_of(cell)].model->is_source() == is_source,
               "holds an event of another kind of cell");
  };
  detail::get_events<Real>(in, network_.cells(), [&](const events::CellEvent<Real>& wake) {
    require(wake.cell, false);
    in.require(!(wake.time < now), "holds an end of refractoriness that is over");
    if (Shard<Real>* const shard = owner(wake.cell)) {
      in.require(refractory.erase(wake.cell) == 1, "holds the end of a refractoriness that is none");
      shard->load_refractory_end(wake);
    }
  });
  detail::get_events<double>(in, network_.cells(), [&](const events::CellEvent<double>& spike) {
    require(spike.cell, true);
    in.require(!(Instant{spike.time.epoch, Real(spike.time.offset)} < now), "holds a source spike that is over");
    if (Shard<Real>* const shard = owner(spike.cell)) {
      shard->load_source_spike(spike);
    }
  });
  in.require(refractory.empty(), "holds a refractory neuron without an end");
  detail::get_events<Real>(in, network_.cells(), [&](const events::CellEvent<Real>& spike) {
    in.require(!(now < spike.time), "holds a spike of the future");
    for (const auto& shard : shards_) {
      shard->load_spike_in_flight(spike);
    }
  });
}

template <class Real>
PendingEvents<Real> Shards<Real>::pending_events() const {
  PendingEvents<Real> events;
  for (const auto& shard : shards_) {
    shard->add_pending(events);
  }
  return events;
}

template <class Real>
RunCounts Shards<Real>::run_counts() const {
  RunCounts sum;
  for (const auto& shard : shards_) {
    sum.add(shard->run_counts());
  }
  return sum;
}

}  // namespace va_event::engine
