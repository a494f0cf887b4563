// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "network/local_sink.hpp"
#include "network/synapse_table_builder.hpp"
#include "network/synapse_values.hpp"

namespace va_event::network {

/// The two passes that turn columns (by post cell) into rows (by pre cell): the first counts the synapses of each row,
/// the second writes them to their places. Each thread lists a part of the post cells, with counts and places of its
/// own.

/// For each block of post cells one number for each row: counts, and then where the next synapse goes.
using RowNumbers = std::vector<std::vector<std::uint64_t>>;

/// The first pass.
class RowCounter final : public LocalSink {
 public:
  /// @param growing called with a number of further connections from time to time; may throw
  RowCounter(const PostCells& post, std::size_t n_pre, std::function<void(std::uint64_t)> growing)
      : LocalSink(post, n_pre),
        counts_(post.blocks().size(), std::vector<std::uint64_t>(n_pre)),
        growing_(std::move(growing)) {}

  [[nodiscard]] RowNumbers& counts() noexcept { return counts_; }
  [[nodiscard]] bool has_weights() const noexcept { return has_weights_; }  ///< some connection has one of its own
  [[nodiscard]] bool has_delays() const noexcept { return has_delays_; }

 private:
  void take(std::span<const std::uint32_t> pre, std::uint32_t post) override {
    std::vector<std::uint64_t>& counts = counts_[post_cells().target(post).block];
    for (const std::uint32_t row : pre) {
      ++counts[row];
    }
    count(pre.size());
  }
  void take(const OwnConnection& connection) override {
    ++counts_[post_cells().target(connection.post).block][connection.pre];
    has_weights_ |= connection.weight != kProjectionsOwn;
    has_delays_ |= connection.delay != kProjectionsOwn;
    count(1);
  }
  void count(std::size_t more) {
    pending_ += more;
    if (pending_ >= kReportEvery) {
      growing_(pending_);
      pending_ = 0;
    }
  }

  static constexpr std::uint64_t kReportEvery = 1U << 20U;

  RowNumbers counts_;
  std::function<void(std::uint64_t)> growing_;
  std::uint64_t pending_ = 0;
  bool has_weights_ = false, has_delays_ = false;
};

/// The second pass: writes post cells, counted within the projection, and the values that connections have of their
/// own.
class RowWriter final : public LocalSink {
 public:
  /// @param places  where this writer's first synapse of each row goes; left behind the last one
  /// @param blocks  the tables of the blocks as whole arrays
  /// @param values  weights and delays are written, too, where they are stored
  RowWriter(const PostCells& post, std::size_t n_pre, RowNumbers& places, std::span<const MutableRow> blocks,
            bool values)
      : LocalSink(post, n_pre), places_(places), blocks_(blocks), values_(values) {}

 private:
  void take(std::span<const std::uint32_t> pre, std::uint32_t post) override {
    const std::uint32_t block = post_cells().target(post).block;
    std::uint64_t* const places = places_[block].data();
    std::uint32_t* const targets = blocks_[block].target.data();
    if (!values_) {
      for (const std::uint32_t row : pre) {
        targets[places[row]++] = post;
      }
      return;
    }
    for (const std::uint32_t row : pre) {
      take({post, row, kProjectionsOwn, kProjectionsOwn});
    }
  }
  void take(const OwnConnection& connection) override {
    const std::uint32_t block = post_cells().target(connection.post).block;
    const std::uint64_t place = places_[block][connection.pre]++;
    const MutableRow& table = blocks_[block];
    table.target[place] = connection.post;
    if (!table.weight.empty()) {
      table.weight[place] = connection.weight;
    }
    if (!table.delay.empty()) {
      table.delay[place] = connection.delay;
    }
  }

  RowNumbers& places_;
  std::span<const MutableRow> blocks_;
  bool values_;
};

}  // namespace va_event::network
