// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "network/local_sink.hpp"
#include "network/row_sorter.hpp"
#include "network/synapse_table_builder.hpp"
#include "network/synapse_values.hpp"

namespace va_event::network {

/// Completes rows that hold post cells, or gets these from a connector: numbers the synapses of each pair, assigns and
/// checks weights and delays, and sorts. Works on some rows at a time that fit into the processor's cache. One per
/// thread.
class RowFinisher {
 public:
  /// @param has_own_values  the rows hold weights and delays that connections have of their own, or kProjectionsOwn;
  ///                        otherwise what is there is overwritten
  /// @param rows  lists the post cells; null: the rows hold them
  RowFinisher(const PostCells& post, const SynapseValues& values, const ConnectionRows* rows, bool has_own_values)
      : post_(post), values_(values), rows_(rows), has_own_values_(has_own_values) {}

  /// Completes the rows first ... last - 1 of a block. @throws ParameterError for values that cannot be
  void finish(SynapseTableBuilder& table, std::uint32_t block, std::size_t first, std::size_t last);

 private:
  void finish_some(SynapseTableBuilder& table, std::uint32_t block, std::size_t first, std::size_t last);
  void list_row(std::span<std::uint32_t> row, std::uint32_t block, std::size_t pre);
  void number_pairs(SynapseTableBuilder& table, std::size_t first, std::size_t last);

  const PostCells& post_;
  const SynapseValues& values_;
  const ConnectionRows* rows_;
  bool has_own_values_;
  RowSorter sorter_;
  std::vector<std::uint32_t> listed_;
  std::vector<std::uint32_t> pre_, number_;  // of each synapse of the rows at hand
  SynapseValues::Scratch scratch_;
};

}  // namespace va_event::network
