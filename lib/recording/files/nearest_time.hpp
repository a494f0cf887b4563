// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>

#include "va_event/data.hpp"

namespace va_event::recording {

/// Times of spikes for binary formats, which hold a double and a residual each: readers that know only doubles get the
/// nearest one, and the exact time is the sum of both (and of the tails, where there are some).

/// A time as two doubles, whose sum and the tails are the exact time.
struct NearestTime {
  double ms;        ///< the double that is nearest to the exact time, tails included [ms]
  double residual;  ///< of magnitude at most half the distance from `ms` to the next double [ms]
};

/// The time of a spike. Tails are far below the last bit of the residual, so that they decide only where time and
/// residual alone lie half-way between two doubles.
[[nodiscard]] inline NearestTime nearest_time(const Spikes& spikes, std::size_t spike) {
  NearestTime nearest{spikes.times[spike].ms(), spikes.times[spike].residual()};
  const std::span<const double> tails = spikes.tails_of(spike);
  const auto first = std::find_if(tails.begin(), tails.end(), [](double tail) { return tail != 0.0; });
  if (first != tails.end()) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    const double neighbour = std::nextafter(nearest.ms, *first > 0.0 ? kInfinity : -kInfinity);
    if (2 * nearest.residual == neighbour - nearest.ms) {  // half of the least double is none
      nearest = {neighbour, -nearest.residual};
    }
  }
  return nearest;
}

}  // namespace va_event::recording
