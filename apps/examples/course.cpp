// SPDX-License-Identifier: Apache-2.0
#include "examples/course.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <sstream>

#include "examples/program.hpp"
#include "gnuplot.hpp"

namespace va_event::examples {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostRows = 20;
constexpr std::size_t kMinIntervals = 2;  // of a neuron whose CV counts; parts are short
// Two colours that the colour-blind tell apart (Okabe and Ito 2008).
constexpr const char* kExcColour = "#0072B2";
constexpr const char* kInhColour = "#D55E00";

std::vector<double> values_now(const Network& network) {
  std::vector<double> values;
  for (const Followed& followed : network.followed) {
    values.push_back(followed.value());
  }
  return values;
}

/// Those of `all` that come at `from` or later and before `to` [ms].
Spikes between(const Spikes& all, double from, double to) {
  const auto index = [&all](double time) {
    return std::lower_bound(all.times.begin(), all.times.end(), Time(time)) - all.times.begin();
  };
  const auto first = index(from);
  const auto last = index(to);
  return {.times = std::vector<Time>(all.times.begin() + first, all.times.begin() + last),
          .ids = std::vector<CellId>(all.ids.begin() + first, all.ids.begin() + last)};
}

/// A panel's place, in fractions of the figure.
std::string place(double bottom, double top) {
  std::ostringstream out;
  out << "set bmargin at screen " << bottom << "; set tmargin at screen " << top << '\n';
  return out.str();
}

}  // namespace

Course begin_course(const Network& network) {
  Course course;
  for (const Layer& layer : network.layers) {
    course.layers.push_back(layer.neurons.label());
  }
  for (const Followed& followed : network.followed) {
    course.followed.push_back(followed.label);
    course.units.push_back(followed.unit);
  }
  course.start = values_now(network);
  return course;
}

void add_part(Course& course, const Network& network, double from_ms, double to_ms) {
  course.parts.push_back({.from_ms = from_ms, .to_ms = to_ms, .followed = values_now(network)});
}

void finish_course(Course& course, const Network& network) {
  if (course.parts.empty()) {
    return;
  }
  for (const Layer& layer : network.layers) {
    const Spikes all = layer.neurons.spikes();
    for (CoursePart& part : course.parts) {
      const Spikes spikes = between(all, part.from_ms, part.to_ms);
      part.rates_hz.push_back(static_cast<double>(spikes.size()) / static_cast<double>(layer.neurons.size()) /
                              ((part.to_ms - part.from_ms) * 1e-3));
      const double cv = cv_isi(spikes, kMinIntervals);
      part.cvs_of_isi.push_back(std::isnan(cv) ? std::nullopt : std::optional(cv));
    }
  }
}

void print(std::ostream& out, const Course& course) {
  constexpr int kWidth = 14;
  const auto title = [&course](std::size_t k) { return "  " + course.followed[k] + " [" + course.units[k] + ']'; };
  out << '\n' << std::setw(kWidth) << "until [ms]";
  for (const std::string& layer : course.layers) {
    out << std::setw(kWidth) << layer + " [Hz]" << std::setw(kWidth) << layer + " CV";
  }
  for (std::size_t k = 0; k < course.followed.size(); ++k) {
    out << std::setw(kWidth) << title(k);
  }
  out << '\n';
  const std::size_t stride = (course.parts.size() + kMostRows - 1) / kMostRows;
  for (std::size_t i = 0; i < course.parts.size(); ++i) {
    if (i % stride != 0 && i + 1 != course.parts.size()) {
      continue;
    }
    const CoursePart& part = course.parts[i];
    out << std::setw(kWidth) << part.to_ms << std::setprecision(3);
    for (std::size_t layer = 0; layer < course.layers.size(); ++layer) {
      out << std::setw(kWidth) << part.rates_hz[layer] << std::setw(kWidth);
      part.cvs_of_isi[layer] ? out << *part.cvs_of_isi[layer] : out << '-';
    }
    for (std::size_t k = 0; k < course.followed.size(); ++k) {
      out << std::setw(std::max(kWidth, static_cast<int>(title(k).size()))) << part.followed[k];
    }
    out << std::setprecision(6) << '\n';
  }
}

Json to_json(const Course& course) {
  Json parts = Json::array();
  for (const CoursePart& part : course.parts) {
    Json rates = Json::object();
    Json cvs = Json::object();
    Json followed = Json::object();
    for (std::size_t layer = 0; layer < course.layers.size(); ++layer) {
      const std::optional<double>& cv = part.cvs_of_isi[layer];
      rates[course.layers[layer]] = part.rates_hz[layer];
      cvs[course.layers[layer]] = cv ? Json(*cv) : Json(nullptr);
    }
    for (std::size_t k = 0; k < course.followed.size(); ++k) {
      followed[course.followed[k]] = {{"value", part.followed[k]}, {"unit", course.units[k]}};
    }
    parts.push_back({{"from_ms", part.from_ms},
                     {"to_ms", part.to_ms},
                     {"rate_hz", rates},
                     {"cv_isi", cvs},
                     {"at_the_end", followed}});
  }
  return parts;
}

std::string course_script(const Network& network, const Course& course) {
  const double from_ms = course.parts.front().from_ms;
  std::ostringstream out;
  out << "set encoding utf8\nset tics out nomirror\nset border 3\nset key top right horizontal\n"
      << "set lmargin at screen 0.1; set rmargin at screen 0.96\nset xrange [" << 1e-3 * from_ms << ':'
      << 1e-3 * course.parts.back().to_ms << "]\n";
  for (std::size_t layer = 0; layer < course.layers.size(); ++layer) {
    out << "$layer" << layer << " << EOD\n";
    for (const CoursePart& part : course.parts) {
      out << 0.5e-3 * (part.from_ms + part.to_ms) << ' ' << part.rates_hz[layer] << ' '
          << part.cvs_of_isi[layer].value_or(std::nan("")) << '\n';
    }
    out << "EOD\n";
  }
  for (std::size_t k = 0; k < course.followed.size(); ++k) {
    out << "$followed" << k << " << EOD\n" << 1e-3 * from_ms << ' ' << course.start[k] << '\n';
    for (const CoursePart& part : course.parts) {
      out << 1e-3 * part.to_ms << ' ' << part.followed[k] << '\n';
    }
    out << "EOD\n";
  }
  const auto plot_layers = [&](int column, bool aims) {
    out << "plot ";
    for (std::size_t i = 0; i < network.layers.size(); ++i) {
      const Layer& layer = network.layers[i];
      const char* colour = layer.inhibitory ? kInhColour : kExcColour;
      out << "$layer" << i << " using 1:" << column << " with linespoints pt 7 ps 0.4 lw 1.5 lc rgb '" << colour
          << "' title " << cli::gnuplot_quoted(course.layers[i]) << ", ";
      if (aims && layer.aim_hz) {
        out << *layer.aim_hz << " with lines dt 3 lw 1.5 lc rgb '" << colour << "' title 'aim', ";
      }
    }
    out << "0 with lines lc rgb 'grey' notitle\n";
  };
  out << "set multiplot\n" << place(0.7, 0.94) << "set title 'Rates'\nset ylabel 'rate [Hz]'\nset yrange [0:*]\n";
  plot_layers(2, true);
  out << place(0.39, 0.63) << "set title 'Coefficient of variation of inter-spike intervals'\nset ylabel 'CV'\n";
  plot_layers(3, false);
  out << place(0.08, 0.32) << "set key bottom right\nset xlabel 'time [s]'\nset title "
      << cli::gnuplot_quoted(course.followed.empty() ? "" : course.followed.front()) << "\nset ylabel "
      << cli::gnuplot_quoted(course.units.empty() ? "" : "[" + course.units.front() + "]") << "\nplot ";
  for (std::size_t k = 0; k < course.followed.size(); ++k) {
    out << "$followed" << k << " using 1:2 with lines lw 1.5 lc rgb '" << kInhColour << "' title "
        << cli::gnuplot_quoted(course.followed[k]) << ", ";
  }
  out << "0 with lines lc rgb 'grey' notitle\nunset multiplot\n";
  return out.str();
}

}  // namespace va_event::examples
