// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/shard/pending_events.hpp"
#include "engine/shard/run_counts.hpp"
#include "events/instant_bytes.hpp"
#include "foundation/bytes.hpp"
#include "va_event/data.hpp"

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

/// What a table of synapses that change has in common, and what follows from the spikes of the sources of its rows.
struct TableState {
  std::string common;
  std::map<std::uint64_t, std::string> rows;  ///< those with something to hold, the same wherever they are held

  void put(foundation::ByteWriter& out) const {
    out.put_text(common);
    out.put<std::uint64_t>(rows.size());
    for (const auto& [row, bytes] : rows) {
      out.put(row);
      out.put_text(bytes);
    }
  }
  /// Adds the rows that another process has.
  void add(foundation::ByteReader& in) {
    static_cast<void>(in.get_view());
    for (auto count = in.get<std::uint64_t>(); count > 0; --count) {
      const auto row = in.get<std::uint64_t>();
      rows.emplace(row, in.get_view());
    }
  }
};

/// What the shards of one process hold; all of it is in an order that does not depend on them.
template <class Real>
struct ProcessState {
  RunCounts run_counts;
  std::vector<std::string> cells;  ///< by population, each a record in the order of the cells
  PendingEvents<Real> pending;
  std::vector<TableState> tables{};  ///< of synapses that change

  void put(foundation::ByteWriter& out) const {
    out.put<std::uint64_t>(run_counts.groups.size());
    detail::put_counts(out, run_counts);
    for (const std::string& records : cells) {
      out.put_text(records);
    }
    detail::put_events(out, pending.refractory_ends);
    detail::put_events(out, pending.source_spikes);
    detail::put_events(out, pending.spikes_in_flight);
    for (const TableState& table : tables) {
      table.put(out);
    }
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
    detail::get_events<Real>(in, kAnyCell, [this](const auto& end) { pending.refractory_ends.push_back(end); });
    detail::get_events<double>(in, kAnyCell, [this](const auto& spike) { pending.source_spikes.push_back(spike); });
    std::vector<events::CellEvent<Real>> in_flight;
    detail::get_events<Real>(in, kAnyCell, [&in_flight](const auto& spike) { in_flight.push_back(spike); });
    pending.add_in_flight(in_flight);
    for (TableState& table : tables) {
      table.add(in);
    }
  }
};

}  // namespace va_event::engine
