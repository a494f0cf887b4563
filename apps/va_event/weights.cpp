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

void record_weights(const VogelsAbbott& network, double interval, std::uint64_t synapses) {
  std::uint64_t total = 0;
  for (const ExcitatorySynapses& part : network.excitatory) {
    total += part.projection.size();
  }
  const std::uint64_t count = std::min(synapses, total);
  std::uint64_t first = 0;  // synapse of the projection, among all
  std::uint64_t next = 0;   // to be chosen
  for (const ExcitatorySynapses& part : network.excitatory) {
    const std::uint64_t end = first + part.projection.size();
    std::vector<std::uint64_t> chosen;
    const auto place = [&] {
      return static_cast<std::uint64_t>(static_cast<long double>(next) * total / static_cast<long double>(count));
    };
    for (; next < count && place() < end; ++next) {
      chosen.push_back(place() - first);
    }
    Projection projection = part.projection;
    projection.record("weight", {.sampling_interval = interval, .synapses = std::move(chosen)});
    first = end;
  }
}

SynapseSignal recorded_weights(const VogelsAbbott& network, std::string_view weight_unit) {
  SynapseSignal all;
  all.variable = "weight";
  all.unit = weight_unit;
  std::vector<SynapseSignal> parts;
  std::uint64_t first = 0;
  for (const ExcitatorySynapses& part : network.excitatory) {
    try {
      parts.push_back(part.projection.signal("weight", std::nullopt, Gather::at_root));
    } catch (const UnknownNameError&) {  // none of its synapses was chosen
      parts.emplace_back();
    }
    for (const std::uint64_t synapse : parts.back().synapses) {
      all.synapses.push_back(first + synapse);
    }
    first += part.projection.size();
  }
  std::size_t rows = 0;
  for (const SynapseSignal& part : parts) {
    all.pre.insert(all.pre.end(), part.pre.begin(), part.pre.end());
    all.post.insert(all.post.end(), part.post.begin(), part.post.end());
    if (!part.synapses.empty()) {
      rows = part.samples();
      all.sampling_interval = part.sampling_interval;
    }
  }
  for (std::size_t row = 0; row < rows; ++row) {
    for (const SynapseSignal& part : parts) {
      const auto begin = part.values.begin() + static_cast<std::ptrdiff_t>(row * part.synapses.size());
      all.values.insert(all.values.end(), begin, begin + static_cast<std::ptrdiff_t>(part.synapses.size()));
    }
  }
  return all;
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
