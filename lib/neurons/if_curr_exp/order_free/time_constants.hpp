// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "network/network.hpp"
#include "neurons/if_curr_exp/order_free/frame.hpp"

namespace va_event::neurons::order_free {

/// What the frames of a population follow from, the same in all processes.
struct TimeConstants {
  // Of those neurons that sums are made for:
  std::vector<double>
      first;              ///< all parameters of the first one, in the order of the model's list; empty: there is none
  double shortest = 0.0;  ///< [ms]
  bool common = false;    ///< all have those of the first one, which have an amplitude form
  double longest_frame = kLongestFrame;  ///< that is wanted, a power of two [ms]
};

/// tau_m, tau_syn_E, tau_syn_I [ms]
[[nodiscard]] inline std::array<double, 3> time_constants(std::span<const double> parameters) {
  const Kernel::Parameters p = Kernel::kParameters.read(parameters);
  return {p.tau_m, p.tau_syn_E, p.tau_syn_I};
}
/// Whether there are sums for such a neuron. With shorter time constants frames would be too short.
[[nodiscard]] inline bool are_long_enough(const std::array<double, 3>& tau) {
  return *std::min_element(tau.begin(), tau.end()) >= 2 * kShortestFrame;
}
[[nodiscard]] TimeConstants time_constants_of(const network::PopulationData& population, const InputScale& scale);

/// Without the unit.
[[nodiscard]] Frame frame_of(const TimeConstants& time_constants);

}  // namespace va_event::neurons::order_free
