// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <vector>

#include "foundation/large_pages.hpp"
#include "foundation/prefetch.hpp"
#include "neurons/if_cond_exp/if_cond_exp.hpp"

namespace va_event::neurons::near_spikes {

using Kernel = IfCondExpKernel<double>;
using Constants = Kernel::Constants;

/// What an input does, common to all targets of a spike that have the same weight and time constants.
struct Input {
  std::int64_t epoch;
  double t;          ///< in that epoch [ms]
  double decay_exc;  ///< e^{-t/tau_syn_E}
  double decay_inh;  ///< e^{-t/tau_syn_I}
  double exc;        ///< added to the excitatory amplitude of the epoch [uS]
  double inh;        ///< to the inhibitory one
};
// Pairs are read as vectors.
static_assert(offsetof(Input, decay_inh) == offsetof(Input, decay_exc) + sizeof(double));
static_assert(offsetof(Input, inh) == offsetof(Input, exc) + sizeof(double));

/// A moment in the history of a neuron: amplitudes with its first `position` inputs, in the frame of `epoch`.
struct Point {
  std::int64_t epoch = 0;
  double t = 0.0;  ///< in that epoch [ms]
  double decay_exc = 1.0;
  double decay_inh = 1.0;
  double exc = 0.0;  ///< amplitudes [uS]
  double inh = 0.0;
  double y = 0.0;              ///< v - v_thresh, where it is known [mV]
  std::uint32_t position = 0;  ///< how many inputs of the neuron's list are before
  std::uint32_t at_input = 0;  ///< whether it is the time of the last of them

  /// Conductances there [uS].
  [[nodiscard]] double conductance_exc() const { return exc * decay_exc; }
  [[nodiscard]] double conductance_inh() const { return inh * decay_inh; }
};

/// Takes the amplitudes of a point into the frame of a later epoch: the same operations, one epoch after the other, as
/// those that take the amplitudes of all neurons there, so that the bits are the same, too.
inline void move_to_epoch(const Constants& c, std::int64_t epoch, Point& point) {
  for (; point.epoch < epoch && (point.exc != 0.0 || point.inh != 0.0); ++point.epoch) {
    point.exc = decayed(point.exc, c.epoch_exc);
    point.inh = decayed(point.inh, c.epoch_inh);
  }
  point.epoch = epoch;
}

/// Takes a point to the time of an input, before it has any effect.
inline void move_to(const Constants& c, const Input& input, Point& point) {
  if (point.epoch != input.epoch) [[unlikely]] {
    move_to_epoch(c, input.epoch, point);
  }
  point.t = input.t;
  point.decay_exc = input.decay_exc;
  point.decay_inh = input.decay_inh;
}
/// The effect of an input at the point.
inline void add(const Input& input, Point& point) {
  point.exc += input.exc;
  point.inh += input.inh;
  ++point.position;
  point.at_input = 1;
}

/// From `from` to `to` [ms].
[[nodiscard]] inline double duration(const Point& from, std::int64_t epoch, double t) {
  return from.epoch == epoch ? t - from.t : static_cast<double>(epoch - from.epoch) * kEpoch + (t - from.t);
}

/// What an input reads and writes of a neuron: one line of a cache.
struct alignas(64) Line {
  static constexpr std::uint32_t kBlock = 8;  ///< inputs whose numbers are here

  double exc = 0.0;  ///< amplitudes with all inputs, in the present epoch [uS]
  double inh = 0.0;
  float limit = 0.0F;          ///< an input after which the synapses' share of the drive exceeds it is noticed [mV]
  std::uint32_t position = 0;  ///< length of the list
  std::uint32_t set = 0;       ///< number of the neuron's parameter set
  std::uint8_t noticed = 0;    ///< the neuron is listed to be looked at when the window ends
  std::uint8_t refractory = 0;
  std::uint16_t blocks_left = 1;      ///< that become complete before the list is to be renewed, or has no room
  std::uint32_t number[kBlock] = {};  ///< of the last inputs, by their position modulo kBlock
};
static_assert(sizeof(Line) == 64);

/// The inputs of the neurons of a group that v may depend on. An input is stored once, with a number, and each of its
/// targets lists the number. A neuron's list consists of blocks; of each complete one the amplitudes after its last
/// input are kept, so that a reader may begin anywhere.
class InputLists {
 public:
  void reserve(std::size_t count) {
    lines_.reserve(count);
    blocks_.reserve(count * capacity_);
  }
  void add_neuron() {
    lines_.emplace_back();
    blocks_.resize(lines_.size() * capacity_);
  }
  [[nodiscard]] std::size_t size() const noexcept { return lines_.size(); }
  [[nodiscard]] Line& line(std::size_t i) { return lines_[i]; }
  [[nodiscard]] const Line& line(std::size_t i) const { return lines_[i]; }
  void prefetch(std::size_t i) const { foundation::prefetch(&lines_[i]); }
  /// The last complete blocks.
  void prefetch_blocks(std::size_t i) const {
    const std::uint32_t block = lines_[i].position / Line::kBlock;
    for (std::uint32_t k = 1; k <= 4; ++k) {
      foundation::prefetch(&blocks_[place(i, block - k)]);
    }
  }

  /// Stores an input. @returns its number
  std::uint32_t store(const Input& input) {
    if (next_ - oldest_ > mask_) [[unlikely]] {
      grow_inputs();
    }
    inputs_[next_ & mask_] = input;
    foundation::prefetch(&inputs_[(next_ + 8) & mask_]);
    return next_++;
  }
  [[nodiscard]] const Input& input(std::uint32_t number) const { return inputs_[number & mask_]; }
  /// All inputs, for a reader of many; until the next one is stored.
  struct View {
    const Input* inputs;
    std::uint32_t mask;
    [[nodiscard]] const Input& operator[](std::uint32_t number) const { return inputs[number & mask]; }
  };
  [[nodiscard]] View view() const { return {inputs_.data(), mask_}; }
  /// The number of the next input that is stored.
  [[nodiscard]] std::uint32_t next_number() const noexcept { return next_; }

  /// Sets the line's blocks_left; fewer are right, too.
  /// @param needed_from  position of the list's beginning @param renewed_from  position from which it is to be renewed
  void count_blocks_left(std::size_t i, std::uint32_t needed_from, std::uint32_t renewed_from) {
    const std::uint32_t complete = blocks_before(lines_[i].position);
    const std::uint32_t next = std::min(blocks_before(needed_from) + capacity_ - 1, blocks_before(renewed_from));
    lines_[i].blocks_left = static_cast<std::uint16_t>(next > complete ? next - complete : 1);
  }
  /// Whether the block that has become complete needs room; then make_room() is called before keep_block().
  [[nodiscard]] bool is_full(const Line& line, std::uint32_t needed_from) const {
    return line.position - needed_from > (capacity_ - 1) * Line::kBlock;
  }
  [[nodiscard]] static std::uint32_t blocks_before(std::uint32_t position) { return position / Line::kBlock; }
  /// How far to move the end of a list, so that its complete blocks begin at the front of the room: of lists that begin
  /// there anew only the first part is used, which stays in the caches.
  [[nodiscard]] std::uint32_t to_front(std::uint32_t position) const {
    return (0U - position / Line::kBlock % capacity_) % capacity_ * Line::kBlock;
  }
  /// More room for the lists of all neurons.
  void make_room();
  /// The line's block is complete: it becomes history. Numbers are copied as they have been written: to read several of
  /// them at once, of which one has just been written, would wait for the write.
  /// @param exc, inh  the line's amplitudes @param number  of the block's last input
  void keep_block(std::size_t i, double exc, double inh, std::uint32_t number) {
    const Line& line = lines_[i];
    Block& block = blocks_[place(i, line.position / Line::kBlock - 1)];
    block.exc = exc;
    block.inh = inh;
    std::memcpy(block.number, line.number, 4 * sizeof(number));
    std::memcpy(block.number + 4, line.number + 4, 2 * sizeof(number));
    std::memcpy(block.number + 6, line.number + 6, sizeof(number));
    block.number[Line::kBlock - 1] = number;
  }
  static_assert(Line::kBlock == 8);

  /// The numbers of the inputs of the block that holds a position that is still kept.
  [[nodiscard]] const std::uint32_t* numbers_of_block(std::size_t i, std::uint32_t position) const {
    const std::uint32_t block = position / Line::kBlock;
    return block == lines_[i].position / Line::kBlock ? lines_[i].number : blocks_[place(i, block)].number;
  }
  void prefetch_inputs(std::size_t i, std::uint32_t position) const {
    for (const std::uint32_t number : blocks_[place(i, position / Line::kBlock)].number) {
      foundation::prefetch(&input(number));
    }
  }
  /// All complete blocks from a position on.
  void prefetch_blocks(std::size_t i, std::uint32_t from) const {
    for (std::uint32_t block = from / Line::kBlock; block < lines_[i].position / Line::kBlock; ++block) {
      foundation::prefetch(&blocks_[place(i, block)]);
    }
  }
  /// The last input of every complete block from a position on to another one.
  void prefetch_last_inputs(std::size_t i, std::uint32_t from, std::uint32_t to) const {
    for (std::uint32_t block = from / Line::kBlock; block < to / Line::kBlock; ++block) {
      const Input* const last = &input(blocks_[place(i, block)].number[Line::kBlock - 1]);
      foundation::prefetch(last);
    }
  }
  /// The number of a neuron's input at a position that is still kept. The line has those of the last kBlock inputs.
  [[nodiscard]] std::uint32_t number_at(std::size_t i, std::uint32_t position) const {
    const Line& line = lines_[i];
    return line.position - position <= Line::kBlock
               ? line.number[position % Line::kBlock]
               : blocks_[place(i, position / Line::kBlock)].number[position % Line::kBlock];
  }
  [[nodiscard]] const Input& input_at(std::size_t i, std::uint32_t position) const {
    return input(number_at(i, position));
  }
  /// The point after the input before `position`, which begins a block, > 0.
  [[nodiscard]] Point block_begin(std::size_t i, std::uint32_t position) const {
    const Block& block = blocks_[place(i, position / Line::kBlock - 1)];
    const Input& last = input(block.number[Line::kBlock - 1]);
    return {last.epoch, last.t, last.decay_exc, last.decay_inh, block.exc, block.inh, 0.0, position, 1};
  }
  /// The state at `position`, which is not before `low`: at the time of the input before it, or at `low` itself.
  [[nodiscard]] Point point_at(const Constants& c, std::size_t i, const Point& low, std::uint32_t position) const {
    const std::uint32_t begin = position / Line::kBlock * Line::kBlock;
    Point point = begin <= low.position ? low : block_begin(i, begin);
    for (std::uint32_t p = point.position; p < position; ++p) {
      const Input& next = input_at(i, p);
      move_to(c, next, point);
      add(next, point);
    }
    return point;
  }

  /// A new epoch begins: inputs of epochs before `oldest` are forgotten.
  void begin_epoch(std::int64_t epoch, std::int64_t oldest);
  /// Forgets all inputs. @param epoch the present one
  void clear(std::int64_t epoch);

 private:
  struct alignas(64) Block {  // one line of a cache
    double exc, inh;
    std::uint32_t number[Line::kBlock];
  };
  struct FirstOfEpoch {
    std::int64_t epoch;
    std::uint32_t number;
  };

  [[nodiscard]] std::size_t place(std::size_t i, std::uint32_t block) const {
    return i * capacity_ + (block & (capacity_ - 1));
  }
  void grow_inputs();

  static constexpr std::uint32_t kGrowth = 4;

  std::uint32_t capacity_ = 2;  ///< blocks that are kept of each neuron, a power of two; as many as a list has needed
  foundation::LargeVector<Line> lines_;
  foundation::LargeArray<Block> blocks_;
  foundation::LargeVector<Input> inputs_ = foundation::LargeVector<Input>(1024);  ///< a ring
  std::uint32_t mask_ = 1023;
  std::uint32_t oldest_ = 0;  ///< number of the first one that is kept
  std::uint32_t next_ = 0;
  std::deque<FirstOfEpoch> first_of_epoch_;
};

}  // namespace va_event::neurons::near_spikes
