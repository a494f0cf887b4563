// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <type_traits>

namespace va_event::numerics {

/// The absolute value of a number of any type of the engine, as a value of that type. std::abs has no overload for some
/// of the types, and that of an expression of boost::multiprecision would be an expression, not a number.
template <class Real>
[[nodiscard]] Real magnitude(const Real& x) {
  if constexpr (std::is_same_v<Real, double>) {
    return std::fabs(x);
  } else {
    return x < Real(0) ? Real(-x) : x;
  }
}

}  // namespace va_event::numerics
