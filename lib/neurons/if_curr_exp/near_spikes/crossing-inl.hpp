// SPDX-License-Identifier: Apache-2.0
// Included once for each instruction set (Highway's foreach_target.h), hence no #pragma once.
#if defined(VA_EVENT_NEAR_SPIKES_CURRENTS_CROSSING_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef VA_EVENT_NEAR_SPIKES_CURRENTS_CROSSING_INL_HPP
#undef VA_EVENT_NEAR_SPIKES_CURRENTS_CROSSING_INL_HPP
#else
#define VA_EVENT_NEAR_SPIKES_CURRENTS_CROSSING_INL_HPP
#endif

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>

#include "neurons/if_curr_exp/near_spikes/neurons.hpp"
#include "neurons/if_curr_exp/near_spikes/rows-inl.hpp"
#include "numerics/inverses.hpp"

HWY_BEFORE_NAMESPACE();
namespace va_event::neurons::near_spikes_currents::HWY_NAMESPACE {

/// The potential of a neuron between two of its inputs, relative to its threshold, in units of its resistance.
struct Potential {
  const TimeConstants& times;
  double infinity;                  ///< i_infinity [nA]
  std::array<double, 3> amplitude;  ///< m, exc, inh [nA]

  struct Value {
    double y;      ///< [nA]
    double slope;  ///< [nA/ms]
    double bend;   ///< -y'' is at most this much from here on [nA/ms^2]
    double lift;   ///< and y'' [nA/ms^2]
    double size;   ///< magnitudes of the terms of y, added up [nA]
  };
  [[nodiscard]] Value at(const Factors& factors) const {
    const std::array<double, 3> part = parts(factors);
    const std::array<double, 3> rate = rates();
    Value value{infinity + ((part[0] + part[1]) + part[2]), 0.0, 0.0, 0.0, std::fabs(infinity)};
    for (std::size_t k = 0; k < part.size(); ++k) {
      const double slope = part[k] * rate[k];
      value.slope -= slope;
      value.bend += std::max(0.0, -slope * rate[k]);
      value.lift += std::max(0.0, slope * rate[k]);
      value.size += std::fabs(part[k]);
    }
    return value;
  }
  [[nodiscard]] Value at(double t) const { return at(factors_in_lanes(times, t)); }
  [[nodiscard]] std::array<double, 3> parts(const Factors& factors) const {
    return {amplitude[0] * factors.m, amplitude[1] * factors.exc, amplitude[2] * factors.inh};
  }
  [[nodiscard]] std::array<double, 3> rates() const { return {times.rate.m, times.rate.exc, times.rate.inh}; }
};

/// Crossings are found in cells, 1/256 ms between fixed times, as roots of the Taylor polynomial about the cell's
/// middle: for time constants from 0.1 ms on, what it leaves out is below rounding. So a crossing is a function of the
/// amplitudes alone, wherever a search for it began and ended.
class Cell {
 public:
  static constexpr double kPerMs = 256.0;
  static constexpr double kHalf = 0.5 / kPerMs;  ///< [ms]

  /// @param number  the cell begins at number/kPerMs
  Cell(const Potential& potential, double number) : middle_((number + 0.5) / kPerMs) {
    std::array<double, 3> part = potential.parts(factors_in_lanes(potential.times, middle_));
    const std::array<double, 3> rate = potential.rates();
    term_[0] = potential.infinity + ((part[0] + part[1]) + part[2]);
    for (std::size_t n = 1; n <= kOrder; ++n) {
      for (std::size_t k = 0; k < part.size(); ++k) {
        part[k] *= -rate[k] * numerics::kInverse[n];
      }
      term_[n] = (part[0] + part[1]) + part[2];
    }
    constexpr double kSquare = kHalf * kHalf;
    const double even = term_[0] + kSquare * (term_[2] + kSquare * (term_[4] + kSquare * term_[6]));
    const double odd = kHalf * (term_[1] + kSquare * (term_[3] + kSquare * term_[5]));
    const double even_slope = term_[1] + kSquare * (3 * term_[3] + kSquare * (5 * term_[5]));
    const double odd_slope = kHalf * (2 * term_[2] + kSquare * (4 * term_[4] + kSquare * (6 * term_[6])));
    begin_ = {even - odd, even_slope - odd_slope};
    end_ = {even + odd, even_slope + odd_slope};
  }

  [[nodiscard]] double y_at_begin() const { return begin_.y; }

  /// When y reaches 0 in the cell, from `since` on, if that is later than its beginning; or kNever.
  [[nodiscard]] double crossing(double since) const {
    const double low = std::max(since - middle_, -kHalf);
    if ((since - middle_ > -kHalf ? at(low) : begin_).y >= 0.0) {
      return middle_ + low;
    }
    // y rises between its lowest and its highest point in the cell.
    const double left = begin_.slope < 0.0 ? extremum(-1.0) : -kHalf;
    const double right = end_.slope < 0.0 ? (begin_.slope > 0.0 ? extremum(1.0) : -kHalf) : kHalf;
    const double y_right = right == kHalf ? end_.y : at(right).y;
    if (!(left < right) || low > right || y_right < 0.0) {
      return kNever;
    }
    return middle_ + std::max(root(left, left == -kHalf ? begin_.y : at(left).y, right, y_right), low);
  }

 private:
  static constexpr std::size_t kOrder = 6;
  static constexpr int kMostSteps = 100;
  struct Value {
    double y;
    double slope;
  };

  [[nodiscard]] Value at(double d) const {
    Value value{term_[kOrder], 0.0};
    for (std::size_t n = kOrder; n-- > 0;) {
      value.slope = value.slope * d + value.y;
      value.y = value.y * d + term_[n];
    }
    return value;
  }

  /// Where the slope, times `sign`, goes from above 0 to below; by bisection: such cells are rare.
  [[nodiscard]] double extremum(double sign) const {
    double low = -kHalf;
    double high = kHalf;
    if (sign * end_.slope >= 0.0) {
      return high;
    }
    for (int k = 0; k < kMostSteps; ++k) {
      const double middle = 0.5 * (low + high);
      if (middle == low || middle == high) {
        break;
      }
      (sign * at(middle).slope > 0.0 ? low : high) = middle;
    }
    return 0.5 * (low + high);
  }

  /// @pre y rises from low, where it should be below 0, to high, where it is not
  [[nodiscard]] double root(double low, double y_low, double high, double y_high) const {
    if (y_low >= 0.0) {
      return low;
    }
    double d = low + (high - low) * (y_low / (y_low - y_high));
    for (int k = 0; k < kMostSteps; ++k) {
      const Value value = at(d);
      (value.y >= 0.0 ? high : low) = d;
      double next = d - value.y / value.slope;
      if (!(next >= low && next <= high)) {
        next = 0.5 * (low + high);
      }
      const bool close = std::fabs(next - d) < 0x1p-36;  // the next one would change nothing
      d = next;
      if (close) {
        break;
      }
    }
    return d;
  }

  double middle_;  ///< [ms]
  std::array<double, kOrder + 1> term_{};
  Value begin_{};
  Value end_{};
};

namespace search {

inline constexpr double kMargin = 0x1p-36;  ///< of the size; far more than rounding

inline double cell_number(double t) { return std::floor(t * Cell::kPerMs); }

inline double crossing_in_cells(const Potential& potential, double first, double last, double since) {
  for (double number = first; number <= last; ++number) {
    if (const double found = Cell(potential, number).crossing(since); found < kNever) {
      return found;
    }
  }
  return kNever;
}

/// Of [low, high], of which all but the ends are whole cells.
inline double first_crossing(const Potential& potential, double low, const Potential::Value& at_low, double high,
                             const Potential::Value& at_high) {
  const double h = high - low;
  const double margin = kMargin * at_low.size;
  if (std::max(at_low.y, at_high.y) + at_low.bend * (h * h) / 8 + margin < 0.0) {
    return kNever;
  }
  const double first = cell_number(low);
  const double last = std::max(first, std::ceil(high * Cell::kPerMs) - 1.0);
  if (last - first <= 1.0) {
    return crossing_in_cells(potential, first, last, low);
  }
  const double middle = (first + std::floor((last - first + 1.0) / 2)) / Cell::kPerMs;
  const Potential::Value at_middle = potential.at(middle);
  const double found = first_crossing(potential, low, at_low, middle, at_middle);
  return found < kNever ? found : first_crossing(potential, middle, at_middle, high, at_high);
}

/// Where y rises throughout from y_since < 0 at `since` to at_end.y >= 0 a time h later: the parabola through both
/// tells the cell.
inline double only_crossing(const Potential& potential, double since, double y_since, double h,
                            const Potential::Value& at_end) {
  constexpr double kEdge = 1e-9;  // [ms]; far more than the cells before and after a time may differ
  const double slope = at_end.slope;
  const double square = (y_since - at_end.y + slope * h) / (h * h);
  const double under_root = std::max(0.0, slope * slope - 4 * square * at_end.y);
  const double guess = since + h - 2 * at_end.y / (slope + std::sqrt(under_root));
  const double first = cell_number(since);
  const double last = cell_number(since + h) + 1;
  double number = std::clamp(cell_number(guess), first, last);
  for (;;) {
    const Cell cell(potential, number);
    if (number > first && cell.y_at_begin() >= 0.0) {
      --number;
      continue;
    }
    const double found = cell.crossing(since);
    if (found < kNever) {
      const bool at_edge = number > first && found - number / Cell::kPerMs < kEdge;
      const double before = at_edge ? Cell(potential, number - 1).crossing(since) : kNever;
      return std::min(before, found);
    }
    if (number == last) {
      return kNever;
    }
    ++number;
  }
}

}  // namespace search

/// The first time from `since` to `until` when y is 0 or above, or a little later; or kNever. Where y is
/// below 0 at `since`, this does not depend on `since`.
/// @param y_since  y at `since` [nA] @param t  a time in between, near which a crossing is likely [ms]
/// @param until  end of a cell [ms]
[[nodiscard]] inline double first_crossing(const Potential& potential, double since, double y_since, double t,
                                           const Potential::Value& at_t, double until) {
  const double h = t - since;
  const double margin = search::kMargin * at_t.size;
  const double fastest = std::max({potential.times.rate.m, potential.times.rate.exc, potential.times.rate.inh}) * h;
  // Back in time, y'' grows at most by e^x <= 1/(1 - x).
  if (y_since < -margin && at_t.y > margin && fastest < 0.5 && at_t.slope * (1.0 - fastest) > at_t.lift * h) {
    return search::only_crossing(potential, since, y_since, h, at_t);
  }
  return search::first_crossing(potential, since, potential.at(since), until, potential.at(until));
}

}  // namespace va_event::neurons::near_spikes_currents::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
