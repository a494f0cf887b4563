// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace va_event::random {

/// Normally distributed numbers of many items at once: two independent ones for each item and attempt, a function of
/// the key, the item and the attempt alone. Pair number k of an item comes from block k of the item's random stream,
/// its words 2k and 2k + 1, by Box & Muller 1958 (Ann. Math. Stat. 29:610): sqrt(-2 log u) times cosine and sine of
/// 2 pi v. Unlike the polar method it takes the same two words for each pair, so that vectors need no branches; it is
/// computed with the operations of numerics/elementary.hpp and turns.hpp, and has the same bits on every machine.
/// Numbers reach 8.6 standard deviations (a word has 53 bits for u).

/// The items of a call: item i has the stream RandomStream(key, number[i], object[i], part[i]).
struct Items {
  std::span<const std::uint32_t> number;
  std::span<const std::uint32_t> object;
  std::span<const std::uint32_t> part;
};

/// Which number of a pair.
enum class OfPair : std::uint8_t { cosine, sine };

/// Pair number `attempt` of all items. @param cosine, sine as long as the items
void draw_normal_pairs(std::uint64_t key, const Items& items, std::uint32_t attempt, std::span<double> cosine,
                       std::span<double> sine);

/// Writes mu + sigma z for each z that is within [low, high] of those numbers, and draws the others anew: attempt by
/// attempt, the first accepted number of each item counts. For normal distributions that are clipped by redrawing.
class ClippedNormal {
 public:
  double mu, sigma, low, high;

  /// @param values  the items' standard normal numbers of attempt 0 on entry
  void finish(std::uint64_t key, const Items& items, OfPair which, std::span<double> values) const;
};

}  // namespace va_event::random
