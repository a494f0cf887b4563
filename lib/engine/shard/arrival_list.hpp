// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace va_event::engine {

/// Arrivals of spikes in one epoch, in no order, and the source of each. The arrays only grow.
class ArrivalList {
 public:
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::span<const double> offset() const noexcept { return {offset_.data(), size_}; }  ///< [ms]
  [[nodiscard]] std::span<const std::uint32_t> source() const noexcept { return {source_.data(), size_}; }

  void push(double offset, std::uint32_t source) {
    if (size_ == offset_.size()) {
      reserve(1);
    }
    offset_[size_] = offset;
    source_[size_++] = source;
  }
  void clear() noexcept { size_ = 0; }

  // For those who move many:
  /// Makes room for `more` arrivals, and for a vector behind them.
  void reserve(std::size_t more);
  void resize(std::size_t size) noexcept { size_ = size; }  ///< @pre there is room
  [[nodiscard]] double* offsets() noexcept { return offset_.data(); }
  [[nodiscard]] std::uint32_t* sources() noexcept { return source_.data(); }

 private:
  std::size_t size_ = 0;
  std::vector<double> offset_;
  std::vector<std::uint32_t> source_;
};

/// Spikes of a slot of Poisson sources (sources::PoissonSpikes), all with the same delay.
struct SlotSpikes {
  std::span<const std::uint64_t> ticks;
  std::span<const std::uint32_t> source;
  double start;        ///< of the slot, in its epoch [ms]
  double delay = 0.0;  ///< less than an epoch [ms]
};

/// Appends the arrivals before `end` to one list and the others to another, both in their order. An arrival is
/// (start + ticks kTick) + delay, with the roundings that these operations in double have.
/// @param end      in the slot's epoch, as the arrivals [ms]
/// @param earlier  subtracted from arrivals of `before` [ms] @param later and of `after`
void split(const SlotSpikes& spikes, double end, double earlier, double later, ArrivalList& before, ArrivalList& after);

/// Moves the arrivals before `end` to the end of another list.
void move_before(double end, ArrivalList& from, ArrivalList& to);

}  // namespace va_event::engine
