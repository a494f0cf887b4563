// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "va_crossval/session.hpp"
#include "vogels_abbott.hpp"

namespace va_event::crossval {

/// Which networks are simulated to be compared with other simulators. The window is theirs by default.
struct PeerSettings {
  std::uint64_t seeds = 5;  ///< networks; for each one there is a step of the session
  std::uint64_t first_seed = 17;
  double from_ms = 1000.0;
  double to_ms = 11000.0;
};

/// Rates, CV of ISI, correlation and Fano factor of the event-driven networks beside those of other simulators.
/// Networks whose activity dies out are left out; `notes` gets what a reader must know.
[[nodiscard]] Table peer_table(const PeerSettings& settings, const std::vector<cli::Benchmark>& models,
                               std::vector<std::string>& notes, Session& session);

}  // namespace va_event::crossval
