// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "neurons/fixed_step/grid.hpp"
#include "va_event/data.hpp"

namespace va_event::fixed_step {

/// Spikes in flight of a simulation with a time step, by the step in which they arrive next: what the queue is to the
/// event-driven simulation. Within a step the clock sorts what arrives, so that no order is needed here.

/// A spike on its way through the synapses of its cell in one branch.
struct TravellingSpike {
  GridTime emitted;               ///< when the cell spiked
  std::int64_t arrival_step = 0;  ///< of the next synapses
  std::size_t branch = 0;         ///< which synapses (Wiring)
  CellId source = 0;
  std::uint32_t row = 0;       ///< the source's row in them
  std::uint32_t position = 0;  ///< the next synapse of the row
};

/// Spikes by the step in which they arrive next: a ring of lists, one per step. Spikes stand here instead of inputs
/// (a ring of sums per neuron, receptor and step, as other simulators have) because then memory depends neither on
/// the longest delay nor on the step, and the inputs of a step meet in the neurons' own arrays. A delay longer than the
/// ring stays in its list for more than one turn of the ring.
class SpikeCalendar {
 public:
  /// @param max_delay in steps
  explicit SpikeCalendar(std::int64_t max_delay)
      : ring_(std::bit_ceil(static_cast<std::size_t>(std::clamp<std::int64_t>(max_delay + 2, 2, kMaxSteps)))) {}

  /// @pre spike.arrival_step is not before the step that was taken last
  void add(const TravellingSpike& spike) { list_of(spike.arrival_step).push_back(spike); }

  /// Takes out what arrives in `step`, in the order in which it was added. @param arrivals is replaced
  void take(std::int64_t step, std::vector<TravellingSpike>& arrivals) {
    std::vector<TravellingSpike>& list = list_of(step);
    const auto later = std::stable_partition(
        list.begin(), list.end(), [step](const TravellingSpike& spike) { return spike.arrival_step == step; });
    arrivals.assign(list.begin(), later);
    list.erase(list.begin(), later);
  }

 private:
  /// The longest ring: beyond that a list is passed over more often instead of memory growing with 1/dt.
  static constexpr std::int64_t kMaxSteps = std::int64_t{1} << 16U;

  std::vector<TravellingSpike>& list_of(std::int64_t step) {
    return ring_[static_cast<std::size_t>(step) & (ring_.size() - 1)];
  }

  std::vector<std::vector<TravellingSpike>> ring_;  ///< by step modulo its size, a power of two
};

}  // namespace va_event::fixed_step
