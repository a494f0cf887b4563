// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace va_event::neurons {

/// Intervals without input of neurons with the same constants, by place, and what they do to v. Vectors read and write
/// all arrays up to kBehind elements behind the end.
struct IntervalArrays {
  static constexpr std::size_t kBehind = 16;

  const double* h;    ///< lengths [ms], >= 0
  const double* exc;  ///< conductances at the beginnings [uS], >= 0
  const double* inh;
  double*
      factor;  ///< of a Transfer, found by solve_intervals(); NaN: the interval is to be taken by steps (advance.hpp)
  double* offset;          ///< [mV]
  std::size_t begin, end;  ///< places
};

}  // namespace va_event::neurons
