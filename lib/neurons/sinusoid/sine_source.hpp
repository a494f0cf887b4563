// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace va_event::neurons {

/// amplitude sin(2 pi frequency (t - start)/1000 + phase pi/180), as a user gives it: the same doubles in every
/// precision.
struct SineSource {
  double amplitude;          ///< [nA]
  double frequency;          ///< [Hz], >= 0
  double phase;              ///< [degrees]
  std::int64_t start_epoch;  ///< the start is in this epoch,
  double start_offset;       ///< [ms] after its beginning

  /// At all times a multiple of the other one.
  [[nodiscard]] bool is_multiple_of(const SineSource& other) const noexcept {
    return frequency == other.frequency && phase == other.phase && start_epoch == other.start_epoch &&
           start_offset == other.start_offset;
  }
};

}  // namespace va_event::neurons
