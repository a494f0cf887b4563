// SPDX-License-Identifier: Apache-2.0
// What the fixed-step methods cost on the Vogels-Abbott networks (Brette et al. 2007, benchmarks 1 and 2), in synaptic
// events per second; every result is verified against the event-driven simulation of the same network.
#include <benchmark/benchmark.h>

#include <cmath>
#include <string>

#include "va_event/va_event.hpp"

namespace va_event {
namespace {

constexpr double kDuration = 200.0;  // [ms]

struct Network {
  explicit Network(bool conductance_based)
      : cells(conductance_based ? simulation.create(4000, IfCondExp{.v_rest = -60.0,
                                                                    .cm = 0.2,
                                                                    .tau_refrac = 5.0,
                                                                    .tau_syn_E = 5.0,
                                                                    .tau_syn_I = 10.0,
                                                                    .e_rev_I = -80.0,
                                                                    .v_reset = -60.0})
                                : simulation.create(4000, IfCurrExp{.v_rest = -49.0,
                                                                    .cm = 0.2,
                                                                    .tau_refrac = 5.0,
                                                                    .tau_syn_E = 5.0,
                                                                    .tau_syn_I = 10.0,
                                                                    .v_reset = -60.0})) {
    cells.initialize("v", RandomDistribution("uniform", {-60.0, -50.0}));
    ProjectionOptions to_inhibitory;
    to_inhibitory.receptor_type = "inhibitory";
    const FixedProbabilityConnector connector(0.02);
    simulation.connect(cells.slice(0, 3200), cells, connector, {conductance_based ? 0.004 : 0.0162, 0.2});
    simulation.connect(cells.slice(3200, 4000), cells, connector, {conductance_based ? 0.051 : -0.09, 0.2},
                       to_inhibitory);
    if (conductance_based) {
      const Population stimulus = simulation.create(20, SpikeSourcePoisson{100.0, 0.0, 50.0});
      simulation.connect(stimulus, cells, FixedProbabilityConnector(0.01), {0.1, 0.2});
    }
    cells.record("spikes");
    simulation.run(kDuration);
    exact = cells.spikes();
  }

  Simulation simulation;
  Population cells;
  Spikes exact;
};

const Network& network(bool conductance_based) {
  static const Network kCurrentBased(false);
  static const Network kConductanceBased(true);
  return conductance_based ? kConductanceBased : kCurrentBased;
}

/// The spikes before `until` are those of the event-driven simulation, in their order and within `tolerance`.
bool begins_right(const Spikes& spikes, const Spikes& exact, double until, double tolerance) {
  for (std::size_t k = 0; k < exact.size() && exact.times[k] < Time(until); ++k) {
    if (k == spikes.size() || spikes.ids[k] != exact.ids[k] ||
        std::abs(spikes.times[k].minus(exact.times[k])) > tolerance) {
      return false;
    }
  }
  return true;
}

void run(benchmark::State& state, bool conductance_based, const FixedStepOptions& options) {
  const Network& net = network(conductance_based);
  FixedStepStatistics statistics;
  Spikes spikes;
  for (auto iteration : state) {
    static_cast<void>(iteration);
    FixedStepSimulation clocked(net.simulation, options);
    clocked.run(kDuration);
    statistics = clocked.statistics();
    spikes = clocked.spikes(net.cells);
  }
  const double ratio = static_cast<double>(spikes.size()) / static_cast<double>(net.exact.size());
  if (!(ratio > 0.8 && ratio < 1.25)) {
    state.SkipWithError("wrong number of spikes");
    return;
  }
  const bool fourth_order = options.spikes == SpikeTiming::cubic && options.method == Method::rk4;
  if (fourth_order && !begins_right(spikes, net.exact, 10.0, 1e-4)) {
    state.SkipWithError("wrong spikes");
    return;
  }
  const auto events = static_cast<double>(statistics.synaptic_events);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(statistics.synaptic_events));
  state.counters["s/event"] =
      benchmark::Counter(events, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
  state.counters["times real time"] =
      benchmark::Counter(kDuration / 1000.0, benchmark::Counter::kIsIterationInvariantRate);
}

void register_all() {
  for (const bool conductance_based : {false, true}) {
    for (const Method method :
         {Method::exact, Method::exponential_euler, Method::forward_euler, Method::rk2, Method::rk4}) {
      if (conductance_based && method == Method::exact) {
        continue;
      }
      for (const auto& [spikes, delays] :
           {std::pair(SpikeTiming::grid, DelayTiming::grid), std::pair(SpikeTiming::cubic, DelayTiming::continuous)}) {
        const FixedStepOptions options{method, 0.1, spikes, delays};
        const std::string title = std::string(conductance_based ? "COBA/" : "CUBA/") + std::string(name(method)) + "/" +
                                  std::string(name(spikes)) + "_spikes/" + std::string(name(delays)) + "_delays";
        benchmark::RegisterBenchmark(title.c_str(), run, conductance_based, options)->Unit(benchmark::kMillisecond);
      }
    }
  }
}

}  // namespace
}  // namespace va_event

int main(int argc, char** argv) {
  va_event::register_all();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return 1;
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
