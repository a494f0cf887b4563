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
#include "neurons/if_cond_exp/order_free/unwritten.hpp"

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
  static constexpr std::size_t kPadding = 16;
  std::shared_ptr<const HeldSources> sources;
  std::int64_t epoch = 0;            ///< of the arrivals
  events::Instant<double> start;     ///< none arrives before
  events::Instant<double> end;       ///< none arrives after it
  UnwrittenVector<double> arrival;   ///< in the epoch, or after its end; source by
                                     ///< source, of each in no order [ms]
  std::vector<std::uint32_t> begin;  ///< by source, and the end of the last one
  std::uint32_t most = 0;            ///< of one source

  [[nodiscard]] std::size_t memory_bytes() const {
    return arrival.capacity() * sizeof(double) + begin.capacity() * sizeof(std::uint32_t);
  }
};

/// Counts of the inputs of sources with one delay by bins of 1/8 ms of the times at which they were emitted, those that
/// no window has taken. A slot is one or several whole bins.
class InputBins {
 public:
  static constexpr std::int64_t kPerEpoch = 128;
  static constexpr double kLength = static_cast<double>(events::kEpoch) / kPerEpoch;  ///< [ms]
  static constexpr int kTickBits = 46;                                                ///< 2^46 of SlotSpikes::kTick

  /// @param now the time from which on inputs are emitted @param delay [ms]
  InputBins(std::size_t neurons, const events::Instant<double>& now, double delay)
      : stride_((neurons + kPadding - 1) / kPadding * kPadding), delay_(delay), first_(number_of(now)) {}

  /// The bin in which an input is emitted at t.
  [[nodiscard]] static std::int64_t number_of(const events::Instant<double>& t) {
    return t.epoch * kPerEpoch + static_cast<std::int64_t>(t.offset / kLength);
  }
  /// When its inputs begin to arrive.
  [[nodiscard]] events::Instant<double> arrival_of(std::int64_t number) const {
    return events::later<double>({number / kPerEpoch, static_cast<double>(number % kPerEpoch) * kLength}, delay_);
  }
  /// The counts of a bin, by neuron. @param number from first() on
  [[nodiscard]] std::uint8_t* bin(std::int64_t number) { return counts_.data() + place_of(number) * stride_; }
  [[nodiscard]] std::size_t stride() const { return stride_; }
  /// Makes room for bins up to this one, and notes that those from `begin` on have inputs. @pre begin >= first()
  void reserve(std::int64_t begin, std::int64_t last);
  /// Calls visit(counts, number) for the bins with inputs that begin to arrive before `end`.
  template <class Visit>
  void for_each_before(const events::Instant<double>& end, const Visit& visit) {
    for (std::int64_t number = first_; number < end_of_used_ && arrival_of(number) < end; ++number) {
      if (used_[place_of(number)] != 0) {
        visit(static_cast<const std::uint8_t*>(bin(number)), number);
      }
    }
  }
  /// Empties them. No more inputs come in these.
  void clear_before(const events::Instant<double>& end);
  /// All before it have been taken.
  [[nodiscard]] std::int64_t first() const { return first_; }
  /// Goes back to the bin before first(), which is empty. @pre it has been cleared
  void go_back();
  /// Counts the inputs of a slot in the bin first() that arrive at `begin` or later.
  void count_from(const events::Instant<double>& begin, const SlotInputs& slot);

 private:
  static constexpr std::size_t kPadding = 64;

  [[nodiscard]] std::size_t place_of(std::int64_t number) const {
    return static_cast<std::size_t>(number) & (rows_ - 1);
  }

  std::size_t stride_ = 0, rows_ = 0;  ///< the latter a power of two
  double delay_ = 0.0;                 ///< [ms]
  std::int64_t first_ = 0;
  std::int64_t end_of_used_ = 0;  ///< there are no inputs from here on
  foundation::LargeVector<std::uint8_t> counts_;
  std::vector<std::uint8_t> used_;  ///< by row: whether there may be an input
};

/// The arrivals of a slot, with the roundings that (start + ticks kTick) +
/// delay has in double, and their bins.
void take_slot(const SlotSpikes& spikes, SlotInputs& inputs, InputBins& bins);

}  // namespace va_event::neurons::order_free_conductances
