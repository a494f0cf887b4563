// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>
#include <utility>
#include <vector>

#include "va_event/time.hpp"

namespace va_event {

/// A current that is constant between given times, added to i_offset. Before the first time it is 0.
/// Changes happen at exactly these times, which are rounded to nothing.
class StepCurrentSource {
 public:
  /// @param times      [ms], >= 0, strictly increasing
  /// @param amplitudes [nA], finite, as many as times
  /// @throws SizeError, ParameterError
  StepCurrentSource(std::vector<Time> times, std::vector<double> amplitudes);

  [[nodiscard]] const std::vector<Time>& times() const noexcept { return times_; }
  [[nodiscard]] const std::vector<double>& amplitudes() const noexcept { return amplitudes_; }

 private:
  std::vector<Time> times_;
  std::vector<double> amplitudes_;
};

/// A current of `amplitude` [nA] on [start, stop) [ms]; `stop` may be infinite.
struct DCSource {
  double amplitude = 1.0;
  double start = 0.0;
  double stop = std::numeric_limits<double>::infinity();
  /// @throws ParameterError unless 0 <= start < stop and the amplitude is finite.
  operator StepCurrentSource() const;  // NOLINT(google-explicit-constructor)
};

}  // namespace va_event
