// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "arrays.hpp"
#include "processes.hpp"
#include "va_event/va_event.hpp"

namespace va_event::python {

/// A simulation whose cells are addressed by arrays of ids, which is how the Python side sees populations, views and
/// assemblies alike. One call moves whole arrays; nothing here is per synapse or per spike.
///
/// Of several processes all must call create(), connect(), set_weights(), record() and run_until(), and with the same
/// arguments but for the synapses: each gives those onto its own cells. Data is that of this process, and may only be
/// asked of its own cells.
class Network {
 public:
  /// @param threads 0: as many as pay; the results do not depend on it
  Network(std::uint64_t seed, unsigned threads)
      : simulation_({.seed = seed, .threads = threads, .processes = processes()}) {}

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
  std::size_t connect(const IdArray& pre_cells, const IdArray& post_cells, const IdArray& pre, const IdArray& post,
                      const DoubleArray& weights, const DoubleArray& delays, const std::string& receptor);
  /// One weight for each synapse of all processes, in the order of Projection::weights().
  void set_weights(std::size_t projection, const DoubleArray& weights);

  void record(const IdArray& ids, const std::string& variable, double sampling_interval);
  void clear_recorded(const IdArray& ids);

  /// Simulates until `time` [ms]. Ctrl-C ends it with KeyboardInterrupt.
  void run_until(double time);
  [[nodiscard]] double now() const { return simulation_.now().ms(); }

  /// (ids, times [ms]) of the recorded spikes, sorted by time.
  [[nodiscard]] py::tuple spikes(const IdArray& ids) const;
  [[nodiscard]] py::array spike_counts(const IdArray& ids) const;
  /// (number of the first sample, samples x ids); what was not sampled is NaN.
  [[nodiscard]] py::tuple signal(const IdArray& ids, const std::string& variable) const;
  /// Present values.
  [[nodiscard]] py::array values(const IdArray& ids, const std::string& variable) const;

 private:
  /// The cells with these ids, in this order.
  [[nodiscard]] Assembly cells(const IdArray& ids) const;

  Simulation simulation_;
  std::vector<Population> populations_;
  std::vector<Projection> projections_;
};

/// Throws as Network::create() would; `parameters` are arrays of one or of equal size.
void check_parameters(const std::string& model, const py::dict& parameters);

/// name -> {"parameters": {name: (default, unit)}, "variables": {name: (default, unit)}, "receptors": [...]} of every
/// cell model.
[[nodiscard]] py::dict cell_models();

}  // namespace va_event::python
