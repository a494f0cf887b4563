// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "network/network.hpp"
#include "neurons/fixed_step/grid.hpp"
#include "sources/source_group.hpp"

namespace va_event::fixed_step {

/// The spikes of all sources in the order of (time, cell). They are the trains that the event-driven simulation draws
/// for the same seed, so that a comparison of the two measures the time step and not the input. Each source is drawn
/// one spike ahead; a heap has the next spike of each.
class SourceTrains {
 public:
  /// A spike of one source.
  struct Spike {
    events::Instant<double> time;
    GridTime on_grid;          ///< the same time on the grid, not rounded
    CellId cell;               ///< the source
    std::uint32_t population;  ///< its population
  };

  /// @param network must outlive this
  SourceTrains(const network::Network& network, const Grid& grid);

  /// The next spike, if it is in `step` or before.
  [[nodiscard]] std::optional<Spike> take(std::int64_t step);

 private:
  /// Puts a source's next spike, if there is one, on the heap.
  void add(const std::optional<events::Instant<double>>& time, std::uint32_t population, CellId cell);

  const network::Network& network_;
  Grid grid_;
  std::vector<std::unique_ptr<sources::SourceGroup>> groups_;  ///< by population; null for neurons
  std::vector<Spike> next_;                                    ///< of every source; a heap
};

}  // namespace va_event::fixed_step
