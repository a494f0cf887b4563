// SPDX-License-Identifier: Apache-2.0
#include "fixed_step/source_trains.hpp"

#include <algorithm>

namespace va_event::fixed_step {

namespace {

/// The order of the heap: std::push_heap keeps the largest in front, so that "later" makes the earliest the front.
bool is_later(const SourceTrains::Spike& a, const SourceTrains::Spike& b) {
  return a.time == b.time ? a.cell > b.cell : b.time < a.time;
}

}  // namespace

SourceTrains::SourceTrains(const network::Network& network, const Grid& grid) : network_(network), grid_(grid) {
  for (std::uint32_t p = 0; p < network.populations.size(); ++p) {
    const network::PopulationData& population = network.populations[p];
    groups_.emplace_back();
    if (!population.model->is_source()) {
      continue;
    }
    groups_.back() = sources::make_source_group(population, network.seed);
    for (std::uint32_t i = 0; i < population.size; ++i) {
      add(groups_.back()->restart(i, {}), p, population.first + i);
    }
  }
}

std::optional<SourceTrains::Spike> SourceTrains::take(std::int64_t step) {
  if (next_.empty() || next_.front().on_grid.step > step) {
    return std::nullopt;
  }
  std::pop_heap(next_.begin(), next_.end(), is_later);
  const Spike spike = next_.back();
  next_.pop_back();
  add(groups_[spike.population]->next(spike.cell - network_.populations[spike.population].first), spike.population,
      spike.cell);
  return spike;
}

void SourceTrains::add(const std::optional<events::Instant<double>>& time, std::uint32_t population, CellId cell) {
  if (time) {
    next_.push_back({*time, grid_.locate(*time), cell, population});
    std::push_heap(next_.begin(), next_.end(), is_later);
  }
}

}  // namespace va_event::fixed_step
