// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "va_event/connectors.hpp"
#include "va_event/method.hpp"
#include "va_event/population.hpp"
#include "va_event/precision.hpp"
#include "va_event/processes.hpp"
#include "va_event/projection.hpp"
#include "va_event/run_statistics.hpp"
#include "va_event/synapses.hpp"
#include "va_event/work_counts.hpp"

namespace va_event {

/// A network and its simulation: the class that programs begin with.

/// What is fixed when a simulation is made.
struct SimulationOptions {
  std::uint64_t seed = 1;    ///< of every random number of this simulation
  Precision precision = {};  ///< of its arithmetic; the network is the same in all of them
  /// Threads that simulate; 0: as many as the machine has and the network makes use of. The results are bit for bit the
  /// same for any number.
  unsigned threads = 0;
  SimulationMethod method = SimulationMethod::automatic;  ///< how the inputs of neurons are taken
  /// The processes that simulate together, each with so many threads; null: this one alone. All make the same calls in
  /// the same order, and get the same results, bit for bit those of one process; what fails in one fails in all.
  std::shared_ptr<Processes> processes = nullptr;
};

/// What create() can be told beside size and cell type.
struct PopulationOptions {
  std::string label{};    ///< "" becomes "population<k>"
  Structure structure{};  ///< no positions by default
};

/// What connect() can be told beside cells, connector and synapses.
struct ProjectionOptions {
  std::string receptor_type = "excitatory";
  std::string label{};  ///< "" becomes "<pre label>→<post label>"
  Space space{};        ///< how distances between the cells are measured
};

/// How far a run is.
struct Progress {
  double now_ms = 0.0;   ///< simulated time
  double stop_ms = 0.0;  ///< end of this run
};

/// Why run() returned.
enum class RunEnd {
  completed,   ///< its end was reached
  interrupted  ///< the callback of on_progress() returned false
};

/// One network and its simulation. Nothing is global: any number of them live in one process.
///
/// Times run over half-open intervals: run(T) handles every event at t < now + T; the events at exactly the end belong
/// to the next run. A run that is cut anywhere gives bit for bit the results of the uncut one.
class Simulation {
 public:
  explicit Simulation(SimulationOptions options = {});

  /// `size` cells of one type, ids consecutive. @param size >= 1, fewer than 2^32 in all
  /// @throws StateError once the simulation has run (until reset()); ParameterError, SizeError when the size or the
  /// positions do not fit
  Population create(std::size_t size, const CellType& type, PopulationOptions options = {});

  /// Connects two sets of cells. After an error nothing has changed. @param post neurons with such a receptor
  /// @throws ConnectionError (spike sources as post, cells of another simulation); UnknownNameError (receptor);
  /// ParameterError (delay <= 0, NaN, negative conductance, more synapses than memory can hold); SizeError; StateError
  /// once the simulation has run (until reset()); and what the connector throws
  Projection connect(const Assembly& pre, const Assembly& post, const Connector& connector,
                     const StaticSynapse& synapse, ProjectionOptions options = {});
  /// The same with synapses of any type. @throws also ParameterError for a parameter of the synapses that cannot be, or
  /// weights whose sign is not that of w_min and w_max
  Projection connect(const Assembly& pre, const Assembly& post, const Connector& connector, const SynapseType& synapse,
                     ProjectionOptions options = {});

  /// Simulates `duration` [ms], >= 0, more, or until the progress callback returns false.
  /// @throws ParameterError for another duration, or when memory cannot hold the samples until then; StateError when
  /// memory is running out, or after an error within a run (until reset())
  RunEnd run(double duration);
  /// Simulates until `time`; nothing happens when that is not later than now. @throws as run()
  RunEnd run_until(Time time);
  /// The simulated time: every event before it has been handled.
  [[nodiscard]] Time now() const noexcept;

  /// Back to time 0 and the initial state; recorded data is forgotten, the network stays.
  void reset();

  /// Writes all that the rest of the simulation depends on, and everything recorded, into a file. It appears under its
  /// name only when all of it is on disk: whatever happens meanwhile, the old file of that name stays.
  /// @throws FileError
  void save_checkpoint(const std::string& path) const;
  /// Goes on where a checkpoint was written: from now on all is, bit for bit, as if this simulation had run until then.
  /// Any number of threads may go on; all else must be described anew as it was at that time: cells, parameters,
  /// synapses, currents, seed, precision, what is recorded, and a method that is asked for. Chosen methods stay.
  /// @throws StateError once the simulation has run (until reset()); CheckpointError, which says what does not fit
  void load_checkpoint(const std::string& path);

  /// Called at least every 16 ms of simulated time; returning false ends the run at the next clean point
  /// (everything before now() is simulated and recorded).
  void on_progress(std::function<bool(const Progress&)> callback);

  [[nodiscard]] const RunStatistics& statistics() const noexcept;
  [[nodiscard]] const WorkCounts& work_counts() const noexcept;
  [[nodiscard]] std::uint64_t seed() const noexcept;
  [[nodiscard]] Precision precision() const noexcept;
  /// Threads that the last run() used; before the first the number of SimulationOptions.
  [[nodiscard]] unsigned threads() const noexcept;
  /// What went otherwise in this process than users expect, though the results are right, since the start or the last
  /// reset(): sentences for them, each once. Threads that the system did not start, where none were asked for.
  [[nodiscard]] const std::vector<std::string>& warnings() const noexcept;
  [[nodiscard]] Processes& processes() const noexcept;
  /// Which method simulates each population, and how spikes go through each projection; empty before the first run
  /// after creation or reset(), which chooses them.
  [[nodiscard]] std::vector<MethodRow> methods() const;
  [[nodiscard]] std::vector<PopulationRange> populations() const;

  [[nodiscard]] const std::shared_ptr<detail::Core>& core() const noexcept { return core_; }

 private:
  std::shared_ptr<detail::Core> core_;
};

/// The library's version, "major.minor.patch".
[[nodiscard]] std::string_view version() noexcept;

}  // namespace va_event
