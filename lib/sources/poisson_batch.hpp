// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "random/philox.hpp"
#include "sources/poisson_count.hpp"
#include "sources/poisson_train.hpp"
#include "va_event/data.hpp"

namespace va_event::sources {

/// All spikes of many Poisson sources in a slot, drawn together: the trains of poisson_train.hpp to the last bit, in
/// vectors, in about a quarter of the time. For slots up to kLargestShortExponent: longer ones hold a spike in minutes.

/// What was drawn: source by source, and of each in the order in which PoissonSlot::ticks() has them, which is not that
/// of time. The arrays only grow, so that one object serves many slots without allocations.
class PoissonSpikes {
 public:
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// The source of each spike: its index among those that were drawn.
  [[nodiscard]] std::span<const std::uint32_t> source() const noexcept { return {source_.data(), size_}; }
  /// The time of each spike from the slot's start, in kTick.
  [[nodiscard]] std::span<const std::uint64_t> ticks() const noexcept { return {ticks_.data(), size_}; }
  /// The number of spikes of each source.
  [[nodiscard]] std::span<const std::uint8_t> counts() const noexcept { return counts_; }

  // For those who draw.
  /// Begins anew. @return where the counts of so many sources go
  std::uint8_t* begin(std::size_t sources) {
    size_ = 0;
    counts_.resize(sources);
    return counts_.data();
  }
  struct Room {
    std::uint32_t* source;
    std::uint64_t* ticks;
  };
  /// Room for `more` spikes behind those that are there, until the next call.
  Room room(std::size_t more) {
    if (size_ + more > ticks_.size()) {
      source_.resize(2 * (size_ + more));
      ticks_.resize(2 * (size_ + more));
    }
    return {source_.data() + size_, ticks_.data() + size_};
  }
  /// So many are there now.
  void add(std::size_t more) { size_ += more; }

 private:
  std::size_t size_ = 0;
  std::vector<std::uint32_t> source_;
  std::vector<std::uint64_t> ticks_;
  std::vector<std::uint8_t> counts_;
};

/// The spikes of `count` sources with consecutive cells in a slot. All have the same rate and number of changes.
/// @param key     poisson_key() of the seed and the changes
/// @param slots   of the rate @param counts  of slots.mean @param number  of the slot
void draw_poisson(const random::PhiloxKey& key, CellId first, std::size_t count, const PoissonSlots& slots,
                  const PoissonCounts& counts, std::uint64_t number, PoissonSpikes& out);

/// How many spikes that are, without their times.
[[nodiscard]] std::uint64_t count_poisson(const random::PhiloxKey& key, CellId first, std::size_t count,
                                          const PoissonSlots& slots, const PoissonCounts& counts, std::uint64_t number);

/// A source of its own rate and changes, and one of its slots.
struct PoissonSource {
  random::PhiloxKey key;
  CellId cell;
  PoissonSlots slots;
  std::uint64_t number;                   ///< of the slot
  const PoissonCounts* counts = nullptr;  ///< of slots.mean, if there is a table
};

/// The spikes of sources that have nothing in common, one source after the other.
void draw_poisson(std::span<const PoissonSource> sources, PoissonSpikes& out);

}  // namespace va_event::sources
