// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace va_event::network {

/// Keeps the pre cells of columns as a connector gives them, in chunks. A std::vector would copy all of them when it
/// grows, and hold twice the memory meanwhile; chunks stay where they are, so that building a table needs 4 bytes per
/// synapse beside the final table.
class ColumnStore {
 public:
  /// The pre cells that are connected to one post cell; a post cell may have several columns.
  struct Column {
    std::uint32_t post;
    std::span<const std::uint32_t> pre;
  };

  /// Copies a column.
  void add(const std::uint32_t* pre, std::size_t count, std::uint32_t post) {
    if (count > free_) {
      free_ = std::max(count, next_size_);
      next_size_ = std::min(2 * next_size_, kLargestChunk);
      // for_overwrite: untouched pages of a chunk cost no memory.
      chunks_.push_back(std::make_unique_for_overwrite<std::uint32_t[]>(free_));
      next_ = chunks_.back().get();
    }
    std::copy_n(pre, count, next_);
    columns_.push_back({post, {next_, count}});
    next_ += count;
    free_ -= count;
  }

  [[nodiscard]] std::vector<Column>& columns() noexcept { return columns_; }

 private:
  static constexpr std::size_t kFirstChunk = std::size_t{1} << 10U;
  static constexpr std::size_t kLargestChunk = std::size_t{1} << 18U;  // 1 MiB

  std::vector<std::unique_ptr<std::uint32_t[]>> chunks_;
  std::uint32_t* next_ = nullptr;
  std::size_t free_ = 0;
  std::size_t next_size_ = kFirstChunk;
  std::vector<Column> columns_;
};

}  // namespace va_event::network
