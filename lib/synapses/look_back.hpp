// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "network/network.hpp"
#include "synapses/synapse_rule.hpp"

namespace va_event::synapses {

/// Calls visit(parameters of the rule, synapse) for each synapse of a table; where delay and parameters are common, for
/// one of them.
template <class Visit>
void for_each_distinct(const network::SynapseBlock& block, const Visit& visit) {
  const bool common =
      block.table.has_constant_delay() && std::all_of(block.parameters.begin(), block.parameters.end(),
                                                      [](const auto& column) { return column.is_constant(); });
  const std::size_t count = common ? std::min<std::size_t>(block.table.size(), 1) : block.table.size();
  std::vector<double> values(block.parameters.size());
  for (std::size_t synapse = 0; synapse < count; ++synapse) {
    for (std::size_t k = 0; k < values.size(); ++k) {
      values[k] = block.parameters[k].at(synapse);
    }
    visit(std::span<const double>(values), synapse);
  }
}

/// The least SynapseRule::looks_back of the synapses of a table in this process; of static ones +inf [ms].
[[nodiscard]] inline double least_look_back(const network::ProjectionData& projection,
                                            const network::SynapseBlock& block) {
  double least = std::numeric_limits<double>::infinity();
  if (projection.rule == nullptr) {
    return least;
  }
  if (!projection.rule->looks_back) {
    return 0.0;
  }
  for_each_distinct(block, [&](std::span<const double> values, std::size_t synapse) {
    least = std::min(least, projection.rule->looks_back(values, block.table.delay_of(synapse)));
  });
  return least;
}

}  // namespace va_event::synapses
