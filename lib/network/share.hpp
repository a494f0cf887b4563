// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace va_event::network {

/// One of the equal parts of the cells of every population: each process has one, and each of its threads a part of
/// that. A share is a range of neighbouring cells, and follows from two numbers, so that each process can compute which
/// one has a cell, without a table.
struct Share {
  std::uint32_t index = 0;
  std::uint32_t count = 1;

  /// The cells begin ... end - 1, counted within their population.
  struct Range {
    std::uint32_t begin;
    std::uint32_t end;

    [[nodiscard]] bool contains(std::uint32_t cell) const noexcept { return cell >= begin && cell < end; }
  };
  /// Which of `size` cells belong to this share: neighbours.
  [[nodiscard]] Range of(std::uint32_t size) const noexcept { return of(Range{0, size}); }
  /// The same of a part of a population.
  [[nodiscard]] Range of(const Range& all) const noexcept {
    const std::uint64_t size = all.end - all.begin;
    const auto cut = [&](std::uint64_t parts) { return all.begin + static_cast<std::uint32_t>(size * parts / count); };
    return {cut(index), cut(index + std::uint64_t{1})};
  }
  /// The index of the share that cell number `cell` of `size` belongs to.
  [[nodiscard]] std::uint32_t owner(std::uint32_t cell, std::uint32_t size) const noexcept {
    const std::uint64_t end = (cell + std::uint64_t{1}) * count;
    return static_cast<std::uint32_t>((end + size - 1) / size - 1);
  }
};

}  // namespace va_event::network
