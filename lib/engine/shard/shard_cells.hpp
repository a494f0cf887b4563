// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "engine/shard/population_lookup.hpp"
#include "network/network.hpp"
#include "neurons/neuron_implementation.hpp"
#include "sources/source_group.hpp"

namespace va_event::engine {

/// The cells of one shard, and where each of them is: neurons in one group for each model, spike sources in one for
/// each population.
template <class Real>
class ShardCells {
 public:
  /// Where the cells of a population are; group is null for sources.
  struct Place {
    neurons::NeuronGroup<Real>* group = nullptr;
    std::uint32_t offset = 0;         ///< index in the group minus index in the population, modulo 2^32
    network::Share::Range own{0, 0};  ///< the population's cells that belong to this shard
  };
  /// The neurons of one model; those that get sinusoids are in a group before the others.
  struct Group {
    const neurons::NeuronImplementation* model;
    std::unique_ptr<neurons::StoredNeuronGroup<Real>> stored;
    std::unique_ptr<neurons::DrivenNeuronGroup<Real>> driven;  ///< null: no neuron gets a sinusoid

    [[nodiscard]] neurons::NeuronGroup<Real>& all() const {
      if (driven != nullptr) {
        return *driven;
      }
      return *stored;
    }
  };
  struct Neuron {
    neurons::NeuronGroup<Real>& group;
    std::size_t index;  ///< in the group
  };

  /// @param part          of the network's share
  /// @param current_into  the injected current of a cell at the start [nA]
  ShardCells(const network::Network& network, network::Share part, const std::function<double(CellId)>& current_into)
      : network_(network), population_of_cell_(network) {
    std::unordered_map<const CellModel*, neurons::StoredNeuronGroup<Real>*> group_of_model;
    for (const network::PopulationData& population : network.populations) {
      if (!population.model->is_source() && !group_of_model.contains(population.model)) {
        group_of_model[population.model] = &add_group(*population.model, part);
      }
    }
    for (const network::PopulationData& population : network.populations) {
      const network::Share::Range own = part.of(network.share.of(population.size));
      places_.push_back({nullptr, 0, own});
      sources_.emplace_back();
      if (population.model->is_source()) {
        sources_.back() = sources::make_source_group(population, network.seed);
        continue;
      }
      std::vector<double> injected;
      for (std::uint32_t i = own.begin; i < own.end; ++i) {
        injected.push_back(current_into(population.first + i));
      }
      neurons::StoredNeuronGroup<Real>* const group = group_of_model[population.model];
      places_.back().group = group;
      places_.back().offset = group->add(population, own.begin, own.end, injected) - own.begin;
    }
  }

  /// Of all shards the same models, in the same order.
  [[nodiscard]] const std::vector<Group>& groups() const noexcept { return groups_; }
  [[nodiscard]] const Place& place(std::size_t population) const noexcept { return places_[population]; }

  [[nodiscard]] std::uint32_t population_index(CellId cell) const noexcept { return population_of_cell_[cell]; }
  [[nodiscard]] const network::PopulationData& population_of(CellId cell) const {
    return network_.populations[population_of_cell_[cell]];
  }
  [[nodiscard]] bool owns(CellId cell) const {
    const std::uint32_t population = population_of_cell_[cell];
    return places_[population].own.contains(cell - network_.populations[population].first);
  }
  [[nodiscard]] Neuron neuron(CellId cell) const {
    const std::uint32_t population = population_of_cell_[cell];
    const Place& place = places_[population];
    const std::uint32_t index = place.offset + (cell - network_.populations[population].first);  // modulo 2^32
    return {*place.group, index};
  }
  /// The spike sources of the population of a cell. @pre the cell is one
  [[nodiscard]] sources::SourceGroup& sources_of(CellId cell) const { return *sources_[population_of_cell_[cell]]; }

  /// The group that holds the driven neurons of the cell's model, made when the first of them is asked for: only cells
  /// that get sinusoids pay for them. @param epoch the present one
  [[nodiscard]] neurons::DrivenNeuronGroup<Real>& driven_group_of(CellId cell, std::int64_t epoch) {
    const neurons::NeuronImplementation* const model = population_of(cell).model->neuron;
    Group& group = *std::find_if(groups_.begin(), groups_.end(),
                                 [model](const Group& candidate) { return candidate.model == model; });
    if (group.driven == nullptr) {
      group.driven = model->in<Real>().make_driven(*group.stored, epoch);
      for (Place& place : places_) {
        place.group = place.group == group.stored.get() ? group.driven.get() : place.group;
      }
    }
    return *group.driven;
  }

 private:
  neurons::StoredNeuronGroup<Real>& add_group(const CellModel& model, network::Share part) {
    groups_.push_back({model.neuron, model.neuron->in<Real>().make(), nullptr});
    std::size_t count = 0;
    for (const network::PopulationData& population : network_.populations) {
      const network::Share::Range own = part.of(network_.share.of(population.size));
      count += population.model == &model ? own.end - own.begin : 0;
    }
    groups_.back().stored->reserve(count);
    return *groups_.back().stored;
  }

  const network::Network& network_;
  PopulationLookup population_of_cell_;
  std::vector<Group> groups_;
  std::vector<Place> places_;                                   ///< by population
  std::vector<std::unique_ptr<sources::SourceGroup>> sources_;  ///< by population; null for neurons
};

}  // namespace va_event::engine
