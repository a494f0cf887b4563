// SPDX-License-Identifier: Apache-2.0
#include "va_event/projection.hpp"

#include <utility>

#include "api/core.hpp"

namespace va_event {

Projection::Projection(std::shared_ptr<detail::Core> core, std::size_t index) noexcept
    : core_(std::move(core)), index_(index) {}

std::size_t Projection::size() const noexcept { return core_->network.projections[index_].size(); }

const std::string& Projection::label() const noexcept { return core_->network.projections[index_].label; }

std::vector<ListedConnection> Projection::connections() const {
  return core_->network.projections[index_].connections();
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
  network.projections[index_].set_weights(weights, network.populations, network.seed, index_);
}

std::size_t Projection::memory_bytes() const noexcept {
  std::size_t bytes = 0;
  for (const network::SynapseBlock& block : core_->network.projections[index_].blocks) {
    bytes += block.table.memory_bytes();
  }
  return bytes;
}

}  // namespace va_event
