// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "network/network.hpp"

namespace va_event::network {

/// The numbers of one cell: in a description they are columns, by parameter or variable; cells take them together.

/// Into `values`, in the order of the columns. @param cell index in the population
inline void values_at(const std::vector<Column>& columns, std::size_t cell, std::vector<double>& values) {
  values.resize(columns.size());
  for (std::size_t k = 0; k < columns.size(); ++k) {
    values[k] = columns[k].at(cell);
  }
}
/// In the order of the columns.
[[nodiscard]] inline std::vector<double> values_at(const std::vector<Column>& columns, std::size_t cell) {
  std::vector<double> values;
  values_at(columns, cell, values);
  return values;
}

}  // namespace va_event::network
