// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "neurons/if_cond_exp/if_cond_exp.hpp"

namespace va_event::neurons::near_spikes {

/// Intervals between inputs of one neuron, in the order of time.
struct IntervalList {
  std::vector<double> h;    ///< lengths [ms]
  std::vector<double> exc;  ///< conductances at their beginnings [uS]
  std::vector<double> inh;
  std::size_t count = 0;  ///< of intervals; there may be more room

  void set_count(std::size_t new_count) {
    count = new_count;
    if (h.size() < count) {
      h.resize(2 * count);
      exc.resize(2 * count);
      inh.resize(2 * count);
    }
  }
};

/// y after the intervals from number `first` on. @param y at the beginning of the first [mV]
[[nodiscard]] double through(const IfCondExpKernel<double>::Constants& c, const IntervalList& intervals,
                             std::size_t first, double y);

}  // namespace va_event::neurons::near_spikes
