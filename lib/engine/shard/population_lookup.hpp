// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "network/network.hpp"

namespace va_event::engine {

/// Which population a cell belongs to, from tables that stay in a first-level cache however many cells there are.
class PopulationLookup {
 public:
  explicit PopulationLookup(const network::Network& network) {
    std::uint32_t end = 0;
    for (const network::PopulationData& population : network.populations) {
      end += population.size;
      end_.push_back(end);
    }
    std::uint32_t population = 0;
    for (std::uint64_t cell = 0; cell < end; cell += kBlock) {
      first_.push_back(population = from(population, static_cast<CellId>(cell)));
    }
  }

  [[nodiscard]] std::uint32_t operator[](CellId cell) const noexcept { return from(first_[cell / kBlock], cell); }

 private:
  static constexpr std::uint32_t kBlock = 64;  ///< cells

  /// @param population  not behind that of the cell
  [[nodiscard]] std::uint32_t from(std::uint32_t population, CellId cell) const noexcept {
    while (cell >= end_[population]) {
      ++population;
    }
    return population;
  }

  std::vector<std::uint32_t> end_;    ///< of each population, in their order
  std::vector<std::uint32_t> first_;  ///< population of the first cell of each block
};

}  // namespace va_event::engine
