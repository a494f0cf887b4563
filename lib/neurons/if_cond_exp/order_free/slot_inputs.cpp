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

#include "neurons/if_cond_exp/order_free/slot_inputs.hpp"

HWY_BEFORE_NAMESPACE();
namespace va_event::neurons::order_free_conductances::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

void find_arrivals_lanes(const std::uint64_t* ticks, std::size_t count, double start, double delay, double* arrival) {
  const hn::ScalableTag<double> d;
  const hn::RebindToSigned<decltype(d)> integers;
  const hn::RebindToUnsigned<decltype(d)> words;
  const auto begin = hn::Set(d, start);
  const auto tick = hn::Set(d, SlotSpikes::kTick);
  const auto after = hn::Set(d, delay);
  std::size_t k = 0;
  for (; k + hn::Lanes(d) <= count; k += hn::Lanes(d)) {
    const auto whole = hn::ConvertTo(d, hn::BitCast(integers, hn::LoadU(words, ticks + k)));
    hn::StoreU((begin + whole * tick) + after, d, arrival + k);
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

void InputBins::reserve(std::int64_t last) {
  const auto needed = static_cast<std::size_t>(last - first_ + 1);
  if (needed <= rows_) {
    return;
  }
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

void InputBins::clear_before(const events::Instant<double>& end) {
  for_each_before(end, [this](const std::uint8_t* /*counts*/, std::int64_t number) {
    std::fill_n(bin(number), stride_, std::uint8_t{0});
    used_[place_of(number)] = 0;
  });
  first_ = std::max(first_, number_of(end));
}

void take_slot(const SlotSpikes& spikes, SlotInputs& inputs, InputBins& bins) {
  constexpr double kEpoch = events::kEpoch;
  constexpr int kBitsOfMs = 49;
  // As many whole epochs as the delay has are added to the epoch.
  const events::Instant<double> whole = events::later(events::Instant<double>{spikes.start.epoch, 0.0}, spikes.delay);
  const bool is_short = spikes.delay < kEpoch;
  const double delay = is_short ? spikes.delay : whole.offset;
  inputs.epoch = is_short ? spikes.start.epoch : whole.epoch;
  const std::size_t count = spikes.ticks.size();
  inputs.arrival.resize(count + SlotInputs::kPadding);
  HWY_DYNAMIC_DISPATCH(find_arrivals_lanes)
  (spikes.ticks.data(), count, spikes.start.offset, delay, inputs.arrival.data());
  // Rounded down, so that no bin is too late.
  const auto first_tick = static_cast<std::uint64_t>(spikes.start.offset / SlotSpikes::kTick) +
                          static_cast<std::uint64_t>(delay / SlotSpikes::kTick);
  const std::int64_t first_bin = inputs.epoch * InputBins::kPerEpoch;
  const std::size_t sources = spikes.counts.size();
  const std::uint64_t length = std::uint64_t{1} << static_cast<unsigned>(inputs.sources->exponent + kBitsOfMs);
  bins.reserve(
      std::max(bins.first(), first_bin + static_cast<std::int64_t>((first_tick + length) >> InputBins::kTickBits)));
  inputs.begin.resize(sources + 1);
  const InputBins::Counter counter(bins);
  const std::uint64_t* const ticks = spikes.ticks.data();
  const std::uint32_t* const targets = inputs.sources->target.data();
  std::uint32_t place = 0;
  for (std::size_t k = 0; k < sources; ++k) {
    inputs.begin[k] = place;
    const std::uint32_t target = targets[k];
    for (const std::uint32_t end = place + spikes.counts[k]; place < end; ++place) {
      const auto number = static_cast<std::int64_t>((first_tick + ticks[place]) >> InputBins::kTickBits);
      counter.add(first_bin + number, target);
    }
  }
  inputs.begin[sources] = place;
  inputs.start = events::later(spikes.start, spikes.delay);
  const double slot_end = spikes.start.offset + std::ldexp(1.0, inputs.sources->exponent);
  inputs.end = events::later(events::normalised<double>(spikes.start.epoch, slot_end), spikes.delay);
}

}  // namespace va_event::neurons::order_free_conductances
#endif
