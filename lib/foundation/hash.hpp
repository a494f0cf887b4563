// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>

namespace va_event::foundation {

/// A hash of numbers in 64 bits, the same on every machine: for fingerprints, which tell whether two networks are the
/// same. It does not withstand somebody who looks for collisions on purpose.

/// The hash of the words that are added, in their order. Each step mixes the state with a word and adds an odd constant
/// (the golden ratio, as in SplitMix64), so that words of zero change it as well.
class Hash {
 public:
  /// Adds a word. The order counts: (1, 2) and (2, 1) differ.
  Hash& add(std::uint64_t word) noexcept {
    state_ = mixed(state_ ^ word) + kStep;
    return *this;
  }
  /// By its bits: 0.0 and -0.0 differ.
  Hash& add(double number) noexcept { return add(std::bit_cast<std::uint64_t>(number)); }
  /// The hash of all words so far; more may follow.
  [[nodiscard]] std::uint64_t value() const noexcept { return mixed(state_); }

  /// A bijection of 64-bit words in which each bit of `x` influences all bits of the result: the finaliser of
  /// SplitMix64 (Steele, Lea & Flood 2014, with Stafford's constants).
  [[nodiscard]] static std::uint64_t mixed(std::uint64_t x) noexcept {
    x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27U)) * 0x94d049bb133111eb;
    return x ^ (x >> 31U);
  }

 private:
  static constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15;
  std::uint64_t state_ = kStep;
};

}  // namespace va_event::foundation
