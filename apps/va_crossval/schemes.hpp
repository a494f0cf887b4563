// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "option_values.hpp"
#include "va_event/fixed_step.hpp"
#include "vogels_abbott.hpp"

namespace va_event::crossval {

/// How a clock-driven simulation is done: method and where spikes may be. Delays are on the grid when spikes are
/// (what other simulators do), else continuous: interpolating spikes and then rounding their delays gains nothing.
struct Scheme {
  Method method;
  SpikeTiming spikes;

  [[nodiscard]] DelayTiming delays() const noexcept {
    return spikes == SpikeTiming::grid ? DelayTiming::grid : DelayTiming::continuous;
  }
  [[nodiscard]] FixedStepOptions options(double dt) const noexcept {
    return {.method = method, .dt = dt, .spikes = spikes, .delays = delays()};
  }
  /// The order in which the error of spike times shrinks in theory; that of the interpolation for the exact method.
  [[nodiscard]] int order() const noexcept;

  friend bool operator==(const Scheme&, const Scheme&) = default;
};

/// "rk4/cubic"
[[nodiscard]] std::string name(const Scheme& scheme);

/// All that there are for a model: Method::exact is for CUBA only.
[[nodiscard]] std::vector<Scheme> schemes(cli::Benchmark model);

/// Reads --methods: a comma list of methods ("rk4": with each kind of spikes) and schemes ("rk4/cubic"); those that
/// the model does not have are left out. Absent: `defaults`. @throws UnknownNameError
[[nodiscard]] std::vector<Scheme> read_schemes(const cli::OptionTexts& texts, cli::Benchmark model,
                                               const std::string& defaults);

/// Reads a comma list of steps, longest first. @throws ParameterError unless all are in (0, 10] ms
[[nodiscard]] std::vector<double> read_steps(const cli::OptionTexts& texts, std::vector<double> defaults);

/// Reads the positional argument: the benchmark that was named, or both. @throws UnknownNameError
[[nodiscard]] std::vector<cli::Benchmark> read_benchmarks(const cli::OptionTexts& texts);

}  // namespace va_event::crossval
