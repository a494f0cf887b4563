// SPDX-License-Identifier: Apache-2.0
// The vectors here hold numbers that lie side by side, so wider ones pay; see va_event_internal.cmake for the others.
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS VA_EVENT_SIZELESS_TARGETS
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sources/poisson_batch.cpp"
#include <hwy/foreach_target.h>
// clang-format off: the order matters
#include <hwy/highway.h>

#include "random/philox-inl.hpp"
// clang-format on
#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>

#include "sources/poisson_batch.hpp"

HWY_BEFORE_NAMESPACE();
namespace va_event::sources::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
namespace lanes = va_event::random::HWY_NAMESPACE;
using Words = hn::ScalableTag<std::uint64_t>;
using V = hn::Vec<Words>;

constexpr std::size_t kBlocks = 2;     ///< side by side
constexpr std::size_t kSources = 128;  ///< drawn together: all that is kept of them stays in the first-level cache
constexpr unsigned kCoarsePairs = 12;  ///< pairs of spikes whose coarse places are in block 0
constexpr unsigned kUsualPairs = 4;    ///< pairs that are always written, so that few branches depend on counts
constexpr std::size_t kLanes = kBlocks * HWY_MAX_BYTES / sizeof(std::uint64_t);

/// What all lanes have in common.
struct Slot {
  const random::PhiloxKey& key;
  const lanes::RoundKeys& round_keys;
  CellId first;  ///< the cell of source 0
  const PoissonSlots& slots;
  const PoissonCounts& counts;
  std::uint64_t number;
};

/// Pairs of spikes: bits 0..31 the source, 32..39 j, 40..47 the coarse places.
struct Pairs {
  static constexpr std::size_t kRoom = kSources * kCoarsePairs + kUsualPairs + kLanes;
  std::array<std::uint64_t, kRoom> what;
  std::array<std::uint32_t, kRoom> place;  ///< of the first spike, among those of the group
  std::size_t count = 0;
};

/// A source with more spikes than block 0 has coarse places for: once in some million slots.
struct Crowd {
  std::uint32_t source, place;
};

HWY_INLINE void set_slot(std::uint64_t number, V (&words)[4]) {
  const Words d;
  words[1] = hn::Set(d, number & 0xffffffff);
  words[2] = hn::Set(d, number >> 32U);
}

/// Block 0 of `count` sources from `begin` on, two numbers each.
void draw_first_blocks(const Slot& slot, std::size_t begin, std::size_t count, std::uint64_t* blocks) {
  const Words d;
  const std::size_t n = hn::Lanes(d);
  for (std::size_t i = 0; i < count; i += kBlocks * n) {
    V words[kBlocks][4];
    for (std::size_t b = 0; b < kBlocks; ++b) {
      words[b][0] = hn::Iota(d, slot.first + begin + i + b * n);
      set_slot(slot.number, words[b]);
      words[b][3] = hn::Zero(d);
    }
    lanes::philox(d, slot.round_keys, words);
    for (std::size_t b = 0; b < kBlocks; ++b) {
      hn::StoreInterleaved2(lanes::join(words[b][0], words[b][1]), lanes::join(words[b][2], words[b][3]), d,
                            blocks + 2 * (i + b * n));
    }
  }
}

// Of the pairs that are always written:
constexpr std::uint64_t kFirstBits[kUsualPairs] = {0, 8, 16, 24};  ///< of their coarse places
constexpr std::uint64_t kNumbers[kUsualPairs] = {std::uint64_t{1} << 32U, std::uint64_t{2} << 32U,
                                                 std::uint64_t{3} << 32U, std::uint64_t{4} << 32U};
constexpr std::uint32_t kPlaces[kUsualPairs] = {0, 2, 4, 6};  ///< of their first spikes

/// The pairs that so many spikes need, with the coarse places that are in words 1 to 3 of block 0.
HWY_INLINE void add_pairs(std::uint64_t source, unsigned count, const std::uint64_t* block, std::size_t place,
                          Pairs& pairs) {
  const std::uint64_t coarse = block[0] >> 32U | block[1] << 32U;  // of 16 spikes
  std::uint64_t* const what = pairs.what.data() + pairs.count;
  std::uint32_t* const places = pairs.place.data() + pairs.count;
  const unsigned n = (count + 1) / 2;
  const hn::CappedTag<std::uint64_t, kUsualPairs> d;
  const auto coarse_places = hn::Set(d, coarse);
  const auto whose = hn::Set(d, source);
  for (std::size_t p = 0; p < kUsualPairs; p += hn::Lanes(d)) {
    const auto byte = hn::And(hn::Shr(coarse_places, hn::LoadU(d, kFirstBits + p)), hn::Set(d, std::uint64_t{0xff}));
    hn::StoreU(hn::Or(hn::Or(whose, hn::LoadU(d, kNumbers + p)), hn::ShiftLeft<40>(byte)), d, what + p);
  }
  const hn::CappedTag<std::uint32_t, kUsualPairs> d_place;
  const auto first_place = hn::Set(d_place, static_cast<std::uint32_t>(place));
  for (std::size_t p = 0; p < kUsualPairs; p += hn::Lanes(d_place)) {
    hn::StoreU(first_place + hn::LoadU(d_place, kPlaces + p), d_place, places + p);
  }
  for (std::uint64_t p = kUsualPairs; p < n; ++p) {
    const std::uint64_t byte = (p < 8 ? coarse >> (8 * p) : block[1] >> (32 + 8 * (p - 8))) & 0xff;
    what[p] = source | (p + 1) << 32U | byte << 40U;
    places[p] = static_cast<std::uint32_t>(place + 2 * p);
  }
  pairs.count += n;
}

/// The fine places of pairs, and from these the times.
void draw_times(const Slot& slot, Pairs& pairs, const PoissonSpikes::Room& out) {
  const Words d;
  const std::size_t n = hn::Lanes(d);
  const V nibble = hn::Set(d, std::uint64_t{15} << 60U);
  const int shift = kLargestShortExponent - slot.slots.exponent;
  std::fill_n(pairs.what.begin() + static_cast<std::ptrdiff_t>(pairs.count), kBlocks * n, 0);
  for (std::size_t i = 0; i < pairs.count; i += kBlocks * n) {
    V words[kBlocks][4];
    for (std::size_t b = 0; b < kBlocks; ++b) {
      const V what = hn::LoadU(d, pairs.what.data() + i + b * n);
      words[b][0] = hn::Add(what, hn::Set(d, std::uint64_t{slot.first}));  // the upper half has no meaning
      set_slot(slot.number, words[b]);
      words[b][3] = hn::And(hn::ShiftRight<32>(what), hn::Set(d, std::uint64_t{0xff}));
    }
    lanes::philox(d, slot.round_keys, words);
    HWY_ALIGN std::uint64_t ticks[2 * kLanes];
    for (std::size_t b = 0; b < kBlocks; ++b) {
      const V what = hn::LoadU(d, pairs.what.data() + i + b * n);
      const V even =
          hn::Or(hn::ShiftRight<4>(lanes::join(words[b][0], words[b][1])), hn::And(hn::ShiftLeft<20>(what), nibble));
      const V odd =
          hn::Or(hn::ShiftRight<4>(lanes::join(words[b][2], words[b][3])), hn::And(hn::ShiftLeft<16>(what), nibble));
      hn::StoreInterleaved2(hn::ShiftRightSame(even, shift), hn::ShiftRightSame(odd, shift), d, ticks + 2 * b * n);
    }
    const std::size_t end = std::min(kBlocks * n, pairs.count - i);
    for (std::size_t k = 0; k < end; ++k) {  // the second one of a last odd spike is overwritten
      const std::uint32_t place = pairs.place[i + k];
      const std::uint64_t source = pairs.what[i + k] & 0xffffffff;
      const std::uint64_t twice = source | source << 32U;
      std::memcpy(out.ticks + place, ticks + 2 * k, 2 * sizeof(std::uint64_t));
      std::memcpy(out.source + place, &twice, sizeof(twice));
    }
  }
}

/// The number of spikes that a source has by its block 0.
HWY_INLINE unsigned count_of(const Slot& slot, std::uint32_t source, const std::uint64_t* block) {
  return slot.counts(static_cast<std::uint32_t>(*block), [&slot, source] {
    return poisson_block(slot.key, slot.first + source, slot.number, kMoreOfPoissonCount)[0];
  });
}

/// All spikes of the sources begin, ..., begin + count - 1. @pre count <= kSources
void draw_group(const Slot& slot, std::size_t begin, std::size_t count, std::uint8_t* counts, PoissonSpikes& out) {
  HWY_ALIGN std::array<std::uint64_t, 2 * (kSources + kLanes)> blocks;
  Pairs pairs;
  std::array<Crowd, kSources> crowds;
  std::size_t crowd_count = 0;
  draw_first_blocks(slot, begin, count, blocks.data());
  std::size_t spikes = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t* const block = blocks.data() + 2 * i;
    const auto source = static_cast<std::uint32_t>(begin + i);
    const unsigned n = count_of(slot, source, block);
    counts[i] = static_cast<std::uint8_t>(n);
    if (n > 2 * kCoarsePairs) {
      crowds[crowd_count++] = {source, static_cast<std::uint32_t>(spikes)};
    } else {
      add_pairs(source, n, block, spikes, pairs);
    }
    spikes += n;
  }
  const PoissonSpikes::Room room = out.add(spikes);
  draw_times(slot, pairs, room);
  for (std::size_t k = 0; k < crowd_count; ++k) {
    const auto [source, place] = crowds[k];
    const PoissonSlot one(slot.key, slot.first + source, slot.number, slot.slots, &slot.counts);
    std::array<std::uint64_t, kMostSpikes> ticks;
    one.ticks(ticks);
    std::copy_n(ticks.begin(), one.count(), room.ticks + place);
    std::fill_n(room.source + place, one.count(), source);
  }
}

void draw_poisson_slot(const random::PhiloxKey& key, CellId first, std::size_t count, const PoissonSlots& slots,
                       const PoissonCounts& counts, std::uint64_t number, PoissonSpikes& out) {
  const lanes::RoundKeys round_keys(key);
  const Slot slot{key, round_keys, first, slots, counts, number};
  std::uint8_t* const each = out.begin(count);
  for (std::size_t begin = 0; begin < count; begin += kSources) {
    draw_group(slot, begin, std::min(kSources, count - begin), each + begin, out);
  }
}

std::uint64_t count_poisson_slot(const random::PhiloxKey& key, CellId first, std::size_t count,
                                 const PoissonSlots& slots, const PoissonCounts& counts, std::uint64_t number) {
  const lanes::RoundKeys round_keys(key);
  const Slot slot{key, round_keys, first, slots, counts, number};
  HWY_ALIGN std::array<std::uint64_t, 2 * (kSources + kLanes)> blocks;
  std::uint64_t sum = 0;
  for (std::size_t begin = 0; begin < count; begin += kSources) {
    const std::size_t end = std::min(kSources, count - begin);
    draw_first_blocks(slot, begin, end, blocks.data());
    for (std::size_t i = 0; i < end; ++i) {
      sum += count_of(slot, static_cast<std::uint32_t>(begin + i), blocks.data() + 2 * i);
    }
  }
  return sum;
}

}  // namespace
}  // namespace va_event::sources::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace va_event::sources {

HWY_EXPORT(draw_poisson_slot);
HWY_EXPORT(count_poisson_slot);

std::uint64_t count_poisson(const random::PhiloxKey& key, CellId first, std::size_t count, const PoissonSlots& slots,
                            const PoissonCounts& counts, std::uint64_t number) {
  assert(slots.exponent <= kLargestShortExponent && counts.mean() == slots.mean);
  return HWY_DYNAMIC_DISPATCH(count_poisson_slot)(key, first, count, slots, counts, number);
}

void draw_poisson(const random::PhiloxKey& key, CellId first, std::size_t count, const PoissonSlots& slots,
                  const PoissonCounts& counts, std::uint64_t number, PoissonSpikes& out) {
  assert(slots.exponent <= kLargestShortExponent && counts.mean() == slots.mean);
  HWY_DYNAMIC_DISPATCH(draw_poisson_slot)(key, first, count, slots, counts, number, out);
}

void draw_poisson(std::span<const PoissonSource> sources, PoissonSpikes& out) {
  std::uint8_t* const counts = out.begin(sources.size());
  std::array<std::uint64_t, kMostSpikes> ticks;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const PoissonSource& source = sources[i];
    assert(source.slots.exponent <= kLargestShortExponent);
    const PoissonSlot slot(source.key, source.cell, source.number, source.slots, source.counts);
    slot.ticks(ticks);
    const PoissonSpikes::Room room = out.add(slot.count());
    std::copy_n(ticks.begin(), slot.count(), room.ticks);
    std::fill_n(room.source, slot.count(), static_cast<std::uint32_t>(i));
    counts[i] = static_cast<std::uint8_t>(slot.count());
  }
}

}  // namespace va_event::sources
#endif
