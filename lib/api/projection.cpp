// SPDX-License-Identifier: Apache-2.0
#include "va_event/projection.hpp"

#include <string>
#include <utility>

#include "api/core.hpp"
#include "api/gathered.hpp"
#include "va_event/error.hpp"

// The handle of a projection: its number, and the core that all handles of a simulation share. Each process has the
// synapses onto its own cells; users see all of them, in the order that they have in one process.

namespace va_event {

Projection::Projection(std::shared_ptr<detail::Core> core, std::size_t index) noexcept
    : core_(std::move(core)), index_(index) {}

std::size_t Projection::size() const noexcept { return core_->network.projections[index_].total_size; }

const std::string& Projection::label() const noexcept { return core_->network.projections[index_].label; }

std::vector<ListedConnection> Projection::connections() const {
  return detail::gather_connections(core_->network, core_->network.projections[index_], *core_->processes);
}

std::vector<double> Projection::weights() const {
  std::vector<double> result;
  result.reserve(size());
  for (const ListedConnection& connection : connections()) {
    result.push_back(*connection.weight);
  }
  return result;
}

std::vector<double> Projection::delays() const {
  std::vector<double> result;
  result.reserve(size());
  for (const ListedConnection& connection : connections()) {
    result.push_back(*connection.delay);
  }
  return result;
}

void Projection::set_weights(const Values& weights) {
  network::Network& network = core_->network;
  network::ProjectionData& projection = network.projections[index_];
  const auto assign = [&](const Values& values) {
    core_->together([&] { projection.set_weights(values, network.populations, network.seed, index_); });
    if (core_->engine) {
      core_->engine->weights_changed();
    }
  };
  const std::vector<double>* each = weights.each();
  if (each == nullptr || core_->processes->count() == 1) {
    assign(weights);
    return;
  }
  if (each->size() != projection.total_size) {
    throw SizeError("weight", std::to_string(each->size()) + " values", "",
                    "must be " + std::to_string(projection.total_size) + ", one per synapse");
  }
  std::vector<double> mine;  // of the synapses here, in their order, picked from the list of all
  std::size_t synapse = 0;
  for (const ListedConnection& connection : connections()) {
    if (network.is_local((*projection.post)[connection.post])) {
      mine.push_back((*each)[synapse]);
    }
    ++synapse;
  }
  assign(Values(std::move(mine)));
}

std::size_t Projection::memory_bytes() const noexcept {
  std::size_t bytes = 0;
  for (const network::SynapseBlock& block : core_->network.projections[index_].blocks) {
    bytes += block.table.memory_bytes();
  }
  return bytes;
}

}  // namespace va_event
