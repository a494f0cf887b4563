// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "foundation/bytes.hpp"

namespace va_event::neurons {

/// The unit of a group's integer sums, a power of two, of a checkpoint. @throws foundation::BadBytes
[[nodiscard]] inline double get_unit(foundation::ByteReader& in) {
  constexpr double kLargest = 1e100;
  const auto unit = in.get<double>();
  in.require(unit > 0.0 && unit < kLargest && std::ldexp(1.0, std::ilogb(unit)) == unit, "holds a unit that is none");
  return unit;
}

}  // namespace va_event::neurons
