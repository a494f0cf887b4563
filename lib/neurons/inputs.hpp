// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "neurons/state.hpp"

/// What a spike does to all of its targets at once, in the vector registers that the processor has (chosen when the
/// program starts). A lane performs the operations of the scalar kernel in the same order, so that the bits do not
/// depend on the width: which neurons share a vector, and whether they do, leaves no trace.
namespace va_event::neurons {

/// Some synapses that a spike arrives at.
struct Targets {
  std::span<const std::uint32_t> index;
  std::uint32_t offset = 0;          ///< added to each index, modulo 2^32
  std::span<const double> weight{};  ///< [uS] or [nA]; empty: constant_weight
  double constant_weight = 0.0;

  [[nodiscard]] double weight_of(std::size_t k) const { return weight.empty() ? constant_weight : weight[k]; }
  /// Those from `begin` to `end` - 1.
  [[nodiscard]] Targets part(std::size_t begin, std::size_t end) const {
    return {index.subspan(begin, end - begin), offset, weight.empty() ? weight : weight.subspan(begin, end - begin),
            constant_weight};
  }
};

/// The same in wider arithmetic, in which synapses that change have weights of its number type.
template <class Real>
struct WideTargets {
  std::span<const std::uint32_t> index;
  std::uint32_t offset = 0;
  std::span<const double> weight{};
  double constant_weight = 0.0;
  std::span<const Real> changed{};  ///< in place of `weight`, unless it is empty

  [[nodiscard]] Real weight_of(std::size_t k) const {
    return changed.empty() ? Real(weight.empty() ? constant_weight : weight[k]) : changed[k];
  }
  [[nodiscard]] WideTargets part(std::size_t begin, std::size_t end) const {
    return {index.subspan(begin, end - begin), offset, weight.empty() ? weight : weight.subspan(begin, end - begin),
            constant_weight, changed.empty() ? changed : changed.subspan(begin, end - begin)};
  }
};

template <class Real>
using TargetsOf = std::conditional_t<std::is_same_v<Real, double>, Targets, WideTargets<Real>>;

/// Calls visit(index of the neuron, weight) for each of some targets, in their order.
template <class Part, class Visit>
void for_each_target(std::span<const Part> targets, const Visit& visit) {
  for (const Part& part : targets) {
    for (std::size_t k = 0; k < part.index.size(); ++k) {
      visit(part.offset + part.index[k], part.weight_of(k));
    }
  }
}

/// An input with a time of its own.
template <class Real>
struct Input {
  Real t;                  ///< in the present epoch [ms]
  Real weight;             ///< [uS], [nA] or [mV]
  std::uint32_t index;     ///< of the neuron
  std::uint32_t receptor;  ///< 0: excitatory, 1: inhibitory
};

/// No more inputs than these are handed to NeuronGroup::receive() at once.
inline constexpr std::size_t kMaxInputs = 64;

}  // namespace va_event::neurons
