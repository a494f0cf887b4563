// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "va_event/time.hpp"

namespace va_event::foundation {

/// Times in wider arithmetic have more digits than a double or a Time can hold: such a time is a Time and tails,
/// doubles each of which holds what the ones before left out. Their exact sum has hundreds of digits at most, and is
/// formed in integers of any length, since sums of doubles would be rounded.

/// The exact sum of `time` and `tails` [ms], rounded once to `decimals` digits behind the point: "12.0340...".
/// Half-way cases are rounded up. @param tails [ms], finite; the sum must be >= 0 @param decimals >= 0
[[nodiscard]] std::string decimal_text(const Time& time, std::span<const double> tails, int decimals);

}  // namespace va_event::foundation
