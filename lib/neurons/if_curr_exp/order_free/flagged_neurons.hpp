// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "neurons/if_curr_exp/order_free/add_inputs.hpp"

namespace va_event::neurons::order_free {

/// The neurons of a group that might spike in the present frame, and their inputs from the present time on, which are
/// recorded in any order and divided by neuron when a window is advanced.
class FlaggedNeurons {
 public:
  void resize(std::size_t neurons) {
    flags_.resize(neurons, Flag::none);
    place_.resize(neurons, 0);
  }
  /// Where inputs are added to `sums`: neurons that run out of reserve become fresh.
  [[nodiscard]] Inbox inbox(Sums* sums) { return {sums, flags_.data(), neurons_, inputs_}; }

  [[nodiscard]] bool contains(std::size_t i) const { return flags_[i] != Flag::none; }
  [[nodiscard]] bool is_fresh(std::size_t i) const { return flags_[i] == Flag::fresh; }
  [[nodiscard]] bool any() const noexcept { return !neurons_.empty(); }
  [[nodiscard]] std::span<const std::uint32_t> all() const noexcept { return neurons_; }
  /// From now on the inputs of this neuron are recorded; before now it got none, or they are recorded already.
  void add(std::size_t i) {
    if (flags_[i] == Flag::none) {
      neurons_.push_back(static_cast<std::uint32_t>(i));
    }
    flags_[i] = Flag::recorded;
  }
  /// Those that inputs have flagged since this was last asked: what they got before has to be recorded, and add()
  /// called.
  [[nodiscard]] std::vector<std::uint32_t> take_fresh() {
    std::vector<std::uint32_t> fresh;
    std::copy_if(neurons_.begin() + static_cast<std::ptrdiff_t>(known_), neurons_.end(), std::back_inserter(fresh),
                 [this](std::uint32_t i) { return is_fresh(i); });
    known_ = neurons_.size();
    return fresh;
  }
  void record(const OrderedInput& input) { inputs_.push_back(input); }

  /// Divides the inputs by neuron: numbers of those of all()[k] are inputs_of(k).
  void divide() {
    end_.assign(neurons_.size() + 1, 0);
    for (std::size_t k = 0; k < neurons_.size(); ++k) {
      place_[neurons_[k]] = static_cast<std::uint32_t>(k);
    }
    for (const OrderedInput& input : inputs_) {
      ++end_[place_[input.index] + 1];
    }
    for (std::size_t k = 1; k < end_.size(); ++k) {
      end_[k] += end_[k - 1];
    }
    numbers_.resize(inputs_.size());
    for (std::size_t n = 0; n < inputs_.size(); ++n) {  // end_[k] goes from where those of k begin to where they end
      numbers_[end_[place_[inputs_[n].index]]++] = static_cast<std::uint32_t>(n);
    }
  }
  /// Numbers of inputs, in no order; until the next call of divide().
  [[nodiscard]] std::span<std::uint32_t> inputs_of(std::size_t k) {
    const std::size_t begin = k == 0 ? 0 : end_[k - 1];
    return std::span(numbers_).subspan(begin, end_[k] - begin);
  }
  [[nodiscard]] const OrderedInput& input(std::uint32_t number) const { return inputs_[number]; }

  /// Inputs before `x` are done.
  void forget_before(double x) {
    std::erase_if(inputs_, [x](const OrderedInput& input) { return input.x < x; });
  }
  void forget_inputs() { inputs_.clear(); }
  /// No neuron is flagged any longer.
  void clear() {
    for (const std::uint32_t i : neurons_) {
      flags_[i] = Flag::none;
    }
    neurons_.clear();
    known_ = 0;
    inputs_.clear();
  }

 private:
  std::vector<Flag> flags_;             ///< by neuron
  std::vector<std::uint32_t> neurons_;  ///< those with a flag
  std::size_t known_ = 0;               ///< the first ones of neurons_: none of them is fresh
  std::vector<OrderedInput> inputs_;
  std::vector<std::uint32_t> place_;    ///< in neurons_, by neuron
  std::vector<std::uint32_t> numbers_;  ///< in inputs_, divided by neuron
  std::vector<std::uint32_t> end_;      ///< in numbers_, of each of neurons_
};

}  // namespace va_event::neurons::order_free
