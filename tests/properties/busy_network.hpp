// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "va_event/va_event.hpp"
#include "vogels_abbott_like.hpp"

namespace va_event {

/// So many synapses that threads pay, and that processes on different machines simulate while their messages travel.
struct BusyNetwork {
  explicit BusyNetwork(Kind kind, unsigned threads, std::shared_ptr<Processes> processes = nullptr)
      : simulation({.threads = threads, .processes = std::move(processes)}) {
    const CellType type = kind == Kind::current_based ? CellType(IfCurrExp{}) : CellType(IfCondExp{});
    cells.push_back(simulation.create(1000, type));
    cells[0].initialize("v", RandomDistribution("uniform", {-65.0, -50.0}));
    cells[0].set("i_offset", RandomDistribution("uniform", {0.5, 1.0}));
    const double weight = kind == Kind::current_based ? 1e-3 : 1e-5;
    const Values delays = RandomDistribution("uniform_int", {1.0, 3.0});
    simulation.connect(cells[0], cells[0], FixedProbabilityConnector(0.4), {weight, 0.7});
    simulation.connect(cells[0], cells[0], FixedProbabilityConnector(0.01), {weight, delays});
    cells[0].record("spikes");
  }

  Simulation simulation;
  std::vector<Population> cells;  ///< one
};

}  // namespace va_event
