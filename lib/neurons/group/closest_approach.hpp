// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>

#include "events/instant.hpp"
#include "va_event/data.hpp"

namespace va_event::neurons {

/// Where a potential came nearest to its threshold, or only just over it, when it was decided whether there is a spike.
/// A certificate compares this distance with the error of the potential.
struct ClosestApproach {
  double distance = std::numeric_limits<double>::infinity();  ///< of v from v_thresh [mV], >= 0
  CellId cell = 0;
  events::Instant<double> time;

  /// Closer, or as close and earlier, or of a cell with a smaller number: which of several is reported does not depend
  /// on the order in which they are compared.
  friend bool operator<(const ClosestApproach& a, const ClosestApproach& b) noexcept {
    return a.distance != b.distance ? a.distance < b.distance : a.time != b.time ? a.time < b.time : a.cell < b.cell;
  }
};

}  // namespace va_event::neurons
