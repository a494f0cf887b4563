// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "events/instant.hpp"
#include "foundation/large_pages.hpp"
#include "foundation/prefetch.hpp"

/// What is kept of the inputs of conductance-based neurons until v is needed: by frame, pieces of time at fixed places,
/// the conductances of each neuron at the frame's start and its inputs in the frame, in no order.
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

/// An input. The sign of its weight tells the receptor.
struct KeptInput {
  double x;       ///< since the frame's start [ms]
  double weight;  ///< [uS]; negative: -weight at the inhibitory receptor
};

/// All inputs of a neuron that arrive at one time.
struct InputsAtOnce {
  double x;         ///< since the frame's start [ms]
  double exc, inh;  ///< what they add to the conductances [uS]
};

/// One frame of all neurons. The inputs of a neuron are a list of chunks, each of which refers to the one before.
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
  void forget(std::size_t i) { lists_[i] = {}; }
  void prefetch(std::size_t i) const { foundation::prefetch(&lists_[i]); }

  [[nodiscard]] std::size_t count(std::size_t i) const { return lists_[i].count; }
  /// Calls visit(chunk, inputs in it), from the last one on. Places of a chunk without an input hold zeros.
  template <class Visit>
  void for_each_chunk(std::size_t i, const Visit& visit) const {
    std::size_t left = lists_[i].count;
    for (std::uint32_t chunk = lists_[i].last; left > 0; chunk = previous_[chunk]) {
      const std::size_t here = (left - 1) % Chunk::kSize + 1;
      visit(chunks_[chunk], here);
      left -= here;
    }
  }

  /// By neuron: conductances at the frame's start [uS].
  foundation::LargeVector<double> exc, inh;

 private:
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
};

/// The inputs of a neuron from the one with number `first` on that arrive before `before`, in the order of time; those
/// of one time are added up, smaller weights first, so that the sums do not depend on the order in which they came.
/// @returns whether all were before `before`
inline bool order_inputs(const FrameInputs& frame, std::size_t i, std::size_t first, double before,
                         std::vector<KeptInput>& inputs, std::vector<InputsAtOnce>& ordered) {
  constexpr std::size_t kMany = 48;
  ordered.clear();
  std::size_t end = frame.count(i);
  if (end <= first) {
    return true;
  }
  const std::size_t count = end - first;
  inputs.resize(count);
  frame.for_each_chunk(i, [&](const FrameInputs::Chunk& chunk, std::size_t here) {
    end -= here;
    for (std::size_t k = end < first ? std::min(first - end, here) : 0; k < here; ++k) {
      inputs[end + k - first] = {chunk.x[k], chunk.weight[k]};
    }
  });
  if (before < kFrame) {
    std::erase_if(inputs, [before](const KeptInput& input) { return !(input.x < before); });
  }
  const auto earlier = [](const KeptInput& a, const KeptInput& b) {
    return a.x != b.x ? a.x < b.x : a.weight < b.weight;
  };
  if (inputs.size() > kMany) {
    std::sort(inputs.begin(), inputs.end(), earlier);
  } else {  // by insertion: they came in windows that follow each other
    for (std::size_t k = 1; k < inputs.size(); ++k) {
      const KeptInput input = inputs[k];
      std::size_t place = k;
      for (; place > 0 && earlier(input, inputs[place - 1]); --place) {
        inputs[place] = inputs[place - 1];
      }
      inputs[place] = input;
    }
  }
  for (const KeptInput& input : inputs) {
    if (ordered.empty() || ordered.back().x != input.x) {
      ordered.push_back({input.x, 0.0, 0.0});
    }
    if (input.weight < 0.0) {
      ordered.back().inh -= input.weight;
    } else {
      ordered.back().exc += input.weight;
    }
  }
  return inputs.size() == count;
}

/// The frames that are kept, by number.
class InputHistory {
 public:
  /// How far apart the times are at which v of neurons with weak conductances is computed in any case, in frames.
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
