// SPDX-License-Identifier: Apache-2.0
// The vectors here hold numbers that lie side by side, so wider ones pay; see va_event_internal.cmake for the others.
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS VA_EVENT_SIZELESS_TARGETS
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/shard/arrival_list.cpp"
#include <hwy/foreach_target.h>
// clang-format off: the order matters
#include <hwy/highway.h>
// clang-format on
#include <array>
#include <cstddef>
#include <cstdint>

#include "engine/shard/arrival_list.hpp"
#include "sources/poisson_train.hpp"

#ifndef VA_EVENT_LANES_IN_FRONT
#define VA_EVENT_LANES_IN_FRONT
namespace va_event::engine {
namespace {

/// The lanes whose bits are set in a number, then the others.
constexpr std::array<std::array<std::uint8_t, 8>, 256> lanes_in_front() {
  std::array<std::array<std::uint8_t, 8>, 256> result{};
  for (std::size_t bits = 0; bits < result.size(); ++bits) {
    std::size_t next = 0;
    for (const bool set : {true, false}) {
      for (std::uint8_t lane = 0; lane < 8; ++lane) {
        if ((bits >> lane & 1U) == (set ? 1U : 0U)) {
          result[bits][next++] = lane;
        }
      }
    }
  }
  return result;
}
constexpr std::array<std::array<std::uint8_t, 8>, 256> kLanesInFront = lanes_in_front();

}  // namespace
}  // namespace va_event::engine
#endif

HWY_BEFORE_NAMESPACE();
namespace va_event::engine::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using Doubles = hn::ScalableTag<double>;
using Long = hn::RebindToUnsigned<Doubles>;
using Short = hn::Rebind<std::uint32_t, Doubles>;
using V = hn::Vec<Doubles>;

/// Stores the lanes whose bits are set one behind the other at `at`. Behind them, up to a vector is overwritten.
/// @returns the place behind the last one
HWY_INLINE std::size_t append(V offset, hn::Vec<Short> source, std::size_t bits, ArrivalList& list, std::size_t at) {
  const Doubles d;
  const Short half;
  const auto order = hn::PromoteTo(half, hn::LoadU(hn::Rebind<std::uint8_t, Doubles>(), kLanesInFront[bits].data()));
  hn::StoreU(hn::TableLookupLanes(offset, hn::IndicesFromVec(d, hn::PromoteTo(Long(), order))), d, list.offsets() + at);
  hn::StoreU(hn::TableLookupLanes(source, hn::IndicesFromVec(half, order)), half, list.sources() + at);
  return at + hwy::PopCount(bits);
}

HWY_INLINE std::size_t bits_of(hn::Mask<Doubles> mask) {
  std::array<std::uint8_t, 8> bytes;
  hn::StoreMaskBits(Doubles(), mask, bytes.data());
  return bytes[0];
}

void split_lanes(const SlotSpikes& spikes, double end, double earlier, double later, ArrivalList& before,
                 ArrivalList& after) {
  const Doubles d;
  const Short half;
  const std::size_t lanes = hn::Lanes(d);
  const std::size_t all = (std::size_t{1} << lanes) - 1;
  const std::size_t count = spikes.source.size();
  before.reserve(count);
  after.reserve(count);
  std::size_t first = before.size();
  std::size_t second = after.size();
  const auto arrivals = [&](V ticks) HWY_ATTR {
    return (hn::Set(d, spikes.start) + ticks * hn::Set(d, sources::kTick)) + hn::Set(d, spikes.delay);
  };
  std::size_t k = 0;
  for (; k + lanes <= count; k += lanes) {
    const hn::RebindToSigned<Doubles> integers;
    const auto ticks = hn::BitCast(integers, hn::LoadU(Long(), spikes.ticks.data() + k));
    const V arrival = arrivals(hn::ConvertTo(d, ticks));
    const auto source = hn::LoadU(half, spikes.source.data() + k);
    const std::size_t is_before = bits_of(arrival < hn::Set(d, end));
    first = append(arrival - hn::Set(d, earlier), source, is_before, before, first);
    second = append(arrival - hn::Set(d, later), source, is_before ^ all, after, second);
  }
  before.resize(first);
  after.resize(second);
  for (; k < count; ++k) {
    const double arrival = (spikes.start + static_cast<double>(spikes.ticks[k]) * sources::kTick) + spikes.delay;
    const bool is_before = arrival < end;
    (is_before ? before : after).push(arrival - (is_before ? earlier : later), spikes.source[k]);
  }
}

void move_before_lanes(double end, ArrivalList& from, ArrivalList& to) {
  const Doubles d;
  const Short half;
  const std::size_t lanes = hn::Lanes(d);
  const std::size_t all = (std::size_t{1} << lanes) - 1;
  const std::size_t count = from.size();
  to.reserve(count);
  std::size_t moved = to.size();
  std::size_t left = 0;
  std::size_t k = 0;
  for (; k + lanes <= count; k += lanes) {
    const V arrival = hn::LoadU(d, from.offsets() + k);
    const auto source = hn::LoadU(half, from.sources() + k);
    const std::size_t is_before = bits_of(arrival < hn::Set(d, end));
    moved = append(arrival, source, is_before, to, moved);
    left = append(arrival, source, is_before ^ all, from, left);
  }
  to.resize(moved);
  for (; k < count; ++k) {
    const double arrival = from.offsets()[k];
    const std::uint32_t source = from.sources()[k];
    if (arrival < end) {
      to.push(arrival, source);
    } else {
      from.offsets()[left] = arrival;
      from.sources()[left++] = source;
    }
  }
  from.resize(left);
}

}  // namespace
}  // namespace va_event::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace va_event::engine {

HWY_EXPORT(split_lanes);
HWY_EXPORT(move_before_lanes);

void ArrivalList::reserve(std::size_t more) {
  constexpr std::size_t kVector = HWY_MAX_BYTES / sizeof(double);
  if (size_ + more + kVector > offset_.size()) {
    offset_.resize(2 * (size_ + more) + kVector);
    source_.resize(offset_.size());
  }
}

void split(const SlotSpikes& spikes, double end, double earlier, double later, ArrivalList& before,
           ArrivalList& after) {
  HWY_DYNAMIC_DISPATCH(split_lanes)(spikes, end, earlier, later, before, after);
}

void move_before(double end, ArrivalList& from, ArrivalList& to) {
  HWY_DYNAMIC_DISPATCH(move_before_lanes)(end, from, to);
}

}  // namespace va_event::engine
#endif
