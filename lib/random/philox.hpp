// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace va_event::random {

/// Philox4x32-10 block by block, for draws whose counter says what they are for: any of them can be drawn at any time,
/// in any order. RandomStream is the same generator as a sequence.
/// Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3".

using PhiloxKey = std::array<std::uint32_t, 2>;
using PhiloxBlock = std::array<std::uint32_t, 4>;  ///< a counter, or the words that belong to it

namespace philox_detail {

inline constexpr int kRounds = 10;
inline constexpr std::array<std::uint32_t, 2> kMultipliers{0xD2511F53, 0xCD9E8D57};
inline constexpr std::array<std::uint32_t, 2> kKeySteps{0x9E3779B9, 0xBB67AE85};

}  // namespace philox_detail

/// The four words of a counter.
[[nodiscard]] constexpr PhiloxBlock philox(PhiloxKey key, PhiloxBlock counter) noexcept {
  using namespace philox_detail;
  for (int round = 0; round < kRounds; ++round) {
    const std::uint64_t p0 = std::uint64_t{kMultipliers[0]} * counter[0];
    const std::uint64_t p1 = std::uint64_t{kMultipliers[1]} * counter[2];
    counter = {static_cast<std::uint32_t>(p1 >> 32U) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(p1),
               static_cast<std::uint32_t>(p0 >> 32U) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(p0)};
    key = {key[0] + kKeySteps[0], key[1] + kKeySteps[1]};
  }
  return counter;
}

/// Eight blocks, each as two numbers of 64 bits: words 0 and 1, words 2 and 3, the first one in the lower half.
inline constexpr std::size_t kPhiloxRow = 8;
using PhiloxRow = std::array<std::uint64_t, 2 * kPhiloxRow>;

/// The blocks of `counter` and of those whose last word is larger by 1, ..., 7, in vectors: in the time of two.
void philox_row(const PhiloxKey& key, const PhiloxBlock& counter, PhiloxRow& out) noexcept;

}  // namespace va_event::random
