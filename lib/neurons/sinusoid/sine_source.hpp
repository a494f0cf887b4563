// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace va_event::neurons {

/// The sinusoidal part of an ACSource: amplitude sin(2 pi frequency (t - start)/1000 + phase pi/180), t and start in
/// ms, as a user gives it: the same doubles in every precision. Its constant part (offset), and that it starts and
/// stops, are current steps as any other's.
struct SineSource {
  double amplitude;          ///< [nA]
  double frequency;          ///< [Hz], >= 0
  double phase;              ///< [degrees]
  std::int64_t start_epoch;  ///< the start is in this epoch,
  double start_offset;       ///< [ms] after its beginning

  /// Whether it is a constant times the other one at all times, so that the two can be added up.
  [[nodiscard]] bool is_multiple_of(const SineSource& other) const noexcept {
    return frequency == other.frequency && phase == other.phase && start_epoch == other.start_epoch &&
           start_offset == other.start_offset;
  }
};

}  // namespace va_event::neurons
