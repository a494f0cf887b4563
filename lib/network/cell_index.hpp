// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "va_event/data.hpp"

namespace va_event::network {

/// Finds the place of a cell in an ordered set of cells. Nearly always the ids are consecutive: then it is a
/// subtraction, and nothing is stored.
class CellIndex {
 public:
  explicit CellIndex(const std::vector<CellId>& ids) : size_(ids.size()) {
    if (ids.empty()) {
      return;
    }
    first_ = ids.front();
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (ids[i] != std::uint64_t{first_} + i) {
        sort(ids);
        return;
      }
    }
  }

  /// The index of `id` in the set; nullopt if it is no member. O(1) for consecutive ids, else O(log n).
  [[nodiscard]] std::optional<std::size_t> find(CellId id) const noexcept {
    if (sorted_.empty()) {
      const bool inside = id >= first_ && id - first_ < size_;
      return inside ? std::optional<std::size_t>(id - first_) : std::nullopt;
    }
    const auto found = std::lower_bound(sorted_.begin(), sorted_.end(), std::pair<CellId, std::uint32_t>(id, 0));
    return found != sorted_.end() && found->first == id ? std::optional<std::size_t>(found->second) : std::nullopt;
  }

 private:
  void sort(const std::vector<CellId>& ids) {
    sorted_.reserve(ids.size());
    for (std::size_t i = 0; i < ids.size(); ++i) {
      sorted_.emplace_back(ids[i], static_cast<std::uint32_t>(i));
    }
    std::sort(sorted_.begin(), sorted_.end());
  }

  std::size_t size_;
  CellId first_ = 0;
  std::vector<std::pair<CellId, std::uint32_t>> sorted_;  // empty when the ids are consecutive
};

}  // namespace va_event::network
