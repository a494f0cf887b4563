// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace va_event::crossval {

/// Points that are drawn in one way. Those that are not finite, or not > 0 on a logarithmic axis, are left out.
struct Curve {
  std::string title;  ///< of the key; "" for none
  std::string style;  ///< gnuplot's: "linespoints lc rgb '#0072B2' pt 7"
  std::vector<std::pair<double, double>> points{};
};

struct Axis {
  std::string label;
  bool logarithmic = true;
  std::string range = "*:*";  ///< gnuplot's, without brackets
};

struct Panel {
  std::string title;
  Axis x, y;
  std::vector<Curve> curves{};
  std::string extra{};  ///< more gnuplot commands before the plot
};

/// Colours that the colour-blind tell apart (Okabe and Ito 2008), over and over.
[[nodiscard]] std::string colour(std::size_t index);

/// Panels side by side, with one key below them all.
[[nodiscard]] std::string plot_script(const std::vector<Panel>& panels);

}  // namespace va_event::crossval
