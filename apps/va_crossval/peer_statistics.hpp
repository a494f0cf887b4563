// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "vogels_abbott.hpp"

namespace va_event::crossval {

/// A quantity over several networks of one kind.
struct Spread {
  double mean = 0.0;
  double deviation = 0.0;  ///< standard deviation over the networks
};

/// The quantities that are compared, by their names in data/peer_statistics.json.
inline constexpr const char* kRateExc = "rate_exc_hz";
inline constexpr const char* kRateInh = "rate_inh_hz";
inline constexpr const char* kCvIsi = "cv_isi_all";
inline constexpr const char* kCorrelation = "corr5ms_200all";
inline constexpr const char* kFano = "pop_count_5ms_fano";

/// What another simulator gave for a Vogels-Abbott network.
struct PeerStatistics {
  std::string simulator;
  double dt_ms = 0.0;
  std::size_t networks = 0;
  double from_ms = 0.0;  ///< of the window of the statistics
  double to_ms = 0.0;
  std::map<std::string, Spread> quantities{};
};

[[nodiscard]] std::vector<PeerStatistics> peer_statistics(cli::Benchmark benchmark);

/// Where these numbers come from.
[[nodiscard]] std::string peer_statistics_origin();

/// The text of data/peer_statistics.json, which is part of the program.
[[nodiscard]] std::string_view peer_statistics_json();

/// How many standard errors lie between the means of two samples (Welch's t); NaN when one has no spread.
[[nodiscard]] double z_score(const Spread& a, std::size_t n_a, const Spread& b, std::size_t n_b);

}  // namespace va_event::crossval
