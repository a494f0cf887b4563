// SPDX-License-Identifier: Apache-2.0
#include "engine/routing.hpp"

#include <algorithm>
#include <limits>
#include <map>
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

}  // namespace

Routing::Routing(const network::Network& network)
    : routes_(network.populations.size()), min_delay_(std::numeric_limits<double>::infinity()) {
  for (const network::ProjectionData& projection : network.projections) {
    for (const auto& [population, rows] : rows_by_population(network, *projection.pre)) {
      for (const network::SynapseBlock& block : projection.blocks) {
        if (block.table.size() == 0) {
          continue;
        }
        min_delay_ = std::min(min_delay_, block.table.min_delay());
        const CellModel& post = *network.populations[block.post_population].model;
        Branch branch{&block.table,
                      block.post_population,
                      static_cast<std::uint32_t>(receptor_index(post, projection.receptor)),
                      rows[0],
                      {}};
        if (!counts_up(rows)) {
          branch.rows = rows;
        }
        auto& routes = routes_[population];
        if (!block.table.has_constant_delay()) {
          routes.push_back({std::nullopt, {std::move(branch)}});
          continue;
        }
        const double delay = block.table.constant_delay();
        const auto same =
            std::find_if(routes.begin(), routes.end(), [delay](const Route& route) { return route.delay == delay; });
        if (same != routes.end()) {
          same->branches.push_back(std::move(branch));
        } else {
          routes.push_back({delay, {std::move(branch)}});
        }
      }
    }
  }
}

}  // namespace va_event::engine
