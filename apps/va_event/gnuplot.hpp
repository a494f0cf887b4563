// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace va_event::cli {

/// gnuplot as a filter: it reads a script and prints a figure, and touches no file. So the name of a file never becomes
/// a part of a script, and the figure can be checked to be complete before it is written: gnuplot itself ends without
/// an error when a disk is full.

/// Whether gnuplot is there and knows `terminal` ("pngcairo size 900,600").
[[nodiscard]] bool gnuplot_draws(const std::string& terminal);

/// Lets gnuplot run `script`, which plots, and writes the figure to `file` as write_text() does: complete or not at
/// all.
/// @throws FileError
void draw_with_gnuplot(const std::string& file, const std::string& terminal, const std::string& script);

/// Whether a PNG, PDF or SVG file has its beginning and its end.
[[nodiscard]] bool is_complete_figure(std::string_view bytes);

/// Text as a string of a gnuplot script. Control characters become blanks: a line break would end the string, and the
/// rest of the text would be a command.
[[nodiscard]] std::string gnuplot_quoted(const std::string& text);

}  // namespace va_event::cli
