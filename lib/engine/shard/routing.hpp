// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "network/network.hpp"
#include "va_event/processes.hpp"

namespace va_event::engine {

/// The synapses of one projection onto one population, as seen from the population of the sources.
struct Branch {
  const network::SynapseTable* table = nullptr;
  std::uint32_t post_population = 0;
  std::uint32_t receptor = 0;
  double longest_delay = 0.0;  ///< [ms]
  std::uint32_t dynamics = 0;  ///< 0: static synapses; else 1 + the number of the table among Routing::dynamic_tables()
  /// Weights depend on spikes of the target no later than so long before they are delivered [ms].
  double looks_back = std::numeric_limits<double>::infinity();
  /// Row of source number i (within its population): `first_row + i`, unless `rows` lists them.
  std::int64_t first_row = 0;
  std::vector<std::int64_t> rows;  ///< -1: the cell is not a source of this projection

  /// -1: none
  [[nodiscard]] std::int64_t row_number(std::size_t source) const {
    return rows.empty() ? first_row + static_cast<std::int64_t>(source) : rows[source];
  }
  [[nodiscard]] network::SynapseTable::Row row(std::size_t source) const {
    const std::int64_t row = row_number(source);
    return row < 0 ? network::SynapseTable::Row{} : table->row(static_cast<std::size_t>(row));
  }
};

/// What one entry of the queue of deliveries runs through: either all branches that share one constant delay, which
/// are delivered at once, or a single branch with a delay of its own for each synapse.
struct Route {
  std::optional<double> delay;  ///< [ms]; nullopt: per synapse
  std::vector<Branch> branches;
  /// Per synapse, but through the queue: several synapses of a source have the same delay, and are delivered at once,
  /// or what they are worth is not known a while before.
  bool bundled = false;
};

/// A synapse table whose synapses change.
struct DynamicTable {
  std::size_t projection;  ///< which has the rule
  std::size_t block;
  double longest_delay;  ///< in all processes [ms]
  /// Its place among these tables by what they hold: which projection was made first leaves no trace in it.
  std::uint32_t rank = 0;
};

/// The routes of every population. Routes and branches are in an order of their contents, which fixes the order in
/// which simultaneous inputs from one source are summed: neither the order in which projections were made nor which
/// process holds which synapses leaves a trace.
class Routing {
 public:
  /// All processes make theirs at the same time.
  Routing(const network::Network& network, Processes& processes);
  [[nodiscard]] std::span<const Route> routes_of(std::size_t population) const { return routes_[population]; }
  [[nodiscard]] std::span<const DynamicTable> dynamic_tables() const noexcept { return dynamic_tables_; }
  // The smallest delays of all processes [ms]; +inf without such synapses. A projection from both counts for both.
  /// Of projections from neurons: nothing that a shard does reaches another one sooner.
  [[nodiscard]] double min_delay_of_neurons() const noexcept { return min_delay_of_neurons_; }
  [[nodiscard]] double min_delay_of_sources() const noexcept { return min_delay_of_sources_; }

 private:
  std::vector<std::vector<Route>> routes_;
  std::vector<DynamicTable> dynamic_tables_;
  double min_delay_of_neurons_ = std::numeric_limits<double>::infinity();
  double min_delay_of_sources_ = std::numeric_limits<double>::infinity();
};

}  // namespace va_event::engine
