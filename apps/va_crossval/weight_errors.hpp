// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

namespace va_event::crossval {

/// How far the final weights of a run on a grid are from the exact ones [w_max].
struct WeightErrors {
  double rms = std::numeric_limits<double>::quiet_NaN();
  double largest = 0.0;
  double mean = 0.0;            ///< with its sign
  std::int64_t wrong_side = 0;  ///< of the middle of the weights' range
};

/// @param counted which synapses; empty: all
[[nodiscard]] WeightErrors weight_errors(const std::vector<double>& exact, const std::vector<double>& tested,
                                         double w_max, const std::vector<bool>& counted = {});

}  // namespace va_event::crossval
