// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "engine/run/engine.hpp"
#include "recording/recorder.hpp"
#include "va_event/certificate.hpp"

namespace va_event::certificate {

/// The comparison of two simulations of one network in different precision: both run over the same windows of time, and
/// their spikes are compared pair by pair, so that memory does not grow with the length of the run.

/// One of the two simulations: makes an engine that records into the recorder it is given.
struct ComparedRun {
  Precision precision;
  std::function<std::unique_ptr<engine::Engine>(recording::Recorder&)> make_engine;
};

/// The result of a comparison, and the closest approach of the reference, if there was one.
struct Outcome {
  Comparison comparison;
  std::optional<ClosestApproach> closest_approach;
};

/// Runs both, window by window, until `duration_ms`, until the spikes differ, or until `keep_going`, which gets the
/// simulated time [ms], returns false.
/// @param cells whose spikes are compared
[[nodiscard]] Outcome run_side_by_side(const ComparedRun& tested, const ComparedRun& reference,
                                       const std::vector<CellId>& cells, double duration_ms,
                                       const std::function<bool(double)>& keep_going);

}  // namespace va_event::certificate
