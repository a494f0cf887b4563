// SPDX-License-Identifier: Apache-2.0
#include "va_crossval/plot.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iomanip>
#include <limits>
#include <sstream>

#include "gnuplot.hpp"

namespace va_event::crossval {
namespace {

// The figure from top to bottom [pixels].
constexpr int kTitleHeight = 44;
constexpr int kPlotHeight = 390;
constexpr int kLabelHeight = 78;  // tick and axis labels
constexpr int kKeyRowHeight = 22;
constexpr int kBottomMargin = 10;

constexpr double kCharacterWidth = 7.0;   // [pixels], on average
constexpr double kKeySampleWidth = 70.0;  // and a gap
constexpr double kMinKeyColumn = 150.0;
constexpr std::size_t kMaxKeyColumns = 4;

/// The curves of the key, and how they are arranged.
struct Key {
  std::vector<const Curve*> entries{};
  std::size_t columns = 1;
  double column_width = 0.0;  ///< [pixels]

  [[nodiscard]] std::size_t rows() const { return (entries.size() + columns - 1) / columns; }
};

Key arrange_key(const std::vector<Panel>& panels) {
  Key key;
  std::size_t longest = 1;
  for (const Panel& panel : panels) {
    for (const Curve& curve : panel.curves) {
      const bool known = std::any_of(key.entries.begin(), key.entries.end(),
                                     [&curve](const Curve* other) { return other->title == curve.title; });
      if (!curve.title.empty() && !known) {
        key.entries.push_back(&curve);
        longest = std::max(longest, curve.title.size());
      }
    }
  }
  key.column_width = std::max(kMinKeyColumn, kKeySampleWidth + kCharacterWidth * static_cast<double>(longest));
  const auto fitting = static_cast<std::size_t>(kFigureWidth / key.column_width);
  const std::size_t most = std::clamp<std::size_t>(fitting, 1, kMaxKeyColumns);
  // As few gaps as possible: curves that belong together then stand in one row.
  std::size_t fewest_gaps = std::numeric_limits<std::size_t>::max();
  for (std::size_t columns = most; columns >= std::min<std::size_t>(2, most); --columns) {
    const std::size_t gaps = (columns - key.entries.size() % columns) % columns;
    if (gaps < fewest_gaps) {
      fewest_gaps = gaps;
      key.columns = columns;
    }
  }
  return key;
}

bool fits(double value, const Axis& axis) { return std::isfinite(value) && (!axis.logarithmic || value > 0.0); }

/// Writes the points as a data block and says whether there are any.
bool write_data(std::ostream& out, const std::string& block, const Curve& curve, const Panel& panel) {
  bool any = false;
  out << block << " << EOD\n";
  for (const auto& [x, y] : curve.points) {
    if (fits(x, panel.x) && fits(y, panel.y)) {
      out << x << ' ' << y << '\n';
      any = true;
    }
  }
  out << "EOD\n";
  return any;
}

struct Range {
  std::string text;     ///< gnuplot's
  std::string ticks{};  ///< likewise; "": its choice
};

/// 1, 2, 5, 10, ... with numbers as labels: a short logarithmic axis has no more than one power of ten.
std::string ticks_between(double low, double high) {
  std::ostringstream out;
  for (double decade = std::pow(10.0, std::floor(std::log10(low))); decade < high; decade *= 10.0) {
    for (const double tick : {decade, 2.0 * decade, 5.0 * decade}) {
      if (tick >= low && tick <= high) {
        out << (out.tellp() > 0 ? ", '" : "('") << tick << "' " << tick;
      }
    }
  }
  return out.tellp() > 0 ? out.str() + ')' : "";
}

/// A range of a logarithmic axis in which no point lies on the frame.
Range range_of(const Panel& panel, bool of_x) {
  const Axis& axis = of_x ? panel.x : panel.y;
  if (!axis.range.empty() || !axis.logarithmic) {
    return {axis.range.empty() ? "*:*" : axis.range};
  }
  double low = std::numeric_limits<double>::infinity();
  double high = 0.0;
  for (const Curve& curve : panel.curves) {
    for (const auto& [x, y] : curve.points) {
      if (fits(x, panel.x) && fits(y, panel.y)) {
        low = std::min(low, of_x ? x : y);
        high = std::max(high, of_x ? x : y);
      }
    }
  }
  if (!(high > 0.0)) {
    return {"1:10"};
  }
  constexpr double kMargin = 1.6;
  low /= kMargin;
  high *= kMargin;
  std::ostringstream out;
  if (!of_x) {
    out << "1e" << std::floor(std::log10(low)) << ":1e" << std::ceil(std::log10(high));
    return {out.str()};
  }
  out << low << ':' << high;
  return {out.str(), high < 200.0 * low ? ticks_between(low, high) : ""};
}

void set_axis(std::ostream& out, const char* which, const Axis& axis, const Range& range) {
  out << "set " << which << "label " << cli::gnuplot_quoted(axis.label) << (*which == 'y' ? " offset 1,0\n" : "\n")
      << "set " << which << "range [" << range.text << "]\n"
      << (axis.logarithmic ? "set logscale " : "unset logscale ") << which << '\n'
      << "set format " << which << (axis.logarithmic ? " '10^{%L}'\n" : " '%g'\n") << "set " << which << "tics ";
  if (axis.ticks.empty()) {
    out << (range.ticks.empty() ? "autofreq" : range.ticks) << '\n';
    return;
  }
  const char* separator = "(";
  for (const double tick : axis.ticks) {
    out << separator << '\'' << tick << "' " << tick;
    separator = ", ";
  }
  out << ")\n";
}

void draw_panel(std::ostream& out, const Panel& panel, std::size_t index, std::size_t panels, int height) {
  const double width = 1.0 / static_cast<double>(panels);
  const double left = width * static_cast<double>(index);
  const double top = 1.0 - static_cast<double>(kTitleHeight) / height;
  out << "set lmargin at screen " << left + 0.1 << "; set rmargin at screen " << left + width - 0.02
      << "; set bmargin at screen " << top - static_cast<double>(kPlotHeight) / height << "; set tmargin at screen "
      << top << "\nunset arrow; unset label\n"
      << "set title " << cli::gnuplot_quoted(panel.title) << '\n';
  set_axis(out, "x", panel.x, range_of(panel, true));
  set_axis(out, "y", panel.y, range_of(panel, false));
  out << panel.extra;
  std::string plots;
  for (std::size_t c = 0; c < panel.curves.size(); ++c) {
    const Curve& curve = panel.curves[c];
    const std::string block = "$p" + std::to_string(index) + "c" + std::to_string(c);
    if (write_data(out, block, curve, panel)) {
      plots += (plots.empty() ? "plot " : ", ") + block + " using 1:2 with " + curve.style + " notitle";
    }
  }
  out << (plots.empty() ? "plot [1:2] [1:2] NaN notitle" : plots) << '\n';
}

/// An empty plot for each entry, whose key is put where the entry belongs: gnuplot's own columns overlap the panels
/// when there are many entries.
void draw_key(std::ostream& out, const Key& key, int height) {
  out << "set lmargin at screen 0; set rmargin at screen 1; set bmargin at screen 0; set tmargin at screen 1\n"
         "unset title; unset logscale; unset xlabel; unset ylabel; unset tics; unset border\n"
         "unset label; unset arrow\nset xrange [0:1]; set yrange [0:1]\n";
  const double left = 0.5 * (kFigureWidth - key.column_width * static_cast<double>(key.columns));
  for (std::size_t i = 0; i < key.entries.size(); ++i) {
    const std::size_t row = i / key.columns;
    const double x = left + key.column_width * static_cast<double>(i % key.columns);
    const double y = kTitleHeight + kPlotHeight + kLabelHeight + kKeyRowHeight * static_cast<double>(row);
    out << "set key at screen " << std::max(x, 0.0) / kFigureWidth << ',' << 1.0 - y / height
        << " left top vertical Left reverse samplen 3 width 0\n"
        << "plot NaN with " << key.entries[i]->style << " title " << cli::gnuplot_quoted(key.entries[i]->title) << '\n';
  }
}

}  // namespace

std::string colour(std::size_t index) {
  static constexpr std::array kColours{"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                       "#E69F00", "#56B4E9", "#000000", "#8C6D31"};
  return kColours[index % kColours.size()];
}

Curve curve_of(const Scheme& scheme) {
  // Black for rk4, because the fifth colour resembles the second once a page has inverted them for the dark.
  const std::size_t hue = scheme.method == Method::rk4 ? 6 : static_cast<std::size_t>(scheme.method);
  const char* const mark = scheme.spikes == SpikeTiming::grid     ? "dt 1 pt 7"
                           : scheme.spikes == SpikeTiming::linear ? "dt 2 pt 9"
                                                                  : "dt 4 pt 5";
  Curve curve{.title = name(scheme), .style = "linespoints lw 1.5 ps 0.6 lc rgb '" + colour(hue) + "' " + mark};
  std::replace(curve.title.begin(), curve.title.end(), '_', ' ');
  return curve;
}

Drawing draw_panels(const std::vector<Panel>& panels) {
  const Key key = arrange_key(panels);
  Drawing drawing{.script = {},
                  .height = kTitleHeight + kPlotHeight + kLabelHeight + kKeyRowHeight * static_cast<int>(key.rows()) +
                            kBottomMargin};
  std::ostringstream out;
  out << std::setprecision(12)
      << "set encoding utf8\nset tics out nomirror\nset border 3\nset grid lc rgb '#dddddd' lw 0.5\nset multiplot\n"
         "unset key\n";
  for (std::size_t i = 0; i < panels.size(); ++i) {
    draw_panel(out, panels[i], i, panels.size(), drawing.height);
  }
  draw_key(out, key, drawing.height);
  out << "unset multiplot\n";
  drawing.script = out.str();
  return drawing;
}

}  // namespace va_event::crossval
