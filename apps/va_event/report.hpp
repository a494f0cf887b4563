// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "options.hpp"
#include "rescue.hpp"
#include "weights.hpp"

namespace va_event::cli {

/// What a run came to.
struct Report {
  Options options;
  std::vector<std::pair<std::string, std::size_t>> synapses;           ///< of each projection, by its label
  std::vector<std::pair<std::string, std::size_t>> external_synapses;  ///< from the Poisson sources
  double simulated_ms = 0.0;                                           ///< less than asked for when interrupted
  bool interrupted = false;
  std::optional<double> resumed_at_ms;             ///< time of the checkpoint that the run went on from
  std::uint64_t synaptic_events_before = 0;        ///< of the checkpoint
  std::optional<double> rate_exc_hz, rate_inh_hz;  ///< mean over the cells; absent when no time was simulated
  std::optional<double> cv_isi;                    ///< absent without enough spikes
  std::optional<double> last_spike_ms;
  std::optional<WeightSummary> weights;  ///< of the excitatory synapses; absent where they do not change
  RunStatistics statistics;
  WorkCounts work;
  unsigned processes = 1;
  unsigned threads = 1;            ///< of each process
  std::vector<MethodRow> methods;  ///< of populations and projections; empty when no time was simulated
  double build_s = 0.0;            ///< wall-clock times [s]
  double simulation_s = 0.0;
  double writing_s = 0.0;
  std::vector<std::string> files;     ///< written, in this order
  std::vector<FileFailure> failures;  ///< files that could not be written in their place
  std::string sidecar;                ///< where it is; "": not written
  std::uint64_t checkpoints = 0;      ///< written
  std::uint64_t failed_checkpoints = 0;
  std::string checkpoint_failure;     ///< of the last one that failed; "": none
  std::vector<std::string> warnings;  ///< of the simulation
  std::optional<Certificate> certificate;

  [[nodiscard]] std::size_t total_synapses() const;       ///< without the external ones
  [[nodiscard]] std::size_t excitatory_synapses() const;  ///< those that --plasticity is about
  [[nodiscard]] std::optional<double> ns_per_synaptic_event() const;
  [[nodiscard]] std::optional<double> realtime_factor() const;  ///< simulated time / wall-clock time, of this run alone
  /// No spike in the last kSilenceMs of a run that is longer than that.
  [[nodiscard]] bool died_out() const;
};

/// Longer than any pause of the active network, whose population fires in every few milliseconds [ms].
constexpr double kSilenceMs = 100.0;

/// Everything but the wall-clock times and files.
[[nodiscard]] Report make_report(const Options& options, const VogelsAbbott& network, const Simulation& sim);

/// The report of VAbenchmarks.py, and more below it.
void print(std::ostream& out, const Report& report);

/// Those of the simulation, and what died_out() means to a user.
[[nodiscard]] std::vector<std::string> warnings(const Report& report);

/// The same for programs; numbers that do not exist are null.
[[nodiscard]] nlohmann::ordered_json to_json(const Report& report);

}  // namespace va_event::cli
