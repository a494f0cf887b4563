// SPDX-License-Identifier: Apache-2.0
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS VA_EVENT_SIZELESS_TARGETS
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "neurons/if_cond_exp/order_free/slot_inputs.cpp"
#include <hwy/foreach_target.h>
// clang-format off: the order matters
#include <hwy/highway.h>
// clang-format on
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "neurons/if_cond_exp/order_free/slot_inputs.hpp"

HWY_BEFORE_NAMESPACE();
namespace va_event::neurons::order_free_conductances::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

/// Doubles from 8 to 16 are 8 and a number of kTick below 2^52.
constexpr double kAbove = 8.0;
static_assert(kAbove == 0x1p52 * SlotSpikes::kTick);

void find_arrivals_lanes(const std::uint64_t* ticks, std::size_t count, double start, double delay, double* arrival) {
  const hn::ScalableTag<double> d;
  const hn::RebindToUnsigned<decltype(d)> words;
  const auto begin = hn::Set(d, start - kAbove);
  const auto above = hn::BitCast(words, hn::Set(d, kAbove));
  const auto after = hn::Set(d, delay);
  std::size_t k = 0;
  for (; k + hn::Lanes(d) <= count; k += hn::Lanes(d)) {
    const auto since = hn::BitCast(d, hn::Or(hn::LoadU(words, ticks + k), above));
    hn::StoreU((begin + since) + after, d, arrival + k);
  }
  for (; k < count; ++k) {
    arrival[k] = (start + static_cast<double>(ticks[k]) * SlotSpikes::kTick) + delay;
  }
}

}  // namespace
}  // namespace va_event::neurons::order_free_conductances::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace va_event::neurons::order_free_conductances {

HWY_EXPORT(find_arrivals_lanes);

void InputBins::reserve(std::int64_t begin, std::int64_t last) {
  if (end_of_used_ <= first_) {
    first_ = begin;  // there are no inputs in between
  }
  const auto needed = static_cast<std::size_t>(last - first_ + 1);
  if (needed > rows_) {
    InputBins more = *this;
    more.rows_ = std::bit_ceil(needed);
    more.counts_.assign(more.rows_ * stride_, 0);
    more.used_.assign(more.rows_, 0);
    for (std::int64_t number = first_; number < first_ + static_cast<std::int64_t>(rows_); ++number) {
      std::copy_n(bin(number), stride_, more.bin(number));
      more.used_[more.place_of(number)] = used_[place_of(number)];
    }
    *this = std::move(more);
  }
  for (std::int64_t number = begin; number <= last; ++number) {
    used_[place_of(number)] = 1;
  }
  end_of_used_ = std::max(end_of_used_, last + 1);
}

void InputBins::clear_before(const events::Instant<double>& end) {
  for (; first_ < end_of_used_ && arrival_of(first_) < end; ++first_) {
    if (std::exchange(used_[place_of(first_)], std::uint8_t{0}) != 0) {
      std::fill_n(bin(first_), stride_, std::uint8_t{0});
    }
  }
}

void InputBins::go_back() {
  --first_;
  reserve(first_, std::max(end_of_used_ - 1, first_));
}

void InputBins::count_from(const events::Instant<double>& begin, const SlotInputs& slot) {
  const auto in_epoch = [&slot](const events::Instant<double>& t) {
    return static_cast<double>((t.epoch - slot.epoch) * events::kEpoch) + t.offset;
  };
  const double from = in_epoch(begin);
  const double to = in_epoch(arrival_of(first_ + 1));
  std::uint8_t* const counts = bin(first_);
  const std::size_t count = slot.begin.back();
  for (std::size_t k = 0; k < count; ++k) {
    if (from <= slot.arrival[k] && slot.arrival[k] < to) {  // few do
      const auto after = std::upper_bound(slot.begin.begin(), slot.begin.end(), static_cast<std::uint32_t>(k));
      ++counts[slot.sources->target[static_cast<std::size_t>(after - slot.begin.begin()) - 1]];
    }
  }
}

void take_slot(const SlotSpikes& spikes, SlotInputs& inputs, InputBins& bins) {
  constexpr double kEpoch = events::kEpoch;
  constexpr int kBitsOfMs = 49;
  constexpr std::size_t kMostBins = InputBins::kPerEpoch;  // slots are not longer than an epoch
  // As many whole epochs as the delay has are added to the epoch.
  const events::Instant<double> whole = events::later(events::Instant<double>{spikes.start.epoch, 0.0}, spikes.delay);
  const bool is_short = spikes.delay < kEpoch;
  const double delay = is_short ? spikes.delay : whole.offset;
  inputs.epoch = is_short ? spikes.start.epoch : whole.epoch;
  const std::size_t count = spikes.ticks.size();
  inputs.arrival.resize(count + SlotInputs::kPadding);
  constexpr int kLongest = 3;  // of slots whose times in kTick are below 2^52
  if (inputs.sources->exponent <= kLongest) {
    HWY_DYNAMIC_DISPATCH(find_arrivals_lanes)
    (spikes.ticks.data(), count, spikes.start.offset, delay, inputs.arrival.data());
  } else {
    for (std::size_t k = 0; k < count; ++k) {
      inputs.arrival[k] = (spikes.start.offset + static_cast<double>(spikes.ticks[k]) * SlotSpikes::kTick) + delay;
    }
  }
  const std::size_t sources = spikes.counts.size();
  const std::uint8_t* const counts = spikes.counts.data();
  inputs.begin.resize(sources + 1);
  std::uint32_t* const begin = inputs.begin.data();
  std::uint32_t place = 0;
  for (std::size_t k = 0; k < sources; ++k) {
    begin[k] = place;
    place += counts[k];
  }
  begin[sources] = place;
  inputs.most = sources > 0 ? *std::max_element(counts, counts + sources) : 0;
  // Slots begin with a bin.
  const std::int64_t first = InputBins::number_of(spikes.start);
  const std::int64_t length = std::int64_t{1}
                              << static_cast<unsigned>(inputs.sources->exponent + kBitsOfMs - InputBins::kTickBits);
  bins.reserve(first, first + length - 1);
  std::uint8_t* rows[kMostBins];
  for (std::int64_t k = 0; k < length; ++k) {
    rows[k] = bins.bin(first + k);
  }
  const std::uint64_t* const ticks = spikes.ticks.data();
  const std::uint32_t* const source = spikes.source.data();
  const std::uint32_t* const targets = inputs.sources->target.data();
  const auto note = [&](std::size_t k) { ++rows[ticks[k] >> InputBins::kTickBits][targets[source[k]]]; };
  std::size_t k = 0;
  for (; k + 4 <= count; k += 4) {
    note(k);
    note(k + 1);
    note(k + 2);
    note(k + 3);
  }
  for (; k < count; ++k) {
    note(k);
  }
  inputs.start = events::later(spikes.start, spikes.delay);
  const double slot_end = spikes.start.offset + std::ldexp(1.0, inputs.sources->exponent);
  inputs.end = events::later(events::normalised<double>(spikes.start.epoch, slot_end), spikes.delay);
}

}  // namespace va_event::neurons::order_free_conductances
#endif
