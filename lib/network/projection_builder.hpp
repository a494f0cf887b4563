// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "network/collected_connections.hpp"
#include "network/local_sink.hpp"
#include "network/network.hpp"
#include "network/projection_context.hpp"
#include "network/row_passes.hpp"
#include "network/synapse_table_builder.hpp"
#include "network/synapse_values.hpp"
#include "va_event/connectors.hpp"
#include "va_event/synapses.hpp"

namespace va_event::network {

/// Makes the tables of a projection from what a connector lists: counts the synapses of each row, writes the post cells
/// to their places, and completes the rows with weights and delays. The tables depend on the set of connections only:
/// not on their order, nor on which thread or process builds which part.
class ProjectionBuilder {
 public:
  /// Keeps references to all but the network.
  ProjectionBuilder(const Network& network, std::size_t index, const std::vector<CellId>& post,
                    const ProjectionContext& context, const Connector& connector, const StaticSynapse& synapse);

  /// The tables, ascending post_population. To be called once. @throws UserError, also when there will not be memory
  [[nodiscard]] std::vector<SynapseBlock> build();

 private:
  void collect();
  void list_from_connector(const PostRange& range, LocalSink& sink) const;
  /// Lists the part of a thread: an equal part of each local range.
  void list_part(std::size_t part, LocalSink& sink) const;
  void count();
  void count_rows();
  void allocate();
  void write();
  void finish_rows();
  /// Calls work(first, last) for parts of the rows, on all threads.
  template <class Work>
  void for_each_row_part(const Work& work) const;

  /// Counts connections that are about to come, and checks the memory for the tables of all so far and `bytes` beside.
  void expect(std::uint64_t more, double bytes);
  [[nodiscard]] double table_bytes(std::uint64_t connections) const noexcept;
  void require_memory(double bytes, const std::string& connections) const;

  static constexpr std::uint64_t kCheckEvery = 1U << 20U;  ///< connections

  const ProjectionContext& context_;
  const Connector& connector_;
  PostCells post_;
  SynapseValues values_;
  std::vector<PostRange> ranges_;  ///< hold the local post cells
  unsigned threads_;
  unsigned share_;                                 ///< this process has one of so many parts of the post cells
  std::optional<CollectedConnections> collected_;  ///< of a connector that lists them once
  std::unique_ptr<ConnectionRows> rows_;           ///< of a connector that has them
  std::vector<RowNumbers> numbers_;                ///< of each part: counts, then places
  std::vector<SynapseTableBuilder> tables_;        ///< of each block
  std::uint64_t connections_ = 0, checked_ = 0;    ///< so far; those that there is memory for
  bool stores_weight_, stores_delay_;
  bool has_own_values_ = false;
};

}  // namespace va_event::network
