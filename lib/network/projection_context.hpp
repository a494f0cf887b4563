// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "network/cell_index.hpp"
#include "network/network.hpp"
#include "va_event/connectors.hpp"

namespace va_event::network {

/// A half-open range of post cells, counted within the projection's post set.
struct PostRange {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// What a connector can read of the projection that it builds. Not for several threads at once: the first distance()
/// stores the positions of all cells.
class ProjectionContext final : public ConnectionContext {
 public:
  /// Keeps references to all but `space`.
  ProjectionContext(const Network& network, std::size_t projection, const std::vector<CellId>& pre,
                    const std::vector<CellId>& post, const Space& space);

  /// The post cells that the next pass of the connector is about; at first all.
  void set_local(PostRange local) noexcept { local_ = local; }

  [[nodiscard]] std::size_t n_pre() const noexcept override { return pre_.size(); }
  [[nodiscard]] std::size_t n_post() const noexcept override { return post_.size(); }
  [[nodiscard]] std::size_t local_post_begin() const noexcept override { return local_.begin; }
  [[nodiscard]] std::size_t local_post_end() const noexcept override { return local_.end; }
  [[nodiscard]] bool same_cell(std::size_t pre, std::size_t post) const noexcept override {
    return pre_[pre] == post_[post];
  }
  [[nodiscard]] std::optional<std::size_t> as_pre(std::size_t post) const noexcept override {
    return index_of_pre_.find(post_[post]);
  }
  [[nodiscard]] double distance(std::size_t pre, std::size_t post) const override;
  using ConnectionContext::stream;
  [[nodiscard]] RandomStream stream(std::uint64_t item, std::uint64_t part) const override;

  /// The stream of the weights or delays of one post cell.
  [[nodiscard]] RandomStream value_stream(std::uint64_t purpose, std::size_t post) const;

 private:
  [[nodiscard]] std::vector<Position> positions_of(const std::vector<CellId>& ids) const;

  const Network& network_;
  std::size_t projection_;
  const std::vector<CellId>& pre_;
  const std::vector<CellId>& post_;
  Space space_;
  PostRange local_;
  CellIndex index_of_pre_;
  mutable std::vector<Position> pre_positions_, post_positions_;  // gathered by the first distance()
};

/// Gives the blocks of a projection that has its tables the parameters of its rule.
void evaluate_parameters(ProjectionData& projection, std::span<const Values> values, const ProjectionContext& context,
                         std::uint64_t seed, std::size_t projection_index);

}  // namespace va_event::network
