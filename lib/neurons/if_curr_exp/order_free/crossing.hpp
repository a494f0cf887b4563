// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <optional>

#include "neurons/if_curr_exp/order_free/frame.hpp"
#include "numerics/elementary.hpp"

namespace va_event::neurons::order_free {

/// The potential of a neuron in a frame, between two of its inputs:
///   y(x) = y_infinity + m e^{-x rate_m} + exc e^{-x rate_exc} + inh e^{-x rate_inh} [mV],
/// or, with time constants of its own, as own_constants.hpp has it.
struct Potential {
  double y_infinity;
  std::array<double, 3> amplitude;  ///< m, exc, inh [mV]
  std::size_t neuron;

  struct Value {
    double y;                       ///< v - v_thresh [mV]
    double slope;                   ///< [mV/ms]
    std::array<double, 3> part;     ///< of y: of each amplitude [mV]
    std::array<double, 2> current;  ///< of each synapse: amplitude e^{-x rate} [mV]
  };
};

/// Of m, exc, inh [1/ms]. @param i neuron
[[nodiscard]] inline std::array<double, 3> rates(const Frame& frame, std::size_t i) {
  if (frame.own.used) {
    return {frame.own.rate[0][i], frame.own.rate[1][i], frame.own.rate[2][i]};
  }
  return {frame.rate_m, frame.synapse[0].rate, frame.synapse[1].rate};
}

/// Not inlined, so that value_at() is short.
[[nodiscard, gnu::noinline]] inline Potential::Value own_value_at(const Frame& frame, const Potential& potential,
                                                                  double x) {
  const std::array<double, 3> rate = rates(frame, potential.neuron);
  const double decay_m = numerics::elementary::exp(-x * rate[0]);
  Potential::Value value{potential.y_infinity, 0.0, {potential.amplitude[0] * decay_m}, {}};
  for (std::size_t k = 1; k < rate.size(); ++k) {
    const double decay = numerics::elementary::exp(-x * rate[k]);
    value.part[k] = potential.amplitude[k] * (psi_at(x, rate[0], rate[k], decay_m, decay) / frame.length);
    value.current[k - 1] = potential.amplitude[k] * decay;
  }
  const double relaxing = (value.part[0] + value.part[1]) + value.part[2];
  value.y += relaxing;
  value.slope = (value.current[0] + value.current[1]) / frame.length - rate[0] * relaxing;
  return value;
}

[[nodiscard, gnu::always_inline]] inline Potential::Value value_at(const Frame& frame, const Potential& potential,
                                                                   double x) {
  if (frame.own.used) {
    return own_value_at(frame, potential, x);
  }
  const std::array<double, 3> rate = rates(frame, potential.neuron);
  Potential::Value value{potential.y_infinity, 0.0, {}, {}};
  for (std::size_t k = 0; k < rate.size(); ++k) {
    value.part[k] = potential.amplitude[k] * numerics::elementary::exp(-x * rate[k]);
  }
  value.y += (value.part[0] + value.part[1]) + value.part[2];
  value.slope = -((value.part[0] * rate[0] + value.part[1] * rate[1]) + value.part[2] * rate[2]);
  value.current = {value.part[1], value.part[2]};
  return value;
}

/// What common exponentials have decayed to at a time that many neurons share.
struct Decays {
  double x;                     ///< [ms]
  std::array<double, 3> decay;  ///< of m, exc, inh; unused with time constants of their own
};
[[nodiscard]] inline Decays decays_at(const Frame& frame, double x) {
  Decays decays{x, {}};
  if (!frame.own.used) {
    const std::array<double, 3> rate = rates(frame, 0);
    for (std::size_t k = 0; k < rate.size(); ++k) {
      decays.decay[k] = numerics::elementary::exp(-x * rate[k]);
    }
  }
  return decays;
}
/// The same bits as value_at(frame, potential, decays.x).y.
[[nodiscard]] inline double y_at(const Frame& frame, const Potential& potential, const Decays& decays) {
  if (frame.own.used) {
    return own_value_at(frame, potential, decays.x).y;
  }
  const auto part = [&](std::size_t k) { return potential.amplitude[k] * decays.decay[k]; };
  return potential.y_infinity + ((part(0) + part(1)) + part(2));
}

/// A bound of -d2y/dx2 in the whole frame, where x >= 0 [mV/ms^2]. Of common time constants only negative amplitudes
/// bend the potential down. Of others a negative m does, and positive currents: d2 psi/dx2 is -1 times the mean of
/// (2 r - r^2 x) e^{-r x} over the rates r from a to b, which in a frame, where r x <= 1/2, is from 0 to a + b.
[[nodiscard]] inline double downward_bend(const Frame& frame, const Potential& potential) {
  const std::array<double, 3> rate = rates(frame, potential.neuron);
  double bend = 0.0;
  for (std::size_t k = 0; k < rate.size(); ++k) {
    if (frame.own.used && k > 0) {
      bend += std::max(0.0, potential.amplitude[k]) * (rate[k] + rate[0]) / frame.length;
    } else {
      bend += std::max(0.0, -potential.amplitude[k]) * rate[k] * rate[k];
    }
  }
  return bend;
}

/// Coefficients of the Taylor polynomial of y about x.
inline constexpr std::size_t kOrder = 6;
[[nodiscard]] inline std::array<double, kOrder + 1> taylor_at(const Frame& frame, const Potential& potential,
                                                              double x) {
  const std::array<double, 3> rate = rates(frame, potential.neuron);
  Potential::Value value = value_at(frame, potential, x);
  std::array<double, kOrder + 1> taylor{value.y};
  if (frame.own.used) {  // y' = (exc e^{-x rate_exc} + inh e^{-x rate_inh})/F - rate_m (y - y_infinity)
    taylor[1] = value.slope;
    for (std::size_t n = 1; n < kOrder; ++n) {
      for (std::size_t k = 0; k < value.current.size(); ++k) {
        value.current[k] *= -rate[1 + k] / static_cast<double>(n);
      }
      taylor[n + 1] =
          ((value.current[0] + value.current[1]) / frame.length - rate[0] * taylor[n]) / static_cast<double>(n + 1);
    }
    return taylor;
  }
  for (std::size_t n = 1; n <= kOrder; ++n) {
    for (std::size_t k = 0; k < rate.size(); ++k) {
      value.part[k] *= -rate[k] / static_cast<double>(n);
      taylor[n] += value.part[k];
    }
  }
  return taylor;
}

/// Distances below this are left to exact work [mV]: far more than what rounding leaves out.
inline constexpr double kMargin = 1e-9;

/// Where y goes from below 0 to 0 or above between `low` and `high`, as a function of the potential alone: whatever
/// interval the crossing was looked for in, the result has the same bits. A first approximation only says which point
/// of a fixed grid is the nearest; from there the Taylor polynomial of order 6 is solved.
/// @pre y(low) < 0 <= y(high), one crossing
[[nodiscard]] inline double root(const Frame& frame, const Potential& potential, double low, double high) {
  double x = 0.5 * (low + high);
  for (int k = 0; k < 100; ++k) {
    const Potential::Value value = value_at(frame, potential, x);
    (value.y >= 0.0 ? high : low) = x;
    double next = x - value.y / value.slope;
    if (!(next >= low && next <= high)) {
      next = 0.5 * (low + high);
    }
    const bool close = std::fabs(next - x) < 1e-14;
    x = next;
    if (close) {
      break;
    }
  }
  constexpr double kCells = 256;  // of the grid in a frame
  const double step = frame.length / kCells;
  const double place = x / step;
  const double left = std::floor(place);
  double grid = place - left < 0.5 ? left : left + 1;
  if (std::fabs(place - left - 0.5) < 1e-6) {  // half-way: the sign there decides
    grid = value_at(frame, potential, (left + 0.5) * step).y >= 0.0 ? left : left + 1;
  }
  grid *= step;
  const std::array<double, kOrder + 1> taylor = taylor_at(frame, potential, grid);
  double d = 0.0;
  for (int k = 0; k < 60; ++k) {
    double y = taylor[kOrder];
    double slope = 0.0;
    for (std::size_t n = kOrder; n-- > 0;) {
      slope = slope * d + y;
      y = y * d + taylor[n];
    }
    const double change = y / slope;
    d -= change;
    if (!(std::fabs(change) > 1e-18)) {
      break;
    }
  }
  // Where the potential barely touches the threshold, the polynomial may lead elsewhere.
  return std::fabs(grid + d - x) < 1e-7 ? grid + d : x;
}

/// The first time in (low, high] at which y reaches 0 from below, if there is one.
/// @param y_low y(low) < 0 @param y_high y(high)
/// @param bend downward_bend()
[[nodiscard]] inline std::optional<double> crossing(const Frame& frame, const Potential& potential, double bend,
                                                    double low, double y_low, double high, double y_high) {
  const double h = high - low;
  const double hump = bend * h * h / 8 + kMargin;  // y is at most that much above the higher of both ends
  if (std::max(y_low, y_high) + hump < 0.0) {
    return std::nullopt;
  }
  constexpr double kShortest = 0x1p-44;  // [ms]; 6e-14: below it no potential hides above the threshold
  const Potential::Value at_low = value_at(frame, potential, low);
  const Potential::Value at_high = value_at(frame, potential, high);
  const bool rises_throughout = std::min(at_low.slope, at_high.slope) > bend * h;
  if (y_high >= 0.0 && (rises_throughout || h < kShortest)) {
    return root(frame, potential, low, high);
  }
  if (h < kShortest || (y_high < 0.0 && (rises_throughout || at_low.slope <= 0.0) && at_high.slope >= 0.0)) {
    return std::nullopt;
  }
  const double middle = low + h / 2;
  const double y_middle = value_at(frame, potential, middle).y;
  if (const auto first = crossing(frame, potential, bend, low, y_low, middle, y_middle)) {
    return first;
  }
  return y_middle < 0.0 ? crossing(frame, potential, bend, middle, y_middle, high, y_high) : std::optional(middle);
}

}  // namespace va_event::neurons::order_free
