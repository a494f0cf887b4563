// SPDX-License-Identifier: Apache-2.0
#include "va_crossval/simulators/common_errors.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "va_crossval/fit.hpp"

namespace va_event::crossval {
namespace {

/// |error| of each right spike of a run [ms], by neuron and number of the spike.
using SpikeErrors = std::map<std::pair<CellId, std::size_t>, double>;

SpikeErrors errors_of(const Spikes& exact, const Spikes& tested, double wrong_ms) {
  std::map<CellId, std::vector<Time>> trains;
  for (std::size_t i = 0; i < tested.size(); ++i) {
    trains[tested.ids[i]].push_back(tested.times[i]);
  }
  std::map<CellId, std::size_t> count;
  SpikeErrors errors;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    const CellId id = exact.ids[i];
    const std::size_t k = count[id]++;
    if (k >= trains[id].size()) {
      continue;
    }
    if (const double error = std::abs(trains[id][k].minus(exact.times[i])); error <= wrong_ms) {
      errors[{id, k}] = error;
    }
  }
  return errors;
}

}  // namespace

CommonErrors common_errors(const Spikes& exact, const std::vector<const Spikes*>& runs, double wrong_ms) {
  std::vector<SpikeErrors> errors;
  errors.reserve(runs.size());
  for (const Spikes* const run : runs) {
    errors.push_back(errors_of(exact, *run, wrong_ms));
  }
  std::vector<std::vector<double>> kept(runs.size());
  if (!runs.empty()) {
    for (const auto& entry : errors.front()) {
      if (std::all_of(errors.begin(), errors.end(),
                      [&entry](const SpikeErrors& e) { return e.count(entry.first) > 0; })) {
        for (std::size_t k = 0; k < runs.size(); ++k) {
          kept[k].push_back(errors[k].at(entry.first));
        }
      }
    }
  }
  CommonErrors result{.spikes = kept.empty() ? 0 : kept.front().size()};
  for (std::vector<double>& of_run : kept) {
    result.medians.push_back(median(std::move(of_run)));
  }
  return result;
}

}  // namespace va_event::crossval
