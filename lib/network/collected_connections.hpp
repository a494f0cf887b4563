// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "network/local_sink.hpp"
#include "network/synapse_values.hpp"

namespace va_event::network {

/// Keeps the connections of a connector that lists them only once, so that they can be listed again: a table is made in
/// two passes. Columns (the pre cells of one post cell) lie in chunks. A std::vector would copy all of them when it
/// grows, and hold twice the memory meanwhile; chunks stay where they are, and take 4 bytes per connection.
class CollectedConnections final : public LocalSink {
 public:
  /// @param coming called before connections are added, with their number and the bytes that they may take until the
  ///               next call; may throw
  CollectedConnections(const PostCells& post, std::size_t n_pre,
                       std::function<void(std::size_t count, double bytes)> coming)
      : LocalSink(post, n_pre), coming_(std::move(coming)) {}

  /// Lists the connections onto a range of post cells.
  void list(const PostRange& range, ConnectionSink& sink) const {
    for (const Column& column : columns_) {
      if (column.post >= range.begin && column.post < range.end) {
        sink.add(column.pre.data(), column.pre.size(), column.post);
      }
    }
    const auto given = [](double value) { return value == kProjectionsOwn ? std::nullopt : std::optional(value); };
    for (const OwnConnection& one : own_) {
      if (one.post >= range.begin && one.post < range.end) {
        sink.add(one.pre, one.post, given(one.weight), given(one.delay));
      }
    }
  }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  struct Column {
    std::uint32_t post;
    std::span<const std::uint32_t> pre;
  };

  void take(std::span<const std::uint32_t> pre, std::uint32_t post) override {
    coming_(pre.size(), sizeof(std::uint32_t) * static_cast<double>(pre.size()));
    size_ += pre.size();
    if (pre.size() > free_) {
      free_ = std::max(pre.size(), next_size_);
      next_size_ = std::min(2 * next_size_, kLargestChunk);
      // for_overwrite: untouched pages of a chunk cost no memory.
      chunks_.push_back(std::make_unique_for_overwrite<std::uint32_t[]>(free_));
      next_ = chunks_.back().get();
    }
    std::copy(pre.begin(), pre.end(), next_);
    columns_.push_back({post, {next_, pre.size()}});
    next_ += pre.size();
    free_ -= pre.size();
  }
  void take(const OwnConnection& connection) override {
    const bool full = own_.size() == own_.capacity();  // then the list moves to where there is twice the room
    coming_(1, sizeof(OwnConnection) * static_cast<double>(full ? 2 * own_.size() : 1));
    ++size_;
    own_.push_back(connection);
  }

  static constexpr std::size_t kFirstChunk = std::size_t{1} << 10U;
  static constexpr std::size_t kLargestChunk = std::size_t{1} << 18U;  // 1 MiB

  std::function<void(std::size_t, double)> coming_;
  std::vector<std::unique_ptr<std::uint32_t[]>> chunks_;
  std::uint32_t* next_ = nullptr;
  std::size_t free_ = 0;
  std::size_t next_size_ = kFirstChunk;
  std::vector<Column> columns_;
  std::vector<OwnConnection> own_;
  std::size_t size_ = 0;
};

}  // namespace va_event::network
