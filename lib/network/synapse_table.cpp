// SPDX-License-Identifier: Apache-2.0
#include "network/synapse_table.hpp"

#include <algorithm>
#include <limits>
#include <span>

namespace va_event::network {

namespace {

std::pair<double, double> extent(std::size_t synapses, std::span<const double> values, double constant) {
  if (synapses == 0) {
    return {std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
  }
  if (values.empty()) {
    return {constant, constant};
  }
  const auto [smallest, largest] = std::minmax_element(values.begin(), values.end());
  return {*smallest, *largest};
}

}  // namespace

std::pair<double, double> SynapseTable::weights() const noexcept { return extent(size(), weight_, constant_weight_); }

std::pair<double, double> SynapseTable::delays() const noexcept { return extent(size(), delay_, constant_delay_); }

std::size_t SynapseTable::memory_bytes() const noexcept {
  const auto bytes = [](const auto& vector) { return vector.capacity() * sizeof(vector[0]); };
  return sizeof(SynapseTable) + bytes(row_begin_) + bytes(target_) + bytes(weight_) + bytes(delay_);
}

}  // namespace va_event::network
