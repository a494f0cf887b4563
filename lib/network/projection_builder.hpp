// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "network/column_store.hpp"
#include "network/network.hpp"
#include "network/projection_context.hpp"
#include "network/synapse_table_builder.hpp"
#include "network/synapse_values.hpp"
#include "va_event/connectors.hpp"
#include "va_event/synapses.hpp"

namespace va_event::network {

/// Collects what a connector connects and makes the tables of the projection from it. The tables depend on the
/// set of connections only: not on their order, nor on which part of the post cells is built where.
class ProjectionBuilder final : public ConnectionSink {
 public:
  /// @param connector its name, for messages
  ProjectionBuilder(const Network& network, const std::vector<CellId>& post, const ProjectionContext& context,
                    const StaticSynapse& synapse, std::string connector);

  /// Ranges of post cells that hold all of the network's share, in order: its runs, the last of them joined when there
  /// are many.
  [[nodiscard]] std::vector<PostRange> local_ranges() const;
  /// Connections to post cells outside the context's local range or the network's share are dropped.
  /// @throws IndexError, ParameterError, also when there will not be memory for what has come and what may come next
  void add(const std::uint32_t* pre, std::size_t count, std::size_t post) override;
  void add(std::size_t pre, std::size_t post, std::optional<double> weight, std::optional<double> delay) override;

  /// The tables, ascending post_population. To be called once, after the last connection.
  [[nodiscard]] std::vector<SynapseBlock> finish();

 private:
  /// A connection that came alone; weight and delay may be kProjectionsOwn.
  struct Listed {
    std::uint32_t post;
    std::uint32_t pre;
    double weight;
    double delay;
  };
  /// The table of one post population while it is built.
  struct Block {
    std::uint32_t population;
    Share::Range share;  ///< of its cells: only synapses onto these are kept
    CellId first;        ///< of the population
    const CellModel* model;
    SynapseTableBuilder table;
  };
  /// Where a post cell is.
  struct Target {
    std::uint32_t block;
    std::uint32_t index;  ///< within the population
  };

  /// Counts connections that are about to be added, and checks the memory every kCheckEvery of them.
  void count_connections(std::size_t coming);
  /// Bytes of the tables of so many connections.
  [[nodiscard]] double table_bytes(std::uint64_t connections) const noexcept;
  void require_memory(double bytes, const std::string& connections) const;
  void check_post(std::size_t post) const;
  void check_pre(std::size_t pre) const;
  [[nodiscard]] bool in_share(std::size_t post) const noexcept;
  [[nodiscard]] bool is_local(std::size_t post) const noexcept;
  void fill_constant();
  void fill_columns();
  void fill_column(std::uint32_t post, std::vector<Listed>& column);

  static constexpr std::uint64_t kCheckEvery = 1U << 20U;  ///< connections

  const ProjectionContext& context_;
  std::string connector_;
  SynapseValues weight_, delay_;
  std::vector<Block> blocks_;
  std::vector<Target> targets_;  // of every post cell
  ColumnStore columns_;
  std::vector<Listed> listed_;
  std::uint64_t connections_ = 0, checked_ = 0;  ///< so far; those that there is memory for
  bool stores_weight_, stores_delay_;
  std::vector<std::uint32_t> pre_scratch_;
  std::vector<double> weight_scratch_, delay_scratch_;
};

}  // namespace va_event::network
