// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "network/cell_index.hpp"
#include "network/network.hpp"
#include "neurons/fixed_step/grid.hpp"
#include "va_event/fixed_step.hpp"

namespace va_event::fixed_step {

/// The way of spikes in a simulation with a time step: which synapses a cell has, and in which step, or when within a
/// step, its spikes arrive.

/// The synapses of one projection onto one population.
struct Branch {
  std::size_t projection, block;  ///< where they are; found anew each time, for the user may add projections meanwhile
  std::uint32_t post_population;  ///< index in Network::populations
  std::uint32_t receptor;         ///< index in CellModel::receptors
  std::size_t pre;                ///< which index of pre cells; the projection's number
};

/// Which synapses a cell's spikes go to, and how long they take: the network's tables, as they are when this is made,
/// without a copy of synapses.
class Wiring {
 public:
  /// @throws StateError when synapses of a projection are not static
  Wiring(const network::Network& network, const FixedStepOptions& options);

  /// Indices of the branches that cells of a population may have synapses in.
  [[nodiscard]] std::span<const std::size_t> branches_of(std::size_t population) const {
    return of_population_[population];
  }
  [[nodiscard]] const Branch& branch(std::size_t index) const { return branches_[index]; }
  /// The row of a cell in a branch, if it has one.
  [[nodiscard]] std::optional<std::size_t> row(const Branch& branch, CellId cell) const {
    return pre_[branch.pre].find(cell);
  }

  /// When a spike arrives. Delays on the grid are rounded to the nearest number of steps, at least one, and count from
  /// the first grid point that is not before the spike; continuous ones are added as they are.
  /// @param delay [ms], > 0
  [[nodiscard]] GridTime arrival(const GridTime& emitted, double delay) const noexcept {
    if (delays_ == DelayTiming::continuous) {
      return grid_.later(emitted, grid_.duration(delay));
    }
    return {grid_.round_up(emitted) + std::max<std::int64_t>(1, grid_.nearest(delay)), 0.0};
  }

  [[nodiscard]] std::int64_t max_delay() const noexcept { return max_delay_; }  ///< [steps]
  /// The smallest delay of synapses from neurons [ms]; +inf if there are none.
  [[nodiscard]] double min_neuron_delay() const noexcept { return min_neuron_delay_; }

 private:
  Grid grid_;
  DelayTiming delays_;
  std::vector<Branch> branches_;
  std::vector<network::CellIndex> pre_;                  ///< by projection: the row of each pre cell
  std::vector<std::vector<std::size_t>> of_population_;  ///< indices of branches, by source population
  std::int64_t max_delay_ = 1;                           ///< [steps]
  double min_neuron_delay_ = std::numeric_limits<double>::infinity();
};

}  // namespace va_event::fixed_step
