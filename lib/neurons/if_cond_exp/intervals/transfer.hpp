// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace va_event::neurons {

/// What an interval without input does to a potential whose equation is linear: y(h) = factor y(0) + offset. It does
/// not depend on y, so that the intervals of a neuron can be taken in any order, or side by side: only the short chain
/// of products and sums at the end needs the order.
template <class Real>
struct Transfer {
  Real factor;  ///< e^{-M(h)}, the part of y(0) that is left, in [0, 1] for conductances >= 0
  Real offset;  ///< y(h) for y(0) = 0 [mV]

  /// y(h) [mV]. @param y  y(0) [mV]
  [[nodiscard]] Real operator()(const Real& y) const { return factor * y + offset; }

  /// The transfer of this interval followed by `next`. Its bits may differ from those of applying one after the
  /// other.
  [[nodiscard]] Transfer then(const Transfer& next) const {
    return {next.factor * factor, next.factor * offset + next.offset};
  }
};

}  // namespace va_event::neurons
