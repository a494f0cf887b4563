// SPDX-License-Identifier: Apache-2.0
#include "network/synapse_table.hpp"

#include <algorithm>
#include <limits>

namespace va_event::network {

double SynapseTable::min_delay() const noexcept {
  if (target_.empty()) {
    return std::numeric_limits<double>::infinity();
  }
  return delay_.empty() ? constant_delay_ : *std::min_element(delay_.begin(), delay_.end());
}

std::size_t SynapseTable::memory_bytes() const noexcept {
  const auto bytes = [](const auto& vector) { return vector.capacity() * sizeof(vector[0]); };
  return sizeof(SynapseTable) + bytes(row_begin_) + bytes(target_) + bytes(weight_) + bytes(delay_);
}

}  // namespace va_event::network
