// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

namespace va_event::numerics {

/// 1/n, rounded once.
inline constexpr std::array<double, 42> kInverse = [] {
  std::array<double, 42> inverse{};
  for (std::size_t n = 1; n < inverse.size(); ++n) {
    inverse[n] = 1.0 / static_cast<double>(n);
  }
  return inverse;
}();

}  // namespace va_event::numerics
