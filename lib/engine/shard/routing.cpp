// SPDX-License-Identifier: Apache-2.0
#include "engine/shard/routing.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <tuple>
#include <utility>

#include "foundation/bytes.hpp"
#include "foundation/hash.hpp"
#include "synapses/look_back.hpp"
#include "synapses/synapse_rule.hpp"

namespace va_event::engine {

namespace {

/// Which row belongs to which cell of each population that has sources in `pre`.
std::map<std::size_t, std::vector<std::int64_t>> rows_by_population(const network::Network& network,
                                                                    const std::vector<CellId>& pre) {
  std::map<std::size_t, std::vector<std::int64_t>> rows;
  for (std::size_t row = 0; row < pre.size(); ++row) {
    const std::size_t population = network.population_of(pre[row]);
    auto& mine = rows[population];
    if (mine.empty()) {
      mine.assign(network.populations[population].size, -1);
    }
    mine[pre[row] - network.populations[population].first] = static_cast<std::int64_t>(row);
  }
  return rows;
}

/// Rows that simply count up need no list.
bool counts_up(const std::vector<std::int64_t>& rows) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] < 0 || rows[i] != rows[0] + static_cast<std::int64_t>(i)) {
      return false;
    }
  }
  return true;
}

/// What a table holds, with all the parts of it that other processes have.
struct Extent {
  std::uint64_t synapses = 0;
  double min_delay = std::numeric_limits<double>::infinity();
  double max_delay = -std::numeric_limits<double>::infinity();
  double min_weight = std::numeric_limits<double>::infinity();
  double max_weight = -std::numeric_limits<double>::infinity();

  void add(const Extent& other) {
    synapses += other.synapses;
    min_delay = std::min(min_delay, other.min_delay);
    max_delay = std::max(max_delay, other.max_delay);
    min_weight = std::min(min_weight, other.min_weight);
    max_weight = std::max(max_weight, other.max_weight);
  }
};

Extent extent_of(const network::SynapseTable& table) {
  const auto [min_delay, max_delay] = table.delays();
  const auto [min_weight, max_weight] = table.weights();
  return {table.size(), min_delay, max_delay, min_weight, max_weight};
}

/// The extents of all blocks of all projections, one after the other.
std::vector<Extent> extents_of(const network::Network& network, Processes& processes) {
  std::vector<Extent> mine;
  for (const network::ProjectionData& projection : network.projections) {
    for (const network::SynapseBlock& block : projection.blocks) {
      mine.push_back(extent_of(block.table));
    }
  }
  foundation::ByteWriter message;
  message.put_all(mine);
  std::vector<Processes::Bytes> all;
  processes.all_gather(message.bytes(), all);
  std::vector<Extent> sum(mine.size());
  for (const Processes::Bytes& one : all) {
    const auto theirs = foundation::ByteReader(one).get_all<Extent>();
    for (std::size_t k = 0; k < sum.size(); ++k) {
      sum[k].add(theirs[k]);
    }
  }
  return sum;
}

/// A branch, and what its place among the branches of its population follows from.
struct Ranked {
  std::size_t population;
  Branch branch;
  Extent extent;
  const network::ProjectionData* projection;
  std::uint64_t fingerprint = 0;

  [[nodiscard]] bool one_delay() const { return extent.min_delay == extent.max_delay; }
  [[nodiscard]] bool one_weight() const { return extent.min_weight == extent.max_weight; }
  [[nodiscard]] auto summary() const {
    return std::tuple(population, one_delay(), one_delay() ? extent.min_delay : 0.0, branch.post_population,
                      branch.receptor, one_weight(), one_weight() ? extent.min_weight : 0.0);
  }
};

/// A number that two branches of the same synapses and rule have in common, and hardly any others: a sum over the
/// synapses, so that it does not depend on which process holds which. Parameters of rules, which may change during a
/// simulation, have no part in it.
std::uint64_t fingerprint(const Ranked& ranked, std::size_t sources) {
  const Branch& branch = ranked.branch;
  const network::SynapseTable& table = *branch.table;
  const std::string name = ranked.projection->rule != nullptr ? ranked.projection->rule->name : "";
  foundation::Hash of_rule;
  for (const char letter : name) {
    of_rule.add(std::uint64_t{static_cast<unsigned char>(letter)});
  }
  std::uint64_t sum = 0;
  for (std::size_t source = 0; source < sources; ++source) {
    const network::SynapseTable::Row row = branch.row(source);
    for (std::size_t k = 0; k < row.target.size(); ++k) {
      const double weight = row.weight.empty() ? table.constant_weight() : row.weight[k];
      const double delay = row.delay.empty() ? table.constant_delay() : row.delay[k];
      const std::uint64_t cells = (std::uint64_t{source} << 32U) | row.target[k];
      foundation::Hash hash;
      hash.add(of_rule.value()).add(cells).add(weight).add(delay);
      sum += hash.value();
    }
  }
  return sum;
}

/// Weights that are known so long before are worked out for several arrivals at once [ms].
constexpr double kShortestLook = 0x1p-5;

/// Whether a source has several synapses for each of its delays, on average: in time steps, or of a few classes.
bool is_bundled(const network::SynapseTable& table) {
  constexpr std::size_t kSeveral = 3;
  std::size_t delays = 0;
  for (std::size_t k = 0; k < table.rows(); ++k) {
    const auto delay = table.row(k).delay;
    for (std::size_t s = 0; s < delay.size(); ++s) {
      delays += s == 0 || delay[s] != delay[s - 1] ? 1 : 0;
    }
  }
  return table.size() >= kSeveral * delays;
}

/// Branches are ordered by what they hold. Synapses are looked at only if all else is the same.
void sort(std::vector<Ranked>& branches, const network::Network& network, Processes& processes) {
  const auto by_summary = [](const Ranked& a, const Ranked& b) { return a.summary() < b.summary(); };
  std::sort(branches.begin(), branches.end(), by_summary);
  foundation::ByteWriter message;
  std::vector<Ranked*> undecided;
  for (std::size_t k = 0; k < branches.size(); ++k) {
    const bool like_last = k > 0 && branches[k - 1].summary() == branches[k].summary();
    const bool like_next = k + 1 < branches.size() && branches[k].summary() == branches[k + 1].summary();
    if (like_last || like_next) {
      undecided.push_back(&branches[k]);
      message.put(fingerprint(branches[k], network.populations[branches[k].population].size));
    }
  }
  if (undecided.empty()) {  // in all processes
    return;
  }
  std::vector<Processes::Bytes> all;
  processes.all_gather(message.bytes(), all);
  for (const Processes::Bytes& one : all) {
    foundation::ByteReader theirs(one);
    for (Ranked* const branch : undecided) {
      branch->fingerprint += theirs.get<std::uint64_t>();
    }
  }
  std::sort(branches.begin(), branches.end(), [](const Ranked& a, const Ranked& b) {
    return std::tuple_cat(a.summary(), std::tuple(a.fingerprint)) <
           std::tuple_cat(b.summary(), std::tuple(b.fingerprint));
  });
}

}  // namespace

Routing::Routing(const network::Network& network, Processes& processes) : routes_(network.populations.size()) {
  const std::vector<Extent> extents = extents_of(network, processes);
  std::vector<Ranked> branches;
  std::size_t next_extent = 0;
  for (std::size_t p = 0; p < network.projections.size(); ++p) {
    const network::ProjectionData& projection = network.projections[p];
    const auto rows_of = rows_by_population(network, *projection.pre);
    for (std::size_t b = 0; b < projection.blocks.size(); ++b) {
      const network::SynapseBlock& block = projection.blocks[b];
      const Extent& extent = extents[next_extent++];
      if (extent.synapses == 0) {
        continue;
      }
      const CellModel& post = *network.populations[block.post_population].model;
      const auto receptor = static_cast<std::uint32_t>(receptor_index(post, projection.receptor));
      if (projection.rule != nullptr) {
        dynamic_tables_.push_back({p, b, extent.max_delay});
      }
      const auto dynamics = static_cast<std::uint32_t>(projection.rule != nullptr ? dynamic_tables_.size() : 0);
      const double back = synapses::least_look_back(projection, block);
      for (const auto& [population, rows] : rows_of) {
        double& min_delay =
            network.populations[population].model->is_source() ? min_delay_of_sources_ : min_delay_of_neurons_;
        min_delay = std::min(min_delay, extent.min_delay);
        branches.push_back(
            {population,
             {&block.table, block.post_population, receptor, extent.max_delay, dynamics, back, rows[0], {}},
             extent,
             &projection});
        if (!counts_up(rows)) {
          branches.back().branch.rows = rows;
        }
      }
    }
  }
  sort(branches, network, processes);
  std::uint32_t next_rank = 1;  // 0: has none
  for (const Ranked& ranked : branches) {
    if (ranked.branch.dynamics != 0 && dynamic_tables_[ranked.branch.dynamics - 1].rank == 0) {
      dynamic_tables_[ranked.branch.dynamics - 1].rank = next_rank++;
    }
  }
  std::pair<std::size_t, double> last{0, 0.0};  // the delay of the last route, 0: of its own for each synapse
  for (Ranked& ranked : branches) {
    const network::SynapseTable& table = *ranked.branch.table;
    std::vector<Route>& routes = routes_[ranked.population];
    if (table.size() == 0) {
      continue;
    }
    const bool joins = ranked.one_delay() && last == std::pair(ranked.population, ranked.extent.min_delay);
    last = {ranked.population, ranked.one_delay() ? ranked.extent.min_delay : 0.0};
    if (!joins) {
      const bool one = table.has_constant_delay();
      routes.push_back({one ? std::optional(table.constant_delay()) : std::nullopt,
                        {},
                        !one && (ranked.branch.looks_back < kShortestLook || is_bundled(table))});
    }
    routes.back().branches.push_back(std::move(ranked.branch));
  }
}

}  // namespace va_event::engine
