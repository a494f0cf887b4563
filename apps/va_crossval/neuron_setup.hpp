// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "va_crossval/schemes.hpp"
#include "va_crossval/session.hpp"
#include "va_event/va_event.hpp"

namespace va_event::crossval {

/// One neuron of a Vogels-Abbott network, with what its inputs in the network come to: two Poisson sources at the sum
/// of the rates of all its synapses, raised so that the neuron spikes at 10 to 20 Hz without the network's
/// correlations.
struct NeuronSetup {
  explicit NeuronSetup(cli::Benchmark which);

  cli::VogelsAbbottParameters parameters;
  double rate_exc;  ///< of the excitatory source [Hz]
  double rate_inh;  ///< of the inhibitory source [Hz]
};

/// Builds it in `simulation`, which must be empty, and @return the neuron.
[[nodiscard]] Population build_neuron(Simulation& simulation, const NeuronSetup& setup);

/// What a simulation of it gave.
struct NeuronRun {
  std::vector<Time> spikes;
  std::vector<double> v;  ///< [mV], at 0, 1, 2, ... ms
  double wall_ms = 0.0;
};

/// How far the tested run is off.
struct NeuronErrors {
  double dt = 0.0;                                              ///< [ms]
  double max_spike = 0.0, rms_spike = 0.0, median_spike = 0.0;  ///< of the spikes that have a partner [ms]
  double max_v = 0.0, rms_v = 0.0;                              ///< before the first spike without one [mV]
  std::size_t spikes = 0, missed = 0, spurious = 0;
  double wall_ms = 0.0;
};

/// @param tau_refrac [ms]
[[nodiscard]] NeuronErrors compare_runs(const NeuronRun& reference, const NeuronRun& tested, double tau_refrac);

/// The event-driven run and the clock-driven ones on the same network.
[[nodiscard]] NeuronRun run_exact(const NeuronSetup& setup, std::uint64_t seed, double duration,
                                  const Session& session);
[[nodiscard]] NeuronRun run_scheme(const NeuronSetup& setup, std::uint64_t seed, double duration, const Scheme& scheme,
                                   double dt, const Session& session);

}  // namespace va_event::crossval
