// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "va_crossval/fit.hpp"
#include "va_crossval/network_setup.hpp"

namespace va_event::crossval {

/// The undisturbed run of a network: v of every neuron at 1, 2, ... ms, and the spikes.
struct Trajectory {
  std::vector<double> initial_v;       ///< [mV]
  std::vector<std::vector<double>> v;  ///< by sample [mV]
  Spikes spikes;
};

/// What became of one perturbation.
struct Separation {
  std::vector<double> distance;    ///< rms over the neurons of the difference of v, at 1, 2, ... ms [mV]
  std::size_t changed_spikes = 0;  ///< that are missing or surplus, or more than 1 ms away
};

/// Of a network that was not disturbed before.
[[nodiscard]] Trajectory undisturbed(const BuiltNetwork& network, std::size_t samples, const Session& session);

/// The neurons that spike first after 1 ms, as many as there are up to `count`, by their place in v. A perturbation of
/// one that spikes late has decayed before others could feel it.
[[nodiscard]] std::vector<std::size_t> first_to_spike(const Trajectory& undisturbed, std::size_t count);

/// Adds `perturbation` [mV] to the initial potential of one neuron. It is the next neuron's turn when this one would
/// start above the threshold.
[[nodiscard]] Separation disturbed(const BuiltNetwork& network, const Trajectory& undisturbed, std::size_t neuron,
                                   double perturbation, const Session& session);

/// The largest Lyapunov exponent [1/s]: the slope of ln(distance) against time. Each 10 ms count once, by their median:
/// a sample that falls between the two times of one spike has a distance of its own. Fitted from `from` [ms] on, over
/// the windows whose distance is in (1e-14, 1e-2) mV: above rounding errors, and before the distance saturates.
[[nodiscard]] Line fit_exponent(const std::vector<double>& distance, double from);

}  // namespace va_event::crossval
