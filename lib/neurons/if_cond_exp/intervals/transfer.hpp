// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace va_event::neurons {

/// What an interval without input does to a potential whose equation is linear: y(h) = factor y(0) + offset. It does
/// not depend on y, so that the intervals of a neuron can be taken in any order, or side by side.
template <class Real>
struct Transfer {
  Real factor;
  Real offset;  ///< [mV]

  [[nodiscard]] Real operator()(const Real& y) const { return factor * y + offset; }

  /// This interval, and then `next`.
  [[nodiscard]] Transfer then(const Transfer& next) const {
    return {next.factor * factor, next.factor * offset + next.offset};
  }
};

}  // namespace va_event::neurons
