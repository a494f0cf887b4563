// SPDX-License-Identifier: Apache-2.0
#include "va_crossval/plot.hpp"

#include <array>
#include <cmath>
#include <iomanip>
#include <sstream>

#include "gnuplot.hpp"

namespace va_event::crossval {
namespace {

constexpr double kKeyHeight = 0.17;  // of the figure, below the panels
constexpr int kKeyColumns = 4;

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

void set_axis(std::ostream& out, const char* which, const Axis& axis) {
  out << "set " << which << "label " << cli::gnuplot_quoted(axis.label) << (*which == 'y' ? " offset 1,0\n" : "\n")
      << "set " << which << "range [" << axis.range << "]\n"
      << (axis.logarithmic ? "set logscale " : "unset logscale ") << which << '\n'
      << "set format " << which << (axis.logarithmic ? " '10^{%L}'\n" : " '%g'\n");
}

void draw_panel(std::ostream& out, const Panel& panel, std::size_t index, std::size_t panels) {
  const double width = 1.0 / static_cast<double>(panels);
  const double left = width * static_cast<double>(index);
  out << "set lmargin at screen " << left + 0.1 << "; set rmargin at screen " << left + width - 0.02
      << "; set bmargin at screen " << kKeyHeight + 0.12 << "; set tmargin at screen 0.93\n"
      << "set title " << cli::gnuplot_quoted(panel.title) << '\n';
  set_axis(out, "x", panel.x);
  set_axis(out, "y", panel.y);
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

/// An empty plot below the panels that has the key of all of them; a title stands there once.
void draw_key(std::ostream& out, const std::vector<Panel>& panels) {
  std::vector<std::string> titles;
  std::string plots;
  for (const Panel& panel : panels) {
    for (const Curve& curve : panel.curves) {
      bool known = curve.title.empty();
      for (const std::string& title : titles) {
        known = known || title == curve.title;
      }
      if (!known) {
        titles.push_back(curve.title);
        plots += (plots.empty() ? "plot " : ", ") + std::string("NaN with ") + curve.style + " title " +
                 cli::gnuplot_quoted(curve.title);
      }
    }
  }
  if (plots.empty()) {
    return;
  }
  out << "set lmargin at screen 0.02; set rmargin at screen 0.98; set bmargin at screen 0; set tmargin at screen "
      << kKeyHeight << "\nunset title; unset logscale; unset xlabel; unset ylabel; unset tics; unset border\n"
      << "unset label; unset arrow\nset xrange [0:1]; set yrange [0:1]\n"
      << "set key center center horizontal Left reverse maxcols " << kKeyColumns << " samplen 2.5 width 2\n"
      << plots << '\n';
}

}  // namespace

std::string colour(std::size_t index) {
  static constexpr std::array kColours{"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                       "#E69F00", "#56B4E9", "#000000", "#8C6D31"};
  return kColours[index % kColours.size()];
}

std::string plot_script(const std::vector<Panel>& panels) {
  std::ostringstream out;
  out << std::setprecision(12)
      << "set encoding utf8\nset tics out nomirror\nset border 3\nset grid lc rgb '#dddddd' lw 0.5\nset multiplot\n"
         "unset key\n";
  for (std::size_t i = 0; i < panels.size(); ++i) {
    draw_panel(out, panels[i], i, panels.size());
  }
  draw_key(out, panels);
  out << "unset multiplot\n";
  return out.str();
}

}  // namespace va_event::crossval
