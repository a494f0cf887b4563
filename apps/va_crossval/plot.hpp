// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "va_crossval/schemes.hpp"

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
  std::string range{};          ///< gnuplot's, without brackets; "": that of the points with a margin
  std::vector<double> ticks{};  ///< the only ones; empty: gnuplot's choice
};

struct Panel {
  std::string title;
  Axis x, y;
  std::vector<Curve> curves{};
  std::string extra{};  ///< more gnuplot commands before the plot
};

/// A gnuplot script, and the height that its figure needs [pixels].
struct Drawing {
  std::string script;
  int height = 0;
};

constexpr int kFigureWidth = 900;  ///< [pixels]

/// Colours that the colour-blind tell apart (Okabe and Ito 2008), over and over.
[[nodiscard]] std::string colour(std::size_t index);

/// An empty curve that is titled and drawn as every figure draws this scheme: a method has its colour, a kind of
/// spikes its line and mark.
[[nodiscard]] Curve curve_of(const Scheme& scheme);

/// Panels side by side, with one key below them all: a title stands there once.
[[nodiscard]] Drawing draw_panels(const std::vector<Panel>& panels);

}  // namespace va_event::crossval
