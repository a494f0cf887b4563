// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "va_event/random.hpp"

namespace va_event::random {

/// Integers below a limit, for drawing cells. Each is exactly equally likely, which the remainder of a word by n would
/// not give.

/// Uniform on {0, ..., n-1}, exactly. One word, hardly ever two; no division in nearly all draws.
/// Source: Lemire 2019, ACM Trans. Model. Comput. Simul. 29:3 ("nearly divisionless").
/// The upper half of (32 random bits) * n is the result; it would be one too likely for some results, which is mended
/// by drawing again where the lower half is below 2^32 mod n. That can be only where it is below n: the division is
/// needed in n of 2^32 draws.
/// @param n > 0
[[nodiscard]] inline std::uint32_t uniform_below(RandomStream& stream, std::uint32_t n) noexcept {
  const auto draw = [&stream, n] { return (stream() >> 32U) * n; };
  std::uint64_t product = draw();
  if (static_cast<std::uint32_t>(product) < n) {
    const std::uint32_t rejected = (0U - n) % n;  // 2^32 mod n: products that would be one too many for some results
    while (static_cast<std::uint32_t>(product) < rejected) {
      product = draw();
    }
  }
  return static_cast<std::uint32_t>(product >> 32U);
}

}  // namespace va_event::random
