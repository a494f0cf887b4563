// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "examples/program.hpp"

namespace va_event::examples {

/// What one layer did in the recorded time.
struct LayerResult {
  std::string label;
  std::size_t neurons = 0;
  std::optional<double> rate_hz;  ///< mean over the neurons; absent: no time was recorded
  std::optional<double> cv_isi;   ///< absent: there are not enough spikes
  std::optional<double> published_rate_hz;
};

/// What a run came to.
struct Result {
  RunOptions options;
  std::vector<LayerResult> layers;
  Course course;  ///< without parts where nothing is followed
  std::uint64_t neurons = 0;
  std::uint64_t synapses = 0;  ///< without those of external sources
  double recorded_ms = 0.0;    ///< less than asked for when interrupted
  RunStatistics statistics;    ///< of the warm-up, too
  double simulated_ms = 0.0;   ///< with the warm-up
  unsigned threads = 1;
  double build_s = 0.0;  ///< wall-clock times [s]
  double simulation_s = 0.0;
  std::vector<std::string> files;  ///< that were written
  std::vector<std::string> warnings;

  [[nodiscard]] bool interrupted() const noexcept { return recorded_ms < options.duration; }
};

/// Everything but wall-clock times and files.
[[nodiscard]] Result make_result(const Network& network, const Simulation& sim, const RunOptions& options,
                                 double recorded_ms);

/// A table of the layers with the published rates, and what it took.
void print(std::ostream& out, const std::string& program, const Result& result);
/// The same for programs; numbers that do not exist are null.
void print_json(std::ostream& out, const std::string& program, const Result& result);

}  // namespace va_event::examples
