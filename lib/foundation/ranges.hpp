// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace va_event::foundation {

/// The numbers that a quantity may have, by its unit. They reach far beyond what any study uses, and are such that no
/// product or quotient of the closed forms leaves the range of doubles: three factors of 1e60 make 1e180, where 1e308
/// is the limit. A time constant of 1e60 ms is one without decay. Beyond the ranges results would be NaN, or take for
/// ever.
struct Range {
  double smallest;  ///< of a positive quantity
  double largest;   ///< of a magnitude
};

/// @param unit "ms", "mV", "nA", "nF", "uS" or "Hz"; of others any finite number
[[nodiscard]] Range range_of(std::string_view unit);

/// Checks a number against the range of its unit.
/// @param name  of the quantity, for the message @param value  finite
/// @param positive  the quantity is > 0, so that its smallest value counts, too
/// @throws ParameterError, which names the limit, unless the number is within the range of its unit
void check_range(std::string_view name, double value, std::string_view unit, bool positive);

}  // namespace va_event::foundation
