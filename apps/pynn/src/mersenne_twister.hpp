// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>

namespace va_event::python {

/// MT19937 (Matsumoto & Nishimura 1998, ACM TOMACS 8:3), the generator of numpy's RandomState, with numpy's description
/// of its state. All 624 words of a state are made in loops that compilers turn into vector instructions.
class MersenneTwister {
 public:
  static constexpr std::size_t kWords = 624;

  /// @param position  number of the next word of `key`, up to kWords
  MersenneTwister(std::span<const std::uint32_t> key, std::size_t position) : position_(position) {
    if (key.size() != kWords || position > kWords) {
      throw std::invalid_argument("state of MT19937: must have 624 words and a position from 0 to 624");
    }
    for (std::size_t k = 0; k < kWords; ++k) {
      key_[k] = key[k];
    }
    temper();
  }

  [[nodiscard]] const std::array<std::uint32_t, kWords>& key() const { return key_; }
  [[nodiscard]] std::size_t position() const { return position_; }

  std::uint32_t next() {
    if (position_ == kWords) {
      advance();
      temper();
      position_ = 0;
    }
    return words_[position_++];
  }

 private:
  static constexpr std::size_t kAhead = 397;

  static std::uint32_t twisted(std::uint32_t word, std::uint32_t following) {
    const std::uint32_t mixed = (word & 0x80000000U) | (following & 0x7FFFFFFFU);
    return (mixed >> 1U) ^ ((0U - (mixed & 1U)) & 0x9908B0DFU);
  }

  void advance() {
    for (std::size_t k = 0; k < kWords - kAhead; ++k) {
      key_[k] = key_[k + kAhead] ^ twisted(key_[k], key_[k + 1]);
    }
    for (std::size_t k = kWords - kAhead; k < kWords - 1; ++k) {
      key_[k] = key_[k - (kWords - kAhead)] ^ twisted(key_[k], key_[k + 1]);
    }
    key_[kWords - 1] = key_[kAhead - 1] ^ twisted(key_[kWords - 1], key_[0]);
  }

  void temper() {
    for (std::size_t k = 0; k < kWords; ++k) {
      std::uint32_t word = key_[k];
      word ^= word >> 11U;
      word ^= (word << 7U) & 0x9D2C5680U;
      word ^= (word << 15U) & 0xEFC60000U;
      words_[k] = word ^ (word >> 18U);
    }
  }

  std::array<std::uint32_t, kWords> key_{}, words_{};
  std::size_t position_;
};

}  // namespace va_event::python
