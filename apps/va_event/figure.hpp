// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "report.hpp"

namespace va_event::cli {

/// @throws Error unless gnuplot is there and can draw what the ending of `file` asks for (.png, .svg, .pdf).
void require_gnuplot(const std::string& file);

/// Draws what a gnuplot script plots, as the ending of `file` says. @throws FileError
void draw_figure(const std::string& file, const std::string& script);

/// Draws the run: raster, population rates, potentials of two cells, histograms of intervals and rates.
/// Some time must have been simulated. The file appears complete or not at all. @throws FileError
void write_figure(const std::string& file, const VogelsAbbott& network, const Report& report, Processes& processes);

}  // namespace va_event::cli
