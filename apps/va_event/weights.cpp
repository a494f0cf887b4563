// SPDX-License-Identifier: Apache-2.0
#include "weights.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

namespace va_event::cli {

using Json = nlohmann::ordered_json;

WeightSummary summarize(const std::vector<double>& weights, double w_min, double w_max) {
  WeightSummary summary{.count = weights.size(), .w_min = w_min, .w_max = w_max, .histogram = {}};
  summary.histogram.assign(kWeightBins, 0);
  const auto n = static_cast<double>(weights.size());
  const auto [smallest, largest] = std::minmax_element(weights.begin(), weights.end());
  summary.smallest = *smallest;
  summary.largest = *largest;
  // From the smallest one, so that equal weights have a deviation of exactly 0.
  double sum = 0.0;
  double squares = 0.0;
  for (const double weight : weights) {
    sum += weight - *smallest;
  }
  summary.mean = *smallest + sum / n;
  for (const double weight : weights) {
    squares += (weight - summary.mean) * (weight - summary.mean);
    const double part = w_max > w_min ? (weight - w_min) / (w_max - w_min) * static_cast<double>(kWeightBins) : 0.0;
    const double bin = std::clamp(std::floor(part), 0.0, static_cast<double>(kWeightBins - 1));
    ++summary.histogram[static_cast<std::size_t>(bin)];
  }
  summary.sd = std::sqrt(squares / n);
  return summary;
}

Json to_json(const WeightSummary& s, std::string_view unit) {
  std::vector<double> edges;
  for (std::size_t bin = 0; bin <= kWeightBins; ++bin) {
    const double part = static_cast<double>(bin) / static_cast<double>(kWeightBins);
    edges.push_back(bin == kWeightBins ? s.w_max : s.w_min + part * (s.w_max - s.w_min));
  }
  return {{"count", s.count},
          {"unit", unit},
          {"mean", s.mean},
          {"sd", s.sd},
          {"min", s.smallest},
          {"max", s.largest},
          {"histogram", {{"edges", edges}, {"counts", s.histogram}}}};
}

std::string text(const WeightSummary& s, std::string_view unit) {
  std::ostringstream out;
  out << "mean " << s.mean << ' ' << unit << ", s.d. " << s.sd << ", from " << s.smallest << " to " << s.largest;
  return out.str();
}

Connections excitatory_synapses(const VogelsAbbott& network, std::string_view weight_unit) {
  Connections all;
  all.weight_unit = weight_unit;
  for (const ExcitatorySynapses& synapses : network.excitatory) {
    for (const ListedConnection& synapse : synapses.projection.connections()) {
      all.pre.push_back(synapses.first_pre + synapse.pre);
      all.post.push_back(synapses.first_post + synapse.post);
      all.weights.push_back(*synapse.weight);
      all.delays.push_back(*synapse.delay);
    }
  }
  return all;
}

}  // namespace va_event::cli
