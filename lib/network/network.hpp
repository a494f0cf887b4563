// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "network/share.hpp"
#include "network/synapse_column.hpp"
#include "network/synapse_table.hpp"
#include "va_event/cell_types.hpp"
#include "va_event/connectors.hpp"
#include "va_event/current_sources.hpp"
#include "va_event/data.hpp"
#include "va_event/method.hpp"
#include "va_event/space.hpp"
#include "va_event/synapses.hpp"

namespace va_event::synapses {
struct SynapseRule;  // synapses/synapse_rule.hpp
}

namespace va_event::network {

/// The description of a network as plain data: what users said, checked and put into numbers. Engines read it; they
/// keep what changes during a simulation themselves.

/// One number for all cells of a population, or one for each.
class Column {
 public:
  explicit Column(double constant) : constant_(constant) {}
  [[nodiscard]] double at(std::size_t index) const noexcept { return each_.empty() ? constant_ : each_[index]; }
  [[nodiscard]] bool is_constant() const noexcept { return each_.empty(); }
  /// Sets all cells to one value.
  void set_all(double value) { each_.clear(), constant_ = value; }
  /// Sets one of `size` cells.
  void set(std::size_t index, double value, std::size_t size) {
    if (each_.empty()) {
      if (value == constant_) {
        return;
      }
      each_.assign(size, constant_);
    }
    each_[index] = value;
  }

 private:
  double constant_;
  std::vector<double> each_;
};

/// One population: plain data, no behaviour.
struct PopulationData {
  std::string label;
  const CellModel* model = nullptr;
  CellId first = 0;
  std::uint32_t size = 0;
  std::vector<Column> parameters;   ///< in the order of model->parameters
  std::vector<Column> initial;      ///< in the order of model->variables
  std::vector<Position> positions;  ///< empty or one per cell
  /// SpikeSourceArray: sorted times, one list for all cells or one per cell.
  std::vector<std::vector<Time>> spike_times;

  [[nodiscard]] const std::vector<Time>& times_of(std::size_t index) const {
    return spike_times.size() == 1 ? spike_times.front() : spike_times[index];
  }
};

/// The synapses of a projection onto one population.
struct SynapseBlock {
  std::uint32_t post_population = 0;
  SynapseTable table;     ///< rows: index within the projection's pre cells; targets: index within the population
  CellId post_first = 0;  ///< the population's first cell
  std::vector<SynapseColumn> parameters{};  ///< of the projection's rule, in its order; none of static synapses
};

/// One projection: its cells, and its synapses onto this process's share of them.
struct ProjectionData {
  std::string label;
  std::string connector;  ///< its name()
  std::string receptor;
  std::shared_ptr<const std::vector<CellId>> pre, post;  ///< the connected cells, in the order of their set
  std::vector<SynapseBlock> blocks;                      ///< ascending post_population
  std::size_t total_size = 0;                            ///< synapses of all processes
  std::shared_ptr<const synapses::SynapseRule> rule;     ///< how the synapses change; null: static

  /// The number of synapses that this process holds.
  [[nodiscard]] std::size_t size() const noexcept;
  /// Calls visit(block, number in the block's table) for all synapses, ordered by (pre, block, row order).
  template <class Visit>
  void for_each_synapse(const Visit& visit) const {
    for (std::size_t row = 0; row < pre->size(); ++row) {
      for (std::size_t block = 0; block < blocks.size(); ++block) {
        const SynapseTable& table = blocks[block].table;
        for (std::size_t synapse = table.begin_of(row); synapse < table.begin_of(row + 1); ++synapse) {
          visit(block, synapse);
        }
      }
    }
  }
  /// All synapses, ordered by (pre, block, row order), pre and post as indices within the sets.
  [[nodiscard]] std::vector<ListedConnection> connections() const;
  /// Weights for set_weights(), by block (constant, one per synapse in the order of connections(), random; not
  /// functions of distance), checked; nothing changes. @throws ParameterError, SizeError, ConnectionError
  [[nodiscard]] std::vector<SynapseColumn> evaluate_weights(const Values& weights,
                                                            const std::vector<PopulationData>& populations,
                                                            std::uint64_t seed, std::size_t projection_index) const;
  /// @param weights  of evaluate_weights()
  void set_weights(std::vector<SynapseColumn> weights);
  /// Numbers for one parameter of the rule, by block, of what evaluate_weights() takes; nothing changes.
  /// @param keep_each  as a list even if they are one number @throws SizeError, ConnectionError
  [[nodiscard]] std::vector<SynapseColumn> evaluate(const Values& values, std::string_view name, std::size_t parameter,
                                                    bool keep_each, std::uint64_t seed,
                                                    std::size_t projection_index) const;
};

/// A current source and the cells that it is injected into.
struct Injection {
  StepCurrentSource source;
  std::vector<CellId> cells;
  /// A sinusoid: `source` is its offset, from its start to its stop, and the rest of it is added in between.
  std::optional<ACSource> sine = std::nullopt;
};

/// All that the user described. Owns everything, runs nothing.
///
/// Where several processes simulate one network together, each holds the synapses onto its share of the cells, and all
/// else as a whole.
struct Network {
  std::uint64_t seed = 1;
  Share share;           ///< of this process
  unsigned threads = 1;  ///< that build projections, at most; the projections are the same for any number
  std::vector<PopulationData> populations;
  std::vector<ProjectionData> projections;
  std::vector<Injection> injections;
  SimulationMethod method = SimulationMethod::automatic;  ///< that the user asked for

  [[nodiscard]] std::size_t cells() const noexcept {
    return populations.empty() ? 0 : populations.back().first + populations.back().size;
  }
  /// The population of a cell.
  [[nodiscard]] std::size_t population_of(CellId id) const noexcept;
  /// The process that has the cell.
  [[nodiscard]] std::uint32_t owner(CellId id) const noexcept {
    const PopulationData& population = populations[population_of(id)];
    return share.owner(id - population.first, population.size);
  }
  [[nodiscard]] bool is_local(CellId id) const noexcept { return share.count == 1 || owner(id) == share.index; }
};

/// What is needed of a SynapseType to make synapses of it.
struct SynapseParts {
  const StaticSynapse& initial;
  std::shared_ptr<const synapses::SynapseRule> rule = nullptr;
  std::span<const ParameterInfo> parameters{};
  std::span<const Values> values{};
};

/// Runs `connector` and makes the projection's tables, of the synapses onto the network's share of the post cells.
/// Everything is checked: both sets within the network, targets
/// with that receptor (no spike sources), weights finite and >= 0 for conductance-based targets, delays finite and > 0,
/// sizes of arrays.
/// @param index of the new projection, which keys its random numbers
/// @param synapse its parameters are evaluated; what must hold for them is the caller's to check
[[nodiscard]] ProjectionData build_projection(const Network& network, std::size_t index,
                                              std::shared_ptr<const std::vector<CellId>> pre,
                                              std::shared_ptr<const std::vector<CellId>> post,
                                              const Connector& connector, const SynapseParts& synapse,
                                              std::string receptor, const Space& space);

/// Positions of `size` cells on a structure; empty for none. Random positions are keyed by (seed, population).
[[nodiscard]] std::vector<Position> place(const Structure& structure, std::size_t size, std::uint64_t seed,
                                          std::size_t population);

/// One number per cell id: constants, arrays (one per id, in order) and distributions (keyed by seed, purpose, and the
/// cell's id, so that a view draws the same numbers as the population). @throws SizeError; ConnectionError for a
/// function of distance.
[[nodiscard]] std::vector<double> evaluate(const Values& values, std::span<const CellId> ids, std::uint64_t seed,
                                           std::uint64_t purpose, std::string_view field);

}  // namespace va_event::network
