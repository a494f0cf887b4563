// SPDX-License-Identifier: Apache-2.0
#include "va_crossval/neuron_setup.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "va_crossval/comparison.hpp"
#include "va_crossval/fit.hpp"

namespace va_event::crossval {
namespace {

constexpr double kSampling = 1.0;  // of v [ms]
constexpr double kWindow = 2.5;    // for the partner of a spike [ms]: half of the refractory period

double milliseconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

/// Between the two times of a spike, and of the end of its refractory period, one run is reset and the other is not:
/// their v differ by millivolts however near the times are.
bool is_between(const NeuronRun& a, const NeuronRun& b, double t, double tau_refrac) {
  for (std::size_t k = 0; k < std::min(a.spikes.size(), b.spikes.size()); ++k) {
    const double first = std::min(a.spikes[k], b.spikes[k]).ms();
    const double last = std::max(a.spikes[k], b.spikes[k]).ms();
    if ((first <= t && t <= last) || (first + tau_refrac <= t && t <= last + tau_refrac)) {
      return true;
    }
  }
  return false;
}

}  // namespace

NeuronSetup::NeuronSetup(cli::Benchmark which)
    : parameters(which),
      rate_exc(which == cli::Benchmark::coba ? 1250.0 : 560.0),
      rate_inh(which == cli::Benchmark::coba ? 240.0 : 90.0) {}

Population build_neuron(Simulation& simulation, const NeuronSetup& setup) {
  const cli::VogelsAbbottParameters& p = setup.parameters;
  Population neuron = simulation.create(1, cli::cell_type(p), {.label = "neuron"});
  neuron.initialize("v", p.v_reset);
  const auto connect = [&](double rate, double weight, const char* receptor) {
    const Population source = simulation.create(1, SpikeSourcePoisson{.rate = rate}, {.label = receptor});
    (void)simulation.connect(source, neuron, AllToAllConnector(), {.weight = weight, .delay = p.delay},
                             {.receptor_type = receptor});
  };
  connect(setup.rate_exc, p.w_exc(), "excitatory");
  connect(setup.rate_inh, p.w_inh(), "inhibitory");
  return neuron;
}

NeuronRun run_exact(const NeuronSetup& setup, std::uint64_t seed, double duration, const Session& session) {
  Simulation simulation({.seed = seed});
  const Population neuron = build_neuron(simulation, setup);
  neuron.record("spikes");
  neuron.record("v", kSampling);
  const auto start = std::chrono::steady_clock::now();
  session.run(simulation, duration);
  return {.spikes = neuron.spikes().times, .v = neuron.signal("v").values, .wall_ms = milliseconds_since(start)};
}

NeuronRun run_scheme(const NeuronSetup& setup, std::uint64_t seed, double duration, const Scheme& scheme, double dt,
                     const Session& session) {
  Simulation network({.seed = seed});
  const Population neuron = build_neuron(network, setup);
  FixedStepSimulation simulation(network, scheme.options(dt));
  simulation.record(neuron, "v", kSampling);
  const auto start = std::chrono::steady_clock::now();
  session.run(simulation, duration);
  return {.spikes = simulation.spikes(neuron).times,
          .v = simulation.signal(neuron, "v").values,
          .wall_ms = milliseconds_since(start)};
}

NeuronErrors compare_runs(const NeuronRun& reference, const NeuronRun& tested, double tau_refrac) {
  const SpikeMatch match = match_spikes(reference.spikes, tested.spikes, kWindow);
  NeuronErrors errors{.max_spike = match.max_error(),
                      .rms_spike = match.rms_error(),
                      .spikes = tested.spikes.size(),
                      .missed = match.missed,
                      .spurious = match.spurious,
                      .wall_ms = tested.wall_ms};
  std::vector<double> sizes(match.errors);
  std::transform(sizes.begin(), sizes.end(), sizes.begin(), [](double error) { return std::abs(error); });
  errors.median_spike = median(std::move(sizes));

  const double end = match.first_mismatch_ms.value_or(std::numeric_limits<double>::infinity());
  double squares = 0.0;
  double samples = 0.0;
  for (std::size_t k = 0; k < std::min(reference.v.size(), tested.v.size()); ++k) {
    const double t = static_cast<double>(k) * kSampling;
    if (t < end && !is_between(reference, tested, t, tau_refrac)) {
      const double error = std::abs(tested.v[k] - reference.v[k]);
      errors.max_v = std::max(errors.max_v, error);
      squares += error * error;
      samples += 1.0;
    }
  }
  errors.rms_v = std::sqrt(squares / samples);
  return errors;
}

}  // namespace va_event::crossval
