// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace va_event::numerics {

/// A search through an array of numbers for the few that are below a limit: the neurons of a group that may spike
/// before the present look-ahead slice ends. It reads the whole array, in place of a queue of all neurons, because
/// times change at every input, and a change of an array costs one store. The function is compiled for every
/// instruction set; the processor's one is chosen when the program starts (Highway). The result is the same for all of
/// them.

/// Appends to `found` the indices of the values that are below `limit` (strictly), in ascending order; what `found`
/// held before stays. @param values  fewer than 2^32, none of them NaN; infinities are allowed
void find_below(std::span<const double> values, double limit, std::vector<std::uint32_t>& found);

}  // namespace va_event::numerics
