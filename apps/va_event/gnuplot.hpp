// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace va_event::cli {

/// Whether gnuplot is there and knows `terminal` ("pngcairo size 900,600").
[[nodiscard]] bool gnuplot_draws(const std::string& terminal);

/// Lets gnuplot run `script`, which plots, with its output in `file`: under a temporary name, renamed when it is
/// complete. @throws FileError
void draw_with_gnuplot(const std::string& file, const std::string& terminal, const std::string& script);

/// Text in a gnuplot script.
[[nodiscard]] std::string gnuplot_quoted(const std::string& text);

}  // namespace va_event::cli
