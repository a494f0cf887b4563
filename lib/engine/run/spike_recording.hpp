// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "engine/shard/emitted_spike.hpp"
#include "events/instant.hpp"
#include "foundation/memory.hpp"
#include "recording/recorder.hpp"

namespace va_event::engine {

/// Hands the spikes of the shards of this process to the recorder, and looks now and then whether memory has room for
/// more.
template <class Real>
class SpikeRecording {
 public:
  explicit SpikeRecording(recording::Recorder& recorder) : recorder_(recorder) {}

  /// Records the spikes of recorded cells, in their order.
  void record(const std::vector<EmittedSpike<Real>>& emitted_spikes) {
    for (const EmittedSpike<Real>& spike : emitted_spikes) {
      if (recorder_.records_spikes(spike.cell)) {
        std::array<double, events::kTails<Real>> tails;
        const Time time = events::to_time<Real>(spike.time, tails);
        recorder_.add_spike(spike.cell, time, tails);
        ++recorded_;
      }
    }
  }

  /// For as many as may come before this is called again. What has come is recorded.
  /// @throws StateError when there is too little memory
  void require_room() {
    if (recorded_ < kCheckEvery) {
      return;
    }
    recorded_ = 0;
    foundation::require_room_to_go_on("recorded spikes", recorder_.recorded_spikes(),
                                      recorder_.bytes_of_more_spikes(kCheckEvery));
  }

 private:
  static constexpr std::uint64_t kCheckEvery = 1U << 20U;  ///< recorded spikes

  recording::Recorder& recorder_;
  std::uint64_t recorded_ = 0;  ///< since memory was looked at
};

}  // namespace va_event::engine
