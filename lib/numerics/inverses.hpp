// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

namespace va_event::numerics {

/// Reciprocals of small integers: power series multiply by them, because a division takes several times as long as a
/// multiplication. The product differs from the quotient in the last bit, so all code of one formula, scalar and
/// vector, has to multiply.

/// kInverse[n] = 1/n, rounded once; n = 1 ... 41, one more than the longest series has terms. kInverse[0] is 0 and not
/// used.
inline constexpr std::array<double, 42> kInverse = [] {
  std::array<double, 42> inverse{};
  for (std::size_t n = 1; n < inverse.size(); ++n) {
    inverse[n] = 1.0 / static_cast<double>(n);
  }
  return inverse;
}();

}  // namespace va_event::numerics
