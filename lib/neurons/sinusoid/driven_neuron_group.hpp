// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "neurons/group/neuron_group.hpp"
#include "neurons/sinusoid/sine_source.hpp"

namespace va_event::neurons {

/// A group that stands before a StoredNeuronGroup with the same indices of neurons, and holds those that get
/// sinusoidal currents.
template <class Real>
class DrivenNeuronGroup : public NeuronGroup<Real> {
 public:
  /// New parameters, injected current [nA] and sinusoidal currents from `t` on. A neuron that once had sinusoids comes
  /// here instead of set_parameters().
  virtual void set_driven(std::size_t index, CellId cell, std::span<const double> parameters, double injected,
                          std::span<const SineSource> sines, const Real& t, events::Candidates<Real>& candidates) = 0;
};

}  // namespace va_event::neurons
