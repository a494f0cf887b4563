// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "events/instant.hpp"
#include "foundation/large_pages.hpp"
#include "foundation/prefetch.hpp"
#include "neurons/if_cond_exp/order_free/ordered_inputs.hpp"
#include "neurons/if_cond_exp/order_free/slot_inputs.hpp"

/// What is kept of the inputs of conductance-based neurons until v is needed:
/// by frame, pieces of time at fixed places, the conductances of each neuron at
/// the frame's start and its inputs in the frame, in no order.
namespace va_event::neurons::order_free_conductances {

inline constexpr double kFrame = 4.0;  ///< [ms]; a divisor of the epoch
inline constexpr std::int64_t kFramesOfEpoch = 4;
static_assert(kFramesOfEpoch * 4 == events::kEpoch);

/// The number of the frame that holds a time.
[[nodiscard]] inline std::int64_t frame_of(const events::Instant<double>& t) {
  return t.epoch * kFramesOfEpoch + static_cast<std::int64_t>(t.offset / kFrame);
}
[[nodiscard]] inline events::Instant<double> start_of(std::int64_t frame) {
  return {frame / kFramesOfEpoch, static_cast<double>(frame % kFramesOfEpoch) * kFrame};
}

/// The inputs of a slot that arrive in a frame.
struct SlotInFrame {
  /// @param start of the frame @param end of the frame
  SlotInFrame(std::shared_ptr<const SlotInputs> slot, const events::Instant<double>& start,
              const events::Instant<double>& end)
      : inputs(std::move(slot)),
        shift(static_cast<double>((start.epoch - inputs->epoch) * events::kEpoch) + start.offset),
        whole(!(inputs->start < start) && inputs->end < end),
        one_weight(inputs->sources->weight.size() == 1),
        source_of(inputs->sources->source_of.data()),
        begin(inputs->begin.data()),
        arrival(inputs->arrival.data()),
        weight(inputs->sources->weight.data()) {}

  std::shared_ptr<const SlotInputs> inputs;
  double shift;     ///< the frame's start in the slot's epoch [ms]
  bool whole;       ///< all of the slot's inputs arrive in the frame
  bool one_weight;  ///< all sources have the same
  // What `inputs` leads to:
  const std::uint32_t *source_of, *begin;
  const double *arrival, *weight;
};

/// One frame of all neurons. The inputs of a neuron are a list of chunks, each
/// of which refers to the one before, and those of slots.
class FrameInputs {
 public:
  struct alignas(64) Chunk {
    static constexpr std::size_t kSize = 8;
    std::array<double, kSize> x{}, weight{};
  };

  /// Forgets all. @param neurons how many there are
  void begin(std::size_t neurons) {
    exc.resize(neurons);
    inh.resize(neurons);
    lists_.assign(neurons, {});
    chunks_.clear();
    previous_.clear();
    slots_.clear();
    forgotten_before_.clear();
  }
  void reserve_as(const FrameInputs& other) {
    chunks_.reserve(other.chunks_.size());
    previous_.reserve(other.chunks_.size());
  }

  void add(std::size_t i, double x, double weight) {
    List& list = lists_[i];
    const std::size_t place = list.count % Chunk::kSize;
    if (place == 0) {
      add_chunk(list);
    }
    Chunk& chunk = chunks_[list.last];
    chunk.x[place] = x;
    chunk.weight[place] = weight;
    ++list.count;
  }
  void add(SlotInFrame slot) { slots_.push_back(std::move(slot)); }
  void clear_slots() { slots_.clear(); }
  /// All inputs so far, and those of slots that arrive before `x` [ms].
  void forget(std::size_t i, double x) {
    lists_[i] = {};
    if (!slots_.empty()) {
      forgotten_before_.resize(lists_.size());
      forgotten_before_[i] = x;
    }
  }
  void prefetch(std::size_t i) const { foundation::prefetch(&lists_[i]); }
  /// Where a neuron's inputs are.
  void prefetch_places(std::size_t i) const {
    foundation::prefetch(&lists_[i]);
    foundation::prefetch(&exc[i]);
    foundation::prefetch(&inh[i]);
    for (const SlotInFrame& slot : slots_) {
      if (const std::uint32_t source = slot.source_of[i]; source != HeldSources::kNone) {
        foundation::prefetch(slot.begin + source);
      }
    }
  }
  /// The inputs themselves, the first ones of each slot.
  void prefetch_inputs(std::size_t i) const {
    if (const List& list = lists_[i]; list.count > 0) {
      foundation::prefetch(&chunks_[list.last].x);
      foundation::prefetch(&chunks_[list.last].weight);
    }
    for (const SlotInFrame& slot : slots_) {
      if (const std::uint32_t source = slot.source_of[i]; source != HeldSources::kNone) {
        foundation::prefetch(slot.arrival + slot.begin[source]);
      }
    }
  }

  /// Without those of slots.
  [[nodiscard]] std::size_t count(std::size_t i) const { return lists_[i].count; }
  /// From where on inputs of slots count [ms].
  [[nodiscard]] double slots_from(std::size_t i) const {
    return forgotten_before_.empty() ? 0.0 : forgotten_before_[i];
  }
  /// Appends the inputs of a neuron from the one with number `first` on, and
  /// those of slots from one time to another.
  void gather(std::size_t i, std::size_t first, double from, double to, GatheredInputs& inputs) const {
    gather_chunks(i, first, inputs);
    gather_slots(i, from, to, inputs);
  }
  /// Those that came one by one only.
  void gather_chunks(std::size_t i, std::size_t first, GatheredInputs& inputs) const {
    const std::size_t count = lists_[i].count;
    inputs.reserve(count);
    std::size_t end = count;
    for (std::uint32_t chunk = lists_[i].last; end > first; chunk = previous_[chunk]) {
      const std::size_t begin = (end - 1) / Chunk::kSize * Chunk::kSize;
      const Chunk& here = chunks_[chunk];
      if (begin >= first) {
        std::copy_n(here.x.begin(), Chunk::kSize, inputs.x.data() + inputs.size);
        std::copy_n(here.weight.begin(), Chunk::kSize, inputs.weight.data() + inputs.size);
        inputs.size += end - begin;
      } else {
        for (std::size_t k = first - begin; k < end - begin; ++k) {
          inputs.x[inputs.size] = here.x[k];
          inputs.weight[inputs.size++] = here.weight[k];
        }
      }
      end = begin;
    }
  }
  /// Those of slots only.
  void gather_slots(std::size_t i, double from, double to, GatheredInputs& inputs) const {
    from = std::max(from, slots_from(i));
    const bool whole_frame = from == 0.0 && to == kFrame;
    for (const SlotInFrame& slot : slots_) {
      const std::uint32_t source = slot.source_of[i];
      if (source == HeldSources::kNone) {
        continue;
      }
      const std::uint32_t begin = slot.begin[source];
      const std::uint32_t count = slot.begin[source + 1] - begin;
      inputs.reserve(count);
      append(slot.arrival + begin, count, slot.shift, slot.whole && whole_frame, from, to,
             slot.weight[slot.one_weight ? 0 : source], inputs);
    }
  }

  /// By neuron: conductances at the frame's start [uS].
  foundation::LargeVector<double> exc, inh;

 private:
  /// @param all  all are between `from` and `to`
  static void append(const double* arrival, std::size_t count, double shift, bool all, double from, double to,
                     double weight, GatheredInputs& inputs) {
    double* const x = inputs.x.data() + inputs.size;
    double* const weights = inputs.weight.data() + inputs.size;
    if (all) {
      for (std::size_t k = 0; k < count; k += 2) {  // behind the last one there is room
        x[k] = arrival[k] - shift;
        x[k + 1] = arrival[k + 1] - shift;
        weights[k] = weights[k + 1] = weight;
      }
      inputs.size += count;
      return;
    }
    std::size_t size = 0;
    for (std::size_t k = 0; k < count; ++k) {
      const double at = arrival[k] - shift;
      x[size] = at;
      weights[size] = weight;
      size += static_cast<std::size_t>(from <= at) & static_cast<std::size_t>(at < to);
    }
    inputs.size += size;
  }

  struct List {
    std::uint32_t last = 0;  ///< chunk
    std::uint32_t count = 0;
  };

  [[gnu::noinline]] void add_chunk(List& list) {
    previous_.push_back(list.last);
    list.last = static_cast<std::uint32_t>(chunks_.size());
    chunks_.emplace_back();
  }

  foundation::LargeVector<List> lists_;  ///< by neuron
  foundation::LargeVector<Chunk> chunks_;
  std::vector<std::uint32_t> previous_;  ///< by chunk
  std::vector<SlotInFrame> slots_;
  std::vector<double> forgotten_before_;  ///< by neuron; empty: nothing is forgotten
};

/// The frames that are kept, by number.
class InputHistory {
 public:
  /// How far apart the times are at which v of neurons with weak conductances
  /// is computed in any case, in frames.
  static constexpr std::int64_t kAnchorDistance = 16;
  /// v at an anchor may need all frames since the second anchor before.
  static constexpr std::int64_t kKept = 2 * kAnchorDistance + 2;

  [[nodiscard]] FrameInputs& operator[](std::int64_t frame) { return frames_[index(frame)]; }
  [[nodiscard]] const FrameInputs& operator[](std::int64_t frame) const { return frames_[index(frame)]; }

 private:
  static std::size_t index(std::int64_t frame) { return static_cast<std::size_t>(frame % kKept); }
  std::array<FrameInputs, static_cast<std::size_t>(kKept)> frames_;
};

}  // namespace va_event::neurons::order_free_conductances
