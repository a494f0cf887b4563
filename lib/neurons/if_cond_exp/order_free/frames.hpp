// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "events/instant.hpp"

/// Frames: pieces of time at fixed places, by number.
namespace va_event::neurons::order_free_conductances {

/// [ms]; a divisor of the epoch. v is computed anew for each frame in which it is needed, so that short frames are
/// dear; but within a frame it is computed from its start on. The balanced network of benchmarks/networks takes 10 %
/// more time with 4 ms, and as much with 16 ms.
inline constexpr double kFrame = 8.0;
inline constexpr std::int64_t kFramesOfEpoch = 2;
static_assert(kFramesOfEpoch * 8 == events::kEpoch);

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
