// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace va_event::neurons {

/// Where rows are counted from so that the index of a target alone leads to its row, that of number offset + index,
/// the sum modulo 2^32. @param index  of any of the targets, which all are this far from their rows
template <class Row>
[[nodiscard, gnu::always_inline]] inline Row* rows_by_index(Row* rows, std::uint32_t offset, std::uint32_t index) {
  rows += static_cast<std::ptrdiff_t>(static_cast<std::uint32_t>(offset + index)) - static_cast<std::ptrdiff_t>(index);
#if defined(__GNUC__)
  asm("" : "+r"(rows));  // else the compiler adds the offset to each index
#endif
  return rows;
}

}  // namespace va_event::neurons
