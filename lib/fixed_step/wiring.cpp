// SPDX-License-Identifier: Apache-2.0
#include "fixed_step/wiring.hpp"

#include <algorithm>
#include <set>

#include "va_event/error.hpp"

namespace va_event::fixed_step {

namespace {

/// The longest delay of a table [ms]; rows are sorted by delay, so that the last one of each row is its longest.
double longest_delay(const network::SynapseTable& table) {
  double longest = table.has_constant_delay() ? table.constant_delay() : 0.0;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const std::span<const double> delay = table.row(row).delay;
    longest = delay.empty() ? longest : std::max(longest, delay.back());
  }
  return longest;
}

}  // namespace

Wiring::Wiring(const network::Network& network, const FixedStepOptions& options)
    : grid_(options.dt), delays_(options.delays), of_population_(network.populations.size()) {
  for (std::size_t p = 0; p < network.projections.size(); ++p) {
    const network::ProjectionData& projection = network.projections[p];
    if (projection.rule != nullptr) {
      throw StateError("projection", projection.label, "", "must have static synapses, to be simulated in fixed steps");
    }
    pre_.emplace_back(*projection.pre);
    std::set<std::size_t> sources;
    for (const CellId cell : *projection.pre) {
      sources.insert(network.population_of(cell));
    }
    for (std::size_t b = 0; b < projection.blocks.size(); ++b) {
      const network::SynapseBlock& block = projection.blocks[b];
      if (block.table.size() == 0) {
        continue;
      }
      const CellModel& post = *network.populations[block.post_population].model;
      max_delay_ = std::max(max_delay_, arrival({}, longest_delay(block.table)).step);
      for (const std::size_t population : sources) {
        of_population_[population].push_back(branches_.size());
        if (!network.populations[population].model->is_source()) {
          min_neuron_delay_ = std::min(min_neuron_delay_, block.table.delays().first);
        }
      }
      branches_.push_back(
          {p, b, block.post_population, static_cast<std::uint32_t>(receptor_index(post, projection.receptor)), p});
    }
  }
}

}  // namespace va_event::fixed_step
