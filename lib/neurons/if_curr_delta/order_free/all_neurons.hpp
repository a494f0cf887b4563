// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "neurons/if_curr_delta/order_free/add_inputs.hpp"
#include "neurons/if_curr_delta/order_free/frame.hpp"

namespace va_event::neurons::delta_order_free {

/// The numbers of all neurons of a group: arrays of `count`, a multiple of kNeuronsPerVector.
struct Neurons {
  std::size_t count;
  Sums sums;
  double* amplitude;    ///< at the frame's start [mV]; -infinity while a neuron is refractory
  const double* least;  ///< least_amplitude()
  const double* decay;  ///< of the amplitude over a frame, where neurons have values of tau_m of their own
};
inline constexpr std::size_t kNeuronsPerVector = 4;

/// Appends, in ascending order, the neurons that might reach their threshold in this frame with the inputs that have
/// been added.
void find_near(const Frame& frame, const Neurons& neurons, std::vector<std::uint32_t>& near);

/// All neurons into the next frame: the sums join the amplitudes, which decay; the sums begin anew.
void begin_frame(const Frame& frame, const Neurons& neurons);

}  // namespace va_event::neurons::delta_order_free
