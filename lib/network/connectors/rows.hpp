// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "network/connectors/sampling.hpp"
#include "va_event/connectors.hpp"

namespace va_event::network {

/// Connectors that draw post cells for each pre cell: FixedNumberPostConnector and FixedTotalNumberConnector.

/// The number among the post cells of each pre cell that is one of them.
[[nodiscard]] std::vector<std::optional<std::size_t>> as_post(const ConnectionContext& context);

/// Rows of given lengths, whose post cells are drawn from the stream of the pre cell.
class DrawnRows final : public ConnectionRows {
 public:
  /// @param self the post cells that pre cells must not be connected to; empty: none
  /// @param size of each row
  DrawnRows(const ConnectionContext& context, std::vector<std::optional<std::size_t>> self,
            std::vector<std::size_t> size, bool with_replacement);

  [[nodiscard]] std::size_t size(std::size_t pre) const override { return size_[pre]; }
  void list(std::size_t pre, std::vector<std::uint32_t>& post) const override;

  /// The post cells that a pre cell's are drawn from.
  [[nodiscard]] static CellDrawer drawer(std::size_t pre, std::size_t n_post,
                                         const std::vector<std::optional<std::size_t>>& self) {
    return {n_post, self.empty() ? std::nullopt : self[pre]};
  }

 private:
  const ConnectionContext& context_;
  std::vector<std::optional<std::size_t>> self_;
  std::vector<std::size_t> size_;
  bool with_replacement_;
};

/// What Connector::connect() does by rows: lists them all twice, once to count and once to fill the columns, and adds
/// the columns of the local post cells.
void connect_by_rows(const ConnectionRows& rows, const ConnectionContext& context, ConnectionSink& sink);

}  // namespace va_event::network
