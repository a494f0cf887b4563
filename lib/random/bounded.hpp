// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "va_event/random.hpp"

namespace va_event::random {

/// Integers below a limit, for drawing cells. Each is exactly equally likely, which the remainder of a word by n would
/// not give.

/// The words of a stream by halves of 32 bits, the lower half first.
class HalfWords {
 public:
  explicit HalfWords(RandomStream& stream) noexcept : stream_(stream) {}
  std::uint32_t operator()() noexcept {
    half_ = !half_;
    if (half_) {
      word_ = stream_();
      return static_cast<std::uint32_t>(word_);
    }
    return static_cast<std::uint32_t>(word_ >> 32U);
  }

 private:
  RandomStream& stream_;
  std::uint64_t word_ = 0;
  bool half_ = false;  ///< the lower half of the word is taken, and the upper one is not
};

namespace detail {

/// @param draw gives 32 random bits
template <class Draw>
[[nodiscard]] std::uint32_t below(std::uint32_t n, const Draw& draw) noexcept {
  std::uint64_t product = std::uint64_t{draw()} * n;
  if (static_cast<std::uint32_t>(product) < n) {
    const std::uint32_t rejected = (0U - n) % n;  // 2^32 mod n: products that would be one too many for some results
    while (static_cast<std::uint32_t>(product) < rejected) {
      product = std::uint64_t{draw()} * n;
    }
  }
  return static_cast<std::uint32_t>(product >> 32U);
}

}  // namespace detail

/// Uniform on {0, ..., n-1}, exactly. One word, or half of one, hardly ever two; no division in nearly all draws.
/// Source: Lemire 2019, ACM Trans. Model. Comput. Simul. 29:3 ("nearly divisionless").
/// The upper half of (32 random bits) * n is the result; it would be one too likely for some results, which is mended
/// by drawing again where the lower half is below 2^32 mod n. That can be only where it is below n: the division is
/// needed in n of 2^32 draws.
/// @param n > 0
[[nodiscard]] inline std::uint32_t uniform_below(RandomStream& stream, std::uint32_t n) noexcept {
  return detail::below(n, [&stream] { return static_cast<std::uint32_t>(stream() >> 32U); });
}
[[nodiscard]] inline std::uint32_t uniform_below(HalfWords& halves, std::uint32_t n) noexcept {
  return detail::below(n, [&halves] { return halves(); });
}

}  // namespace va_event::random
