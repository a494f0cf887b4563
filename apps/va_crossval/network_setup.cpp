// SPDX-License-Identifier: Apache-2.0
#include "va_crossval/network_setup.hpp"

#include <chrono>
#include <string>

namespace va_event::crossval {
namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

NetworkSetup network_setup(cli::Benchmark model, bool quick) {
  NetworkSetup setup(model);
  if (quick) {
    setup.n /= 4;
    setup.pconn *= 4.0;
  }
  return setup;
}

BuiltNetwork::BuiltNetwork(const NetworkSetup& setup, std::uint64_t seed, Precision precision)
    : simulation_(std::make_unique<Simulation>(SimulationOptions{.seed = seed, .precision = precision})),
      network_(cli::build(*simulation_, setup, [](const std::string&) {})) {
  network_.exc.record("spikes");
  network_.inh.record("spikes");
}

NetworkRun BuiltNetwork::run_exact(double duration, const Session& session) const {
  simulation_->reset();
  const auto start = std::chrono::steady_clock::now();
  session.run(*simulation_, duration);
  return {.spikes = neurons().spikes(),
          .wall_s = seconds_since(start),
          .synaptic_events = simulation_->statistics().synaptic_events};
}

NetworkRun BuiltNetwork::run_scheme(const Scheme& scheme, double dt, double duration, const Session& session) const {
  FixedStepSimulation simulation(*simulation_, scheme.options(dt));
  const auto start = std::chrono::steady_clock::now();
  session.run(simulation, duration);
  return {.spikes = simulation.spikes(neurons()),
          .wall_s = seconds_since(start),
          .synaptic_events = simulation.statistics().synaptic_events};
}

}  // namespace va_event::crossval
