// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/shard/emitted_spike.hpp"
#include "engine/shard/routing.hpp"
#include "engine/shard/shard_cells.hpp"
#include "foundation/bytes.hpp"
#include "network/network.hpp"
#include "synapses/synapse_dynamics.hpp"
#include "synapses/synapse_rule.hpp"

namespace va_event::engine {

/// The synapses of one shard that change: the state of each table with a rule, and what it is told of spikes. A network
/// of static synapses has none, and pays for one test.
template <class Real>
class ChangingTables {
 public:
  using Instant = events::Instant<Real>;
  /// By table; all shards of a process share them.
  using States = std::vector<synapses::SynapseStates<Real>>;

  /// @param states  as many as there are tables
  ChangingTables(const network::Network& network, const Routing& routing, const ShardCells<Real>& cells, States& states)
      : network_(network), routing_(routing), cells_(cells) {
    const std::span<const DynamicTable> dynamic = routing.dynamic_tables();
    if (dynamic.empty()) {
      return;
    }
    onto_population_.resize(network.populations.size());
    from_population_.resize(network.populations.size());
    for (std::size_t k = 0; k < dynamic.size(); ++k) {
      const network::ProjectionData& projection = network.projections[dynamic[k].projection];
      const network::SynapseBlock& block = projection.blocks[dynamic[k].block];
      onto_population_[block.post_population].push_back(k);
      std::vector<synapses::TableOfProjection> before;
      for (const DynamicTable& other : dynamic) {
        const network::ProjectionData& theirs = network.projections[other.projection];
        if (other.rank < dynamic[k].rank && theirs.blocks[other.block].post_population == block.post_population) {
          before.push_back({&theirs, &theirs.blocks[other.block]});
        }
      }
      tables_.push_back(
          projection.rule->template in<Real>()({network, projection, block, cells.place(block.post_population).own,
                                                dynamic[k].longest_delay, std::move(before), states[k]}));
    }
    for (std::size_t population = 0; population < network.populations.size(); ++population) {
      for (const Route& route : routing.routes_of(population)) {
        for (const Branch& branch : route.branches) {
          if (branch.dynamics != 0) {
            from_population_[population].push_back(&branch);
          }
        }
      }
    }
  }

  [[nodiscard]] bool empty() const noexcept { return tables_.empty(); }
  /// @param dynamics  Branch::dynamics, not 0
  [[nodiscard]] synapses::SynapseDynamics<Real>& of_branch(std::uint32_t dynamics) const {
    return *tables_[dynamics - 1];
  }

  /// A spike of a cell of any shard, before any of its effects.
  void source_spiked(const EmittedSpike<Real>& spike, const Instant& now) {
    const std::uint32_t population = cells_.population_index(spike.cell);
    for (const Branch* const branch : from_population_[population]) {
      const std::int64_t row = branch->row_number(spike.cell - network_.populations[population].first);
      if (row >= 0) {
        of_branch(branch->dynamics).source_spiked(static_cast<std::size_t>(row), spike.time, now);
      }
    }
  }
  /// A spike of a neuron of this shard.
  void target_spiked(const EmittedSpike<Real>& spike, const Instant& now) {
    const std::uint32_t population = cells_.population_index(spike.cell);
    for (const std::size_t table : onto_population_[population]) {
      tables_[table]->target_spiked(spike.cell - network_.populations[population].first, spike.time, now);
    }
  }

  // Of the tables of a projection, by the user:
  /// @param weights  of the synapses of each block; those onto this shard's cells are assigned
  void weights(std::size_t projection, const Instant& now, std::span<std::vector<double>> weights) {
    for_each_of(projection,
                [&](synapses::SynapseDynamics<Real>& table, std::size_t block) { table.weights(now, weights[block]); });
  }
  void weights_set(std::size_t projection, const Instant& now) {
    for_each_of(projection, [&](synapses::SynapseDynamics<Real>& table, std::size_t) { table.weights_set(now); });
  }
  void parameters_will_change(std::size_t projection, const Instant& now) {
    for_each_of(projection,
                [&](synapses::SynapseDynamics<Real>& table, std::size_t) { table.parameters_will_change(now); });
  }
  void parameters_changed(std::size_t projection) {
    for_each_of(projection, [](synapses::SynapseDynamics<Real>& table, std::size_t) { table.parameters_changed(); });
  }

  // Certificates:
  void keep_draws() {
    for (const auto& table : tables_) {
      table->keep_draws();
    }
  }
  void take_draws(std::vector<synapses::Draw>& draws) {
    for (const auto& table : tables_) {
      table->take_draws(draws);
    }
  }

  // Recording of their synapses:
  /// The present values of a variable. @param values  by place; those of synapses onto this shard's cells are assigned
  void present(std::size_t projection, synapses::SynapseVariable variable, const Instant& now,
               std::span<const synapses::SynapsePlace> places, std::span<double> values) {
    for_each_of(projection, [&](synapses::SynapseDynamics<Real>& table, std::size_t block) {
      for (std::size_t k = 0; k < places.size(); ++k) {
        if (is_own(projection, block, places[k])) {
          values[k] = table.present(variable, now, places[k]);
        }
      }
    });
  }
  /// Notes the changes of these synapses, and of no others of the projection, from `now` on. @param synapses  ascending
  void observe(std::size_t projection, const Instant& now, std::span<const synapses::ObservedSynapse> synapses) {
    for_each_of(projection, [&](synapses::SynapseDynamics<Real>& table, std::size_t block) {
      std::vector<synapses::ObservedSynapse> mine;
      std::copy_if(synapses.begin(), synapses.end(), std::back_inserter(mine),
                   [&](const auto& synapse) { return is_own(projection, block, synapse.place); });
      table.observe(mine, now);
    });
  }
  /// Calls visit(projection, changes) for what was noted since the last call.
  template <class Visit>
  void take_changes(const Instant& now, const Visit& visit) {
    const std::span<const DynamicTable> dynamic = routing_.dynamic_tables();
    for (std::size_t k = 0; k < dynamic.size(); ++k) {
      visit(dynamic[k].projection, tables_[k]->take_changes(now));
    }
  }

  // Checkpoints:
  [[nodiscard]] std::size_t tables() const noexcept { return tables_.size(); }
  [[nodiscard]] std::size_t rows(std::size_t table) const { return block_of(table).table.rows(); }
  [[nodiscard]] bool can_be_saved() const {
    return std::all_of(tables_.begin(), tables_.end(), [](const auto& table) { return table->can_be_saved(); });
  }
  void prepare_to_save(const Instant& now) {
    for (const auto& table : tables_) {
      table->prepare_to_save(now);
    }
    list_synapses();
  }
  void save_table(std::size_t table, foundation::ByteWriter& out) const { tables_[table]->save_table(out); }
  void load_table(std::size_t table, foundation::ByteReader& in) { tables_[table]->load_table(in); }
  /// Calls visit(row, bytes) for each row of which there is something to save.
  template <class Visit>
  void for_each_row(std::size_t table, const Visit& visit) const {
    for (std::size_t row = 0; row < rows(table); ++row) {
      foundation::ByteWriter out;
      tables_[table]->save_row(row, out);
      if (!out.bytes().empty()) {
        visit(row, out.bytes());
      }
    }
  }
  void load_row(std::size_t table, std::size_t row, const Instant& now, foundation::ByteReader& in) {
    tables_[table]->load_row(row, now, in);
  }
  /// What the synapses onto a neuron of this shard hold. @pre prepare_to_save()
  void save_target(CellId cell, foundation::ByteWriter& out) const {
    for_each_onto(cell, [&](std::size_t table, std::uint32_t target, std::span<const std::size_t> synapses) {
      tables_[table]->save_target(target, synapses, out);
    });
  }
  void begin_load() { list_synapses(); }
  void load_target(CellId cell, foundation::ByteReader& in) {
    for_each_onto(cell, [&](std::size_t table, std::uint32_t target, std::span<const std::size_t> synapses) {
      tables_[table]->load_target(target, synapses, in);
    });
  }
  /// Frees what saving and loading need.
  void end_save_or_load() { synapses_of_.clear(); }

 private:
  [[nodiscard]] const network::SynapseBlock& block_of(std::size_t table) const {
    const DynamicTable& dynamic = routing_.dynamic_tables()[table];
    return network_.projections[dynamic.projection].blocks[dynamic.block];
  }
  /// Whether a synapse of the projection is in this block and leads to a cell of this shard.
  [[nodiscard]] bool is_own(std::size_t projection, std::size_t block, const synapses::SynapsePlace& place) const {
    const network::SynapseBlock& its = network_.projections[projection].blocks[block];
    return place.block == block &&
           cells_.place(its.post_population)
               .own.contains(its.table.row(place.row).target[place.synapse - its.table.begin_of(place.row)]);
  }
  template <class Visit>
  void for_each_of(std::size_t projection, const Visit& visit) {
    const std::span<const DynamicTable> dynamic = routing_.dynamic_tables();
    for (std::size_t k = 0; k < dynamic.size(); ++k) {
      if (dynamic[k].projection == projection) {
        visit(*tables_[k], dynamic[k].block);
      }
    }
  }
  template <class Visit>
  void for_each_onto(CellId cell, const Visit& visit) const {
    if (empty()) {
      return;
    }
    const std::uint32_t population = cells_.population_index(cell);
    const std::uint32_t target = cell - network_.populations[population].first;
    for (const std::size_t table : onto_population_[population]) {
      visit(table, target, synapses_of_[table][target - cells_.place(population).own.begin]);
    }
  }
  /// The synapses of each target of this shard, in the order of their numbers.
  void list_synapses() {
    synapses_of_.assign(tables_.size(), {});
    for (std::size_t k = 0; k < tables_.size(); ++k) {
      const network::SynapseBlock& block = block_of(k);
      const network::Share::Range own = cells_.place(block.post_population).own;
      synapses_of_[k].resize(own.end - own.begin);
      std::size_t synapse = 0;
      for (std::size_t row = 0; row < block.table.rows(); ++row) {
        for (const std::uint32_t target : block.table.row(row).target) {
          if (own.contains(target)) {
            synapses_of_[k][target - own.begin].push_back(synapse);
          }
          ++synapse;
        }
      }
    }
  }

  const network::Network& network_;
  const Routing& routing_;
  const ShardCells<Real>& cells_;
  std::vector<std::unique_ptr<synapses::SynapseDynamics<Real>>> tables_;  ///< by Branch::dynamics - 1
  std::vector<std::vector<const Branch*>> from_population_;               ///< the branches that change
  std::vector<std::vector<std::size_t>> onto_population_;                 ///< the tables
  std::vector<std::vector<std::vector<std::size_t>>> synapses_of_;        ///< by table and own target, for checkpoints
};

}  // namespace va_event::engine
