// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "engine/run/methods.hpp"
#include "engine/shard/partition.hpp"
#include "engine/shard/population_lookup.hpp"
#include "foundation/bytes.hpp"
#include "network/network.hpp"
#include "neurons/group/windowed_group.hpp"
#include "neurons/neuron_implementation.hpp"
#include "sources/source_group.hpp"

namespace va_event::engine {

/// The cells of one shard, and where each of them is: neurons that the event loop looks at in one group for each model,
/// those that go from window to window in one for each population, and so spike sources.
template <class Real>
class ShardCells {
 public:
  /// Where the cells of a population are; group is null for sources.
  struct Place {
    neurons::NeuronGroup<Real>* group = nullptr;
    neurons::WindowedGroup<Real>* windowed = nullptr;  ///< of populations that are advanced from window to window
    bool whole_rows = false;                           ///< all of its neurons are in `windowed`, which takes whole rows
    std::uint32_t offset = 0;         ///< index in the group minus index in the population, modulo 2^32
    network::Share::Range own{0, 0};  ///< the population's cells that belong to this shard
  };
  /// The neurons of one model; those that get sinusoids are in a group before the others.
  struct Group {
    const neurons::NeuronImplementation* model;
    std::unique_ptr<neurons::StoredNeuronGroup<Real>> stored;
    neurons::CandidateGroup<Real>* candidates = nullptr;       ///< the same as `stored`, or null: it is windowed
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
  /// A neuron that the event loop looks at.
  struct Candidate {
    neurons::CandidateGroup<Real>& group;
    std::size_t index;  ///< in the group
  };

  /// @param part          of the network's share
  /// @param current_into  the injected current of a cell at the start [nA]
  ShardCells(const network::Network& network, const std::vector<PopulationMethod>& methods, network::Share part,
             const std::function<double(CellId)>& current_into)
      : network_(network), population_of_cell_(network) {
    const std::vector<network::Share::Range> own_cells = cells_of_part(network, methods, part);
    std::unordered_map<const CellModel*, neurons::StoredNeuronGroup<Real>*> group_of_model;
    // Groups of neurons that are looked at near spikes only, where one group takes all populations of the model.
    struct Listing {
      neurons::StoredNeuronGroup<Real>* group = nullptr;
      neurons::WindowedGroup<Real>* windowed = nullptr;
    };
    std::unordered_map<const CellModel*, Listing> listing_of_model;
    const auto windowed = [&](std::size_t p) { return methods[p].method != SimulationMethod::one_by_one; };
    for (std::size_t p = 0; p < network.populations.size(); ++p) {
      const CellModel* const model = network.populations[p].model;
      if (!model->is_source() && !windowed(p) && !group_of_model.contains(model)) {
        group_of_model[model] = &add_group(*model, own_cells, methods);
      }
    }
    for (std::size_t p = 0; p < network.populations.size(); ++p) {
      const network::PopulationData& population = network.populations[p];
      const network::Share::Range own = own_cells[p];
      places_.push_back({.own = own});
      sources_.emplace_back();
      if (population.model->is_source()) {
        sources_.back() = sources::make_source_group(population, network.seed);
        continue;
      }
      std::vector<double> injected;
      for (std::uint32_t i = own.begin; i < own.end; ++i) {
        injected.push_back(current_into(population.first + i));
      }
      neurons::StoredNeuronGroup<Real>* group = nullptr;
      if (windowed(p)) {
        const bool order_free = methods[p].method == SimulationMethod::order_free;
        Listing own_listing;
        const bool of_model = !order_free && population.model->neuron->listing.takes_all_populations;
        Listing& listing = of_model ? listing_of_model[population.model] : own_listing;
        if (listing.group == nullptr) {
          auto made = make_windowed(population, methods[p]);
          listing = {made.group.get(), made.windowed};
          listing.group->reserve(of_model
                                     ? cells_of(*population.model, SimulationMethod::near_spikes, own_cells, methods)
                                     : own.end - own.begin);
          groups_.push_back({population.model->neuron, std::move(made.group), nullptr, nullptr});
          windowed_.push_back(made.windowed);
        }
        group = listing.group;
        places_.back().windowed = listing.windowed;
        places_.back().whole_rows = order_free;
      } else {
        group = group_of_model[population.model];
      }
      places_.back().group = group;
      places_.back().offset = group->add(population, own.begin, own.end, injected) - own.begin;
    }
    find_candidates();
  }

  /// The groups that are advanced from window to window, of all shards the same.
  [[nodiscard]] const std::vector<neurons::WindowedGroup<Real>*>& windowed() const noexcept { return windowed_; }
  /// The groups that the event loop looks at, each of them once.
  [[nodiscard]] const std::vector<neurons::CandidateGroup<Real>*>& candidate_groups() const noexcept {
    return candidate_groups_;
  }
  /// All groups. Of all shards the same models, in the same order.
  [[nodiscard]] const std::vector<Group>& groups() const noexcept { return groups_; }
  [[nodiscard]] const Place& place(std::size_t population) const noexcept { return places_[population]; }

  /// The first position from `position` on of a target that belongs to this shard, or the number of targets.
  /// @param target  indexes in the population
  [[nodiscard]] std::size_t next_own(std::size_t population, std::span<const std::uint32_t> target,
                                     std::size_t position) const {
    const network::Share::Range& own = places_[population].own;
    while (position < target.size() && !own.contains(target[position])) {
      ++position;
    }
    return position;
  }

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
  /// @pre the event loop looks at the neuron
  [[nodiscard]] Candidate candidate(CellId cell) const {
    const std::uint32_t population = population_of_cell_[cell];
    const std::uint32_t index = places_[population].offset + (cell - network_.populations[population].first);
    return {*candidates_of_[population], index};
  }
  /// The spike sources of the population of a cell. @pre the cell is one
  [[nodiscard]] sources::SourceGroup& sources_of(CellId cell) const { return *sources_[population_of_cell_[cell]]; }

  /// The group that holds the driven neurons of the cell's group, made when the first of them is asked for: only cells
  /// that get sinusoids pay for them. @param epoch the present one
  [[nodiscard]] neurons::DrivenNeuronGroup<Real>& driven_group_of(CellId cell, std::int64_t epoch) {
    const neurons::NeuronGroup<Real>* const present = places_[population_of_cell_[cell]].group;
    Group& group = *std::find_if(groups_.begin(), groups_.end(),
                                 [present](const Group& candidate) { return &candidate.all() == present; });
    if (group.driven == nullptr) {
      group.driven = group.model->template in<Real>().make_driven(*group.stored, group.candidates, epoch);
      for (Place& place : places_) {
        if (place.group == group.stored.get()) {
          place.group = group.driven.get();
          place.whole_rows = false;
        }
      }
      find_candidates();
    }
    return *group.driven;
  }
  /// Whether a neuron has left its group for that of driven neurons.
  [[nodiscard]] bool is_held_apart(CellId cell) const {
    const neurons::NeuronGroup<Real>* const present = places_[population_of_cell_[cell]].group;
    const auto group = std::find_if(groups_.begin(), groups_.end(),
                                    [present](const Group& candidate) { return &candidate.all() == present; });
    return group->driven != nullptr && group->driven->holds(neuron(cell).index);
  }

 private:
  static neurons::NewWindowedGroup<Real> make_windowed(const network::PopulationData& population,
                                                       const PopulationMethod& method) {
    if constexpr (std::is_same_v<Real, double>) {
      if (method.method == SimulationMethod::near_spikes) {
        return population.model->neuron->listing.make(population);
      }
    }
    foundation::ByteReader choices(method.choices);
    auto made = population.model->neuron->in<Real>().make_order_free(population, method.scale,
                                                                     method.choices.empty() ? nullptr : &choices);
    choices.require(choices.at_end(), "holds more of a population than it should");
    return made;
  }

  /// How many own cells a model has that are simulated by a method.
  [[nodiscard]] std::size_t cells_of(const CellModel& model, SimulationMethod method,
                                     const std::vector<network::Share::Range>& own_cells,
                                     const std::vector<PopulationMethod>& methods) const {
    std::size_t count = 0;
    for (std::size_t p = 0; p < methods.size(); ++p) {
      const network::Share::Range& own = own_cells[p];
      const bool mine = network_.populations[p].model == &model && methods[p].method == method;
      count += mine ? own.end - own.begin : 0;
    }
    return count;
  }

  neurons::StoredNeuronGroup<Real>& add_group(const CellModel& model,
                                              const std::vector<network::Share::Range>& own_cells,
                                              const std::vector<PopulationMethod>& methods) {
    auto made = model.neuron->in<Real>().make();
    groups_.push_back({model.neuron, std::move(made.group), made.candidates, nullptr});
    groups_.back().stored->reserve(cells_of(model, SimulationMethod::one_by_one, own_cells, methods));
    return *groups_.back().stored;
  }

  /// By group and by population; a driven group takes the place of the one that it stands before.
  void find_candidates() {
    candidate_groups_.clear();
    candidates_of_.assign(places_.size(), nullptr);
    for (const Group& group : groups_) {
      neurons::CandidateGroup<Real>* const candidates = group.driven ? group.driven.get() : group.candidates;
      if (candidates == nullptr) {
        continue;
      }
      candidate_groups_.push_back(candidates);
      for (std::size_t p = 0; p < places_.size(); ++p) {
        if (places_[p].group == &group.all()) {
          candidates_of_[p] = candidates;
        }
      }
    }
  }

  const network::Network& network_;
  PopulationLookup population_of_cell_;
  std::vector<Group> groups_;
  std::vector<neurons::WindowedGroup<Real>*> windowed_;
  std::vector<neurons::CandidateGroup<Real>*> candidate_groups_;
  std::vector<Place> places_;                                   ///< by population
  std::vector<neurons::CandidateGroup<Real>*> candidates_of_;   ///< by population; null for others
  std::vector<std::unique_ptr<sources::SourceGroup>> sources_;  ///< by population; null for neurons
};

}  // namespace va_event::engine
