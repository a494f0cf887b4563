// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "examples/result.hpp"

namespace va_event::examples {

/// The gnuplot script of the figure: the spikes of the last half second, layer by layer from the top, and beside each
/// layer its rate and the published one. Some time must have been recorded.
[[nodiscard]] std::string raster_script(const Network& network, const Result& result);

}  // namespace va_event::examples
