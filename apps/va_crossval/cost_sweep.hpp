// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "va_crossval/plot.hpp"
#include "va_crossval/session.hpp"
#include "vogels_abbott.hpp"

namespace va_event::crossval {

/// Neurons with a number of inputs each (in-degree), which all spike at one rate: the sum of both decides whether
/// events or steps are cheaper.
struct SweepSettings {
  std::vector<std::size_t> in_degrees{10, 100, 1000, 10000};
  std::vector<double> rates{0.01, 0.1, 1.0, 10.0, 100.0};  ///< of every input [Hz]
  std::size_t neurons = 200;
  double dt = 0.1;  ///< [ms]
  std::uint64_t seed = 17;
  std::uint64_t repeats = 3;  ///< the median counts
};

/// Steps of the session that the sweep takes for one model.
[[nodiscard]] std::size_t sweep_steps(const SweepSettings& settings);

/// Times event-driven simulation and the cheapest clock-driven one (CUBA exact/grid, COBA forward_euler/grid), for
/// every in-degree and rate. Appends rows to `sweep` and `crossover`, which sweep_table() and crossover_table() made.
[[nodiscard]] Panel run_sweep(const SweepSettings& settings, cli::Benchmark model, Table& sweep, Table& crossover,
                              Session& session);

[[nodiscard]] Table sweep_table(const SweepSettings& settings);
[[nodiscard]] Table crossover_table(const SweepSettings& settings);

/// Where two costs, given at ascending x, are equal: log-linear between the points around the last change of sign of
/// log(a/b); NaN when it does not change.
[[nodiscard]] double crossing(const std::vector<double>& x, const std::vector<double>& a, const std::vector<double>& b);

}  // namespace va_event::crossval
