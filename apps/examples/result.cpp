// SPDX-License-Identifier: Apache-2.0
#include "examples/result.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <sstream>

namespace va_event::examples {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMinIntervals = 5;  // of a neuron whose CV counts: of fewer it is much too small on average

LayerResult layer_result(const Layer& layer, double recorded_ms) {
  LayerResult result{.label = layer.neurons.label(),
                     .neurons = layer.neurons.size(),
                     .rate_hz = {},
                     .cv_isi = {},
                     .published_rate_hz = layer.published_rate_hz};
  if (recorded_ms > 0.0) {
    result.rate_hz = layer.neurons.mean_spike_count() / (recorded_ms * 1e-3);
    const double cv = cv_isi(layer.neurons.spikes(), kMinIntervals);
    result.cv_isi = std::isnan(cv) ? std::nullopt : std::optional(cv);
  }
  return result;
}

std::string text(const std::optional<double>& value) {
  if (!value) {
    return "-";
  }
  std::ostringstream out;
  out << std::fixed << std::setprecision(*value < 9.995 ? 2 : 1) << *value;
  return out.str();
}

double ns_per_event(const Result& r) {
  return r.statistics.synaptic_events == 0 ? 0.0
                                           : r.simulation_s * 1e9 / static_cast<double>(r.statistics.synaptic_events);
}

Json number(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

}  // namespace

Result make_result(const Network& network, const Simulation& sim, const RunOptions& options, double recorded_ms) {
  Result result;
  result.options = options;
  for (const Layer& layer : network.layers) {
    result.layers.push_back(layer_result(layer, recorded_ms));
    result.neurons += layer.neurons.size();
  }
  for (const Projection& projection : network.projections) {
    result.synapses += projection.size();
  }
  result.recorded_ms = recorded_ms;
  result.simulated_ms = sim.now().ms();
  result.statistics = sim.statistics();
  result.threads = sim.threads();
  result.warnings = sim.warnings();
  return result;
}

void print(std::ostream& out, const std::string& program, const Result& r) {
  const auto published = [](const std::optional<double>& rate) {  // with the digits of the publication
    std::ostringstream digits;
    digits << rate.value_or(0.0);
    return rate ? digits.str() : "-";
  };
  out << program << " at scale " << r.options.scale << ": " << r.neurons << " neurons, " << r.synapses
      << " synapses, seed " << r.options.seed << "\n\n"
      << std::left << std::setw(12) << "population" << std::right << std::setw(9) << "neurons" << std::setw(12)
      << "rate [Hz]" << std::setw(17) << "published [Hz]" << std::setw(12) << "CV of ISI" << '\n';
  for (const LayerResult& layer : r.layers) {
    out << std::left << std::setw(12) << layer.label << std::right << std::setw(9) << layer.neurons << std::setw(12)
        << text(layer.rate_hz) << std::setw(17) << published(layer.published_rate_hz) << std::setw(12)
        << text(layer.cv_isi) << '\n';
  }
  if (!r.course.parts.empty()) {
    print(out, r.course);
  }
  const double events = static_cast<double>(r.statistics.synaptic_events);
  out << "\nRecorded time   : " << r.recorded_ms << " ms, after " << std::min(r.options.warm_up, r.simulated_ms)
      << " ms of warm-up" << (r.interrupted() ? " (interrupted)" : "") << '\n'
      << "Build time      : " << std::setprecision(3) << r.build_s << " s\n"
      << "Simulation time : " << r.simulation_s << " s, " << r.simulated_ms * 1e-3 / r.simulation_s
      << " times real time, " << r.threads << " thread(s)\n"
      << "Synaptic events : " << std::setprecision(6) << events << ", " << std::setprecision(3) << ns_per_event(r)
      << " ns each\n";
  for (const std::string& file : r.files) {
    out << "Written         : " << file << '\n';
  }
  for (const std::string& warning : r.warnings) {
    out << "\nWarning: " << warning << '\n';
  }
}

void print_json(std::ostream& out, const std::string& program, const Result& r) {
  Json layers = Json::array();
  for (const LayerResult& layer : r.layers) {
    layers.push_back({{"label", layer.label},
                      {"neurons", layer.neurons},
                      {"rate_hz", number(layer.rate_hz)},
                      {"published_rate_hz", number(layer.published_rate_hz)},
                      {"cv_isi", number(layer.cv_isi)}});
  }
  Json all{{"program", program},
           {"version", version()},
           {"scale", r.options.scale},
           {"seed", r.options.seed},
           {"warm_up_ms", r.options.warm_up},
           {"recorded_ms", r.recorded_ms},
           {"interrupted", r.interrupted()},
           {"neurons", r.neurons},
           {"synapses", r.synapses},
           {"populations", layers},
           {"synaptic_events", r.statistics.synaptic_events},
           {"threads", r.threads},
           {"build_s", r.build_s},
           {"simulation_s", r.simulation_s},
           {"files", r.files},
           {"warnings", r.warnings}};
  if (!r.course.followed.empty()) {
    all["course"] = to_json(r.course);
  }
  out << all.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace va_event::examples
