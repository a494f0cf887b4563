// SPDX-License-Identifier: Apache-2.0
#include "examples/raster.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "gnuplot.hpp"

namespace va_event::examples {
namespace {

constexpr double kWindowMs = 500.0;    // a reader can still tell spikes apart
constexpr double kMostNeurons = 1500;  // about the pixels from top to bottom
// Two colours that the colour-blind tell apart (Okabe and Ito 2008).
constexpr const char* kExcColour = "#0072B2";
constexpr const char* kInhColour = "#D55E00";

/// The rows of a layer in the raster, counted from the top.
struct Band {
  double top, middle, height;
  std::size_t shown;  ///< neurons that have a row
};

/// Every layer has its share of the rows, and at least one.
std::vector<Band> bands(const Network& network, std::uint64_t neurons) {
  const double share = std::min(1.0, kMostNeurons / static_cast<double>(neurons));
  std::vector<Band> all;
  double top = 0.0;
  for (const Layer& layer : network.layers) {
    const double height = std::max(1.0, std::round(share * static_cast<double>(layer.neurons.size())));
    all.push_back({top, top + 0.5 * height, height, static_cast<std::size_t>(height)});
    top += height;
  }
  return all;
}

/// Spikes as `time row`, with a first point that lies outside, so that gnuplot can draw a layer without spikes.
void spike_data(std::ostream& out, std::size_t index, const Layer& layer, const Band& band, double from_ms) {
  out << "$spikes" << index << " << EOD\n-1 -1\n";
  const Spikes spikes = layer.neurons.slice(0, band.shown).spikes();
  for (std::size_t i = 0; i < spikes.size(); ++i) {
    const double time = spikes.times[i].ms();
    if (time >= from_ms) {
      out << time << ' ' << band.top + 0.5 + static_cast<double>(spikes.ids[i] - layer.neurons.first_id()) << '\n';
    }
  }
  out << "EOD\n";
}

/// `middle rate height`, and `middle published` where there is a published rate.
void rate_data(std::ostream& out, const Result& result, const std::vector<Band>& all) {
  for (std::size_t i = 0; i < all.size(); ++i) {
    const LayerResult& layer = result.layers[i];
    out << "$rate" << i << " << EOD\n" << all[i].middle << ' ' << layer.rate_hz.value_or(0.0) << "\nEOD\n";
  }
  out << "$published << EOD\n-1 -1\n";
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (const auto rate = result.layers[i].published_rate_hz) {
      out << all[i].middle << ' ' << *rate << '\n';
    }
  }
  out << "EOD\n";
}

/// The layers' names beside their bands, and lines between the bands.
void layer_axis(std::ostream& out, const Result& result, const std::vector<Band>& all, double from_ms, double to_ms) {
  out << "set ytics (";
  for (std::size_t i = 0; i < all.size(); ++i) {
    out << (i == 0 ? "" : ", ") << cli::gnuplot_quoted(result.layers[i].label) << ' ' << all[i].middle;
  }
  out << ") scale 0\n";
  for (std::size_t i = 1; i < all.size(); ++i) {
    out << "set arrow from " << from_ms << ',' << all[i].top << " to " << to_ms << ',' << all[i].top
        << " nohead lc rgb 'grey70' back\n";
  }
}

const char* colour(const Layer& layer) { return layer.inhibitory ? kInhColour : kExcColour; }

}  // namespace

std::string raster_script(const Network& network, const Result& result) {
  const std::vector<Band> all = bands(network, result.neurons);
  const double rows = all.back().top + all.back().height;
  const double from_ms = std::max(result.options.warm_up, result.simulated_ms - kWindowMs);
  std::ostringstream out;
  out << "set encoding utf8\nset tics out nomirror\nset border 3\nset yrange [" << rows << ":0]\n"
      << "set multiplot title 'Spikes by population, " << result.neurons << " neurons at scale " << result.options.scale
      << ", seed " << result.options.seed << "' font ',15'\n";
  for (std::size_t i = 0; i < all.size(); ++i) {
    spike_data(out, i, network.layers[i], all[i], from_ms);
  }
  rate_data(out, result, all);

  layer_axis(out, result, all, from_ms, result.simulated_ms);
  out << "set lmargin at screen 0.08; set rmargin at screen 0.68; set bmargin at screen 0.06; set tmargin at screen "
         "0.92\n"
      << "set xrange [" << from_ms << ':' << result.simulated_ms << "]\nset xlabel 'time [ms]'\nplot ";
  for (std::size_t i = 0; i < all.size(); ++i) {
    out << (i == 0 ? "" : ", ") << "$spikes" << i << " using 1:2 with points pt 7 ps 0.25 lc rgb '"
        << colour(network.layers[i]) << "' notitle";
  }

  out << "\nunset arrow\nset format y ''\nset key outside top center horizontal\n"
      << "set lmargin at screen 0.72; set rmargin at screen 0.97\nset xrange [0:*]\nset xlabel 'rate [Hz]'\nplot ";
  for (std::size_t i = 0; i < all.size(); ++i) {
    const double half = 0.35 * all[i].height;
    out << "$rate" << i << " using (0):1:(0):2:($1-" << half << "):($1+" << half
        << ") with boxxyerror fs solid 0.6 noborder lc rgb '" << colour(network.layers[i]) << "' notitle, ";
  }
  out << "$published using 2:1 with points pt 5 ps 1.2 lc rgb 'black' title 'published'\nunset multiplot\n";
  return out.str();
}

}  // namespace va_event::examples
