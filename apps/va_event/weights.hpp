// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "vogels_abbott.hpp"

namespace va_event::cli {

/// The weights of the excitatory synapses at the end of a run, where they are plastic.

constexpr std::size_t kWeightBins = 20;

/// Their distribution, in the unit of weights.
struct WeightSummary {
  std::size_t count = 0;        ///< > 0
  double mean = 0.0, sd = 0.0;  ///< of all of them; sd with n, not n - 1
  double smallest = 0.0, largest = 0.0;
  double w_min = 0.0, w_max = 0.0;       ///< bounds: the histogram lies between them
  std::vector<std::uint64_t> histogram;  ///< numbers of weights in kWeightBins equal parts, the last with w_max
};

/// @param weights  at least one @param w_min,w_max  bounds
[[nodiscard]] WeightSummary summarize(const std::vector<double>& weights, double w_min, double w_max);

[[nodiscard]] nlohmann::ordered_json to_json(const WeightSummary& summary, std::string_view unit);
/// "mean 0.004 uS, s.d. 0.001, from 0.001 to 0.008"
[[nodiscard]] std::string text(const WeightSummary& summary, std::string_view unit);

/// Records the weights of some excitatory synapses, spread evenly over all of them. @param interval  [ms]
void record_weights(const VogelsAbbott& network, double interval, std::uint64_t synapses);
/// What was recorded, in process 0. Synapses count as excitatory_synapses() has them. All processes must call it.
[[nodiscard]] SynapseSignal recorded_weights(const VogelsAbbott& network, std::string_view weight_unit);

/// The excitatory synapses as of now, gathered in all processes.
[[nodiscard]] Connections excitatory_synapses(const VogelsAbbott& network, std::string_view weight_unit);

}  // namespace va_event::cli
