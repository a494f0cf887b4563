// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "report.hpp"

namespace va_event::cli {

/// The JSON file beside the data: "results/va_COBA.json".
[[nodiscard]] std::string sidecar_path(const Options& options);

/// Its text: all that is needed to understand the data files and to repeat the run. Numbers carry their unit beside
/// them ({"value": 20.0, "unit": "ms"}) or in their name.
[[nodiscard]] std::string sidecar(const Simulation& sim, const VogelsAbbott& network, const Report& report);

}  // namespace va_event::cli
