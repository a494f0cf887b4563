// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "interrupt.hpp"
#include "options.hpp"
#include "va_event/processes.hpp"

namespace va_event::cli {

constexpr int kFailed = 1;    ///< exit code when something went wrong while running
constexpr int kWrongUse = 2;  ///< exit code when nothing was started

/// Builds, simulates, writes and reports, together with the other processes; the first one writes and reports.
/// @return the exit code
/// @throws UserError when nothing was started, Error
[[nodiscard]] int run(const Options& options, const Interrupt& interrupt, const std::shared_ptr<Processes>& processes);

}  // namespace va_event::cli
