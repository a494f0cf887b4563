// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstdint>

#include "events/instant.hpp"
#include "random/philox.hpp"
#include "sources/poisson_count.hpp"
#include "va_event/data.hpp"

namespace va_event::sources {

/// The spike trains of Poisson sources: which spikes a source has in a stretch of time, whatever was drawn before.
/// Every way to simulate draws its spikes from here.
///
/// Time from 0 on is divided into slots whose length follows from the rate alone. The spikes of a slot are a function
/// of the seed, the source, how often its rate has changed, and the slot: given their number, which has a Poisson
/// distribution, they are uniform in the slot and independent (Kingman 1993, "Poisson Processes", section 2.4). Where
/// the rate changes, the spikes before are kept, and all others are those of the new rate and the next number.
///
/// A slot's random words are blocks of Philox with a key of seed and change, and the counter {source, slot (64 bits),
/// j}: j = 0: one word for the count (poisson_count.hpp), and 4 bits for each of the spikes 0..23, the sixteenth of the
/// slot in which it is;
/// j = 1 + k / 2, k even or odd: two words for the place of spike k in there, or in the slot for k >= 24;
/// j with bit 31: 64 bits more for the spike's place in slots that are longer than 2^15 ms;
/// j = 2^32 - 1: 32 bits more for the count.

/// Times are multiples of this [ms], which offsets in an epoch hold without rounding.
inline constexpr double kTick = 0x1p-49;
inline constexpr std::uint64_t kTicksOfEpoch = std::uint64_t{1} << 53U;

/// The slots of a rate.
struct PoissonSlots {
  int exponent;  ///< a slot is 2^exponent ms long
  double mean;   ///< number of spikes in a slot: 4 <= mean < 8, less for rates below 1e-14 Hz
};

/// Slots up to this exponent need no more than 64 bits for a time.
inline constexpr int kLargestShortExponent = 15;
/// One slot of this length holds all times that there are.
inline constexpr int kLargestExponent = 59;

/// @param rate [Hz], >= 0
[[nodiscard]] PoissonSlots slots_of(double rate) noexcept;

/// The start of a slot, and its number modulo 2^64.
struct SlotStart {
  events::Instant<double> time;

  /// The one in which `t` is.
  [[nodiscard]] static SlotStart of(const events::Instant<double>& t, int exponent) noexcept;
  [[nodiscard]] SlotStart next(int exponent) const noexcept;
  [[nodiscard]] std::uint64_t number(int exponent) const noexcept;
};

/// The time from a slot's start to a spike.
struct TimeInSlot {
  std::uint64_t epochs;
  std::uint64_t ticks;  ///< < kTicksOfEpoch
  friend auto operator<=>(const TimeInSlot&, const TimeInSlot&) = default;

  /// @param ticks in a slot that is not longer than 2^kLargestShortExponent ms
  [[nodiscard]] static TimeInSlot of(std::uint64_t ticks) noexcept {
    return {ticks / kTicksOfEpoch, ticks % kTicksOfEpoch};
  }
  [[nodiscard]] events::Instant<double> after(const SlotStart& start) const noexcept {
    return {start.time.epoch + static_cast<std::int64_t>(epochs),
            start.time.offset + static_cast<double>(ticks) * kTick};
  }
};

/// The key of the sources' blocks after so many changes of the rate.
[[nodiscard]] random::PhiloxKey poisson_key(std::uint64_t seed, std::uint32_t change) noexcept;

/// The block with number j of a slot (see above).
[[nodiscard]] inline random::PhiloxBlock poisson_block(const random::PhiloxKey& key, CellId source,
                                                       std::uint64_t number, std::uint32_t j) noexcept {
  return random::philox(key,
                        {source, static_cast<std::uint32_t>(number), static_cast<std::uint32_t>(number >> 32U), j});
}

/// The block with more bits for the count.
inline constexpr std::uint32_t kMoreOfPoissonCount = ~std::uint32_t{0};

/// The spikes of a source in one slot.
class PoissonSlot {
 public:
  /// @param counts  a PoissonCounts of this mean; null: without a table
  PoissonSlot(const random::PhiloxKey& key, CellId source, std::uint64_t number, const PoissonSlots& slots,
              const PoissonCounts* counts) noexcept;

  [[nodiscard]] unsigned count() const noexcept { return count_; }

  /// The times of all spikes, not in order, into the first count() places.
  void times(std::array<TimeInSlot, kMostSpikes>& out) const noexcept;
  /// The same in ticks. @pre the exponent is at most kLargestShortExponent
  void ticks(std::array<std::uint64_t, kMostSpikes>& out) const noexcept;

 private:
  [[nodiscard]] random::PhiloxBlock block(std::uint32_t j) const noexcept {
    return poisson_block(key_, source_, number_, j);
  }
  /// The place of spike k as a fraction of the slot, in units of 2^-64.
  [[nodiscard]] std::uint64_t fraction(unsigned k) const noexcept;

  random::PhiloxKey key_;
  CellId source_;
  std::uint64_t number_;
  int exponent_;
  unsigned count_;
  random::PhiloxRow row_;  ///< blocks 0..7
};

}  // namespace va_event::sources
