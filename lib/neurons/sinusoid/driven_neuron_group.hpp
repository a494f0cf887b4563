// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "neurons/group/candidate_group.hpp"
#include "neurons/group/neuron_group.hpp"
#include "neurons/sinusoid/sine_source.hpp"

namespace va_event::neurons {

/// A group that stands before a StoredNeuronGroup with the same indices of neurons, and holds those that get
/// sinusoidal currents, or that a windowed group does not take. The neurons that it holds are candidates, whatever
/// those of the other group are.
template <class Real>
class DrivenNeuronGroup : public NeuronGroup<Real>, public CandidateGroup<Real> {
 public:
  /// New parameters, injected current [nA] and sinusoidal currents from `t` on; the variables stay. A neuron that once
  /// had sinusoids comes here instead of set_parameters(), also when it has none now.
  /// @param index of the neuron @param cell its number in the network @param parameters in the order of the model
  /// @param sines may be empty @param t in the present epoch [ms]
  virtual void set_driven(std::size_t index, CellId cell, std::span<const double> parameters, double injected,
                          std::span<const SineSource> sines, const Real& t, events::Candidates<Real>& candidates) = 0;
  /// Whether the neuron is held here.
  [[nodiscard]] virtual bool holds(std::size_t index) const = 0;
};

}  // namespace va_event::neurons
