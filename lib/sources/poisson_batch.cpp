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
constexpr unsigned kAlways = 4;        ///< spikes that are drawn of every source, so that few branches depend on counts
constexpr unsigned kCoarsePlaces = 16;  ///< of them are in one word of 64 bits
constexpr std::size_t kMostPairs = kCoarsePlaces / 2;
constexpr std::size_t kSourcesAtOnce = 8;  ///< as many copies of a number are written at once
constexpr std::size_t kLanes = kBlocks * HWY_MAX_BYTES / sizeof(std::uint64_t);

/// What all lanes have in common.
struct Slot {
  const random::PhiloxKey& key;
  const lanes::WideRoundKeys<Words>& round_keys;
  CellId first;  ///< the cell of source 0
  const PoissonSlots& slots;
  const PoissonCounts& counts;
  std::uint64_t number;
};

/// Block 0 of some sources, side by side.
struct FirstBlocks {
  HWY_ALIGN std::array<std::uint64_t, kSources + kLanes> count;   ///< the word for the count, in the lower half
  HWY_ALIGN std::array<std::uint64_t, kSources + kLanes> coarse;  ///< the coarse places of 16 spikes
};

/// Pairs of spikes beyond those that are always drawn: bits 0..31 the source, 32..39 j, 40..47 the coarse places.
struct Pairs {
  static constexpr std::size_t kRoom = kSources * (kMostPairs - kAlways / 2) + kMostPairs + kLanes;
  std::array<std::uint64_t, kRoom> what;
  std::array<std::uint32_t, kRoom> place;  ///< of the first spike, among those of the group
  std::size_t count = 0;
};

/// A source with more spikes than one word has coarse places for: in a few slots of a thousand, or far less.
struct Crowd {
  std::uint32_t source, place;
};

HWY_INLINE void set_slot(std::uint64_t number, V (&words)[4]) {
  const Words d;
  words[1] = hn::Set(d, number & 0xffffffff);
  words[2] = hn::Set(d, number >> 32U);
}

/// Block 0 of `count` sources from `begin` on.
void draw_first_blocks(const Slot& slot, std::size_t begin, std::size_t count, FirstBlocks& blocks) {
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
      hn::Store(words[b][0], d, blocks.count.data() + i + b * n);
      hn::Store(lanes::join(words[b][1], words[b][2]), d, blocks.coarse.data() + i + b * n);
    }
  }
}

/// The pairs that so many spikes need beyond those that are always drawn.
HWY_INLINE void add_pairs(std::uint64_t source, unsigned count, std::uint64_t coarse, std::size_t place, Pairs& pairs) {
  std::size_t end = pairs.count;
  for (std::uint64_t pair = kAlways / 2; 2 * pair < count; ++pair, ++end) {
    pairs.what[end] = source | (pair + 1) << 32U | (coarse >> (8 * pair) & 0xff) << 40U;
    pairs.place[end] = static_cast<std::uint32_t>(place + 2 * pair);
  }
  pairs.count = end;
}

/// Times from their 60 fine bits, and from the coarse ones, which are bits 60..63 of `coarse`. @param shift to kTick
HWY_INLINE V ticks_of(V low, V high, V coarse, int shift) {
  const V nibble = hn::Set(Words(), std::uint64_t{15} << 60U);
  return hn::ShiftRightSame(hn::Or(hn::ShiftRight<4>(lanes::join(low, high)), hn::And(coarse, nibble)), shift);
}

/// The times of pairs. The second one of a last odd spike is overwritten later.
void draw_more(const Slot& slot, Pairs& pairs, const PoissonSpikes::Room& out) {
  const Words d;
  const std::size_t n = hn::Lanes(d);
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
      hn::StoreInterleaved2(ticks_of(words[b][0], words[b][1], hn::ShiftLeft<20>(what), shift),
                            ticks_of(words[b][2], words[b][3], hn::ShiftLeft<16>(what), shift), d, ticks + 2 * b * n);
    }
    const std::size_t end = std::min(kBlocks * n, pairs.count - i);
    for (std::size_t k = 0; k < end; ++k) {
      std::memcpy(out.ticks + pairs.place[i + k], ticks + 2 * k, 2 * sizeof(std::uint64_t));
    }
  }
}

/// The first spikes of every source, in the order of the sources: what is written beyond a source's spikes belongs to
/// the next ones, and is overwritten.
void draw_first_times(const Slot& slot, std::size_t begin, std::size_t count, const FirstBlocks& blocks,
                      const std::uint32_t* place, const PoissonSpikes::Room& out) {
  static_assert(kAlways == 4);
  const Words d;
  const std::size_t n = hn::Lanes(d);
  const int shift = kLargestShortExponent - slot.slots.exponent;
  for (std::size_t i = 0; i < count; i += kBlocks * n) {
    HWY_ALIGN std::uint64_t ticks[kAlways * kLanes];
    V first[kBlocks][4], second[kBlocks][4];
    for (std::size_t b = 0; b < kBlocks; ++b) {
      first[b][0] = second[b][0] = hn::Iota(d, slot.first + begin + i + b * n);
      set_slot(slot.number, first[b]);
      set_slot(slot.number, second[b]);
      first[b][3] = hn::Set(d, std::uint64_t{1});
      second[b][3] = hn::Set(d, std::uint64_t{2});
    }
    lanes::philox(d, slot.round_keys, first);
    lanes::philox(d, slot.round_keys, second);
    for (std::size_t b = 0; b < kBlocks; ++b) {
      const V coarse = hn::Load(d, blocks.coarse.data() + i + b * n);
      hn::StoreInterleaved4(ticks_of(first[b][0], first[b][1], hn::ShiftLeft<60>(coarse), shift),
                            ticks_of(first[b][2], first[b][3], hn::ShiftLeft<56>(coarse), shift),
                            ticks_of(second[b][0], second[b][1], hn::ShiftLeft<52>(coarse), shift),
                            ticks_of(second[b][2], second[b][3], hn::ShiftLeft<48>(coarse), shift), d,
                            ticks + kAlways * b * n);
    }
    const std::size_t end = std::min(kBlocks * n, count - i);
    for (std::size_t k = 0; k < end; ++k) {
      std::memcpy(out.ticks + place[i + k], ticks + kAlways * k, kAlways * sizeof(std::uint64_t));
    }
  }
}

/// The number of spikes that a source has by its block 0.
HWY_INLINE unsigned count_of(const Slot& slot, std::uint32_t source, std::uint64_t word) {
  return slot.counts(static_cast<std::uint32_t>(word), [&slot, source] {
    return poisson_block(slot.key, slot.first + source, slot.number, kMoreOfPoissonCount)[0];
  });
}

/// All spikes of the sources begin, ..., begin + count - 1. @pre count <= kSources
void draw_group(const Slot& slot, std::size_t begin, std::size_t count, std::uint8_t* counts, PoissonSpikes& out) {
  FirstBlocks blocks;
  Pairs pairs;
  std::array<Crowd, kSources> crowds;
  std::size_t crowd_count = 0;
  std::array<std::uint32_t, kSources> places;
  std::array<std::uint8_t, kSources + 1> many;  // those with more spikes than are always drawn
  std::size_t many_count = 0;
  draw_first_blocks(slot, begin, count, blocks);
  const PoissonSpikes::Room room = out.room(count * kMostSpikes + kSourcesAtOnce);
  std::size_t spikes = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto source = static_cast<std::uint32_t>(begin + i);
    const unsigned n = count_of(slot, source, blocks.count[i]);
    counts[i] = static_cast<std::uint8_t>(n);
    places[i] = static_cast<std::uint32_t>(spikes);
    std::fill_n(room.source + spikes, kSourcesAtOnce, source);
    if (HWY_UNLIKELY(n > kSourcesAtOnce)) {
      std::fill_n(room.source + spikes, n, source);
    }
    many[many_count] = static_cast<std::uint8_t>(i);
    many_count += n > kAlways ? 1 : 0;
    spikes += n;
  }
  for (std::size_t k = 0; k < many_count; ++k) {
    const std::size_t i = many[k];
    const auto source = static_cast<std::uint32_t>(begin + i);
    if (HWY_UNLIKELY(counts[i] > kCoarsePlaces)) {
      crowds[crowd_count++] = {source, places[i]};
    } else {
      add_pairs(source, counts[i], blocks.coarse[i], places[i], pairs);
    }
  }
  draw_more(slot, pairs, room);
  draw_first_times(slot, begin, count, blocks, places.data(), room);
  for (std::size_t k = 0; k < crowd_count; ++k) {
    const auto [source, place] = crowds[k];
    const PoissonSlot one(slot.key, slot.first + source, slot.number, slot.slots, &slot.counts);
    std::array<std::uint64_t, kMostSpikes> ticks;
    one.ticks(ticks);
    std::copy_n(ticks.begin(), one.count(), room.ticks + place);
  }
  out.add(spikes);
}

void draw_poisson_slot(const random::PhiloxKey& key, CellId first, std::size_t count, const PoissonSlots& slots,
                       const PoissonCounts& counts, std::uint64_t number, PoissonSpikes& out) {
  const lanes::WideRoundKeys<Words> round_keys{lanes::RoundKeys(key)};
  const Slot slot{key, round_keys, first, slots, counts, number};
  std::uint8_t* const each = out.begin(count);
  for (std::size_t begin = 0; begin < count; begin += kSources) {
    draw_group(slot, begin, std::min(kSources, count - begin), each + begin, out);
  }
}

std::uint64_t count_poisson_slot(const random::PhiloxKey& key, CellId first, std::size_t count,
                                 const PoissonSlots& slots, const PoissonCounts& counts, std::uint64_t number) {
  const lanes::WideRoundKeys<Words> round_keys{lanes::RoundKeys(key)};
  const Slot slot{key, round_keys, first, slots, counts, number};
  FirstBlocks blocks;
  std::uint64_t sum = 0;
  for (std::size_t begin = 0; begin < count; begin += kSources) {
    const std::size_t end = std::min(kSources, count - begin);
    draw_first_blocks(slot, begin, end, blocks);
    for (std::size_t i = 0; i < end; ++i) {
      sum += count_of(slot, static_cast<std::uint32_t>(begin + i), blocks.count[i]);
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
    const PoissonSpikes::Room room = out.room(slot.count());
    out.add(slot.count());
    std::copy_n(ticks.begin(), slot.count(), room.ticks);
    std::fill_n(room.source, slot.count(), static_cast<std::uint32_t>(i));
    counts[i] = static_cast<std::uint8_t>(slot.count());
  }
}

}  // namespace va_event::sources
#endif
