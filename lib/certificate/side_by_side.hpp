// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "engine/run/engine.hpp"
#include "recording/recorder.hpp"
#include "va_event/certificate.hpp"

namespace va_event::certificate {

/// The comparison of two simulations of one network in different precision: both run over the same spans of time, and
/// their spikes are compared pair by pair, so that memory hardly grows with the length of the run (by one number per
/// pair, for the median). The k-th spikes of both, in the order of (time, cell), are a pair; they are the same spike if
/// they are of the same cell. The comparison ends at the first pair that is not: what comes later follows from another
/// history. (Matching spikes by nearest times would hide a missing spike behind its neighbours.)

/// One of the two simulations: makes an engine that records into the recorder it is given, at time 0 of the network.
struct ComparedRun {
  Precision precision;
  /// @param recorder must outlive the engine
  std::function<std::unique_ptr<engine::Engine>(recording::Recorder&)> make_engine;
};

/// A projection whose rule changes its weights.
struct PlasticProjection {
  std::size_t index;                ///< in the network
  std::vector<std::size_t> blocks;  ///< the number of synapses of each
};

/// The result of a comparison, and the closest approach of the reference, if there was one.
struct Outcome {
  Comparison comparison;
  std::optional<ClosestApproach> closest_approach;
};

/// Runs both, span by span, until `duration_ms`, until the spikes differ, or until `keep_going`, which gets the
/// simulated time [ms], returns false.
/// @param tested, reference  of the same network, the reference in wider arithmetic
/// @param cells whose spikes are compared @param plastic whose weights are @param duration_ms > 0, finite
[[nodiscard]] Outcome run_side_by_side(const ComparedRun& tested, const ComparedRun& reference,
                                       const std::vector<CellId>& cells, double duration_ms,
                                       const std::function<bool(double)>& keep_going,
                                       const std::vector<PlasticProjection>& plastic = {});

}  // namespace va_event::certificate
