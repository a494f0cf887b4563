// SPDX-License-Identifier: Apache-2.0
// Included once for each instruction set (Highway's foreach_target.h), hence no #pragma once.
#if defined(VA_EVENT_KERNELS_INPUTS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef VA_EVENT_KERNELS_INPUTS_INL_HPP
#undef VA_EVENT_KERNELS_INPUTS_INL_HPP
#else
#define VA_EVENT_KERNELS_INPUTS_INL_HPP
#endif

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "foundation/prefetch.hpp"
#include "kernels/lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace va_event::kernels::HWY_NAMESPACE {

/// Neurons and their inputs, each at its own time, and `kNumbers` constants of each neuron, as vectors want them.
template <std::size_t kNumbers>
class Inputs {
 public:
  alignas(64) std::array<State<double>, kMaxInputs + kPadding> rows;
  std::array<std::uint32_t, kMaxInputs + kPadding> index;

  HWY_INLINE void set(std::size_t k, const State<double>& row, const Input<double>& input) {
    rows[k] = row;
    t_[k] = input.t;
    weight_[k] = input.weight;
    inhibitory_[k] = input.receptor == 0 ? 0.0 : 1.0;
    index[k] = input.index;
  }
  HWY_INLINE void set_constants(std::size_t k, const std::array<double, kNumbers>& constants) {
    for (std::size_t n = 0; n < kNumbers; ++n) {
      constants_[n][k] = constants[n];
    }
  }

  // Of the neurons from the k-th one on, as many as a vector has lanes.
  [[nodiscard]] HWY_INLINE V t(std::size_t k) const { return hn::LoadU(Doubles(), &t_[k]); }
  [[nodiscard]] HWY_INLINE V weight(std::size_t k) const { return hn::LoadU(Doubles(), &weight_[k]); }
  [[nodiscard]] HWY_INLINE hn::Mask<Doubles> inhibitory(std::size_t k) const {
    return hn::LoadU(Doubles(), &inhibitory_[k]) != hn::Zero(Doubles());
  }
  [[nodiscard]] HWY_INLINE V constant(std::size_t n, std::size_t k) const {
    return hn::LoadU(Doubles(), &constants_[n][k]);
  }

 private:
  using Numbers = std::array<double, kMaxInputs + kPadding>;

  alignas(64) Numbers t_, weight_, inhibitory_;
  alignas(64) std::array<Numbers, kNumbers> constants_;
};

/// Goes through the inputs of Batch::receive(). `take` gets the number of an input and the constants of its neuron, and
/// says whether the vectors take it. The clocks of those neurons are set. @returns how many
template <class Constants, class Take>
HWY_INLINE std::size_t take_inputs(const SetsOf<Constants>& constants, const Neurons& neurons,
                                   std::span<const Input<double>> inputs, const Take& take) {
  for (const Input<double>& input : inputs) {
    hwy::Prefetch(neurons.row + input.index);
    hwy::Prefetch(neurons.safe_until + input.index);
    if (constants.set_of != nullptr) {
      foundation::prefetch(std::as_bytes(std::span(&constants[input.index], 1)));
    }
  }
  const double begin = inputs[0].t;
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    const Input<double>& input = inputs[k];
    State<double>& row = neurons.row[input.index];
    if (k > 0 && !(row.t < begin && neurons.safe_until[input.index] > input.t)) {
      return k;
    }
    if (!take(k, constants[input.index])) {
      return k;
    }
    row.t = input.t;
  }
  return inputs.size();
}

}  // namespace va_event::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
