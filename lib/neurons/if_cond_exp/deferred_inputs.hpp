// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "neurons/if_cond_exp/if_cond_exp.hpp"
#include "neurons/inputs.hpp"

/// Inputs of conductance-based neurons that are kept until v is needed. An input changes a conductance at once, which
/// is one addition in the amplitude form, but v only as time goes by; and while the drive at threshold is not positive,
/// v is not needed. So a neuron keeps a list of the inputs since v was last known, and v goes through all of them
/// together when the drive becomes positive, or the list is full. What an interval between two inputs does to v does
/// not depend on v (transfer.hpp): the intervals of all neurons that are due share vectors, sorted by what they cost.
///
/// Results do not depend on when v is integrated: the intervals and their formulas are the same, and so are the bits.
namespace va_event::neurons {

/// What an input does, common to all its targets.
struct StoredInput {
  double t;          ///< in the present epoch [ms]
  double decay_exc;  ///< e^{-t/tau_syn_E}
  double decay_inh;  ///< e^{-t/tau_syn_I}
  double exc;        ///< added to the excitatory amplitude [uS]
  double inh;        ///< to the inhibitory one

  /// An input of `weight` [uS] at a receptor: in amplitude form it is weight e^{t/tau_syn}.
  static StoredInput of(const IfCondExpKernel<double>::SharedExponentials& at, std::size_t receptor, double weight) {
    return {at.t, at.decay_exc, at.decay_inh, receptor == 0 ? weight / at.decay_exc : 0.0,
            receptor == 0 ? 0.0 : weight / at.decay_inh};
  }
};

/// A neuron's inputs that its record does not contain yet: one line of a cache.
struct alignas(64) DeferredInputs {
  static constexpr std::size_t kSize = 17;           ///< inputs that one line of a cache has room for beside the rest
  static constexpr std::uint16_t kEpochBegin = 0;    ///< number of the input of no weight that every epoch begins with
  static constexpr std::uint16_t kUnknown = 0xffff;  ///< not the number of an input
  static constexpr std::size_t kMaxInputs = kUnknown;  ///< numbers are less than this

  double exc = 0.0;  ///< amplitudes with all inputs [uS]
  double inh = 0.0;
  double limit = 0.0;     ///< what the synapses' share of the drive must exceed for the neuron to be due [mV]
  std::uint8_t used = 0;  ///< length of the list
  std::uint8_t due_at_next_input = 0;  ///< v might cross the threshold without an input: the next one makes it due
  std::uint8_t due = 0;                ///< is to be integrated; set by receive(), not by deliver()
  std::uint16_t last = kUnknown;       ///< the input at the time of the record, if its number is known
  std::array<std::uint16_t, kSize> inputs{};  ///< numbers of those since

  /// When the next inputs make the neuron due: where v might cross the threshold already, with the next one; else when
  /// the drive becomes positive, which a positive leak makes it with any input; while it is refractory, never.
  /// @param leak  y_leak, the drive without synapses [mV]
  void set_limit(bool refractory, bool may_cross, double leak) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    due_at_next_input = !refractory && may_cross ? 1 : 0;
    limit = refractory ? kInfinity : may_cross || leak > 0.0 ? -kInfinity : -leak;
  }
};
static_assert(sizeof(DeferredInputs) == 64);

/// An input onto a neuron that is not due. @returns whether it is now
[[gnu::always_inline]] inline bool receive(DeferredInputs& neuron, const StoredInput& input, std::uint16_t number,
                                           const IfCondExpKernel<double>::DriveFactors& drive) {
  const double exc = neuron.exc + input.exc;
  const double inh = neuron.inh + input.inh;
  const std::size_t used = neuron.used;
  neuron.exc = exc;
  neuron.inh = inh;
  neuron.inputs[used] = number;
  neuron.used = static_cast<std::uint8_t>(used + 1U);
  return drive.largest(exc, inh) > neuron.limit || used + 1U == DeferredInputs::kSize;
}

/// An input onto some neurons, none of which is due. Those that are due then are appended to `due`.
/// @param targets  ascending; one may occur several times
/// @returns how many of the targets it has reached: all, or those before one that has become due
std::size_t deliver(DeferredInputs* deferred, const StoredInput& input, std::uint16_t number,
                    const IfCondExpKernel<double>::DriveFactors& drive, std::span<const std::uint32_t> targets,
                    std::uint32_t offset, std::vector<std::uint32_t>& due);

/// The neurons of a group, by index. The arrays are the group's.
struct DeferringNeurons {
  SetsOf<IfCondExpKernel<double>::Constants> constants;
  State<double>* record;     ///< amplitudes and y at the neuron's last integrated event
  double* safe_until;        ///< in the present epoch [ms]
  DeferredInputs* deferred;  ///< inputs since
};

/// An event of a neuron after which v was close to the threshold.
struct NearThresholdEvent {
  std::uint32_t index;
  State<double> state;  ///< after the event
};

/// What an integration leaves to be done and counted by the group.
struct IntegrationReport {
  std::vector<std::uint32_t> new_candidates;  ///< neurons that might spike before the end of the LookLimits
  std::vector<NearThresholdEvent> near_threshold;
  std::uint64_t by_sign = 0;  ///< intervals between events, by kind
  std::uint64_t by_bound = 0;
  std::uint64_t refractory = 0;

  void clear() {
    new_candidates.clear();
    near_threshold.clear();
    by_sign = by_bound = refractory = 0;
  }
};

/// Takes the records of some neurons to their last inputs and says how long they are safe. Appends to the report.
/// @param who     neurons, all in amplitude form, none twice
/// @param inputs  by number
void integrate_deferred(const DeferringNeurons& neurons, std::span<const std::uint32_t> who, const StoredInput* inputs,
                        const LookLimits& limits, IntegrationReport& report);
/// The same for `count` neurons from `first` on, and on to the next epoch: its time 0 is the present one's end.
void integrate_epoch(const DeferringNeurons& neurons, std::uint32_t first, std::uint32_t count,
                     const StoredInput* inputs, IntegrationReport& report);

/// The exponentials at the inputs' times.
/// @param decay_exc, decay_inh  room for as many numbers
void find_decays(const SetsOf<IfCondExpKernel<double>::Constants>& constants, std::span<const Input<double>> inputs,
                 double* decay_exc, double* decay_inh);

}  // namespace va_event::neurons
