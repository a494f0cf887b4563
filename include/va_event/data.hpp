// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "va_event/time.hpp"

namespace va_event {

/// What simulations give back: recorded spikes and signals as plain arrays.

/// A cell's number in its simulation: cells count from 0 in the order of creation, sources included.
using CellId = std::uint32_t;

/// Whose data is asked for, where several processes simulate one network together (Processes).
enum class Gather : std::uint8_t {
  everywhere,  ///< all processes get that of all cells; all must call
  at_root,     ///< process 0 gets that of all cells, the others nothing; all must call
  none         ///< each process gets that of its own cells
};

/// Recorded spikes of some cells: two parallel arrays, sorted by (exact time, id). The order is total, so equal
/// simulations give equal arrays.
struct Spikes {
  std::vector<Time> times;  ///< when each spike happened
  std::vector<CellId> ids;  ///< which cell spiked; as many as times
  /// Simulations wider than double: what lies below the fraction of a time [ms], `tails_per_spike` numbers for each
  /// spike, each far below the last bit of the one before. The exact time is the time plus its tails.
  std::vector<double> tails = {};
  std::size_t tails_per_spike = 0;
  int decimals = 0;  ///< digits behind the point that such times are worth; 0 for double: as many as it takes

  [[nodiscard]] std::size_t size() const noexcept { return times.size(); }
  [[nodiscard]] std::span<const double> tails_of(std::size_t spike) const {
    return std::span(tails).subspan(spike * tails_per_spike, tails_per_spike);
  }
  friend bool operator==(const Spikes&, const Spikes&) = default;
};

/// A recorded variable, sampled every `sampling_interval`: sample k is taken at (first_sample + k) *
/// sampling_interval, before the events at that instant.
struct Signal {
  std::string variable;            ///< "v", "gsyn_exc", ...
  std::string unit;                ///< "mV", "uS", "nA"
  double sampling_interval = 0.0;  ///< [ms]
  std::int64_t first_sample = 0;   ///< index of the first sample on the grid k * sampling_interval
  std::vector<CellId> ids;         ///< ascending
  std::vector<double> values;      ///< [samples x ids.size()], row by row

  /// The number of rows.
  [[nodiscard]] std::size_t samples() const noexcept { return ids.empty() ? 0 : values.size() / ids.size(); }
  /// One value. @param sample < samples() @param column index in ids
  [[nodiscard]] double at(std::size_t sample, std::size_t column) const { return values[sample * ids.size() + column]; }
  [[nodiscard]] double time(std::size_t sample) const noexcept {  ///< nearest double [ms]
    return static_cast<double>(first_sample + static_cast<std::int64_t>(sample)) * sampling_interval;
  }
  friend bool operator==(const Signal&, const Signal&) = default;
};

/// A recorded variable of some synapses of one projection, sampled every `sampling_interval`: sample k is taken at
/// (first_sample + k) * sampling_interval, and has the value that Projection::value() would give then.
struct SynapseSignal {
  std::string variable;                 ///< "weight", "u", "x"
  std::string unit;                     ///< of weights "uS", "nA" or "mV"; else ""
  double sampling_interval = 0.0;       ///< [ms]
  std::int64_t first_sample = 0;        ///< index of the first sample on the grid k * sampling_interval
  std::vector<std::uint64_t> synapses;  ///< indexes in the projection's order, ascending
  std::vector<CellId> pre, post;        ///< the cells of each of them
  std::vector<double> values;           ///< [samples x synapses.size()], row by row

  /// The number of rows.
  [[nodiscard]] std::size_t samples() const noexcept { return synapses.empty() ? 0 : values.size() / synapses.size(); }
  /// One value. @param sample < samples() @param column index in synapses
  [[nodiscard]] double at(std::size_t sample, std::size_t column) const {
    return values[sample * synapses.size() + column];
  }
  [[nodiscard]] double time(std::size_t sample) const noexcept {  ///< nearest double [ms]
    return static_cast<double>(first_sample + static_cast<std::int64_t>(sample)) * sampling_interval;
  }
  friend bool operator==(const SynapseSignal&, const SynapseSignal&) = default;
};

/// Every recorded change of a variable of some synapses of one projection: parallel arrays, sorted by (time at the
/// synapse, synapse). Changes of one synapse at one time stand in the order in which they happened.
struct SynapseChanges {
  std::string variable;                 ///< "weight", "u", "x" or "delivered_weight"
  std::string unit;                     ///< as SynapseSignal
  std::vector<Time> times;              ///< when the spike that causes the change reaches the synapse
  std::vector<std::uint64_t> synapses;  ///< which synapse, by index in the projection's order
  std::vector<CellId> pre, post;        ///< its cells
  std::vector<double> values;           ///< just after the change

  [[nodiscard]] std::size_t size() const noexcept { return times.size(); }
  friend bool operator==(const SynapseChanges&, const SynapseChanges&) = default;
};

/// Synapses with their present weights: parallel arrays.
struct Connections {
  std::vector<CellId> pre, post;
  std::vector<double> weights;
  std::vector<double> delays;  ///< [ms]
  std::string weight_unit;     ///< "uS", "nA" or "mV"

  [[nodiscard]] std::size_t size() const noexcept { return pre.size(); }
};

/// Which ids belong to which population; written beside the data so that a file can be read alone.
struct PopulationRange {
  std::string label;
  std::string cell_type;  ///< the model's name: "IF_cond_exp"
  CellId first_id = 0;    ///< ids are consecutive
  std::size_t size = 0;   ///< number of cells
};

}  // namespace va_event
