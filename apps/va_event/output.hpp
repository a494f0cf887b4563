// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "report.hpp"

namespace va_event::cli {

/// Content of the file of the excitatory synapses, which is written where their weights are plastic.
constexpr const char* kWeightsContent = "weights";

/// Content of the file of weights over time, of --record-weights.
constexpr const char* kWeightSamplesContent = "weights over time";

/// One data file of a run.
struct DataFile {
  std::string path;
  std::string content;  ///< "spikes", a variable, kWeightsContent or kWeightSamplesContent
  bool excitatory;      ///< of the excitatory cells, else of the inhibitory ones
};

/// The data files that the options ask for. Signals and weights take .csv for .gdf, which holds spikes only.
[[nodiscard]] std::vector<DataFile> data_files(const Options& options);

/// Makes the folder of a file that an option names and finds out before the simulation whether the file can be written
/// there. @throws ParameterError
void prepare_file(const std::string& option, const std::string& path);

/// Makes the folders and finds out before the simulation whether the files can be written there: no folder in the place
/// of a file, and memory and disk space for what will be recorded. @throws ParameterError, Error
void prepare_output(const Options& options, const Processes& processes);

/// Marks the folder of --output as one that a run writes into, by a lock that ends with this object or its process.
class OutputMark {
 public:
  OutputMark(const Options& options, const Processes& processes);
  /// Of a program that always writes files. @param folder exists
  explicit OutputMark(const std::string& folder);
  ~OutputMark();
  OutputMark(const OutputMark&) = delete;
  OutputMark& operator=(const OutputMark&) = delete;

  /// Another run has marked the folder. False where a file system has no locks.
  [[nodiscard]] bool taken() const noexcept { return taken_; }

 private:
  void mark(const std::string& folder);

  int descriptor_ = -1;
  bool taken_ = false;
};

/// Writes the data files, the figure and last the sidecar, and adds each to `report.files` as soon as it is there. What
/// cannot be written is in `report.failures`, keeps no other file from being written, and is tried in another folder.
void write_output(const Simulation& sim, const VogelsAbbott& network, Report& report);

/// Writes the sidecar again, with what is known now, if it was written before.
void rewrite_sidecar(const Simulation& sim, const VogelsAbbott& network, const Report& report);

}  // namespace va_event::cli
