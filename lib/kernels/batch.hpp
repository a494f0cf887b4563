// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kernels/if_curr_exp.hpp"
#include "kernels/reserve.hpp"
#include "kernels/state.hpp"

/// What a spike does to all of its targets at once, in the vector registers that the processor has (chosen when the
/// program starts). A lane performs the operations of the scalar kernel in the same order, so that the bits do not
/// depend on the width: which neurons share a vector, and whether they do, leaves no trace.
namespace va_event::kernels {

/// Some synapses that a spike arrives at.
struct Targets {
  std::span<const std::uint32_t> index;
  std::uint32_t offset = 0;          ///< added to each index, modulo 2^32
  std::span<const double> weight{};  ///< [uS] or [nA]; empty: constant_weight
  double constant_weight = 0.0;
};

/// An input with a time of its own.
template <class Real>
struct Input {
  Real t;                  ///< in the present epoch [ms]
  double weight;           ///< [uS], [nA] or [mV]
  std::uint32_t index;     ///< of the neuron
  std::uint32_t receptor;  ///< as in Arrival
};

struct SerialInput {
  std::uint32_t index;
  double weight;
};

/// Neurons as memory holds them, all with the same constants.
struct Neurons {
  State<double>* row;
  double* safe_until;  ///< gets the time before which the neuron does not spike unless an event comes
};

/// The same with reserves (reserve.hpp).
struct ReserveNeurons {
  ReserveRow* row;
  double* safe_until;  ///< the same; what a look finds
};

struct Arrival {
  double t;              ///< of the event, in the present epoch [ms]
  double label;          ///< what the neurons' clocks say then: t, or 0 where a new epoch begins [ms]
  std::size_t receptor;  ///< 0: excitatory, 1: inhibitory
};

/// When a neuron is of interest after an event.
struct Watch {
  double until;     ///< it might spike before this time
  double distance;  ///< v is closer than this to v_thresh [mV]
};

/// The constants of each neuron.
template <class Constants>
struct SetsOf {
  const Constants* sets;
  const std::uint32_t* set_of;  ///< by neuron; null: all have the first

  [[nodiscard]] const Constants& operator[](std::uint32_t i) const { return sets[set_of == nullptr ? 0 : set_of[i]]; }
};

/// Batch::receive() takes no more than these.
inline constexpr std::size_t kMaxInputs = 64;

/// What a batch leaves to be done.
struct BatchReport {
  std::vector<std::uint32_t> noticed;  ///< neurons that might spike before the watch's end
  std::vector<std::uint32_t> near;     ///< neurons that are closer to v_thresh than the watch's distance
  std::vector<std::uint32_t> again;    ///< neurons whose last event was at the same instant
  std::vector<SerialInput> serial;     ///< inputs that are not done yet, in order: rare cases, for the scalar kernel
  std::uint64_t by_sign = 0;           ///< neurons whose drive at threshold cannot become positive
  std::uint64_t refractory = 0;

  void clear() {
    noticed.clear();
    near.clear();
    again.clear();
    serial.clear();
    by_sign = refractory = 0;
  }
};

/// Appends the indices of the values that are below `limit`.
void find_below(std::span<const double> values, double limit, std::vector<std::uint32_t>& found);

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
  [[nodiscard]] static bool applies(const Constants& constants) noexcept { return constants.framed; }
  /// An event on each target; a target may occur several times. Neurons that have a reserve afterwards keep their
  /// `safe_until`; they are near if the reserve is. Appends to the report.
  static void deliver(const Constants& constants, const ReserveNeurons& neurons, const Arrival& arrival,
                      std::span<const Targets> targets, const Watch& watch, BatchReport& report);
  /// Inputs in the order of their times, at most kMaxInputs: those before the first one whose neuron has had another
  /// input meanwhile, or might spike before it, or is a rare case, for the scalar kernel. Appends to the report.
  /// @returns how many they were
  static std::size_t receive(const SetsOf<Constants>& constants, const ReserveNeurons& neurons,
                             std::span<const Input<double>> inputs, const Watch& watch, BatchReport& report);
  /// All of the first `count` neurons into the next epoch.
  static void next_epoch(const Constants& constants, const ReserveNeurons& neurons, std::size_t count,
                         const Watch& watch, BatchReport& report);
};

}  // namespace va_event::kernels
