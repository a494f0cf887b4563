// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "va_event/data.hpp"

namespace va_event::crossval {

/// The spikes that are right in all runs of a simulator are the same spikes at every step: their median errors.
struct CommonErrors {
  std::size_t spikes = 0;
  std::vector<double> medians{};  ///< of each run [ms]
};

/// @param wrong_ms a spike is right when the k-th spike of its neuron in `exact` is at most so far away [ms]
[[nodiscard]] CommonErrors common_errors(const Spikes& exact, const std::vector<const Spikes*>& runs, double wrong_ms);

}  // namespace va_event::crossval
