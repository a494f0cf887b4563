// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "network/share.hpp"

/// The parts of synapse rows that spikes pass within a frame, as groups that are advanced from window to window get
/// them: a shard does not sort these inputs, it hands over the synapses themselves.
namespace va_event::neurons {

/// Neighbouring synapses of one source onto one receptor, in the order of their delays.
struct RowSlice {
  const std::uint32_t* target = nullptr;  ///< index of each synapse's neuron; offset is added
  const double* weight = nullptr;         ///< null: constant_weight
  const double* delay = nullptr;          ///< [ms]; null: all arrive at once
  double constant_weight = 0.0;
  double time = 0.0;    ///< of the spike, or of the arrival where there are no delays: offset in an epoch [ms]
  double origin = 0.0;  ///< arrivals are told relative to it: time since that epoch's start, a multiple of 2^-20 [ms]
  std::uint32_t count = 0;
  std::uint32_t offset = 0;  ///< added to each target, modulo 2^32
  std::uint32_t receptor = 0;

  /// Rounded as events::later() does: the difference is exact, since it has no more digits than the sum.
  [[nodiscard]] double arrival(std::size_t k) const { return (delay == nullptr ? time : time + delay[k]) - origin; }
  [[nodiscard]] double weight_of(std::size_t k) const { return weight == nullptr ? constant_weight : weight[k]; }
  [[nodiscard]] std::uint32_t index(std::size_t k) const { return offset + target[k]; }
  /// The first synapse that arrives at `x` or later.
  [[nodiscard]] std::uint32_t first_from(double x) const {
    if (delay == nullptr) {
      return time - origin < x ? count : 0;
    }
    std::uint32_t first = 0;
    for (std::uint32_t left = count; left > 0;) {
      const std::uint32_t half = left / 2;
      if (arrival(first + half) < x) {
        first += half + 1;
        left -= half + 1;
      } else {
        left = half;
      }
    }
    return first;
  }
};

/// The slices of a frame. Where a shard has not all neurons of a population, it copies the synapses onto its own.
class RowSlices {
 public:
  void add(const RowSlice& slice) { slices_.push_back(slice); }
  /// Only the synapses onto some targets. @param own in terms of RowSlice::target
  void add_part(const RowSlice& slice, const network::Share::Range& own) {
    Synapses& room = room_for(slice.count);
    RowSlice part = slice;
    part.target = room.target.get() + room.used;
    part.weight = slice.weight == nullptr ? nullptr : room.weight.get() + room.used;
    part.delay = slice.delay == nullptr ? nullptr : room.delay.get() + room.used;
    std::size_t to = room.used;
    const std::uint32_t width = own.end - own.begin;
    for (std::size_t k = 0; k < slice.count; ++k) {  // without branches: whose a target is cannot be foreseen
      const std::uint32_t target = slice.target[k];
      room.target[to] = target;
      if (slice.weight != nullptr) {
        room.weight[to] = slice.weight[k];
      }
      if (slice.delay != nullptr) {
        room.delay[to] = slice.delay[k];
      }
      to += static_cast<std::size_t>(target - own.begin < width);
    }
    part.count = static_cast<std::uint32_t>(to - room.used);
    room.used = to;
    if (part.count > 0) {
      slices_.push_back(part);
    }
  }

  [[nodiscard]] std::size_t size() const noexcept { return slices_.size(); }
  [[nodiscard]] std::span<const RowSlice> from(std::size_t first) const { return std::span(slices_).subspan(first); }
  void clear() {
    slices_.clear();
    for (Synapses& room : rooms_) {
      room.used = 0;
    }
    present_ = 0;
  }

 private:
  /// Memory for copies, which does not move while slices point to it.
  struct Synapses {
    std::size_t size;
    std::unique_ptr<std::uint32_t[]> target;
    std::unique_ptr<double[]> weight, delay;
    std::size_t used = 0;
  };

  Synapses& room_for(std::size_t count) {
    constexpr std::size_t kLeast = 1U << 14U;
    while (present_ < rooms_.size() && rooms_[present_].used + count > rooms_[present_].size) {
      ++present_;
    }
    if (present_ == rooms_.size()) {
      const std::size_t size = std::max(kLeast, count);
      rooms_.push_back({size, std::make_unique<std::uint32_t[]>(size), std::make_unique<double[]>(size),
                        std::make_unique<double[]>(size)});
    }
    return rooms_[present_];
  }

  std::vector<RowSlice> slices_;
  std::vector<Synapses> rooms_;
  std::size_t present_ = 0;  ///< the first room that is not full
};

}  // namespace va_event::neurons
