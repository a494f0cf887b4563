// SPDX-License-Identifier: Apache-2.0
// Included once for each instruction set (Highway's foreach_target.h), hence no #pragma once.
#if defined(VA_EVENT_RANDOM_PHILOX_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef VA_EVENT_RANDOM_PHILOX_INL_HPP
#undef VA_EVENT_RANDOM_PHILOX_INL_HPP
#else
#define VA_EVENT_RANDOM_PHILOX_INL_HPP
#endif

/// philox.hpp in the lanes of vectors, a block in each.
#include <hwy/highway.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "random/philox.hpp"

HWY_BEFORE_NAMESPACE();
namespace va_event::random::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// A key for all lanes: what it is in each round.
class RoundKeys {
 public:
  explicit RoundKeys(PhiloxKey key) {
    for (std::array<std::uint64_t, 2>& round : rounds_) {
      round = {key[0], key[1]};
      key = {key[0] + philox_detail::kKeySteps[0], key[1] + philox_detail::kKeySteps[1]};
    }
  }
  [[nodiscard]] std::uint64_t at(std::size_t round, std::size_t part) const { return rounds_[round][part]; }
  template <class Words>
  [[nodiscard]] HWY_INLINE hn::Vec<Words> vector(Words d, std::size_t round, std::size_t part) const {
    return hn::Set(d, at(round, part));
  }

 private:
  std::array<std::array<std::uint64_t, 2>, philox_detail::kRounds> rounds_;
};

/// The same as vectors, for those who draw many blocks with one key.
template <class Words>
class WideRoundKeys {
 public:
  explicit WideRoundKeys(const RoundKeys& keys) {
    const Words d;
    for (std::size_t round = 0; round < philox_detail::kRounds; ++round) {
      for (std::size_t part = 0; part < 2; ++part) {
        hn::Store(hn::Set(d, keys.at(round, part)), d, rounds_[round][part]);
      }
    }
  }
  [[nodiscard]] HWY_INLINE hn::Vec<Words> vector(Words d, std::size_t round, std::size_t part) const {
    return hn::Load(d, rounds_[round][part]);
  }

 private:
  HWY_ALIGN std::uint64_t rounds_[philox_detail::kRounds][2][HWY_MAX_BYTES / sizeof(std::uint64_t)];
};

/// The lower halves of lanes times a number of 32 bits.
template <class Words>
HWY_INLINE hn::Vec<Words> multiply_halves(Words d, hn::Vec<Words> words, std::uint32_t factor) {
#if HWY_TARGET == HWY_SCALAR
  return hn::Set(d, (hn::GetLane(words) & 0xffffffff) * factor);
#else
  const hn::RepartitionToNarrow<Words> halves;
  return hn::MulEven(hn::BitCast(halves, words), hn::BitCast(halves, hn::Set(d, std::uint64_t{factor})));
#endif
}

/// Replaces counters by their words. There are some blocks in each lane, because one by itself waits for its own
/// multiplications. The four words are in the lower halves of lanes of 64 bits; what is in the upper halves has no
/// meaning.
/// @param keys RoundKeys or WideRoundKeys
template <class Words, class Keys, std::size_t kBlocks>
HWY_INLINE void philox(Words d, const Keys& keys, hn::Vec<Words> (&blocks)[kBlocks][4]) {
  for (std::size_t round = 0; round < philox_detail::kRounds; ++round) {
    const auto key0 = keys.vector(d, round, 0);
    const auto key1 = keys.vector(d, round, 1);
    for (auto& words : blocks) {
      const auto p0 = multiply_halves(d, words[0], philox_detail::kMultipliers[0]);
      const auto p1 = multiply_halves(d, words[2], philox_detail::kMultipliers[1]);
      words[0] = hn::Xor(hn::Xor(hn::ShiftRight<32>(p1), words[1]), key0);
      words[2] = hn::Xor(hn::Xor(hn::ShiftRight<32>(p0), words[3]), key1);
      words[1] = p1;
      words[3] = p0;
    }
  }
}

/// Two words as one of 64 bits.
template <class Vector>
HWY_INLINE Vector join(Vector low, Vector high) {
  const hn::DFromV<Vector> d;
  return hn::Or(hn::And(low, hn::Set(d, std::uint64_t{0xffffffff})), hn::ShiftLeft<32>(high));
}

}  // namespace va_event::random::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
