// SPDX-License-Identifier: Apache-2.0
#include "network/projection_context.hpp"

#include <string>

#include "random/purposes.hpp"
#include "va_event/error.hpp"

namespace va_event::network {

ProjectionContext::ProjectionContext(const Network& network, std::size_t projection, const std::vector<CellId>& pre,
                                     const std::vector<CellId>& post, const Space& space)
    : network_(network),
      projection_(projection),
      pre_(pre),
      post_(post),
      space_(space),
      local_{0, post.size()},
      index_of_pre_(pre) {
  space_.check();
}

double ProjectionContext::distance(std::size_t pre, std::size_t post) const {
  if (pre_positions_.empty()) {
    post_positions_ = positions_of(post_);
    pre_positions_ = positions_of(pre_);
  }
  return space_.distance(pre_positions_[pre], post_positions_[post]);
}

RandomStream ProjectionContext::stream(std::uint64_t item, std::uint64_t part) const {
  const auto purpose = static_cast<std::uint64_t>(random::Purpose::connector);
  return {network_.seed, purpose + (part << 16U), projection_, item};
}

RandomStream ProjectionContext::value_stream(std::uint64_t purpose, std::size_t post) const {
  return {network_.seed, purpose, projection_, post};
}

std::vector<Position> ProjectionContext::positions_of(const std::vector<CellId>& ids) const {
  std::vector<Position> positions;
  positions.reserve(ids.size());
  for (const CellId id : ids) {
    const PopulationData& population = network_.populations[network_.population_of(id)];
    if (population.positions.empty()) {
      throw ConnectionError("distance", "cell " + std::to_string(id), "",
                            "needs a position, but population \"" + population.label + "\" has none");
    }
    positions.push_back(population.positions[id - population.first]);
  }
  return positions;
}

}  // namespace va_event::network
