// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "network/row_sorter.hpp"
#include "network/synapse_table.hpp"

namespace va_event::network {

/// Makes a table whose rows' lengths are known: the arrays have their final size from the beginning, so that no memory
/// is needed beside them. Several threads may write different rows at once.
class SynapseTableBuilder {
 public:
  /// @param row_begin where each row begins, and the number of synapses
  /// @param weights, delays  they differ between synapses and are stored for each
  SynapseTableBuilder(std::vector<std::uint64_t> row_begin, bool weights, bool delays);

  [[nodiscard]] std::size_t rows() const noexcept { return table_.rows(); }
  [[nodiscard]] std::uint64_t begin_of(std::size_t row) const noexcept { return table_.row_begin_[row]; }

  /// The rows first ... last - 1, which lie behind one another. Their values are indeterminate at first.
  [[nodiscard]] MutableRow rows(std::size_t first, std::size_t last) noexcept;

  /// Ends the building: rows must be sorted. Weights or delays that turn out all equal are no longer stored.
  /// @param weight, delay  the constants that apply where they are not stored
  [[nodiscard]] SynapseTable finish(double weight, double delay);

  /// Gives `table` other weights, one per synapse in the order of its rows. @param sorts restores the order of the rows
  static void replace_weights(SynapseTable& table, foundation::LargeArray<double> weights, bool sorts);
  static void replace_weights(SynapseTable& table, double weight);

 private:
  static void collapse(foundation::LargeArray<double>& values, double& constant);

  SynapseTable table_;
};

}  // namespace va_event::network
