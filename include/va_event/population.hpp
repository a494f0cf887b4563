// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "va_event/cell_types.hpp"
#include "va_event/current_sources.hpp"
#include "va_event/data.hpp"
#include "va_event/space.hpp"
#include "va_event/values.hpp"

namespace va_event {

namespace detail {
struct Core;  // what a Simulation owns (lib/api/core.hpp)
}

/// PyNN's sets of cells: populations, views of them and assemblies. All are handles to a simulation, by which
/// parameters are set, variables recorded and results read.

/// An ordered set of cells of one simulation: what populations, views and assemblies have in common. Handles
/// are cheap to copy and stay valid as long as one of them or their Simulation lives.
///
/// Arrays that are given or returned hold one element per cell, in the order of the set.
class Cells {
 public:
  [[nodiscard]] std::size_t size() const noexcept { return ids_->size(); }
  [[nodiscard]] const std::string& label() const noexcept { return label_; }
  [[nodiscard]] std::span<const CellId> ids() const noexcept { return *ids_; }
  /// Those of them that this process has (Processes); all when it is alone.
  [[nodiscard]] std::vector<CellId> local_ids() const;

  /// Sets a parameter; between runs it takes effect at the current time, before the inputs at that instant.
  /// @throws UnknownNameError, ParameterError, SizeError
  void set(std::string_view parameter, const Values& values) const;
  /// Sets several parameters at once, for those that are bound by a rule (v_reset < v_thresh). All cells and parameters
  /// change or, after an error, none; so do those of one parameter, initial values and requests to record.
  void set(const std::vector<std::pair<std::string, Values>>& parameters) const;
  /// The present values of a parameter. @throws UnknownNameError
  [[nodiscard]] std::vector<double> get(std::string_view parameter) const;

  /// Sets a state variable ("v", "gsyn_exc", ...) now: at time 0 its initial value, which reset() restores.
  /// v >= v_thresh makes the cell spike at exactly this time. @param values finite, in the unit of the variable; of
  /// conductances >= 0 @throws UnknownNameError, ParameterError, SizeError
  void initialize(std::string_view variable, const Values& values) const;

  /// Records "spikes", or a variable sampled at the multiples of `sampling_interval` [ms], > 0, from now on, with its
  /// exact values. @throws UnknownNameError; StateError when a cell already records the variable at another interval.
  void record(std::string_view variable, double sampling_interval = 0.1) const;
  /// Several at once, as PyNN's record(['spikes', 'v']).
  void record(const std::vector<std::string>& variables, double sampling_interval = 0.1) const;
  /// record({"spikes", "v"}), which without this would be taken for a string_view made from two pointers.
  void record(std::initializer_list<std::string_view> variables, double sampling_interval = 0.1) const;

  /// Adds a current source to every cell; the currents of all sources add up.
  /// @throws ConnectionError for spike sources, ParameterError
  void inject(const StepCurrentSource& source) const;
  void inject(const ACSource& source) const;

  /// Spikes recorded so far of the cells of this set.
  [[nodiscard]] Spikes spikes(Gather gather = Gather::everywhere) const;
  /// The samples of a variable recorded so far. @throws UnknownNameError when no cell of the set records it.
  [[nodiscard]] Signal signal(std::string_view variable, Gather gather = Gather::everywhere) const;
  /// Recorded spikes divided by the number of cells. @throws StateError when none of them records spikes.
  [[nodiscard]] double mean_spike_count() const;
  /// Recorded spikes of each cell. @param gather everywhere; or none: of the local_ids()
  [[nodiscard]] std::vector<std::size_t> spike_counts(Gather gather = Gather::everywhere) const;
  /// Forgets what was recorded so far by these cells; recording goes on.
  void clear_recorded() const;
  /// Forgets what was recorded so far by these cells, and records nothing of them any more: PyNN's record(None).
  /// record() begins anew, at any interval.
  void stop_recording() const;

  /// Writes "spikes" or a recorded variable to a file; the format follows the ending (see files.hpp).
  /// Of several processes all must call this.
  /// @param gather at_root: process 0 writes all; none: each process writes what it has, and needs a path of its own
  void write(const std::string& path, std::string_view variable = "spikes", Gather gather = Gather::at_root) const;

  /// The exact present value of a state variable of each cell (before the events of this instant), in its unit.
  /// @throws UnknownNameError
  /// @param gather everywhere; or none: of the local_ids()
  [[nodiscard]] std::vector<double> value(std::string_view variable, Gather gather = Gather::everywhere) const;

  /// Where the cells are [um]; empty when they have no positions. @throws ConnectionError when some have and some have
  /// not.
  [[nodiscard]] std::vector<Position> positions() const;

  [[nodiscard]] const std::shared_ptr<detail::Core>& core() const noexcept { return core_; }

 protected:
  friend struct detail::Core;
  Cells(std::shared_ptr<detail::Core> core, std::vector<CellId> ids, std::string label);

  std::shared_ptr<detail::Core> core_;
  std::shared_ptr<const std::vector<CellId>> ids_;
  std::string label_;
};

/// Part of one population.
class PopulationView : public Cells {
 public:
  void set_label(std::string label) { label_ = std::move(label); }
  /// The type that the population was made with; parameters that have been set since are in get().
  /// @throws StateError for a view without cells
  [[nodiscard]] const CellType& cell_type() const;
  /// Every `step`-th of the elements first ... last-1 of this view. @throws IndexError unless first < last <= size()
  /// and step >= 1
  [[nodiscard]] PopulationView slice(std::size_t first, std::size_t last, std::size_t step = 1) const;
  /// The elements with these indices, in this order. @throws IndexError; an index twice is an error.
  [[nodiscard]] PopulationView select(const std::vector<std::size_t>& indices) const;
  /// The elements where the mask is true. @throws SizeError
  [[nodiscard]] PopulationView select(const std::vector<bool>& mask) const;

 protected:
  friend struct detail::Core;
  friend class Population;
  using Cells::Cells;
};

/// All cells that one create() made.
class Population : public PopulationView {
 public:
  [[nodiscard]] CellId first_id() const noexcept { return ids().front(); }
  /// Label, cell type and ids of the population, as files state them.
  [[nodiscard]] PopulationRange range() const;
  /// Replaces the spike times of one cell of a SpikeSourceArray population; times before now are ignored.
  /// @param index of the cell in the population @param times in any order
  /// @throws UnknownNameError for another cell type, IndexError
  void set_spike_times(std::size_t index, std::vector<Time> times) const;

 private:
  friend struct detail::Core;
  using PopulationView::PopulationView;
};

/// Several populations and views, in order, without repetition.
class Assembly : public Cells {
 public:
  /// A population or view is the assembly of itself.
  Assembly(const PopulationView& view);  // NOLINT(google-explicit-constructor)
  /// @throws ConnectionError for sets of different simulations or when a cell would be in it twice.
  friend Assembly operator+(const Assembly& a, const Assembly& b);
  void set_label(std::string label) { label_ = std::move(label); }

 private:
  using Cells::Cells;
};

[[nodiscard]] Assembly operator+(const Assembly& a, const Assembly& b);

}  // namespace va_event
