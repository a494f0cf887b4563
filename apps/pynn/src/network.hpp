// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "arrays.hpp"
#include "processes.hpp"
#include "synapse_types.hpp"
#include "va_event/va_event.hpp"

namespace va_event::python {

/// Samples of some cells, on the grid that the library samples on.
struct SampleBlock {
  std::int64_t first = 0;        ///< number of the first row on the grid
  std::vector<CellId> ids{};     ///< of the columns, ascending
  std::vector<double> values{};  ///< [rows x columns]

  [[nodiscard]] std::int64_t rows() const {
    return ids.empty() ? 0 : static_cast<std::int64_t>(values.size() / ids.size());
  }
  [[nodiscard]] std::int64_t end() const { return first + rows(); }
};

/// What of a variable is recorded.
struct SampledVariable {
  std::map<CellId, std::int64_t> first;  ///< by cell: number of the first sample that the library takes
  /// Single rows, each of the sample before `first`: where recording begins, a point of the grid lies before the
  /// present time by less than PyNN's clock can tell, and the library begins with the next one. Values are missing
  /// until the next run begins.
  std::vector<SampleBlock> before_first;
};

/// A simulation whose cells are addressed by arrays of ids, which is how the Python side sees populations, views and
/// assemblies alike. One call moves whole arrays; nothing here is per synapse or per spike.
///
/// Of several processes all must call create(), connect(), set_synapses(), record() and run_until(), and with the same
/// arguments but for the synapses: each gives those onto its own cells. Data is that of this process, and may only be
/// asked of its own cells.
class Network {
 public:
  /// @param threads 0: as many as pay; the results do not depend on it
  /// @param method as method_named() takes it
  Network(std::uint64_t seed, unsigned threads, const std::string& method)
      : simulation_({.seed = seed, .threads = threads, .method = method_named(method), .processes = processes()}) {}

  /// Adds a population; its ids follow those of the populations before.
  void create(const std::string& model, std::size_t size, const py::dict& parameters, const std::string& label);
  void set(const IdArray& ids, const py::dict& parameters);
  void set_spike_times(CellId id, const DoubleArray& times);
  void initialize(const IdArray& ids, const std::string& variable, const DoubleArray& values);
  void inject(const IdArray& ids, const DoubleArray& times, const DoubleArray& amplitudes);
  /// As ACSource.
  void inject_sine(const IdArray& ids, double amplitude, double offset, double frequency, double phase, double start,
                   double stop);

  /// Synapses from pre_cells[pre[k]] to post_cells[post[k]]. Weights [nA or uS] and delays [ms] have one element for
  /// all synapses, or one for each. Returns the projection's number.
  /// @param parameters of the synapse type, the same for all synapses; set_synapses() makes them differ
  std::size_t connect(const IdArray& pre_cells, const IdArray& post_cells, const IdArray& pre, const IdArray& post,
                      const DoubleArray& weights, const DoubleArray& delays, const SynapseParts& parts,
                      const SynapseParameters& parameters, const std::string& receptor, const std::string& label);
  /// Sets "weight" or a parameter of the synapse type. @param values one for all, or one for each synapse of all
  /// processes in the order of Projection::weights(); of weights always the latter
  void set_synapses(std::size_t projection, const std::string& name, const DoubleArray& values);
  /// The present weights of this process's synapses, in the order of Projection::weights(). @pre it has run
  [[nodiscard]] py::array weights(std::size_t projection) const;

  /// Of synapses, as Projection's functions of similar names; numbered in the order of Projection::weights(). All
  /// processes must call them.
  /// @param sampling_interval [ms]; none: every change
  void record_synapses(std::size_t projection, const std::string& variable, std::optional<double> sampling_interval,
                       const IndexArray& synapses);
  void clear_recorded_synapses(std::size_t projection);
  void stop_recording_synapses(std::size_t projection);
  /// @return (number of the first sample on the grid, synapses, samples x synapses, unit), of all processes; to the
  /// present time, included
  [[nodiscard]] py::tuple synapse_signal(std::size_t projection, const std::string& variable,
                                         const IndexArray& synapses) const;
  /// @return (times [ms], synapses, values, unit), of all processes, by time
  [[nodiscard]] py::tuple synapse_changes(std::size_t projection, const std::string& variable,
                                          const IndexArray& synapses) const;

  void record(const IdArray& ids, const std::string& variable, double sampling_interval);
  void clear_recorded(const IdArray& ids);
  /// PyNN's record(None).
  void stop_recording(const IdArray& ids);

  /// Simulates until `time` [ms]. Ctrl-C ends it with KeyboardInterrupt.
  void run_until(double time);
  [[nodiscard]] double now() const { return simulation_.now().ms(); }
  /// (kind, label, method, reason) of every population and projection, as Simulation::methods(); none before a run.
  [[nodiscard]] py::list methods() const;

  /// (ids, times [ms]) of the recorded spikes, sorted by time.
  [[nodiscard]] py::tuple spikes(const IdArray& ids) const;
  [[nodiscard]] py::array spike_counts(const IdArray& ids) const;
  /// @param ids ascending, of cells that record the variable
  /// @return (number of the first sample, samples x ids), from the beginning of the recording to the present time, both
  /// included; NaN where some cells are recorded longer than others.
  [[nodiscard]] py::tuple signal(const IdArray& ids, const std::string& variable) const;

 private:
  /// The cells with these ids, in this order.
  [[nodiscard]] Assembly cells(std::span<const CellId> ids) const;

  /// Raises the simulation's warnings that have not been raised yet, in Python's way.
  void raise_warnings();
  /// For cells whose recording of a variable, all at one interval, begins or was cleared at the present time.
  void begin_signal(const std::string& variable, std::vector<CellId> ids);
  /// Takes the samples of the present time that the library has passed.
  void take_samples_before_first();
  /// The samples that the library took, and that of the present time if it will take it next; one block for all cells
  /// that began together.
  [[nodiscard]] std::vector<SampleBlock> taken(std::span<const CellId> ids, const std::string& variable) const;
  /// Number of the sample on the grid k * interval that belongs to the present time, if one does.
  [[nodiscard]] std::optional<std::int64_t> present_sample(double interval) const;

  Simulation simulation_;
  std::vector<Population> populations_;
  std::vector<Projection> projections_;
  std::size_t warned_ = 0;                          ///< warnings that have been raised
  std::map<std::string, SampledVariable> sampled_;  ///< by name; cells of this process
};

/// Throws as Network::create() would; `parameters` are arrays of one or of equal size.
void check_parameters(const std::string& model, const py::dict& parameters);

/// Throws what initialize() would, for one value per cell.
void check_initial_values(const std::string& model, const std::string& variable, const DoubleArray& values);

/// Throws what connect() would for a synapse with these parameters, "weight" and "delay" among them.
void check_synapse(const std::string& model, const std::string& receptor, const SynapseParts& parts,
                   SynapseParameters parameters);

/// What can be recorded of synapses of such a type.
[[nodiscard]] std::vector<std::string> synapse_variables(const SynapseParts& parts);

/// Throws as Network::record() would at time 0.
void check_sampling_interval(double sampling_interval);

}  // namespace va_event::python
