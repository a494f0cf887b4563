// SPDX-License-Identifier: Apache-2.0
#include "foundation/ranges.hpp"

#include <cmath>
#include <limits>
#include <string>

#include "foundation/number_text.hpp"
#include "va_event/error.hpp"

namespace va_event::foundation {

Range range_of(std::string_view unit) {
  if (unit == "Hz") {
    return {1e-60, 1e9};
  }
  if (unit == "ms" || unit == "mV" || unit == "nA" || unit == "nF" || unit == "uS") {
    return {1e-60, 1e60};
  }
  return {0.0, std::numeric_limits<double>::max()};
}

void check_range(std::string_view name, double value, std::string_view unit, bool positive) {
  const Range range = range_of(unit);
  if (std::fabs(value) > range.largest) {
    const double limit = value > 0.0 ? range.largest : -range.largest;
    throw ParameterError(
        name, value, unit,
        std::string(value > 0.0 ? "must be <= " : "must be >= ") + shortest_text(limit) + " " + std::string(unit));
  }
  if (positive && value < range.smallest) {
    throw ParameterError(name, value, unit, "must be >= " + shortest_text(range.smallest) + " " + std::string(unit));
  }
}

}  // namespace va_event::foundation
