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
#include "neurons/lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace va_event::neurons::HWY_NAMESPACE {

/// Neurons and their inputs, each at its own time, and `kNumbers` constants of each neuron, in the layout of vectors.
template <std::size_t kNumbers>
class Inputs {
 public:
  alignas(64) std::array<State<double>, kMaxInputs + kPadding> rows;
  std::array<std::uint32_t, kMaxInputs + kPadding> index;

  HWY_INLINE void set(std::size_t k, const State<double>& record, const Input<double>& input) {
    rows[k] = record;
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

}  // namespace va_event::neurons::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
