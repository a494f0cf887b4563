// SPDX-License-Identifier: Apache-2.0
#include "va_crossval/peer_statistics.hpp"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace va_event::crossval {

std::vector<PeerStatistics> peer_statistics(cli::Benchmark benchmark) {
  std::vector<PeerStatistics> all;
  const auto data = nlohmann::json::parse(peer_statistics_json());
  for (const auto& row : data.at("rows")) {
    if (row.at("benchmark").get<std::string>() != cli::name(benchmark)) {
      continue;
    }
    PeerStatistics peer{.simulator = row.at("simulator").get<std::string>(),
                        .dt_ms = row.at("dt_ms").get<double>(),
                        .networks = row.at("seeds").get<std::size_t>(),
                        .from_ms = row.at("from_ms").get<double>(),
                        .to_ms = row.at("to_ms").get<double>()};
    for (const char* name : {kRateExc, kRateInh, kCvIsi, kCorrelation, kFano}) {
      if (row.contains(name)) {
        peer.quantities[name] = {row.at(name).at("mean").get<double>(), row.at(name).at("sd_over_seeds").get<double>()};
      }
    }
    all.push_back(std::move(peer));
  }
  return all;
}

std::string peer_statistics_origin() {
  return nlohmann::json::parse(peer_statistics_json()).at("origin").get<std::string>();
}

double z_score(const Spread& a, std::size_t n_a, const Spread& b, std::size_t n_b) {
  const double variance =
      a.deviation * a.deviation / static_cast<double>(n_a) + b.deviation * b.deviation / static_cast<double>(n_b);
  const bool known = n_a > 1 && n_b > 1 && variance > 0.0;
  return known ? (a.mean - b.mean) / std::sqrt(variance) : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace va_event::crossval
