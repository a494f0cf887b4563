// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "engine/shard/arrival_list.hpp"
#include "events/instant.hpp"

namespace va_event::engine {

/// Spikes of some sources on their way, each to a single neuron. They wait in buckets by the time of their arrival, so
/// that those that are due are found without an order among them.
class ArrivalBuckets {
 public:
  using Instant = events::Instant<double>;

  /// Spikes that arrive in one epoch.
  struct Due {
    std::int64_t epoch;
    std::span<const double> offset;         ///< of the arrivals [ms]
    std::span<const std::uint32_t> source;  ///< of each
  };

  ArrivalBuckets() = default;
  /// @param first     no spike arrives before it
  /// @param span      nor so long after the end of the next take() [ms]; fit(span, exponent)
  /// @param exponent  a bucket is 2^exponent ms long: from kShortest to kLongest
  ArrivalBuckets(const Instant& first, double span, int exponent)
      : per_ms_(std::ldexp(1.0, -exponent)),
        of_epoch_(events::kEpoch << static_cast<unsigned>(-exponent)),
        reach_(static_cast<std::int64_t>(std::ldexp(span, -exponent)) + 3),
        buckets_(count_for(span, exponent)),
        first_(number_of(first)),
        taken_(first_) {}
  static constexpr int kShortest = -4;
  static constexpr int kLongest = 0;
  /// Whether there are enough buckets of this length.
  [[nodiscard]] static bool fit(double span, int exponent) { return count_for(span, exponent) <= kMostBuckets; }

  /// Adds a spike. @param arrival  normalised
  void push(const Instant& arrival, std::uint32_t source) {
    buckets_[place_of(number_of(arrival))].push(arrival.offset, source);
  }
  /// Adds the spikes of a slot that is not longer than a bucket. @param epoch of the slot @param delay [ms]
  void push(SlotSpikes spikes, std::int64_t epoch, double delay) {
    const Instant whole = events::later(Instant{epoch, 0.0}, delay);  // as many epochs, and the rest
    spikes.delay = delay < static_cast<double>(events::kEpoch) ? delay : whole.offset;
    const Instant earliest = events::later(Instant{epoch, spikes.start}, delay);
    const std::int64_t number = number_of(earliest);
    // Offsets of the slot's epoch plus the delay may be those of the next one.
    const std::int64_t shifted = epoch + (delay < static_cast<double>(events::kEpoch) ? 0 : whole.epoch - epoch);
    const auto beyond = [&](std::int64_t bucket) {
      const std::int64_t epochs = bucket / of_epoch_ - shifted;
      return static_cast<double>(epochs * events::kEpoch);
    };
    const double end = static_cast<double>(number + 1 - shifted * of_epoch_) / per_ms_;
    split(spikes, end, beyond(number), beyond(number + 1), buckets_[place_of(number)], buckets_[place_of(number + 1)]);
  }

  /// Takes out the spikes that arrive before `end`: calls visit(Due) a few times. What that refers to stays as it is
  /// until the next forget_taken(), which must come before the next push().
  template <class Visit>
  void take(const Instant& end, const Visit& visit) {
    const std::int64_t last = number_of(end);
    for (; first_ < last; ++first_) {
      give(first_, buckets_[place_of(first_)], visit);
    }
    if (first_ == last) {  // `end` is in this bucket
      move_before(end.offset, buckets_[place_of(last)], part_);
      give(last, part_, visit);
    }
  }
  /// Makes room for all spikes that are pushed before a take() with this end. After forget_taken().
  void make_room(const Instant& end) {
    const std::int64_t needed = number_of(end) - first_ + reach_;
    const auto size = static_cast<std::int64_t>(buckets_.size());
    if (needed <= size) {
      return;
    }
    std::vector<ArrivalList> more(std::bit_ceil(static_cast<std::size_t>(needed)));
    for (std::int64_t number = first_; number < first_ + size; ++number) {
      more[static_cast<std::size_t>(number) & (more.size() - 1)] = std::move(buckets_[place_of(number)]);
    }
    buckets_ = std::move(more);
  }
  void forget_taken() {
    for (; taken_ < first_; ++taken_) {
      buckets_[place_of(taken_)].clear();
    }
    part_.clear();
  }

 private:
  static constexpr std::size_t kMostBuckets = 1U << 12U;

  [[nodiscard]] std::int64_t number_of(const Instant& t) const {
    return t.epoch * of_epoch_ + static_cast<std::int64_t>(t.offset * per_ms_);
  }
  [[nodiscard]] std::size_t place_of(std::int64_t number) const {
    return static_cast<std::size_t>(number) & (buckets_.size() - 1);
  }
  /// A power of two.
  [[nodiscard]] static std::size_t count_for(double span, int exponent) {
    std::size_t count = 1;
    while (static_cast<double>(count) < std::ldexp(span, -exponent) + 2.0 && count <= kMostBuckets) {
      count *= 2;
    }
    return count;
  }
  template <class Visit>
  void give(std::int64_t number, const ArrivalList& list, const Visit& visit) const {
    if (list.size() > 0) {
      visit(Due{number / of_epoch_, list.offset(), list.source()});
    }
  }

  double per_ms_ = 1.0;               ///< buckets
  std::int64_t of_epoch_ = 1;         ///< buckets
  std::int64_t reach_ = 0;            ///< buckets that are needed from the end of a take() on
  std::vector<ArrivalList> buckets_;  ///< by number modulo their count
  ArrivalList part_;                  ///< spikes of a bucket the rest of which is not due
  std::int64_t first_ = 0;            ///< number of the first bucket that is not taken
  std::int64_t taken_ = 0;            ///< and of the first one that is not forgotten
};

}  // namespace va_event::engine
