// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "neurons/fixed_step/grid.hpp"

namespace va_event::fixed_step {

/// The neurons of one population as the clock uses them, whatever the model, the method and the spike timing: one
/// virtual call for all targets of a spike and one per step, so that loops over neurons stand in the classes that
/// derive from this (group_of.hpp).

/// A spike, on the clock's grid or between two of its points.
struct NeuronSpike {
  std::uint32_t neuron;  ///< index within its group
  GridTime time;
};

/// The neurons of one population. In a step they are first given what happens in it, in the order of time, and then
/// go to its end; each neuron is advanced on its own to the moments at which something happens to it.
class NeuronGroup {
 public:
  virtual ~NeuronGroup() = default;

  /// Neurons at or above the threshold spike at time 0.
  virtual void spike_at_start() = 0;
  /// Adds an input to each target at `offset` of the present step, not before an offset that the target has had in this
  /// step. @param offset  [ms], in [0, dt) @param receptor  0: excitatory, 1: inhibitory @param targets  indices of
  /// neurons @param weight  [nA] or [uS]
  virtual void deliver(double offset, std::size_t receptor, std::span<const std::uint32_t> targets, double weight) = 0;
  /// The same with a weight for each target. @param weights  as many as targets
  virtual void deliver(double offset, std::size_t receptor, std::span<const std::uint32_t> targets,
                       std::span<const double> weights) = 0;
  /// The sum of the constant and the injected current from `offset` of the present step on [nA].
  virtual void set_current(std::size_t neuron, double offset, double current) = 0;
  /// Ends the present step.
  virtual void finish_step() = 0;

  /// A variable of a neuron at the present grid point; in the order of the model's variables.
  [[nodiscard]] virtual double variable(std::size_t neuron, std::size_t variable) const = 0;

  /// Spikes since the list was emptied last; whoever takes them empties it.
  [[nodiscard]] std::vector<NeuronSpike>& spikes() noexcept { return spikes_; }

 protected:
  std::vector<NeuronSpike> spikes_;
};

}  // namespace va_event::fixed_step
