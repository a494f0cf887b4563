// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <ostream>
#include <string>

#include "interrupt.hpp"
#include "options.hpp"
#include "progress.hpp"

namespace va_event::cli {

/// Certifies the network of `sim`, whose run must be over; it is reset for that. Ctrl-C ends it early, and the
/// certificate reaches up to there. Announces each part by `announce`.
[[nodiscard]] Certificate make_certificate(Simulation& sim, const Options& options, const Interrupt& interrupt,
                                           ProgressDisplay::Style style,
                                           const std::function<void(const std::string&)>& announce);

/// A paragraph, and how the errors grow.
void print(std::ostream& out, const Certificate& certificate);

[[nodiscard]] nlohmann::ordered_json to_json(const Certificate& certificate);

}  // namespace va_event::cli
