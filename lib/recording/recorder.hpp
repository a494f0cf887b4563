// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/bytes.hpp"
#include "va_event/data.hpp"

namespace va_event::recording {

/// What a simulation records: which cells' spikes and variables, and the data. Each process records its own cells;
/// lib/api/gathered.hpp puts their data together. Spikes of all cells stand in one list in the order in which they
/// came, not in a list per cell: adding one is a store at the end, and a list per cell of a large network would be
/// mostly empty. They are sorted when somebody asks for them.

/// Samples of one variable of some cells on the grid k * interval. A row is the samples of one time, in the order of
/// ids.
struct Sampling {
  std::string variable;           ///< "v", "gsyn_exc", ...
  std::string unit;               ///< "mV", "uS", "nA"
  double interval = 0.0;          ///< [ms]
  std::int64_t first_sample = 0;  ///< index of values' first row on the grid
  std::vector<CellId> ids;        ///< ascending
  std::vector<double> values;     ///< [rows x ids.size()]

  /// Index on the grid of the row that is to be taken next. @pre ids is not empty
  [[nodiscard]] std::int64_t next_sample() const noexcept {
    return first_sample + static_cast<std::int64_t>(values.size() / ids.size());
  }
};

/// Everything that is recorded, and the requests for it. Holds data only; the engine brings the spikes and samples.
/// Invariants: times_ and ids_ have one element for each spike, tails_ has tails_per_spike_; a cell is in at most one
/// sampling of a variable; no sampling is without cells; values are whole rows.
/// Not synchronised: one thread at a time.
class Recorder {
 public:
  /// Records the spikes of these cells from now on.
  void record_spikes(std::span<const CellId> ids);
  /// The number of recorded spikes of all cells.
  [[nodiscard]] std::size_t recorded_spikes() const noexcept { return times_.size(); }
  /// Bytes that `count` more spikes take at most. A full list is copied to a larger one, and both exist meanwhile.
  [[nodiscard]] double bytes_of_more_spikes(std::size_t count) const noexcept;
  /// The spikes of this cell are recorded; any id is allowed.
  [[nodiscard]] bool records_spikes(CellId id) const noexcept { return id < wanted_.size() && wanted_[id] != 0; }
  /// Sets how many tails each spike has, and how many decimals its time is worth (see Spikes). @pre no spikes are
  /// recorded yet, or they are of that kind
  void set_resolution(std::size_t tails_per_spike, int decimals) {
    tails_per_spike_ = tails_per_spike;
    decimals_ = decimals;
  }
  /// Adds a spike, in the order of occurrence. @param tails [ms], as many as set_resolution() got
  void add_spike(CellId id, const Time& time, std::span<const double> tails = {}) {
    times_.push_back(time);
    ids_.push_back(id);
    tails_.insert(tails_.end(), tails.begin(), tails.end());
  }

  /// Samples `variable` of the cells from sample `first` on.
  /// Cells that are sampled already at this interval stay as they are. @throws StateError at another interval.
  /// @param unit of the variable @param interval [ms], > 0 @param first index on the grid k * interval, >= 0
  void record_signal(std::string_view variable, std::string_view unit, std::span<const CellId> ids, double interval,
                     std::int64_t first);
  /// All samplings; whoever simulates appends rows to their values, at the times of next_sample().
  [[nodiscard]] std::vector<Sampling>& samplings() noexcept { return samplings_; }
  [[nodiscard]] const std::vector<Sampling>& samplings() const noexcept { return samplings_; }

  /// Recorded spikes of these cells by time; simultaneous ones by cell.
  [[nodiscard]] Spikes spikes(std::span<const CellId> ids) const;
  /// Recorded spikes of each of the cells, in their order.
  /// (Without sorting: one pass over all spikes.)
  [[nodiscard]] std::vector<std::size_t> spike_counts(std::span<const CellId> ids) const;
  /// Those of the cells that do not record the variable yet, ascending.
  /// @throws StateError when others of them do at another interval.
  [[nodiscard]] std::vector<CellId> unrecorded(std::string_view variable, std::span<const CellId> ids,
                                               double interval) const;
  /// Any of these cells records the variable.
  [[nodiscard]] bool records(std::string_view variable, std::span<const CellId> ids) const;
  /// The samples of those of the cells that record the variable, columns in ascending order of ids.
  /// @throws UnknownNameError when none of the cells records the variable; StateError when their samples begin at
  /// different times or have different intervals.
  [[nodiscard]] Signal signal(std::string_view variable, std::span<const CellId> ids) const;

  /// Forgets the data of these cells; recording goes on, with the sample that would have come next.
  void clear(std::span<const CellId> ids);
  /// Forgets the data of these cells and all requests for them.
  void stop(std::span<const CellId> ids);
  /// Forgets all data; recording starts again at time 0.
  void restart();

  /// Writes all data in an order that depends on its contents only, so that equal data gives equal bytes.
  void save(foundation::ByteWriter& out) const;
  /// Replaces the data by what save() wrote. Every number is checked before it is used: a checkpoint may have been
  /// changed. @pre the same is to be recorded (the hashes below), and spikes have the same resolution
  /// @throws foundation::BadBytes, after which the data is incomplete
  /// @param is_local only data of these cells is kept
  void load(foundation::ByteReader& in, const std::function<bool(CellId)>& is_local);
  /// Adds what save() of another process wrote, about other cells, to the data. @throws as load()
  void add_from(foundation::ByteReader& in, const std::function<bool(CellId)>& is_local);
  // What is to be recorded, at whatever times that was asked for: sums over cells, modulo 2^64.
  [[nodiscard]] std::uint64_t spike_request_hash() const;
  [[nodiscard]] std::uint64_t signal_request_hash() const;

 private:
  /// Forgets the spikes of the cells of which `member` is true.
  void forget_spikes(const std::vector<bool>& member);
  /// Adds samples of further cells, beside those of the same variable and times if there are some.
  void add_columns(Sampling columns);
  /// The tails of one spike, by its number in times_.
  [[nodiscard]] std::span<const double> tails_of(std::size_t spike) const {
    return std::span(tails_).subspan(spike * tails_per_spike_, tails_per_spike_);
  }

  /// Numbers of the spikes of which `wanted` is true for the cell, by time; simultaneous ones by cell.
  template <class Wanted>
  [[nodiscard]] std::vector<std::size_t> sorted_spikes(const Wanted& wanted) const;

  std::vector<std::uint8_t> wanted_;  ///< by cell: its spikes are recorded
  std::vector<Time> times_;           ///< of spikes, in the order of occurrence
  std::vector<CellId> ids_;           ///< of the cells that emitted them
  std::vector<double> tails_;         ///< what lies below the last bits of the times [ms]; none for double
  std::size_t tails_per_spike_ = 0;
  int decimals_ = 0;  ///< as Spikes::decimals
  std::vector<Sampling> samplings_;
};

}  // namespace va_event::recording
