// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "va_event/data.hpp"
#include "va_event/precision.hpp"
#include "va_event/simulation.hpp"

namespace va_event {

/// Certificates: until when, and how closely, the spikes of a simulation are those of the mathematical solution.

/// How far the spikes of a part of the simulated time are off.
struct SpikeErrors {
  double from_ms = 0.0;  ///< begin of the part [ms]
  double to_ms = 0.0;    ///< its end [ms]
  std::uint64_t spikes = 0;
  double max_dt_ms = 0.0;  ///< largest |t - t of the wider simulation| [ms]
};

/// The decision of chance at a stochastic synapse that came closest to falling otherwise.
struct ClosestDraw {
  double distance = 0.0;  ///< between the random number and the probability, both in [0, 1]
  CellId pre = 0;         ///< the synapse is between these cells
  CellId post = 0;
  double time_ms = 0.0;  ///< when the spike arrived [ms]
};

/// One simulation beside a wider one of the same network, all neurons, spike by spike in the order of their times.
struct Comparison {
  Precision tested;
  Precision reference;
  /// Before this time the two have the same spikes in the same order [ms].
  double correct_until_ms = 0.0;
  bool complete = false;               ///< nothing differs, to the end
  std::uint64_t spikes = 0;            ///< of the tested simulation, as far as it was compared
  std::uint64_t spikes_matched = 0;    ///< so many of them, from the first on, are those of the reference
  double max_dt_ms = 0.0;              ///< largest |t - t of the reference| of the matched ones [ms]
  CellId max_dt_cell = 0;              ///< where it occurred
  double max_dt_at_ms = 0.0;           ///< and when [ms]
  double median_dt_ms = 0.0;           ///< median |t - t of the reference| of the matched ones [ms]
  double max_dt_first_100_ms = 0.0;    ///< largest |dt| before t = 100 ms [ms]
  std::vector<SpikeErrors> growth;     ///< the same in parts of the simulated time
  std::uint64_t plastic_synapses = 0;  ///< whose weights were compared every 16 ms while spikes are the same
  double max_dw = 0.0;                 ///< largest |w - w of the reference| [uS], [nA] or [mV]
  double max_dw_at_ms = 0.0;           ///< and when [ms]
  /// How many decisions of chance at stochastic synapses were the same. Both simulations draw the same random numbers;
  /// a decision that falls otherwise ends the comparison.
  std::uint64_t draws = 0;
  double max_dp = 0.0;                      ///< largest |p - p of the reference| of their probabilities
  std::optional<ClosestDraw> closest_draw;  ///< of the reference; absent without draws
  std::string limited_by;                   ///< what ended the comparison, in words
  double tested_s = 0.0;                    ///< wall-clock time of each [s]
  double reference_s = 0.0;
};

/// The smallest distance from its threshold at which it was decided whether a neuron spikes.
struct ClosestApproach {
  double distance_mv = 0.0;  ///< between the potential and the threshold [mV]
  CellId cell = 0;           ///< the neuron
  double time_ms = 0.0;      ///< when [ms]
};

/// How long and how closely a simulation is correct. What stands between it and the mathematical solution of the same
/// network is rounding alone, since nothing else is approximated; a wider simulation shows what rounding did, and a
/// still wider one shows that the first one was wide enough.
struct Certificate {
  double duration_ms = 0.0;         ///< that was asked for
  Comparison result;                ///< the simulation beside the reference
  std::optional<Comparison> check;  ///< the reference beside a still wider simulation, over the same time; absent when
                                    ///< not asked for, or when the first part was stopped
  /// In the reference. A rounding error of the potentials that is far below it has made or lost no spike.
  std::optional<ClosestApproach> closest_approach;

  /// Everything before this time is certified [ms].
  [[nodiscard]] double correct_until_ms() const noexcept;
  /// Certified to the end.
  [[nodiscard]] bool complete() const noexcept;
  /// One paragraph for people.
  [[nodiscard]] std::string text() const;
};

/// How far certify() is.
struct CertifyProgress {
  int part = 1;   ///< 1: the simulation beside the reference, 2: the reference beside the check
  int parts = 1;  ///< how many there are
  Progress progress = {};
};

/// How certify() is done.
struct CertifyOptions {
  Precision reference = Precision::quad();                  ///< wider than the simulation
  std::optional<Precision> check = Precision::decimal(50);  ///< wider than the reference; nullopt: no check
  /// Called at least every 16 ms of simulated time; returning false ends it, and the certificate reaches up to there.
  std::function<bool(const CertifyProgress&)> on_progress = {};
};

/// Simulates the network in the simulation's precision and in wider ones side by side for `duration_ms`, until its end
/// or until a spike differs. The simulation itself stays as it is, and what it records does not matter.
/// @param duration_ms > 0, finite
/// @throws StateError when the simulation has run already (until reset()): the certificate is about the network as it
/// is
///         at time 0; ParameterError when a precision is not wider than the one that it is to check
[[nodiscard]] Certificate certify(const Simulation& simulation, double duration_ms, const CertifyOptions& options = {});

}  // namespace va_event
