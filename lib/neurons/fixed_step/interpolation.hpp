// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>

namespace va_event::fixed_step {

/// Where in a step a neuron spikes: the threshold crossing of a line or a cubic through the two ends of a piece of the
/// solution, from v and dv/dt there. The line has an error of order h^2 in time, the cubic of order h^4 (Shelley & Tao
/// 2001, J. Comput. Neurosci. 11:111-119).

/// One end of a piece of the solution.
struct PieceEnd {
  double above;  ///< v - v_thresh [mV]
  double slope;  ///< dv/dt [mV/ms]
};

/// Where the straight line from begin (below threshold) to end (not below) meets the threshold, in [0, 1] of the piece.
[[nodiscard]] inline double linear_crossing(const PieceEnd& begin, const PieceEnd& end) noexcept {
  return begin.above / (begin.above - end.above);
}

/// The cubic Hermite polynomial through both ends of a piece, over [0, 1].
class CubicPiece {
 public:
  /// @param begin below threshold @param end not below threshold @param h length of the piece [ms], > 0
  CubicPiece(const PieceEnd& begin, const PieceEnd& end, double h) noexcept
      : c0_(begin.above),
        c1_(h * begin.slope),
        c2_(3.0 * (end.above - begin.above) - h * (2.0 * begin.slope + end.slope)),
        c3_(h * (begin.slope + end.slope) - 2.0 * (end.above - begin.above)) {}

  /// v - v_thresh [mV] and its derivative by x [mV]. @param x in [0, 1] of the piece
  [[nodiscard]] double value(double x) const noexcept { return c0_ + x * (c1_ + x * (c2_ + x * c3_)); }
  [[nodiscard]] double derivative(double x) const noexcept { return c1_ + x * (2.0 * c2_ + x * 3.0 * c3_); }

  /// Its first root in [0, 1]; there is one, because it starts below 0 and ends not below. Newton's method from where
  /// the chord meets 0, in a bracket that each step narrows; a step that leaves the bracket halves it.
  [[nodiscard]] double first_crossing() const noexcept {
    double low = 0.0;
    double high = rise_end();
    double x = low + (high - low) * std::clamp(c0_ / (c0_ - value(high)), 0.0, 1.0);
    for (int iteration = 0; iteration < kMaxIterations && low < x && x < high; ++iteration) {
      const double y = value(x);
      (y < 0.0 ? low : high) = x;
      const double next = x - y / derivative(x);
      const double before = x;
      x = next > low && next < high ? next : low + 0.5 * (high - low);
      if (std::abs(next - before) <= kResolution) {
        return next > low && next <= high ? next : before;
      }
    }
    return x;
  }

 private:
  static constexpr int kMaxIterations = 100;      ///< halving alone needs 53
  static constexpr double kResolution = 0x1p-52;  ///< of [0, 1]

  /// The first of (maximum inside, end) that is not below 0: the polynomial crosses 0 once before it.
  [[nodiscard]] double rise_end() const noexcept {
    const double discriminant = c2_ * c2_ - 3.0 * c3_ * c1_;
    if (discriminant > 0.0) {
      // The maximum is where the derivative falls through 0; the form without cancellation for either sign of c2.
      const double root = std::sqrt(discriminant);
      const double maximum = c2_ < 0.0 ? c1_ / (root - c2_) : -(c2_ + root) / (3.0 * c3_);
      if (maximum > 0.0 && maximum < 1.0 && value(maximum) >= 0.0) {
        return maximum;
      }
    }
    return 1.0;
  }

  double c0_, c1_, c2_, c3_;
};

}  // namespace va_event::fixed_step
