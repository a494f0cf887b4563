// SPDX-License-Identifier: Apache-2.0
#include "va_crossval/network_setup.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace va_event::crossval {
namespace {

/// Runs something and notes its times.
template <class Work>
void time(NetworkRun& run, Work work) {
  const auto start = std::chrono::steady_clock::now();
  const double cpu_start = cpu_seconds();
  work();
  run.cpu_s = cpu_seconds() - cpu_start;
  run.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
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

BuiltNetwork::BuiltNetwork(const NetworkSetup& setup, std::uint64_t seed, Precision precision, SimulationMethod method)
    : simulation_(std::make_unique<Simulation>(
          SimulationOptions{.seed = seed, .precision = precision, .threads = kTimedThreads, .method = method})),
      network_(cli::build(*simulation_, setup, [](const std::string&) {})) {
  network_.exc.record("spikes");
  network_.inh.record("spikes");
}

bool BuiltNetwork::is_order_free() const {
  const std::vector<MethodRow> rows = simulation_->methods();
  return std::any_of(rows.begin(), rows.end(),
                     [](const MethodRow& row) { return row.method == name_of(SimulationMethod::order_free); });
}

NetworkRun BuiltNetwork::run_exact(double duration, const Session& session) const {
  simulation_->reset();
  NetworkRun run;
  time(run, [&] { session.run(*simulation_, duration); });
  run.spikes = neurons().spikes();
  run.synaptic_events = simulation_->statistics().synaptic_events;
  return run;
}

NetworkRun BuiltNetwork::run_scheme(const Scheme& scheme, double dt, double duration, const Session& session) const {
  FixedStepSimulation simulation(*simulation_, scheme.options(dt));
  NetworkRun run;
  time(run, [&] { session.run(simulation, duration); });
  run.spikes = simulation.spikes(neurons());
  run.synaptic_events = simulation.statistics().synaptic_events;
  return run;
}

}  // namespace va_event::crossval
