// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "network/network.hpp"
#include "network/projection_builder.hpp"

/// Networks for the tests of connectors: cell models that know no more than connecting needs.
namespace va_event::network::testing_support {

inline constexpr std::array<std::string_view, 2> kReceptors{"excitatory", "inhibitory"};
inline constexpr CellModel kCurrentNeuron{"current_neuron", {}, {}, kReceptors, false, nullptr};
inline constexpr CellModel kConductanceNeuron{"conductance_neuron", {}, {}, kReceptors, true, nullptr, "uS"};
inline constexpr CellModel kSource{"source", {}, {}, {}, false, nullptr};

using Ids = std::shared_ptr<const std::vector<CellId>>;

/// A network of current-based neurons, unless it is told otherwise.
class TestNetwork {
 public:
  explicit TestNetwork(std::uint64_t seed = 1) { network.seed = seed; }

  Ids add(std::uint32_t size, const CellModel& model = kCurrentNeuron, std::vector<Position> positions = {}) {
    PopulationData population;
    population.label = "population" + std::to_string(network.populations.size());
    population.model = &model;
    population.first = static_cast<CellId>(network.cells());
    population.size = size;
    population.positions = std::move(positions);
    network.populations.push_back(population);
    return range(population.first, size);
  }

  static Ids range(CellId first, std::size_t size) {
    std::vector<CellId> ids(size);
    std::iota(ids.begin(), ids.end(), first);
    return list(std::move(ids));
  }
  static Ids list(std::vector<CellId> ids) { return std::make_shared<const std::vector<CellId>>(std::move(ids)); }

  [[nodiscard]] ProjectionData connect(const Ids& pre, const Ids& post, const Connector& connector,
                                       const StaticSynapse& synapse = {0.5, 0.2}, std::size_t index = 0,
                                       const Space& space = {}) const {
    return build_projection(network, index, pre, post, connector, {synapse}, "excitatory", space);
  }

  Network network;
};

using Pair = std::pair<std::uint32_t, std::uint32_t>;
using Synapse = std::tuple<std::uint32_t, std::uint32_t, double, double>;  // pre, post, weight, delay

/// (pre, post) of every synapse, sorted.
inline std::vector<Pair> pairs(const ProjectionData& projection) {
  std::vector<Pair> result;
  for (const ListedConnection& connection : projection.connections()) {
    result.emplace_back(connection.pre, connection.post);
  }
  std::sort(result.begin(), result.end());
  return result;
}

/// Every synapse, sorted.
inline std::vector<Synapse> synapses(const ProjectionData& projection) {
  std::vector<Synapse> result;
  for (const ListedConnection& connection : projection.connections()) {
    result.emplace_back(connection.pre, connection.post, *connection.weight, *connection.delay);
  }
  std::sort(result.begin(), result.end());
  return result;
}

/// Whether all tables are the same, bit for bit.
inline bool same_tables(const ProjectionData& a, const ProjectionData& b) {
  if (a.blocks.size() != b.blocks.size()) {
    return false;
  }
  for (std::size_t block = 0; block < a.blocks.size(); ++block) {
    const SynapseTable& x = a.blocks[block].table;
    const SynapseTable& y = b.blocks[block].table;
    if (x.rows() != y.rows() || x.constant_weight() != y.constant_weight() ||
        x.constant_delay() != y.constant_delay()) {
      return false;
    }
    for (std::size_t row = 0; row < x.rows(); ++row) {
      if (!std::ranges::equal(x.row(row).target, y.row(row).target) ||
          !std::ranges::equal(x.row(row).weight, y.row(row).weight) ||
          !std::ranges::equal(x.row(row).delay, y.row(row).delay)) {
        return false;
      }
    }
  }
  return true;
}

inline std::vector<std::size_t> in_degrees(const ProjectionData& projection) {
  std::vector<std::size_t> degrees(projection.post->size());
  for (const ListedConnection& connection : projection.connections()) {
    ++degrees[connection.post];
  }
  return degrees;
}

inline std::vector<std::size_t> out_degrees(const ProjectionData& projection) {
  std::vector<std::size_t> degrees(projection.pre->size());
  for (const ListedConnection& connection : projection.connections()) {
    ++degrees[connection.pre];
  }
  return degrees;
}

inline bool has_multapses(const ProjectionData& projection) {
  const std::vector<Pair> all = pairs(projection);
  return std::adjacent_find(all.begin(), all.end()) != all.end();
}

inline bool has_self_connections(const ProjectionData& projection) {
  const auto connections = projection.connections();
  return std::any_of(connections.begin(), connections.end(),
                     [&](const ListedConnection& c) { return (*projection.pre)[c.pre] == (*projection.post)[c.post]; });
}

}  // namespace va_event::network::testing_support
