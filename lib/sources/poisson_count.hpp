// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "numerics/elementary.hpp"

namespace va_event::sources {

/// How many spikes a slot has: the inverse of the Poisson distribution function, the same bits on every machine, with a
/// table (PoissonCounts) or without one (poisson_count()).
///
/// The limits are C_k = floor(p_0 2^64) + ... + floor(p_k 2^64), with p_k = p_(k-1) mean / k in double. A word of 64
/// bits has the count k when it is below C_k and not below C_(k-1). Nearly always the upper 32 bits of the word decide;
/// the others are drawn only where they do not, once in 10^8 slots. What rounding leaves above the last limit, some
/// 1e-15, has the most probable count.

/// Largest mean of a slot, excluded: any count has at most kMostSpikes then (2^64 p_k < 1 before).
inline constexpr double kLargestMean = 8.0;
inline constexpr unsigned kMostSpikes = 63;

/// The limits C_0, C_1, ... one after the other.
class PoissonLimits {
 public:
  /// @param mean in [0, kLargestMean)
  explicit PoissonLimits(double mean) noexcept : mean_(mean), term_(numerics::elementary::exp(-mean) * 0x1p64) {}

  /// On to the next limit, C_0 at first. @return whether there is one
  [[nodiscard]] bool advance() noexcept {
    if (begun_) {
      ++count_;
      term_ *= mean_ / static_cast<double>(count_);
    }
    begun_ = true;
    constexpr double kBelow = 0x1p64 - 0x1p11;  // the largest double below 2^64: p_0 may be 1
    const auto share = static_cast<std::uint64_t>(term_ < kBelow ? term_ : kBelow);
    if (count_ == kMostSpikes || share > ~limit_ || (share == 0 && static_cast<double>(count_) > mean_)) {
      return false;
    }
    limit_ += share;
    return true;
  }
  [[nodiscard]] unsigned count() const noexcept { return count_; }       ///< k
  [[nodiscard]] std::uint64_t limit() const noexcept { return limit_; }  ///< C_k

 private:
  double mean_;
  double term_;  ///< p_k 2^64
  std::uint64_t limit_ = 0;
  unsigned count_ = 0;
  bool begun_ = false;
};

/// The count that belongs to 32 random bits, without a table: some `mean` steps.
/// @param mean  in [0, kLargestMean)
/// @param more  gives 32 more bits, the same every time
template <class More>
[[nodiscard]] unsigned poisson_count(double mean, std::uint32_t bits, const More& more) {
  PoissonLimits limits(mean);
  while (limits.advance()) {
    const auto upper = static_cast<std::uint32_t>(limits.limit() >> 32U);
    if (upper > bits) {
      return limits.count();
    }
    if (upper == bits) {  // undecided
      const std::uint64_t word = std::uint64_t{bits} << 32U | more();
      do {
        if (word < limits.limit()) {
          return limits.count();
        }
      } while (limits.advance());
      break;
    }
  }
  return static_cast<unsigned>(mean);  // the most probable one
}

/// The same with a table of the limits, for slots of one mean.
class PoissonCounts {
 public:
  /// @param mean in [0, kLargestMean)
  explicit PoissonCounts(double mean) : mean_(mean) {
    upper_.fill(~std::uint32_t{0});
    PoissonLimits limits(mean);
    while (limits.advance()) {
      upper_[limits.count()] = static_cast<std::uint32_t>(limits.limit() >> 32U);
    }
    unsigned count = 0;
    for (std::uint32_t cell = 0; cell < guide_.size(); ++cell) {
      while (upper_[count] < cell << kCellBits) {
        ++count;
      }
      guide_[cell] = static_cast<std::uint8_t>(count);
    }
  }

  [[nodiscard]] double mean() const noexcept { return mean_; }

  template <class More>
  [[nodiscard]] unsigned operator()(std::uint32_t bits, const More& more) const {
    unsigned count = guide_[bits >> kCellBits];
    while (upper_[count] < bits) {
      ++count;
    }
    return upper_[count] != bits ? count : poisson_count(mean_, bits, more);
  }

 private:
  static constexpr unsigned kCellBits = 22;

  double mean_;
  std::array<std::uint32_t, kMostSpikes + 1> upper_;  ///< the upper halves of the limits; then 2^32 - 1
  std::array<std::uint8_t, std::size_t{1} << (32U - kCellBits)> guide_;  ///< the least count of 2^22 words each
};

}  // namespace va_event::sources
