// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/run/engine.hpp"
#include "network/network.hpp"
#include "recording/recorder.hpp"
#include "recording/synapse_recorder.hpp"
#include "va_event/simulation.hpp"

namespace va_event::detail {

/// Everything that one Simulation owns: the description of the network, what it records, and the engine. The handles
/// that users hold (Population, Projection, ...) share it, so that it lives as long as any of them.
///
/// Every function checks all that it is given before it changes anything, so that an error leaves the simulation as it
/// was. Before the first run only the description is changed; from then on a change goes to the engine, too. All
/// processes call the functions in the same order with the same arguments; the description of the network is the same
/// in all of them, but for the synapses, of which each has those onto its own cells.
struct Core : std::enable_shared_from_this<Core> {
  network::Network network;
  std::vector<CellType> cell_types;                  ///< by population, as created
  recording::Recorder recorder;                      ///< of the cells of this process
  recording::SynapseRecorder synapse_recorder;       ///< of the synapses onto them
  Precision precision;                               ///< of the arithmetic
  unsigned threads = 0;                              ///< as asked for; 0: as many as pay
  std::shared_ptr<Processes> processes;              ///< never null
  std::unique_ptr<engine::Engine> engine;            ///< null until the first run after creation or reset()
  std::function<bool(const Progress&)> on_progress;  ///< may be empty
  RunStatistics statistics;                          ///< of all processes, as of the end of the last run
  WorkCounts work_counts;                            ///< the same
  std::vector<CellId> changed_sources;               ///< set since the last run; of this process
  std::vector<std::string> doubts;                   ///< what users should know of each projection; ""
  std::vector<std::string> warnings;                 ///< what Simulation::warnings() last returned
  bool observers_outdated = true;                    ///< the engine does not know whose changes are recorded
  bool stopped_by_error = false;  ///< within a run: the parts of the network may be at different times

  /// The simulated time; 0 before the first run.
  [[nodiscard]] Time now() const;
  explicit Core(const SimulationOptions& options);
  [[nodiscard]] const network::PopulationData& population_of(CellId id) const {
    return network.populations[network.population_of(id)];
  }
  /// @param what the call, for the message @throws StateError once an engine exists.
  void require_not_started(const char* what) const;

  // What the handles' functions of the same names do; see the public headers.
  Population create(std::size_t size, const CellType& type, PopulationOptions options);
  Projection connect(const Assembly& pre, const Assembly& post, const Connector& connector,
                     const network::SynapseParts& synapse, ProjectionOptions options);
  /// @throws StateError once a run was stopped by an error, except at a clean point.
  void require_whole() const;
  /// @throws ParameterError when memory cannot hold the samples from now to `stop`
  void require_room_for_samples(const Time& stop) const;
  /// Makes the engine if there is none, and runs it to `stop`. Nothing happens when that is not later than now.
  RunEnd run_until(const Time& stop);
  void reset();
  [[nodiscard]] std::vector<PopulationRange> populations() const;

  /// Sets parameters of cells, all or none. @param parameters names and values; Values that are drawn are drawn by cell
  void set(std::span<const CellId> ids, const std::vector<std::pair<std::string, Values>>& parameters);
  /// Tells the engine, if there is one, of sources whose parameters or spike times were set.
  void sources_changed(std::span<const CellId> sources);
  /// Sets a variable: its initial value while the time is 0, and its present value if an engine exists.
  void initialize(std::span<const CellId> ids, std::string_view variable, const Values& values);
  /// Records all of the variables or, when one of them is refused, none.
  void record(std::span<const CellId> ids, std::span<const std::string> variables, double sampling_interval);
  /// The unit of a variable, after a check that these cells can record it at this interval [ms]. @throws
  /// ParameterError, UnknownNameError
  [[nodiscard]] std::string_view unit_of_signal(std::span<const CellId> ids, std::string_view variable,
                                                double sampling_interval) const;
  /// @throws ParameterError unless samples can be taken at the interval [ms]
  void check_sampling_interval(double sampling_interval) const;
  /// The number of the first sample that is not in the past.
  [[nodiscard]] std::int64_t first_sample(double sampling_interval) const;
  /// Injects a current into each of the cells. @param steps  its constant parts @param sine  its sinusoidal part, if
  /// any
  /// @throws ConnectionError for spike sources, ParameterError for a model that takes no sinusoids
  void inject(std::span<const CellId> ids, const StepCurrentSource& steps, const std::optional<ACSource>& sine);
  /// The present value of a variable of each of the cells, or, with Gather::none, of each local one, in their order.
  [[nodiscard]] std::vector<double> value(std::span<const CellId> ids, std::string_view variable, Gather gather) const;
  /// Those of the cells that this process simulates, in their order.
  [[nodiscard]] std::vector<CellId> local(std::span<const CellId> ids) const;
  /// @throws StateError on several processes.
  void require_single_process(const char* what) const;
  /// See va_event::together().
  void together(const std::function<void()>& work) const;
};

}  // namespace va_event::detail
