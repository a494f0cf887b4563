// SPDX-License-Identifier: Apache-2.0
#include "va_crossval/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "va_crossval/fit.hpp"

namespace va_event::crossval {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

double distance(const Time& a, const Time& b) { return std::abs(a.minus(b)); }

double rms(std::span<const double> values) {
  double squares = 0.0;
  for (const double value : values) {
    squares += value * value;
  }
  return values.empty() ? kNone : std::sqrt(squares / static_cast<double>(values.size()));
}

using Trains = std::map<CellId, std::vector<Time>>;

Trains by_cell(const Spikes& spikes) {
  Trains trains;
  for (std::size_t i = 0; i < spikes.size(); ++i) {
    trains[spikes.ids[i]].push_back(spikes.times[i]);
  }
  return trains;
}

/// The first wrong spike of one neuron, if it comes before `until`.
std::optional<double> first_wrong(const std::vector<Time>& reference, const std::vector<Time>& tested, double tolerance,
                                  double until) {
  const std::size_t both = std::min(reference.size(), tested.size());
  for (std::size_t k = 0; k < both; ++k) {
    if (distance(reference[k], tested[k]) > tolerance) {
      return std::min(reference[k], tested[k]).ms();
    }
  }
  const std::vector<Time>& longer = reference.size() > tested.size() ? reference : tested;
  if (longer.size() > both && longer[both].ms() < until - tolerance) {
    return longer[both].ms();
  }
  return std::nullopt;
}

}  // namespace

double SpikeMatch::max_error() const {
  double largest = errors.empty() ? kNone : 0.0;
  for (const double error : errors) {
    largest = std::max(largest, std::abs(error));
  }
  return largest;
}

double SpikeMatch::rms_error() const { return rms(errors); }

SpikeMatch match_spikes(std::span<const Time> reference, std::span<const Time> tested, double window) {
  SpikeMatch match;
  const auto mismatch = [&match](const Time& time) {
    if (!match.first_mismatch_ms) {
      match.first_mismatch_ms = time.ms();
    }
  };
  std::size_t r = 0;
  std::size_t t = 0;
  while (r < reference.size() || t < tested.size()) {
    const bool both = r < reference.size() && t < tested.size();
    const double apart = both ? distance(reference[r], tested[t]) : kNone;
    // The next spike of either side may be the nearer partner of the other side's spike.
    const bool reference_has_better = both && t + 1 < tested.size() && distance(reference[r], tested[t + 1]) < apart;
    const bool tested_has_better = both && r + 1 < reference.size() && distance(reference[r + 1], tested[t]) < apart;
    if (both && apart <= window && !reference_has_better && !tested_has_better) {
      match.errors.push_back(tested[t++].minus(reference[r++]));
    } else if (t == tested.size() ||
               (both && !reference_has_better && (tested_has_better || reference[r] < tested[t]))) {
      mismatch(reference[r++]);
      ++match.missed;
    } else {
      mismatch(tested[t++]);
      ++match.spurious;
    }
  }
  return match;
}

NetworkComparison compare_networks(const Spikes& reference, const Spikes& tested, double tolerance, double until) {
  const Trains expected = by_cell(reference);
  Trains found = by_cell(tested);
  for (const auto& entry : expected) {
    found.try_emplace(entry.first);  // a neuron that is silent in one of them has an empty train there
  }
  NetworkComparison result;
  const std::vector<Time> none;
  for (const auto& [id, train] : found) {
    const auto partner = expected.find(id);
    const auto wrong = first_wrong(partner == expected.end() ? none : partner->second, train, tolerance, until);
    if (wrong && (!result.first_wrong_ms || *wrong < *result.first_wrong_ms)) {
      result.first_wrong_ms = wrong;
    }
  }
  const double end = result.first_wrong_ms.value_or(until);
  std::vector<double> errors;
  for (const auto& [id, train] : expected) {
    const std::vector<Time>& partner = found.at(id);
    for (std::size_t k = 0; k < std::min(train.size(), partner.size()) && train[k].ms() < end; ++k) {
      errors.push_back(distance(partner[k], train[k]));
    }
  }
  result.right = errors.size();
  result.max_error = errors.empty() ? kNone : *std::max_element(errors.begin(), errors.end());
  result.rms_error = rms(errors);
  result.median_error = median(std::move(errors));
  return result;
}

}  // namespace va_event::crossval
