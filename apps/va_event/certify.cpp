// SPDX-License-Identifier: Apache-2.0
#include "certify.hpp"

#include <iomanip>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

namespace va_event::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kWidth = 79;  // of the narrowest usual terminal

/// `text`, words wrapped, between empty lines.
void print_paragraph(std::ostream& out, const std::string& text) {
  std::istringstream words(text);
  std::size_t column = 0;
  out << '\n';
  for (std::string word; words >> word; column += word.size() + 1) {
    if (column > 0 && column + word.size() > kWidth) {
      out << '\n';
      column = 0;
    }
    out << (column == 0 ? "" : " ") << word;
  }
  out << '\n';
}

Json to_json(const Comparison& c) {
  Json growth = Json::array();
  for (const SpikeErrors& part : c.growth) {
    growth.push_back(
        {{"from_ms", part.from_ms}, {"to_ms", part.to_ms}, {"spikes", part.spikes}, {"max_dt_ms", part.max_dt_ms}});
  }
  Json draw(nullptr);
  if (c.closest_draw) {
    draw = {{"distance", c.closest_draw->distance},
            {"pre", c.closest_draw->pre},
            {"post", c.closest_draw->post},
            {"time_ms", c.closest_draw->time_ms}};
  }
  return {{"precision", c.tested.name()},
          {"reference", c.reference.name()},
          {"correct_until_ms", c.correct_until_ms},
          {"complete", c.complete},
          {"spikes", c.spikes},
          {"spikes_matched", c.spikes_matched},
          {"max_dt_ms", c.max_dt_ms},
          {"max_dt_cell", c.max_dt_cell},
          {"max_dt_at_ms", c.max_dt_at_ms},
          {"median_dt_ms", c.median_dt_ms},
          {"max_dt_first_100_ms", c.max_dt_first_100_ms},
          {"plastic_synapses", c.plastic_synapses},
          {"max_dw", c.max_dw},
          {"max_dw_at_ms", c.max_dw_at_ms},
          {"draws", c.draws},
          {"max_dp", c.max_dp},
          {"closest_draw", draw},
          {"growth", growth},
          {"limited_by", c.limited_by},
          {"precision_s", c.tested_s},
          {"reference_s", c.reference_s}};
}

}  // namespace

Certificate make_certificate(Simulation& sim, const Options& options, const Interrupt& interrupt,
                             ProgressDisplay::Style style, const std::function<void(const std::string&)>& announce) {
  sim.reset();
  CertifyOptions wanted{options.certify_reference, options.certify_check, {}};
  std::optional<ProgressDisplay> display;
  int part = 0;
  Progress last;
  wanted.on_progress = [&](const CertifyProgress& now) {
    if (now.part != part) {
      if (display) {
        display->finish({last.stop_ms, last.stop_ms});
      }
      part = now.part;
      announce(part == 1 ? "Certifying: " + options.precision.description() + " beside " +
                               options.certify_reference.description() + "..."
                         : "Certifying: " + options.certify_reference.description() + " beside " +
                               options.certify_check->description() + "...");
      display.emplace(std::cerr, style);
    }
    last = now.progress;
    display->update(last);
    return interrupt.signal() == 0;
  };
  Certificate certificate = certify(sim, options.duration, wanted);
  if (display) {
    display->finish(interrupt.signal() == 0 ? Progress{last.stop_ms, last.stop_ms} : last);
  }
  return certificate;
}

void print(std::ostream& out, const Certificate& certificate) {
  print_paragraph(out, "Certificate: " + certificate.text());
  out << "\n  from       to [ms]  spikes  largest |dt| [ms]\n";
  for (const SpikeErrors& part : certificate.result.growth) {
    std::ostringstream line;
    line << std::setw(6) << part.from_ms << std::setw(10) << part.to_ms << std::setw(11) << part.spikes
         << std::setprecision(3) << std::setw(14) << part.max_dt_ms;
    out << line.str() << '\n';
  }
}

Json to_json(const Certificate& c) {
  Json approach(nullptr);
  if (c.closest_approach) {
    approach = {{"distance_mv", c.closest_approach->distance_mv},
                {"cell", c.closest_approach->cell},
                {"time_ms", c.closest_approach->time_ms}};
  }
  return {{"duration_ms", c.duration_ms}, {"correct_until_ms", c.correct_until_ms()},
          {"complete", c.complete()},     {"text", c.text()},
          {"result", to_json(c.result)},  {"check", c.check ? to_json(*c.check) : Json(nullptr)},
          {"closest_approach", approach}};
}

}  // namespace va_event::cli
