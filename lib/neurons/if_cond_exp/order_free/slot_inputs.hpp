// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "events/instant.hpp"
#include "foundation/large_pages.hpp"
#include "neurons/group/windowed_group.hpp"

/// Inputs of sources that each have one synapse, as whole slots of time come:
/// kept as they are, source by source, so that a neuron's inputs lie side by
/// side; and counted by short bins of time, which is all that the filter needs
/// of them.
namespace va_event::neurons::order_free_conductances {

/// Excitatory sources with one delay, at most one for each neuron.
struct HeldSources {
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  std::vector<std::uint32_t> source_of;  ///< by neuron; kNone
  std::vector<std::uint32_t> target;     ///< by source
  std::vector<double> weight;            ///< by source, or one number of all [uS]
  foundation::LargeVector<float> bound;  ///< the weight by neuron, from above; 0: none; padded as Bounds
  int exponent = 0;                      ///< slots are 2^exponent ms long

  [[nodiscard]] double weight_of(std::uint32_t source) const { return weight[weight.size() == 1 ? 0 : source]; }
};

/// The inputs of one slot. Vectors may be read behind the last one.
struct SlotInputs {
  static constexpr std::size_t kPadding = 8;
  std::shared_ptr<const HeldSources> sources;
  std::int64_t epoch = 0;            ///< of the arrivals
  events::Instant<double> start;     ///< none arrives before
  events::Instant<double> end;       ///< none arrives after it
  std::vector<double> arrival;       ///< in the epoch, or after its end; source by
                                     ///< source, of each in no order [ms]
  std::vector<std::uint32_t> begin;  ///< by source, and the end of the last one
};

/// Counts of inputs by bins of 1/8 ms, those that no window has taken.
class InputBins {
 public:
  static constexpr std::int64_t kPerEpoch = 128;
  static constexpr double kLength = static_cast<double>(events::kEpoch) / kPerEpoch;  ///< [ms]
  static constexpr int kTickBits = 46;  ///< a bin is 2^46 of SlotSpikes::kTick

  InputBins() = default;
  /// @param now bins before it are not needed
  InputBins(std::size_t neurons, const events::Instant<double>& now)
      : stride_((neurons + kPadding - 1) / kPadding * kPadding), first_(number_of(now)) {}

  [[nodiscard]] static std::int64_t number_of(const events::Instant<double>& t) {
    return t.epoch * kPerEpoch + static_cast<std::int64_t>(t.offset / kLength);
  }
  /// The counts of a bin, by neuron. @param number from the first one that is
  /// not taken on
  [[nodiscard]] std::uint8_t* bin(std::int64_t number) { return counts_.data() + place_of(number) * stride_; }
  /// Makes room for bins up to this one.
  void reserve(std::int64_t last);
  /// Calls visit(counts, number) for the bins with inputs that begin before `end`.
  template <class Visit>
  void for_each_before(const events::Instant<double>& end, const Visit& visit) {
    for (std::int64_t number = first_; begins_before(number, end); ++number) {
      if (used_[place_of(number)] != 0) {
        visit(static_cast<const std::uint8_t*>(bin(number)), number);
      }
    }
  }
  /// Empties them. More inputs may come in the bin that holds `end`, but none
  /// in those before.
  void clear_before(const events::Instant<double>& end);
  [[nodiscard]] std::int64_t first() const { return first_; }

  /// Counts inputs. A copy, whose members no count can change. @pre there is
  /// room
  class Counter {
   public:
    explicit Counter(InputBins& bins)
        : counts_(bins.counts_.data()),
          used_(bins.used_.data()),
          stride_(bins.stride_),
          mask_(bins.rows_ - 1),
          first_(bins.first_) {}
    /// @param number of the bin; one that has been taken stands for the first
    /// one that has not
    void add(std::int64_t number, std::uint32_t neuron) const {
      const std::size_t place = static_cast<std::size_t>(number > first_ ? number : first_) & mask_;
      used_[place] = 1;
      ++counts_[place * stride_ + neuron];
    }

   private:
    std::uint8_t *counts_, *used_;
    std::size_t stride_, mask_;
    std::int64_t first_;
  };

 private:
  static constexpr std::size_t kPadding = 64;

  [[nodiscard]] bool begins_before(std::int64_t number, const events::Instant<double>& end) const {
    const std::int64_t of_end = number_of(end);
    return rows_ > 0 &&
           (number < of_end || (number == of_end && static_cast<double>(number % kPerEpoch) * kLength < end.offset));
  }
  [[nodiscard]] std::size_t place_of(std::int64_t number) const {
    return static_cast<std::size_t>(number) & (rows_ - 1);
  }

  std::size_t stride_ = 0, rows_ = 0;  ///< the latter a power of two
  std::int64_t first_ = 0;
  foundation::LargeVector<std::uint8_t> counts_;
  std::vector<std::uint8_t> used_;  ///< by row: whether there is an input
};

/// The arrivals of a slot, with the roundings that (start + ticks kTick) +
/// delay has in double, and their bins.
void take_slot(const SlotSpikes& spikes, SlotInputs& inputs, InputBins& bins);

}  // namespace va_event::neurons::order_free_conductances
