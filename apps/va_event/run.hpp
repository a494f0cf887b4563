// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "interrupt.hpp"
#include "options.hpp"

namespace va_event::cli {

constexpr int kFailed = 1;    ///< exit code when something went wrong while running
constexpr int kWrongUse = 2;  ///< exit code when nothing was started

/// Builds, simulates, writes and reports. @return the exit code
/// @throws UserError when nothing was started, Error
[[nodiscard]] int run(const Options& options, const Interrupt& interrupt);

}  // namespace va_event::cli
