// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "va_event/time.hpp"

namespace va_event::foundation {

/// The exact sum of `time` and `tails` [ms], rounded once to `decimals` digits behind the point: "12.0340...".
/// @param tails finite; the sum must be >= 0
[[nodiscard]] std::string decimal_text(const Time& time, std::span<const double> tails, int decimals);

}  // namespace va_event::foundation
