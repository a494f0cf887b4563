// SPDX-License-Identifier: Apache-2.0
#include "sources/poisson_train.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "random/purposes.hpp"

namespace va_event::sources {
namespace {

/// 4 bits of it for each of 24 spikes.
constexpr unsigned kCoarseSpikes = 24;
constexpr std::uint32_t kMoreOfTime = std::uint32_t{1} << 31U;
/// A slot of 2^4 ms is an epoch.
constexpr int kEpochExponent = 4;
static_assert(std::int64_t{1} << kEpochExponent == events::kEpoch);

constexpr int kExponentBias = 1023;

double power_of_two(int exponent) noexcept {
  return std::bit_cast<double>(static_cast<std::uint64_t>(exponent + kExponentBias) << 52U);
}

std::array<std::uint64_t, 2> halves(const random::PhiloxBlock& words) noexcept {
  return {words[0] | std::uint64_t{words[1]} << 32U, words[2] | std::uint64_t{words[3]} << 32U};
}

}  // namespace

PoissonSlots slots_of(double rate) noexcept {
  const double per_ms = rate / 1000.0;
  // 2^n <= per_ms < 2^(n+1), so that a slot of 2^(2-n) ms has 4 to 8 spikes. Of denormal numbers and 0 n is -1023.
  const int n = static_cast<int>(std::bit_cast<std::uint64_t>(per_ms) >> 52U) - kExponentBias;
  const int exponent = std::min(2 - n, kLargestExponent);
  return {exponent, per_ms * power_of_two(exponent)};
}

SlotStart SlotStart::of(const events::Instant<double>& t, int exponent) noexcept {
  if (exponent <= kEpochExponent) {
    return {{t.epoch, std::floor(t.offset * power_of_two(-exponent)) * power_of_two(exponent)}};
  }
  const auto epochs = std::int64_t{1} << (exponent - kEpochExponent);
  return {{t.epoch & ~(epochs - 1), 0.0}};
}

SlotStart SlotStart::next(int exponent) const noexcept {
  if (exponent < kEpochExponent) {
    const double end = time.offset + power_of_two(exponent);
    return end < static_cast<double>(events::kEpoch) ? SlotStart{{time.epoch, end}} : SlotStart{{time.epoch + 1, 0.0}};
  }
  return {{time.epoch + (std::int64_t{1} << (exponent - kEpochExponent)), 0.0}};
}

std::uint64_t SlotStart::number(int exponent) const noexcept {
  const auto epoch = static_cast<std::uint64_t>(time.epoch);
  return exponent < kEpochExponent ? (epoch << static_cast<unsigned>(kEpochExponent - exponent)) +
                                         static_cast<std::uint64_t>(time.offset * power_of_two(-exponent))
                                   : epoch >> static_cast<unsigned>(exponent - kEpochExponent);
}

random::PhiloxKey poisson_key(std::uint64_t seed, std::uint32_t change) noexcept {
  // The first block of the RandomStream with this purpose and the change as its item.
  const random::PhiloxKey key{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32U)};
  const auto words = random::philox(key, {0, change, 0, static_cast<std::uint32_t>(random::Purpose::poisson_train)});
  return {words[0], words[1]};
}

PoissonSlot::PoissonSlot(const random::PhiloxKey& key, CellId source, std::uint64_t number, const PoissonSlots& slots,
                         const PoissonCounts* counts) noexcept
    : key_(key), source_(source), number_(number), exponent_(slots.exponent) {
  random::philox_row(key, {source, static_cast<std::uint32_t>(number), static_cast<std::uint32_t>(number >> 32U), 0},
                     row_);
  const auto bits = static_cast<std::uint32_t>(row_[0]);
  const auto more = [this] { return block(kMoreOfPoissonCount)[0]; };
  count_ = counts != nullptr ? (*counts)(bits, more) : poisson_count(slots.mean, bits, more);
}

std::uint64_t PoissonSlot::fraction(unsigned k) const noexcept {
  // The fine places of spike k are number 2 + k of the row, and of blocks beyond it.
  const std::uint64_t fine = k + 2 < row_.size() ? row_[k + 2] : halves(block(1 + k / 2))[k % 2];
  if (k >= kCoarseSpikes) {
    return fine;
  }
  const std::uint64_t coarse = k < 8 ? row_[0] >> (32 + 4 * k) : row_[1] >> (4 * (k - 8));
  return fine >> 4U | coarse << 60U;
}

void PoissonSlot::ticks(std::array<std::uint64_t, kMostSpikes>& out) const noexcept {
  const auto shift = static_cast<unsigned>(kLargestShortExponent - exponent_);
  for (unsigned k = 0; k < count_; ++k) {
    out[k] = fraction(k) >> shift;
  }
}

void PoissonSlot::times(std::array<TimeInSlot, kMostSpikes>& out) const noexcept {
  if (exponent_ <= kLargestShortExponent) {
    std::array<std::uint64_t, kMostSpikes> short_times;
    ticks(short_times);
    std::transform(short_times.begin(), short_times.begin() + count_, out.begin(), TimeInSlot::of);
    return;
  }
  // The fraction's 64 bits and 64 more, 2^(exponent + 49) ticks altogether, of which 2^53 are an epoch.
  const auto beyond = static_cast<unsigned>(exponent_ - kLargestShortExponent);
  for (unsigned k = 0; k < count_; ++k) {
    const std::uint64_t high = fraction(k);
    const std::uint64_t low = halves(block(kMoreOfTime + 1 + k / 2))[k % 2];
    out[k] = {high >> (53U - beyond), (high << beyond | low >> (64U - beyond)) % kTicksOfEpoch};
  }
}

}  // namespace va_event::sources
