// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>
#include <utility>
#include <vector>

#include "va_event/time.hpp"

namespace va_event {

/// Currents that are injected into neurons: steps, and sinusoids. They act at their own times in continuous time, since
/// there is no time step that they could be rounded to.

/// A current that is constant between given times, added to i_offset. Before the first time it is 0.
/// The current changes at exactly these times.
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

/// A sinusoidal current on [start, stop), as PyNN defines it:
///   i(t) = offset + amplitude sin(2 pi frequency (t - start)/1000 + phase pi/180)   [nA], t in ms.
/// It is integrated as it stands, without any step: in closed form or by quadrature to the same error bound as all
/// else, and spikes are roots, whatever the frequency. Injected after `start`, it acts from then on as if it had been
/// there. A cell that gets one costs some microseconds per event, and the same per period while v is near the
/// threshold.
struct ACSource {
  double amplitude = 1.0;                                 ///< [nA], finite
  double offset = 0.0;                                    ///< [nA], finite
  double frequency = 10.0;                                ///< [Hz], 0 ... kMaxFrequency
  double phase = 0.0;                                     ///< at `start` [degrees], finite
  double start = 0.0;                                     ///< [ms], >= 0, finite
  double stop = std::numeric_limits<double>::infinity();  ///< [ms], > start; may be infinite

  /// Beyond this, 1e6 periods in a millisecond, even a double's time does not resolve a period well [Hz].
  static constexpr double kMaxFrequency = 1e9;

  /// @throws ParameterError, which names the field, unless all of these hold.
  void check() const;
};

}  // namespace va_event
