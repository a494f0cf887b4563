// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "network/synapse_table.hpp"

namespace va_event::network {

/// Turns synapses that come column by column (by post cell) into rows (by pre cell): a counting sort, so each
/// synapse is given twice. First count() for all of them, then allocate(), then put() for all of them, then finish().
class SynapseTableBuilder {
 public:
  explicit SynapseTableBuilder(std::size_t rows);

  /// Counts one synapse of the row.
  void count(std::uint32_t row) noexcept { ++table_.row_begin_[row + std::size_t{2}]; }

  /// Ends the counting. @param weights, delays  they differ between synapses and are stored for each
  void allocate(bool weights, bool delays);

  /// Adds a synapse. @param weight, delay  ignored when they are not stored
  void put(std::uint32_t row, std::uint32_t target, double weight, double delay) noexcept {
    const std::uint64_t index = table_.row_begin_[row + std::size_t{1}]++;
    table_.target_[index] = target;
    if (!table_.weight_.empty()) {
      table_.weight_[index] = weight;
    }
    if (!table_.delay_.empty()) {
      table_.delay_[index] = delay;
    }
  }

  /// Adds synapses onto one target whose weights and delays are not stored.
  void put_column(const std::uint32_t* rows, std::size_t count, std::uint32_t target) noexcept {
    for (std::size_t i = 0; i < count; ++i) {
      table_.target_[table_.row_begin_[rows[i] + std::size_t{1}]++] = target;
    }
  }

  /// Sorts the rows. Weights or delays that turn out all equal are no longer stored.
  /// @param weight, delay  the constants that apply where they are not stored
  [[nodiscard]] SynapseTable finish(double weight, double delay);

  /// Gives `table` other weights, one per synapse in the order of its rows, and restores the order of the rows.
  static void replace_weights(SynapseTable& table, std::vector<double> weights);
  static void replace_weights(SynapseTable& table, double weight);

 private:
  static void sort_rows(SynapseTable& table);
  static void collapse(std::vector<double>& values, double& constant);

  // While counting, row_begin_[r + 2] counts row r; while filling, row_begin_[r + 1] is where row r goes on. So no
  // second array of cursors is needed, and at the end row_begin_ has the form that SynapseTable needs.
  SynapseTable table_;
};

}  // namespace va_event::network
