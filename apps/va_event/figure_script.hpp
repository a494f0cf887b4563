// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "report.hpp"

namespace va_event::cli {

/// The program and data that make gnuplot draw the figure. Of a long run the panels over time show the end only; the
/// histograms are of the whole run.
[[nodiscard]] std::string figure_script(const VogelsAbbott& network, const Report& report);

/// What gnuplot calls the output for `ending`.
[[nodiscard]] std::string gnuplot_terminal(const std::string& ending);

}  // namespace va_event::cli
