// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace va_event::numerics {

/// Appends the indices of the values that are below `limit`, in ascending order; in vectors, since most values are not.
void find_below(std::span<const double> values, double limit, std::vector<std::uint32_t>& found);

}  // namespace va_event::numerics
