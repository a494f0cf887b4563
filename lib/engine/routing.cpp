// SPDX-License-Identifier: Apache-2.0
#include "engine/routing.hpp"

#include <algorithm>
#include <compare>
#include <limits>
#include <map>
#include <span>
#include <tuple>
#include <utility>

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

template <class T>
std::partial_ordering compare(std::span<const T> a, std::span<const T> b) {
  return std::lexicographical_compare_three_way(a.begin(), a.end(), b.begin(), b.end());
}

/// The order of the branches of one population of `sources` cells, by what they hold. Rows are looked at only if
/// everything else is the same; two branches that compare equal do the same, and which comes first does not matter.
bool comes_before(const Branch& a, const Branch& b, std::size_t sources) {
  const auto summary = [](const Branch& branch) {
    const network::SynapseTable& table = *branch.table;
    return std::tuple(table.has_constant_delay(), table.has_constant_delay() ? table.constant_delay() : 0.0,
                      branch.post_population, branch.receptor, table.has_constant_weight(),
                      table.has_constant_weight() ? table.constant_weight() : 0.0);
  };
  const auto summary_a = summary(a);
  const auto summary_b = summary(b);
  if (summary_a != summary_b) {
    return summary_a < summary_b;
  }
  for (std::size_t source = 0; source < sources; ++source) {
    const network::SynapseTable::Row row_a = a.row(source);
    const network::SynapseTable::Row row_b = b.row(source);
    for (const std::partial_ordering order : {compare(row_a.delay, row_b.delay), compare(row_a.target, row_b.target),
                                              compare(row_a.weight, row_b.weight)}) {
      if (order != 0) {
        return order < 0;
      }
    }
  }
  return false;
}

/// Joins the branches of one constant delay.
std::vector<Route> routes_of_branches(std::vector<Branch> branches) {
  std::vector<Route> routes;
  for (Branch& branch : branches) {
    if (!branch.table->has_constant_delay()) {
      routes.push_back({std::nullopt, {std::move(branch)}});
    } else if (const double delay = branch.table->constant_delay(); !routes.empty() && routes.back().delay == delay) {
      routes.back().branches.push_back(std::move(branch));
    } else {
      routes.push_back({delay, {std::move(branch)}});
    }
  }
  return routes;
}

}  // namespace

Routing::Routing(const network::Network& network) : min_delay_(std::numeric_limits<double>::infinity()) {
  std::vector<std::vector<Branch>> branches(network.populations.size());
  for (const network::ProjectionData& projection : network.projections) {
    for (const auto& [population, rows] : rows_by_population(network, *projection.pre)) {
      for (const network::SynapseBlock& block : projection.blocks) {
        if (block.table.size() == 0) {
          continue;
        }
        min_delay_ = std::min(min_delay_, block.table.min_delay());
        const CellModel& post = *network.populations[block.post_population].model;
        branches[population].push_back({&block.table,
                                        block.post_population,
                                        static_cast<std::uint32_t>(receptor_index(post, projection.receptor)),
                                        rows[0],
                                        {}});
        if (!counts_up(rows)) {
          branches[population].back().rows = rows;
        }
      }
    }
  }
  for (std::size_t p = 0; p < branches.size(); ++p) {
    const std::size_t sources = network.populations[p].size;
    std::sort(branches[p].begin(), branches[p].end(),
              [sources](const Branch& a, const Branch& b) { return comes_before(a, b, sources); });
    routes_.push_back(routes_of_branches(std::move(branches[p])));
  }
}

}  // namespace va_event::engine
