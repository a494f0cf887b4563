// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "events/instant.hpp"

/// Frames: pieces of time at fixed places, by number.
namespace va_event::neurons::order_free_conductances {

inline constexpr double kFrame = 4.0;  ///< [ms]; a divisor of the epoch
inline constexpr std::int64_t kFramesOfEpoch = 4;
static_assert(kFramesOfEpoch * 4 == events::kEpoch);

/// The number of the frame that holds a time.
[[nodiscard]] inline std::int64_t frame_of(const events::Instant<double>& t) {
  return t.epoch * kFramesOfEpoch + static_cast<std::int64_t>(t.offset / kFrame);
}
[[nodiscard]] inline events::Instant<double> start_of(std::int64_t frame) {
  return {frame / kFramesOfEpoch, static_cast<double>(frame % kFramesOfEpoch) * kFrame};
}
/// From a frame's start on [ms].
[[nodiscard]] inline double since_start(std::int64_t frame, const events::Instant<double>& t) {
  const events::Instant<double> start = start_of(frame);
  return static_cast<double>((t.epoch - start.epoch) * events::kEpoch) + (t.offset - start.offset);
}

}  // namespace va_event::neurons::order_free_conductances
