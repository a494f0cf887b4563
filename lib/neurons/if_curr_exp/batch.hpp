// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "neurons/if_curr_exp/if_curr_exp.hpp"
#include "neurons/if_curr_exp/upper_bound.hpp"
#include "neurons/inputs.hpp"

namespace va_event::neurons {

/// The same with upper bounds (upper_bound.hpp).
struct BoundedNeurons {
  BoundedRecord* record;
  double* safe_until;  ///< the same; what a look finds
};

/// Batches of a kernel; kernels without a specialisation handle one event after the other.
template <class Kernel>
struct Batch {
  static constexpr bool kExists = false;
};

template <>
struct Batch<IfCurrExpKernel<double>> {
  static constexpr bool kExists = true;
  using Constants = IfCurrExpKernel<double>::Constants;
  /// Whether neurons with these constants can be handled in batches.
  [[nodiscard]] static bool applies(const Constants& constants) noexcept { return constants.in_amplitude_form; }
  /// An event on each target; a target may occur several times. Neurons that have an upper bound afterwards keep their
  /// `safe_until`; they are near if the upper bound is. Appends to the report.
  static void deliver(const Constants& constants, const BoundedNeurons& neurons, const Arrival& arrival,
                      std::span<const Targets> targets, const LookLimits& limits, BatchReport& report);
  /// Inputs in the order of their times, at most kMaxInputs: those before the first one whose neuron has had another
  /// input meanwhile, or might spike before it, or is a rare case, for the scalar kernel. Appends to the report.
  /// @returns how many they were
  static std::size_t receive(const SetsOf<Constants>& constants, const BoundedNeurons& neurons,
                             std::span<const Input<double>> inputs, const LookLimits& limits, BatchReport& report);
  /// All of the first `count` neurons into the next epoch.
  static void next_epoch(const Constants& constants, const BoundedNeurons& neurons, std::size_t count,
                         const LookLimits& limits, BatchReport& report);
};

}  // namespace va_event::neurons
