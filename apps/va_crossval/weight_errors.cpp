// SPDX-License-Identifier: Apache-2.0
#include "va_crossval/weight_errors.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace va_event::crossval {

WeightErrors weight_errors(const std::vector<double>& exact, const std::vector<double>& tested, double w_max,
                           const std::vector<bool>& counted) {
  WeightErrors errors;
  double squares = 0.0;
  double count = 0.0;
  for (std::size_t s = 0; s < exact.size(); ++s) {
    if (!counted.empty() && !counted[s]) {
      continue;
    }
    const double error = (tested[s] - exact[s]) / w_max;
    squares += error * error;
    errors.mean += error;
    errors.largest = std::max(errors.largest, std::abs(error));
    errors.wrong_side += (tested[s] > 0.5 * w_max) != (exact[s] > 0.5 * w_max) ? 1 : 0;
    count += 1.0;
  }
  errors.rms = std::sqrt(squares / count);
  errors.mean /= count;
  return errors;
}

}  // namespace va_event::crossval
