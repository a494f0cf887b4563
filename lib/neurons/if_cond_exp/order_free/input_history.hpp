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
#include "neurons/if_cond_exp/order_free/frames.hpp"
#include "neurons/if_cond_exp/order_free/ordered_inputs.hpp"
#include "neurons/if_cond_exp/order_free/slot_inputs.hpp"
#include "neurons/if_cond_exp/order_free/unwritten.hpp"

/// What is kept of the inputs of conductance-based neurons until v is needed:
/// by frame, pieces of time at fixed places, the conductances of each neuron at
/// the frame's start and its inputs in the frame, in no order.
namespace va_event::neurons::order_free_conductances {

/// Of one neuron [uS].
struct Conductances {
  double exc = 0.0, inh = 0.0;
};

/// The inputs of a slot that arrive in a frame.
struct SlotInFrame {
  /// @param start of the frame @param end of the frame
  SlotInFrame(std::shared_ptr<const SlotInputs> slot, const events::Instant<double>& start,
              const events::Instant<double>& end)
      : inputs(std::move(slot)),
        shift(static_cast<double>((start.epoch - inputs->epoch) * events::kEpoch) + start.offset),
        earliest(static_cast<double>((inputs->start.epoch - start.epoch) * events::kEpoch) +
                 (inputs->start.offset - start.offset)),
        latest(static_cast<double>((inputs->end.epoch - start.epoch) * events::kEpoch) +
               (inputs->end.offset - start.offset)),
        whole(!(inputs->start < start) && inputs->end < end),
        one_weight(inputs->sources->weight.size() == 1),
        source_of(inputs->sources->source_of.data()),
        begin(inputs->begin.data()),
        arrival(inputs->arrival.data()),
        weight(inputs->sources->weight.data()) {}

  std::shared_ptr<const SlotInputs> inputs;
  double shift;             ///< the frame's start in the slot's epoch [ms]
  double earliest, latest;  ///< no input arrives before or after [ms since the frame's start]
  bool whole;               ///< all of the slot's inputs arrive in the frame
  bool one_weight;          ///< all sources have the same
  // What `inputs` leads to:
  const std::uint32_t *source_of, *begin;
  const double *arrival, *weight;
};

/// One frame of all neurons. The inputs of a neuron are a list of chunks, each
/// of which refers to the one before, and those of slots.
class FrameInputs {
 public:
  struct Input {
    double x;       ///< since the frame's start [ms]
    double weight;  ///< [uS]; negative: -weight at the inhibitory receptor
  };
  struct alignas(64) Chunk {
    static constexpr std::size_t kSize = 4;
    std::array<Input, kSize> inputs;
  };

 private:
  struct List {
    std::uint32_t last = 0;  ///< chunk
    std::uint32_t count = 0;
  };

 public:
  /// Forgets all. @param neurons how many there are
  void begin(std::size_t neurons) {
    at_start.resize(neurons);
    integral.resize(neurons);
    lists_.assign(neurons, {});
    used_ = 0;
    clear_slots();
    forgotten_before_.clear();
  }
  /// Room for as many inputs as another frame has.
  void expect(const FrameInputs& other) {
    if (other.used_ > previous_.size()) {
      make_room(other.used_ + other.used_ / 8);
    }
  }
  void add(std::size_t i, double x, double weight) {
    Adder adder(*this, 1);
    adder.add(i, x, weight);
  }
  /// Adds inputs one after the other, with copies of all that does not change. While it lives, nothing else is done to
  /// the frame.
  class Adder {
   public:
    /// @param most how many inputs there will be
    Adder(FrameInputs& frame, std::size_t most) : frame_(frame) {
      if (frame.used_ + most > frame.previous_.size()) {
        frame.make_room(std::max(frame.used_ + most, frame.previous_.size() + frame.previous_.size() / 2));
      }
      lists_ = frame.lists_.data();
      chunks_ = frame.chunks_.data();
      previous_ = frame.previous_.data();
      used_ = frame.used_;
    }
    Adder(const Adder&) = delete;
    Adder& operator=(const Adder&) = delete;
    ~Adder() { frame_.used_ = used_; }
    void add(std::size_t i, double x, double weight) {
      List& list = lists_[i];
      const std::size_t place = list.count % Chunk::kSize;
      if (place == 0) {
        previous_[used_] = list.last;
        list.last = used_++;
      }
      chunks_[list.last].inputs[place] = {x, weight};
      ++list.count;
    }

   private:
    FrameInputs& frame_;
    List* lists_;
    Chunk* chunks_;
    std::uint32_t* previous_;
    std::uint32_t used_;
  };
  void add(SlotInFrame slot) {
    most_of_slots_ += slot.inputs->most;
    slots_.push_back(std::move(slot));
  }
  void clear_slots() {
    slots_.clear();
    most_of_slots_ = 0;
  }
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
    foundation::prefetch(&at_start[i]);
    foundation::prefetch(&integral[i]);
    for (const SlotInFrame& slot : slots_) {
      if (const std::uint32_t source = slot.source_of[i]; source != HeldSources::kNone) {
        foundation::prefetch(slot.begin + source);
      }
    }
  }
  /// The inputs themselves, the first ones of each slot.
  void prefetch_inputs(std::size_t i) const {
    if (const List& list = lists_[i]; list.count > 0) {
      foundation::prefetch(&chunks_[list.last]);
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
    for (std::uint32_t chunk = lists_[i].last; end > first;) {
      const std::size_t begin = (end - 1) / Chunk::kSize * Chunk::kSize;
      const Chunk& here = chunks_[chunk];
      if (begin >= first) {  // behind the last one there is room
        for (std::size_t k = 0; k < Chunk::kSize; ++k) {
          inputs.x[inputs.size + k] = here.inputs[k].x;
          inputs.weight[inputs.size + k] = here.inputs[k].weight;
        }
        inputs.size += end - begin;
      } else {
        for (std::size_t k = first - begin; k < end - begin; ++k) {
          inputs.x[inputs.size] = here.inputs[k].x;
          inputs.weight[inputs.size++] = here.inputs[k].weight;
        }
      }
      end = begin;
      if (end > first) {  // most often not, and the number of the chunk before is not read
        chunk = previous_[chunk];
      }
    }
  }
  /// Those of slots only. @param only  of these sources; null: of all
  void gather_slots(std::size_t i, double from, double to, GatheredInputs& inputs,
                    const HeldSources* only = nullptr) const {
    from = std::max(from, slots_from(i));
    const bool whole_frame = from == 0.0 && to == kFrame;
    inputs.reserve(most_of_slots_);
    for (const SlotInFrame& slot : slots_) {
      if (to <= slot.earliest || slot.latest < from || (only != nullptr && slot.inputs->sources.get() != only)) {
        continue;
      }
      const std::uint32_t source = slot.source_of[i];
      if (source == HeldSources::kNone) {
        continue;
      }
      const std::uint32_t begin = slot.begin[source];
      const std::uint32_t count = slot.begin[source + 1] - begin;
      const double weight = slot.weight[slot.one_weight ? 0 : source];
      if (slot.whole && whole_frame) {
        append(slot.arrival + begin, count, slot.shift, weight, inputs);
      } else {
        append(slot.arrival + begin, count, slot.shift, from, to, weight, inputs);
      }
    }
  }

  /// Of one neuron, at most.
  [[nodiscard]] std::size_t most_of_slots() const { return most_of_slots_; }

  /// What all inputs take, without those of slots, which frames share; and what neurons take without inputs.
  [[nodiscard]] std::size_t memory_bytes() const {
    return at_start.capacity() * sizeof(Conductances) + integral.capacity() * sizeof(float) +
           lists_.capacity() * sizeof(List) + chunks_.capacity() * sizeof(Chunk) +
           previous_.capacity() * sizeof(std::uint32_t);
  }

  // By neuron:
  foundation::LargeVector<Conductances> at_start;  ///< of the frame
  /// Filled by end_frame(): the integral of the sum of both conductances over the frame, or less [uS ms].
  foundation::LargeVector<float> integral;

 private:
  /// All of them.
  static void append(const double* arrival, std::size_t count, double shift, double weight, GatheredInputs& inputs) {
    constexpr std::size_t kAtOnce = 4;
    double* const x = inputs.x.data() + inputs.size;
    double* const weights = inputs.weight.data() + inputs.size;
    for (std::size_t k = 0; k < count; k += kAtOnce) {  // behind the last one there is room
      for (std::size_t j = 0; j < kAtOnce; ++j) {
        x[k + j] = arrival[k + j] - shift;
        weights[k + j] = weight;
      }
    }
    inputs.size += count;
  }
  /// Those between `from` and `to`.
  static void append(const double* arrival, std::size_t count, double shift, double from, double to, double weight,
                     GatheredInputs& inputs) {
    double* const x = inputs.x.data() + inputs.size;
    double* const weights = inputs.weight.data() + inputs.size;
    std::size_t size = 0;
    for (std::size_t k = 0; k < count; ++k) {
      const double at = arrival[k] - shift;
      x[size] = at;
      weights[size] = weight;
      size += static_cast<std::size_t>(from <= at) & static_cast<std::size_t>(at < to);
    }
    inputs.size += size;
  }

  [[gnu::noinline]] void make_room(std::size_t chunks) {
    previous_.resize(chunks);
    chunks_.resize(chunks);
  }

  foundation::LargeVector<List> lists_;      ///< by neuron
  UnwrittenVector<Chunk> chunks_;            ///< only grows; the first used_ have a meaning
  UnwrittenVector<std::uint32_t> previous_;  ///< by chunk
  std::uint32_t used_ = 0;                   ///< chunks
  std::vector<SlotInFrame> slots_;
  std::size_t most_of_slots_ = 0;
  std::vector<double> forgotten_before_;  ///< by neuron; empty: nothing is forgotten
};

/// The frames that are kept, by number.
class InputHistory {
 public:
  /// How far apart the times are at which v of neurons with weak conductances
  /// is computed in any case, in frames.
  static constexpr std::int64_t kAnchorDistance = 8;
  /// v at an anchor may need all frames since the second anchor before.
  static constexpr std::int64_t kKept = 2 * kAnchorDistance + 2;

  /// About what it takes, with the inputs of slots [bytes]: 16 for each input, or half of that for those of slots; and
  /// for each neuron of each frame what is there of it without inputs, and often a chunk that is hardly filled.
  [[nodiscard]] static double expected_bytes(double neurons, double inputs_per_ms) {
    constexpr double kOfInput = 16.0;
    constexpr double kOfNeuron = 64.0;
    return neurons * static_cast<double>(kKept) * (kOfNeuron + kFrame * inputs_per_ms * kOfInput);
  }

  [[nodiscard]] FrameInputs& operator[](std::int64_t frame) { return frames_[index(frame)]; }
  [[nodiscard]] const FrameInputs& operator[](std::int64_t frame) const { return frames_[index(frame)]; }

 private:
  static std::size_t index(std::int64_t frame) { return static_cast<std::size_t>(frame % kKept); }
  std::array<FrameInputs, static_cast<std::size_t>(kKept)> frames_;
};

}  // namespace va_event::neurons::order_free_conductances
