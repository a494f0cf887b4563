// SPDX-License-Identifier: Apache-2.0
#include "resources.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <system_error>

#include "output.hpp"
#include "va_event/memory.hpp"

namespace va_event::cli {
namespace {

constexpr double kBytesPerSynapse = 4.0;          // the index of the target; weight and delay are constant
constexpr double kBytesPerPlasticSynapse = 36.0;  // more than that, while the weights are gathered, too
constexpr double kBytesPerFileSynapse = 40.0;     // a line of the file of weights
constexpr double kBytesPerNeuron = 100.0;         // state and prediction, about
constexpr double kBytesPerSample = 8.0;           // in memory
constexpr double kCopiesOfSamples = 2.0;          // while a run ends, and in a checkpoint
constexpr double kBytesPerFileSample = 20.0;      // shortest decimal digits of a double and a comma; binary formats: 8

/// Of one variable, all cells.
double samples(const Options& options) {
  return (std::floor(options.duration / options.sampling_interval) + 1.0) * static_cast<double>(options.record_cells);
}

double excitatory_synapses(const Options& options) {
  return static_cast<double>(options.network.n_exc()) * static_cast<double>(options.network.n) * options.network.pconn;
}

/// Of weights.
double weight_samples(const Options& options) {
  return options.record_weights
             ? (std::floor(options.duration / *options.record_weights) + 1.0) *
                   std::min(static_cast<double>(options.record_synapses), excitatory_synapses(options))
             : 0.0;
}

double network_bytes(const Options& options) {
  const auto n = static_cast<double>(options.network.n);
  const double plastic =
      options.network.plasticity.changes_weights() ? kBytesPerPlasticSynapse * excitatory_synapses(options) : 0.0;
  return n * kBytesPerNeuron + n * n * options.network.pconn * kBytesPerSynapse + plastic;
}

}  // namespace

double memory_needed(const Options& options) {
  return network_bytes(options) +
         (static_cast<double>(options.variables().size()) * samples(options) + weight_samples(options)) *
             kBytesPerSample * kCopiesOfSamples;
}

double disk_needed(const Options& options) {
  double files = 0.0;
  double weights = 0.0;
  for (const DataFile& file : data_files(options)) {
    if (file.content == kWeightsContent) {
      weights += kBytesPerFileSynapse * excitatory_synapses(options);
    } else if (file.content == kWeightSamplesContent) {
      weights += kBytesPerFileSample * weight_samples(options);
    } else {
      files += file.content == "spikes" ? 0.0 : 1.0;
    }
  }
  const double in_checkpoints =  // the old one and the new one
      options.checkpoint_every ? 2.0 * static_cast<double>(options.variables().size()) * kBytesPerSample : 0.0;
  const double of_weights = options.checkpoint_every ? 2.0 * weight_samples(options) * kBytesPerSample : 0.0;
  return samples(options) * (files * kBytesPerFileSample + in_checkpoints) + weights + of_weights;
}

void require_memory(const Options& options, double share) {
  const double memory = available_memory();
  const double here = memory_needed(options) - (1.0 - share) * network_bytes(options);
  if (here <= memory) {
    return;
  }
  const std::string rule =
      "must be less, as about " + megabytes(here) + " of memory are needed and " + megabytes(memory) + " are available";
  if (share * network_bytes(options) > memory) {
    throw ParameterError("--neurons", std::to_string(options.network.n), "", rule);
  }
  throw ParameterError("--record-cells", std::to_string(options.record_cells), "",
                       rule + " (or --sampling-interval must be longer)");
}

void require_disk(const Options& options) {
  std::error_code error;  // where the system has no answer, writing fails later
  const std::filesystem::space_info space = std::filesystem::space(options.output, error);
  const double needed = disk_needed(options);
  if (!error && (space.available == 0 || static_cast<double>(space.available) < needed)) {
    throw ParameterError("--output", options.output, "",
                         "must be on a disk with more space: " + megabytes(static_cast<double>(space.available)) +
                             " are free, about " + megabytes(needed) + " are needed");
  }
}

}  // namespace va_event::cli
