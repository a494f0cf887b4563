// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace va_event::network {

/// Keeps the pre cells of columns as a connector gives them, in large chunks: growth neither copies nor
/// doubles, so that 4 bytes per synapse are all that building needs beside the final table.
class ColumnStore {
 public:
  struct Column {
    std::uint32_t post;
    std::span<const std::uint32_t> pre;
  };

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
