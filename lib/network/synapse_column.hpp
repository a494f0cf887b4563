// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <utility>

#include "foundation/large_pages.hpp"

namespace va_event::network {

/// A parameter of the synapses of one table: one number for all, or one for each in the order of the table.
class SynapseColumn {
 public:
  explicit SynapseColumn(double constant) : constant_(constant) {}
  explicit SynapseColumn(foundation::LargeArray<double> each) : each_(std::move(each)), is_constant_(false) {}

  [[nodiscard]] bool is_constant() const noexcept { return is_constant_; }
  [[nodiscard]] double at(std::size_t synapse) const noexcept { return is_constant_ ? constant_ : each_[synapse]; }
  /// Of one number for each. @pre not constant
  [[nodiscard]] std::span<double> each() noexcept { return each_; }
  [[nodiscard]] foundation::LargeArray<double> take() && noexcept { return std::move(each_); }
  [[nodiscard]] std::size_t memory_bytes() const noexcept { return each_.size() * sizeof(double); }

 private:
  double constant_ = 0.0;
  foundation::LargeArray<double> each_;
  bool is_constant_ = true;  ///< of all processes: a process may have no synapse, and an empty list
};

}  // namespace va_event::network
