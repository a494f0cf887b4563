// SPDX-License-Identifier: Apache-2.0
#include "figure_script.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <sstream>

#include "gnuplot.hpp"

namespace va_event::cli {
namespace {

constexpr std::size_t kRasterExc = 150;      // cells that a reader can still tell apart
constexpr std::size_t kRasterInh = 40;       // about 4 to 1, as in the network
constexpr std::size_t kTraces = 2;           // the cells that VAbenchmarks.py records
constexpr double kWindowMs = 1000.0;         // the longest time that the panels over time show
constexpr double kRateBinMs = 5.0;           // shorter than a burst, longer than noise
constexpr double kMaxTracePoints = 20000.0;  // more than the pixels of any screen
constexpr double kSpikeHeight = 12.0;        // of the marks of spikes above the threshold [mV]
// Two colours that the colour-blind tell apart (Okabe and Ito 2008).
constexpr const char* kExcColour = "#0072B2";
constexpr const char* kInhColour = "#D55E00";

struct Window {
  double from_ms, to_ms;
};

/// The data of every panel.
struct Subject {
  const VogelsAbbott& network;
  const Report& report;
  Window window;
  double bin_ms;  ///< of the population rate
};

/// A panel's place, in fractions of the figure.
std::string place(double left, double right, double bottom, double top) {
  std::ostringstream out;
  out << "set lmargin at screen " << left << "; set rmargin at screen " << right << "; set bmargin at screen " << bottom
      << "; set tmargin at screen " << top << '\n';
  return out.str();
}

/// gnuplot warns of a range that it finds to be empty.
const char* range_from_zero(bool has_data) { return has_data ? "set yrange [0:*]\n" : "set yrange [0:1]\n"; }

/// Begins a list of points with one that lies before the window, so that gnuplot can draw a list without others.
void begin_list(std::ostream& out, const std::string& name, const Window& window) {
  out << name << " << EOD\n" << window.from_ms - 1.0 << " 0\n\n";  // the empty line ends the line that gnuplot draws
}

/// Spikes as `time row`, row counting cells from `first_row`.
void raster_data(std::ostream& out, const char* name, const PopulationView& cells, std::size_t n, std::size_t first_row,
                 const Window& window) {
  const CellId first = cells.ids().front();
  const Spikes spikes = cells.slice(0, n).spikes();
  begin_list(out, name, window);
  for (std::size_t i = 0; i < spikes.size(); ++i) {
    const double time = spikes.times[i].ms();
    if (time >= window.from_ms) {
      out << time << ' ' << first_row + (spikes.ids[i] - first) << '\n';
    }
  }
  out << "EOD\n";
}

void raster(std::ostream& out, const Subject& s) {
  const std::size_t n_exc = std::min(kRasterExc, s.network.exc.size());
  const std::size_t n_inh = std::min(kRasterInh, s.network.inh.size());
  raster_data(out, "$raster_exc", s.network.exc, n_exc, 1, s.window);
  raster_data(out, "$raster_inh", s.network.inh, n_inh, n_exc + 1, s.window);
  out << place(0.08, 0.97, 0.655, 0.93) << "set title 'Spikes of " << n_exc << " excitatory and " << n_inh
      << " inhibitory neurons'\nset ylabel 'neuron'\nset yrange [0:" << n_exc + n_inh + 1 << "]\n"
      << "set label 1 'inhibitory' at graph 1, 1.04 right tc rgb '" << kInhColour << "'\n"
      << "set label 2 'excitatory' at graph 0.91, 1.04 right tc rgb '" << kExcColour << "'\n"
      << "plot $raster_exc using 1:2 with points pt 7 ps 0.35 lc rgb '" << kExcColour
      << "' notitle, $raster_inh using 1:2 with points pt 7 ps 0.35 lc rgb '" << kInhColour
      << "' notitle\nunset label 1; unset label 2\n";
}

void rate_data(std::ostream& out, const char* name, const PopulationView& cells, const Subject& s) {
  const std::vector<double> rates = population_rate(cells.spikes(), cells.size(), s.bin_ms, s.window.to_ms);
  begin_list(out, name, s.window);
  for (std::size_t bin = 0; bin < rates.size(); ++bin) {
    const double middle = (static_cast<double>(bin) + 0.5) * s.bin_ms;
    if (middle >= s.window.from_ms) {
      out << middle << ' ' << rates[bin] << '\n';
    }
  }
  out << "EOD\n";
}

void rates(std::ostream& out, const Subject& s) {
  rate_data(out, "$rate_exc", s.network.exc, s);
  rate_data(out, "$rate_inh", s.network.inh, s);
  out << place(0.08, 0.97, 0.475, 0.605) << "set title 'Population rate (bins of " << s.bin_ms
      << " ms)'\nset ylabel 'rate [Hz]'\n"
      << range_from_zero(s.report.last_spike_ms.value_or(-1.0) >= s.window.from_ms)
      << "plot 0 with lines lc rgb 'grey' notitle, $rate_exc using 1:2 with lines lw 1.5 lc rgb '" << kExcColour
      << "' title 'excitatory', $rate_inh using 1:2 with lines lw 1.5 lc rgb '" << kInhColour
      << "' title 'inhibitory'\n";
}

void trace_data(std::ostream& out, const Signal& v, std::size_t column, const Spikes& spikes, const Window& window) {
  const double points = (window.to_ms - window.from_ms) / v.sampling_interval;
  const auto stride = static_cast<std::size_t>(std::max(1.0, std::ceil(points / kMaxTracePoints)));
  begin_list(out, "$trace" + std::to_string(column), window);
  for (std::size_t sample = 0; sample < v.samples(); sample += stride) {
    if (v.time(sample) >= window.from_ms) {
      out << v.time(sample) << ' ' << v.at(sample, column) << '\n';
    }
  }
  out << "EOD\n";
  begin_list(out, "$trace_spikes" + std::to_string(column), window);
  for (std::size_t i = 0; i < spikes.size(); ++i) {
    if (spikes.ids[i] == v.ids[column] && spikes.times[i].ms() >= window.from_ms) {
      out << spikes.times[i].ms() << ' ' << kSpikeHeight << '\n';
    }
  }
  out << "EOD\n";
}

void traces(std::ostream& out, const Subject& s) {
  const Signal v = s.network.exc.signal("v");
  const std::size_t n = std::min(kTraces, v.ids.size());
  const Spikes spikes = s.network.exc.slice(0, n).spikes();
  const double threshold = s.report.options.network.v_thresh;
  constexpr double kTop = 0.425;
  constexpr double kBottom = 0.24;
  constexpr double kGap = 0.012;
  const double height = (kTop - kBottom) / static_cast<double>(n);
  for (std::size_t column = 0; column < n; ++column) {
    const double top = kTop - static_cast<double>(column) * height;
    trace_data(out, v, column, spikes, s.window);
    out << place(0.08, 0.97, top - height + kGap, top)
        << (column == 0 ? "set title 'Membrane potential of excitatory neurons, spikes as vertical marks'\n"
                        : "unset title\n")
        << (column + 1 == n ? "set xlabel 'time [ms]'; set format x '%g'\n" : "unset xlabel; set format x ''\n")
        << "set ylabel 'v [mV]'\nset ytics 10\nset yrange [*:" << threshold + kSpikeHeight << "]\n"
        << "set label 1 'neuron " << v.ids[column] << "' at graph 0.005, 0.9\nplot " << threshold
        << " with lines dt 3 lc rgb 'grey40' notitle, $trace" << column << " using 1:2 with lines lw 1 lc rgb '"
        << kExcColour << "' notitle, $trace_spikes" << column << " using 1:(" << threshold
        << "):(0):2 with vectors nohead lw 1.5 lc rgb '" << kExcColour << "' notitle\n";
  }
  out << "unset xlabel; set format x '%g'; set ytics auto; unset label 1\n";
}

/// `left edge, percent of the values`, closed by a zero; values beyond the edges do not count.
void histogram_data(std::ostream& out, const char* name, const std::vector<double>& values,
                    const std::vector<double>& edges) {
  std::vector<std::size_t> counts(edges.size() - 1, 0);
  for (const double value : values) {
    const auto bin = std::upper_bound(edges.begin(), edges.end(), value) - edges.begin();
    if (bin > 0 && static_cast<std::size_t>(bin) < edges.size()) {
      ++counts[static_cast<std::size_t>(bin) - 1];
    }
  }
  out << name << " << EOD\n" << edges.front() << " 0\n";
  for (std::size_t bin = 0; bin < counts.size(); ++bin) {
    out << edges[bin] << ' '
        << (values.empty() ? 0.0 : 100.0 * static_cast<double>(counts[bin]) / static_cast<double>(values.size()))
        << '\n';
  }
  out << edges.back() << " 0\nEOD\n";
}

void histogram(std::ostream& out, const std::string& what, const std::vector<double>& exc,
               const std::vector<double>& inh, const std::vector<double>& edges) {
  histogram_data(out, ("$" + what + "_exc").c_str(), exc, edges);
  histogram_data(out, ("$" + what + "_inh").c_str(), inh, edges);
  out << "set xrange [" << edges.front() << ':' << edges.back() << "]\n"
      << range_from_zero(!exc.empty() || !inh.empty()) << "plot $" << what
      << "_exc using 1:2 with fillsteps fs transparent solid 0.2 noborder lc rgb '" << kExcColour << "' notitle, ";
  for (const auto& [group, colour] : {std::pair{"_exc", kExcColour}, std::pair{"_inh", kInhColour}}) {
    out << '$' << what << group << " using 1:2 with steps lw 1.5 lc rgb '" << colour << "' notitle, ";
  }
  out << "0 with lines lc rgb 'grey' notitle\n";
}

double largest(const std::vector<double>& a, const std::vector<double>& b, double at_least) {
  for (const auto* values : {&a, &b}) {
    for (const double value : *values) {
      at_least = std::max(at_least, value);
    }
  }
  return at_least;
}

/// The panels of the lowest row, from the left: two, or three where weights are plastic.
std::string lowest_place(const Subject& s, int panel) {
  constexpr double kBottom = 0.05;
  constexpr double kTop = 0.165;
  if (!s.report.weights) {
    return panel == 0 ? place(0.08, 0.49, kBottom, kTop) : place(0.56, 0.97, kBottom, kTop);
  }
  constexpr double kWidth = 0.25;
  const double left = 0.08 + 0.32 * panel;
  return place(left, left + kWidth, kBottom, kTop);
}

/// In equal parts of the range between the bounds; on a logarithmic scale, since few weights change much.
void weight_histogram(std::ostream& out, const Subject& s) {
  const WeightSummary& weights = *s.report.weights;
  const double range = weights.w_max > weights.w_min ? weights.w_max - weights.w_min : 1.0;
  const double width = range / static_cast<double>(kWeightBins);
  const double percent = 100.0 / static_cast<double>(weights.count);
  out << "$weights << EOD\n";
  for (std::size_t bin = 0; bin < kWeightBins; ++bin) {
    if (weights.histogram[bin] > 0) {
      out << weights.w_min + (static_cast<double>(bin) + 0.5) * width << ' '
          << percent * static_cast<double>(weights.histogram[bin]) << '\n';
    }
  }
  const VogelsAbbottParameters& p = s.report.options.network;
  out << "EOD\n"
      << lowest_place(s, 2) << "set title 'Excitatory weights (dotted: initial)'\nset xlabel 'weight ["
      << weight_unit(p.benchmark) << "]'\nset ylabel '% of synapses'\nset logscale y\nset format y '10^{%T}'\n"
      << "set xrange [" << weights.w_min << ':' << weights.w_min + range << "]\nset xtics " << 0.25 * range
      << "\nset yrange [" << 0.5 * percent << ":200]\n"
      << "set arrow 1 from " << p.w_exc() << ", graph 0 to " << p.w_exc()
      << ", graph 1 nohead front dt 3 lw 1.5 lc rgb 'grey40'\nplot $weights using 1:2:(" << width
      << ") with boxes fs transparent solid 0.2 border rgb '" << kExcColour << "' lc rgb '" << kExcColour
      << "' lw 1.5 notitle\nunset arrow 1; unset logscale y; set format y '%g'; set xtics auto\n";
}

void interval_histogram(std::ostream& out, const Subject& s) {
  const std::vector<double> exc = inter_spike_intervals(s.network.exc.spikes());
  const std::vector<double> inh = inter_spike_intervals(s.network.inh.spikes());
  // Ten bins per factor of ten: intervals reach from the refractory period to the length of the run.
  const double longest = largest(exc, inh, 100.0);
  std::vector<double> edges{s.report.options.network.tau_refrac};
  while (edges.back() <= longest) {
    edges.push_back(edges.back() * std::pow(10.0, 0.1));
  }
  out << lowest_place(s, 0) << "set logscale x\nset title 'Inter-spike intervals'\n"
      << "set xlabel 'interval [ms]'\nset ylabel '% of intervals'\n";
  histogram(out, "isi", exc, inh, edges);
  out << "unset logscale x\n";
}

void rate_histogram(std::ostream& out, const Subject& s) {
  const auto rates_of = [&s](const PopulationView& cells) {
    return firing_rates(cells.spikes(), cells.ids().front(), cells.size(), 0.0, s.report.simulated_ms);
  };
  const std::vector<double> exc = rates_of(s.network.exc);
  const std::vector<double> inh = rates_of(s.network.inh);
  // At least one spike per bin, and not more than about 40 bins.
  const double highest = largest(exc, inh, 1.0);
  const double spike = 1000.0 / s.report.simulated_ms;
  const double width = spike * std::max(1.0, std::ceil(highest / 40.0 / spike));
  std::vector<double> edges{-0.5 * spike};
  while (edges.back() <= highest) {
    edges.push_back(edges.back() + width);
  }
  out << lowest_place(s, 1) << "set title 'Firing rates of the neurons'\nset xlabel 'rate [Hz]'\n"
      << "set ylabel '% of neurons'\n";
  histogram(out, "rates", exc, inh, edges);
}

std::string title(const Report& report) {
  const VogelsAbbottParameters& p = report.options.network;
  std::ostringstream out;
  out << "Vogels-Abbott network, " << name(p.benchmark) << ": " << p.n << " neurons, "
      << (p.pynn_network ? "PyNN's network" : "seed " + std::to_string(report.options.seed)) << ", "
      << report.simulated_ms << " ms, " << std::setprecision(3) << *report.rate_exc_hz << " Hz (E), "
      << *report.rate_inh_hz << " Hz (I)";
  return out.str();
}

}  // namespace

std::string gnuplot_terminal(const std::string& ending) {
  if (ending == ".svg") {
    return "svg size 1400,1500 font 'DejaVu Sans,16' background rgb 'white'";
  }
  return ending == ".pdf" ? "pdfcairo size 11.7in,12.5in font 'DejaVu Sans,11' fontscale 1"
                          : "pngcairo size 1400,1500 font 'DejaVu Sans,12'";
}

std::string figure_script(const VogelsAbbott& network, const Report& report) {
  const Window window{std::max(0.0, report.simulated_ms - kWindowMs), report.simulated_ms};
  const double bin_ms = std::min(kRateBinMs, report.simulated_ms / 20.0);  // a short run has bins, too
  const Subject subject{network, report, window, bin_ms};
  std::ostringstream out;
  out << "set encoding utf8\nset tics out nomirror\nset border 3\nset key top right "
         "horizontal\nset title offset 0,-0.5\nset multiplot title "
      << gnuplot_quoted(title(report)) << " font ',15'\nset xrange [" << window.from_ms << ':' << window.to_ms << "]\n";
  raster(out, subject);
  rates(out, subject);
  traces(out, subject);
  interval_histogram(out, subject);
  rate_histogram(out, subject);
  if (report.weights) {
    weight_histogram(out, subject);
  }
  out << "unset multiplot\n";
  return out.str();
}

}  // namespace va_event::cli
