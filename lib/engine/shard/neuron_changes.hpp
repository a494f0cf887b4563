// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/shard/current_schedule.hpp"
#include "engine/shard/shard_cells.hpp"
#include "engine/shard/source_spikes.hpp"
#include "engine/shard/spike_delivery.hpp"
#include "events/candidates.hpp"
#include "events/delivery.hpp"
#include "events/instant.hpp"
#include "events/lane_queue.hpp"
#include "network/cell_values.hpp"
#include "network/network.hpp"

namespace va_event::engine {

/// What users and injected currents change of the neurons of one shard. A neuron that can be in the group of its
/// population no longer, because it gets a sinusoid or parameters that the group does not take, is held apart from then
/// on, in the group of driven neurons.
template <class Real>
class NeuronChanges {
 public:
  using Instant = events::Instant<Real>;

  /// The parts of the shard. @param now its present time
  NeuronChanges(const network::Network& network, const CurrentSchedule& currents, const Instant& now,
                ShardCells<Real>& cells, events::Candidates<Real>& candidates,
                events::LaneQueue<events::CellEvent<Real>>& refractory_ends, SpikeDelivery<Real>& delivery,
                SourceSpikes<Real>& sources)
      : network_(network),
        currents_(currents),
        now_(now),
        cells_(cells),
        candidates_(candidates),
        refractory_ends_(refractory_ends),
        delivery_(delivery),
        sources_(sources) {}

  /// Takes over the parameters of a cell of this shard, and what is injected into it, as they are now.
  void update(CellId cell) {
    const std::vector<double> parameters = parameters_of(cell);
    const neurons::WindowedGroup<Real>* const windowed = windowed_group_of(cell);
    const bool apart = windowed != nullptr && (cells_.is_held_apart(cell) || !windowed->takes(parameters));
    if (currents_.is_driven(cell) || apart) {
      if (windowed != nullptr) {
        leave(cell, *windowed);
      }
      hold_apart(cell, parameters);
    } else {
      const auto [group, index] = cells_.neuron(cell);
      group.set_parameters(index, parameters, currents_.current(cell), now_.offset, candidates_);
    }
  }
  /// The same of those of the cells that belong to this shard.
  void update(const std::vector<CellId>& cells) {
    for (const CellId cell : cells) {
      if (cells_.owns(cell)) {
        update(cell);
      }
    }
  }

  /// Before anything runs: neurons that get sinusoids, and those that the group of their population does not take.
  void begin() {
    for (const network::Injection& injection : network_.injections) {
      if (injection.sine) {
        update(injection.cells);
      }
    }
    std::vector<double> parameters;
    for (std::size_t p = 0; p < network_.populations.size(); ++p) {
      const network::PopulationData& population = network_.populations[p];
      const neurons::WindowedGroup<Real>* const windowed = cells_.place(p).windowed;
      if (windowed == nullptr || std::all_of(population.parameters.begin(), population.parameters.end(),
                                             [](const network::Column& column) { return column.is_constant(); })) {
        continue;
      }
      const network::Share::Range own = cells_.place(p).own;
      for (std::uint32_t i = own.begin; i < own.end; ++i) {
        network::values_at(population.parameters, i, parameters);
        if (!windowed->takes(parameters)) {
          update(population.first + i);
        }
      }
    }
  }

  void set_variable(CellId cell, std::size_t variable, double value) {
    const auto [group, index] = cells_.neuron(cell);
    group.set_variable(index, variable, value, now_.offset, candidates_);
  }

  /// Of a checkpoint that follows. @param apart whether it holds the neuron apart
  /// @returns whether that can be
  [[nodiscard]] bool begin_load(CellId cell, bool apart) {
    const std::vector<double> parameters = parameters_of(cell);
    if (!apart) {
      return windowed_group_of(cell)->takes(parameters) && !cells_.is_held_apart(cell);
    }
    if (!cells_.is_held_apart(cell)) {
      hold_apart(cell, parameters);
    }
    return true;
  }

 private:
  /// Null: the event loop looks at the cell.
  [[nodiscard]] neurons::WindowedGroup<Real>* windowed_group_of(CellId cell) const {
    return cells_.place(cells_.population_index(cell)).windowed;
  }
  [[nodiscard]] std::vector<double> parameters_of(CellId cell) const {
    const network::PopulationData& population = cells_.population_of(cell);
    return network::values_at(population.parameters, cell - population.first);
  }

  /// Inputs come to neurons of its population one by one from now on, and its refractoriness ends by an event.
  void leave(CellId cell, const neurons::WindowedGroup<Real>& windowed) {
    sources_.release_private();
    delivery_.stop_rows(cells_.population_index(cell));
    if (const auto end = windowed.refractory_until(cells_.neuron(cell).index); end && !cells_.is_held_apart(cell)) {
      refractory_ends_.push({*end, cell});
    }
  }
  /// In the group of driven neurons, which takes the place of another at the first time.
  void hold_apart(CellId cell, std::span<const double> parameters) {
    neurons::DrivenNeuronGroup<Real>& driven = cells_.driven_group_of(cell, now_.epoch);
    driven.set_driven(cells_.neuron(cell).index, cell, parameters, currents_.current(cell), currents_.sines(cell),
                      now_.offset, candidates_);
  }

  const network::Network& network_;
  const CurrentSchedule& currents_;
  const Instant& now_;
  ShardCells<Real>& cells_;
  events::Candidates<Real>& candidates_;
  events::LaneQueue<events::CellEvent<Real>>& refractory_ends_;
  SpikeDelivery<Real>& delivery_;
  SourceSpikes<Real>& sources_;
};

}  // namespace va_event::engine
