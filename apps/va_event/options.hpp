// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "vogels_abbott.hpp"

namespace va_event::cli {

/// Everything that the command line can ask for; all of it is checked before anything starts.
struct Options {
  VogelsAbbottParameters network;
  double duration = 1000.0;  ///< simulated time [ms], > 0
  /// Of every random number. 17 draws a network of average activity: rates vary by some Hz from network to network.
  std::uint64_t seed = 17;
  std::uint64_t threads = 0;  ///< that simulate; 0: as many as pay
  Precision precision;        ///< of the simulation's arithmetic
  SimulationMethod method = SimulationMethod::automatic;
  bool certify = false;                             ///< simulate again in wider arithmetic, side by side
  Precision certify_reference = Precision::quad();  ///< wider than `precision`
  std::optional<Precision> certify_check = Precision::decimal(50);  ///< wider than the reference; absent: no check
  std::optional<double> checkpoint_every;          ///< simulated time between two checkpoints [ms]; absent: none
  bool resume = false;                             ///< go on from the checkpoint of an earlier run
  std::string output = "results";                  ///< folder of all files
  std::vector<std::string> formats{"gdf"};         ///< endings without the dot; empty: write nothing
  std::vector<std::string> record{"spikes", "v"};  ///< what is written
  std::uint64_t record_cells = 2;                  ///< so many excitatory cells record the variables of `record`
  double sampling_interval = 0.1;                  ///< of these variables [ms], > 0
  std::optional<double> record_weights;            ///< interval of weights that change [ms], > 0; absent: not recorded
  std::uint64_t record_synapses = 1000;            ///< so many excitatory synapses have their weights recorded
  std::optional<std::string> figure;               ///< file of the figure; absent: none
  std::optional<std::string> log_level;            ///< of messages for debugging; absent: none
  bool quiet = false;                              ///< only the report
  bool json = false;                               ///< the report as one JSON object

  /// "spikes" or a variable is to be written.
  [[nodiscard]] bool writes(const std::string& what) const;
  /// The variables that must be recorded: those to be written, and v for the figure.
  [[nodiscard]] std::vector<std::string> variables() const;
  /// The beginning of the name of every file, with the folder: "results/va_COBA".
  [[nodiscard]] std::string file_stem() const;
};

/// The command line asks for no run: it asks for help, or something is wrong with it.
struct NoRun {
  int exit_code;     ///< 0 or 2
  std::string text;  ///< for stdout when the code is 0, else for stderr
};

/// Reads the arguments (without the program's name).
[[nodiscard]] std::variant<Options, NoRun> parse_options(std::vector<std::string> arguments);

}  // namespace va_event::cli
