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
#include "va_event/simulation.hpp"

namespace va_event::detail {

/// Everything that one Simulation owns: the description of the network, what it records, and the engine. The handles
/// that users hold (Population, Projection, ...) share it, so that it lives as long as any of them.
struct Core : std::enable_shared_from_this<Core> {
  network::Network network;
  std::vector<CellType> cell_types;  ///< by population, as created
  recording::Recorder recorder;
  Precision precision;
  unsigned threads = 0;
  std::shared_ptr<Processes> processes;
  std::unique_ptr<engine::Engine> engine;  ///< null until the first run after creation or reset()
  std::function<bool(const Progress&)> on_progress;
  RunStatistics statistics;
  bool stopped_by_error = false;  ///< within a run: the parts of the network may be at different times

  /// The simulated time; 0 before the first run.
  [[nodiscard]] Time now() const;
  explicit Core(const SimulationOptions& options);
  [[nodiscard]] const network::PopulationData& population_of(CellId id) const {
    return network.populations[network.population_of(id)];
  }
  /// @throws StateError once an engine exists.
  void require_not_started(const char* what) const;

  Population create(std::size_t size, const CellType& type, PopulationOptions options);
  Projection connect(const Assembly& pre, const Assembly& post, const Connector& connector,
                     const StaticSynapse& synapse, ProjectionOptions options);
  /// @throws StateError once a run was stopped by an error, except at a clean point.
  void require_whole() const;
  /// @throws ParameterError
  void require_room_for_samples(const Time& stop) const;
  RunEnd run_until(const Time& stop);
  void reset();
  [[nodiscard]] std::vector<PopulationRange> populations() const;

  void set(std::span<const CellId> ids, const std::vector<std::pair<std::string, Values>>& parameters);
  void initialize(std::span<const CellId> ids, std::string_view variable, const Values& values);
  /// Records all of the variables or, when one of them is refused, none.
  void record(std::span<const CellId> ids, std::span<const std::string> variables, double sampling_interval);
  /// The unit of a variable, after a check that these cells can record it at this interval [ms]. @throws
  /// ParameterError, UnknownNameError
  [[nodiscard]] std::string_view unit_of_signal(std::span<const CellId> ids, std::string_view variable,
                                                double sampling_interval) const;
  /// The number of the first sample that is not in the past.
  [[nodiscard]] std::int64_t first_sample(double sampling_interval) const;
  /// See network::Injection.
  void inject(std::span<const CellId> ids, const StepCurrentSource& steps, const std::optional<ACSource>& sine);
  [[nodiscard]] std::vector<double> value(std::span<const CellId> ids, std::string_view variable, Gather gather) const;
  /// Those of the cells that this process simulates, in their order.
  [[nodiscard]] std::vector<CellId> local(std::span<const CellId> ids) const;
  /// @throws StateError on several processes.
  void require_single_process(const char* what) const;
  /// See va_event::together().
  void together(const std::function<void()>& work) const;
};

}  // namespace va_event::detail
