// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace va_event::numerics {

/// A search through an array of numbers for the few that are below a limit. It is compiled for every instruction set;
/// the processor's one is chosen when the program starts (Highway). The result is the same for all of them.

/// Appends the indices of the values that are below `limit`, in ascending order.
void find_below(std::span<const double> values, double limit, std::vector<std::uint32_t>& found);

}  // namespace va_event::numerics
