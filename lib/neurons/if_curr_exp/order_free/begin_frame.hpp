// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "neurons/if_curr_exp/order_free/frame.hpp"

namespace va_event::neurons::order_free {

/// Arrays hold a multiple of them.
inline constexpr std::size_t kNeuronsPerVector = 4;

/// The numbers of all neurons of a group: arrays of `count`.
struct Neurons {
  std::size_t count;
  Sums* sums;
  double* m;
  double* exc;
  double* inh;
  const double* y_infinity;
  const double* amplitude_per_current;  ///< [MOhm]
};

/// What brings neurons into a frame's start: amplitudes in the present frame's terms, sums of inputs, nothing else.
/// The sums of the past frame join the amplitudes, which decay over it; the sums begin anew, with reserves.
/// Appends the neurons whose reserve is below `margin`, in units of the sums, to `flagged`.
void begin_frame(const Frame& frame, const Neurons& neurons, std::int64_t margin, std::vector<std::uint32_t>& flagged);

/// A reserve in units of the sums: kMargin and what a neuron certainly stays below its threshold until the frame ends
/// without any input.
/// @param y_start, y_end potentials now and at the frame's end [mV]
/// @param hump how far it may be above both in between [mV]
[[nodiscard]] inline double reserve_of(double y_start, double y_end, double hump) {
  constexpr double kReserveMargin = 1e-9;  // [mV]; rounding leaves out less
  return -(std::max(y_start, y_end) + hump + kReserveMargin);
}

}  // namespace va_event::neurons::order_free
