// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace va_event::kernels {

/// What a neuron is between two of its events: one row of memory that a synaptic event reads and writes.
template <class Real>
struct alignas(4 * sizeof(Real)) State {
  Real y;    ///< v - v_thresh [mV]: the threshold is the origin, so that no digit is lost near it
  Real exc;  ///< excitatory synaptic variable: g [uS] or i [nA]
  Real inh;  ///< inhibitory synaptic variable
  Real t;    ///< time of the neuron's last own event, since the start of the epoch [ms]
};

}  // namespace va_event::kernels
