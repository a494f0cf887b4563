// SPDX-License-Identifier: Apache-2.0
// Whole networks, exactly simulated: cost of a synaptic event over the kind of network and its size. The beginning of
// every run is compared, spike by spike, with a fine clock-driven simulation, which shares no formula of a neuron with
// it; a run that differs is an error and no result.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "va_event/va_event.hpp"

namespace va_event {
namespace {

constexpr double kDuration = 200.0;      // of a run [ms]
constexpr double kVerified = 10.0;       // its beginning that is verified [ms]
constexpr double kStep = 0.03125;        // of the clock-driven simulation, fourth order [ms]
constexpr double kMaxDifference = 1e-3;  // of its spike times [ms], which its own errors stay far below
constexpr double kSynapses = 80.0;       // of a neuron

/// What is to be built into an empty simulation.
using Build = Population (*)(Simulation&, std::size_t neurons);

ProjectionOptions inhibitory() {
  ProjectionOptions options;
  options.receptor_type = "inhibitory";
  return options;
}

/// Four excitatory neurons to one inhibitory one, each connected to all with the same probability.
void connect(Simulation& simulation, const Population& cells, double synapses, const StaticSynapse& exc,
             const StaticSynapse& inh) {
  const std::size_t n = cells.size();
  const FixedProbabilityConnector connector(synapses / static_cast<double>(n));
  simulation.connect(cells.slice(0, n / 5 * 4), cells, connector, exc);
  simulation.connect(cells.slice(n / 5 * 4, n), cells, connector, inh, inhibitory());
}

// Vogels-Abbott, benchmark 2 of Brette et al. 2007.
IfCurrExp current_cell() {
  return {.v_rest = -49.0, .cm = 0.2, .tau_refrac = 5.0, .tau_syn_E = 5.0, .tau_syn_I = 10.0, .v_reset = -60.0};
}

Population currents(Simulation& simulation, std::size_t n, const IfCurrExp& cell, const Values& delay) {
  Population cells = simulation.create(n, cell);
  cells.initialize("v", RandomDistribution("uniform", {-60.0, -50.0}));
  connect(simulation, cells, kSynapses, {0.0162, delay}, {-0.09, delay});
  return cells;
}

Population cuba(Simulation& simulation, std::size_t n) { return currents(simulation, n, current_cell(), 0.2); }

Population cuba_delays(Simulation& simulation, std::size_t n) {
  return currents(simulation, n, current_cell(), RandomDistribution("uniform", {0.1, 5.0}));
}

Population cuba_time_constants(Simulation& simulation, std::size_t n) {
  IfCurrExp cell = current_cell();
  cell.tau_m = 19.3;
  cell.tau_syn_E = 4.1;
  cell.tau_syn_I = 11.7;
  return currents(simulation, n, cell, 0.2);
}

void set_own_parameters(Population& cells) {
  cells.set("tau_m", RandomDistribution("uniform", {18.0, 22.0}));
  cells.set("cm", RandomDistribution("uniform", {0.18, 0.22}));
  cells.set("tau_syn_E", RandomDistribution("uniform", {4.5, 5.5}));
}

Population cuba_parameters(Simulation& simulation, std::size_t n) {
  Population cells = cuba(simulation, n);
  set_own_parameters(cells);
  return cells;
}

// Vogels-Abbott, benchmark 1.
Population conductances(Simulation& simulation, std::size_t n, double tau_exc, double tau_inh, const Values& delay) {
  Population cells = simulation.create(n, IfCondExp{.v_rest = -60.0,
                                                    .cm = 0.2,
                                                    .tau_refrac = 5.0,
                                                    .tau_syn_E = tau_exc,
                                                    .tau_syn_I = tau_inh,
                                                    .e_rev_I = -80.0,
                                                    .v_reset = -60.0});
  cells.initialize("v", RandomDistribution("uniform", {-60.0, -50.0}));
  connect(simulation, cells, kSynapses, {0.004, delay}, {0.051, delay});
  const Population stimulus = simulation.create(20, SpikeSourcePoisson{100.0, 0.0, 50.0});
  simulation.connect(stimulus, cells, FixedProbabilityConnector(0.01), {0.1, 0.2});
  return cells;
}

Population coba(Simulation& simulation, std::size_t n) { return conductances(simulation, n, 5.0, 10.0, 0.2); }

Population coba_delays(Simulation& simulation, std::size_t n) {
  return conductances(simulation, n, 5.0, 10.0, RandomDistribution("uniform", {0.1, 5.0}));
}

Population coba_time_constants(Simulation& simulation, std::size_t n) {
  return conductances(simulation, n, 5.3, 9.1, 0.2);
}

Population coba_parameters(Simulation& simulation, std::size_t n) {
  Population cells = coba(simulation, n);
  set_own_parameters(cells);
  return cells;
}

/// After Brunel (2000, J. Comput. Neurosci. 8:183): short synaptic currents, 1000 synapses, inhibition five times
/// stronger; a constant current above threshold stands for the input from outside, so that every event is recurrent.
Population brunel(Simulation& simulation, std::size_t n) {
  Population cells = simulation.create(n, IfCurrExp{.v_rest = -70.0,
                                                    .cm = 0.2,
                                                    .tau_refrac = 2.0,
                                                    .tau_syn_E = 0.5,
                                                    .tau_syn_I = 0.5,
                                                    .i_offset = 0.3,
                                                    .v_reset = -60.0});
  cells.initialize("v", RandomDistribution("uniform", {-60.0, -50.0}));
  connect(simulation, cells, 1000.0, {0.04, 1.5}, {-0.2, 1.5});
  return cells;
}

/// (neuron, time [ms]) of the spikes before `until`, neuron by neuron.
std::vector<std::pair<CellId, double>> trains(const Spikes& spikes, double until) {
  std::vector<std::pair<CellId, double>> all;
  for (std::size_t k = 0; k < spikes.size(); ++k) {
    if (spikes.times[k] < Time(until)) {
      all.emplace_back(spikes.ids[k], spikes.times[k].ms());
    }
  }
  std::sort(all.begin(), all.end());
  return all;
}

/// What is wrong with the beginning of the run; nothing: "".
std::string verify(const Simulation& simulation, const Population& cells, const Spikes& spikes) {
  FixedStepSimulation clocked(simulation, {Method::rk4, kStep, SpikeTiming::cubic, DelayTiming::continuous});
  clocked.run(kVerified + 1.0);
  const auto exact = trains(spikes, kVerified);
  const auto other = trains(clocked.spikes(cells), kVerified);
  if (exact.empty() || exact.size() != other.size()) {
    return std::to_string(exact.size()) + " spikes, clock-driven " + std::to_string(other.size());
  }
  for (std::size_t k = 0; k < exact.size(); ++k) {
    if (exact[k].first != other[k].first || std::abs(exact[k].second - other[k].second) > kMaxDifference) {
      return "wrong spikes";
    }
  }
  return "";
}

void run(benchmark::State& state, Build build, std::size_t neurons, unsigned threads) {
  Simulation simulation({.seed = 17, .threads = threads});
  const Population cells = build(simulation, neurons);
  cells.record("spikes");
  for (auto iteration : state) {
    static_cast<void>(iteration);
    state.PauseTiming();
    simulation.reset();
    state.ResumeTiming();
    simulation.run(kDuration);
  }
  const Spikes spikes = cells.spikes();
  if (const std::string fault = verify(simulation, cells, spikes); !fault.empty()) {
    state.SkipWithError(fault.c_str());
    return;
  }
  const std::uint64_t events = simulation.statistics().synaptic_events;
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(events));
  state.counters["s/event"] = benchmark::Counter(
      static_cast<double>(events), benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
  state.counters["times real time"] =
      benchmark::Counter(kDuration / 1000.0, benchmark::Counter::kIsIterationInvariantRate);
  state.counters["Hz"] = 1000.0 * cells.mean_spike_count() / kDuration;
}

void register_all() {
  constexpr std::pair<std::string_view, Build> kNetworks[] = {{"CUBA", cuba},
                                                              {"CUBA/any_time_constants", cuba_time_constants},
                                                              {"CUBA/delays_of_their_own", cuba_delays},
                                                              {"CUBA/parameters_of_their_own", cuba_parameters},
                                                              {"COBA", coba},
                                                              {"COBA/any_time_constants", coba_time_constants},
                                                              {"COBA/delays_of_their_own", coba_delays},
                                                              {"COBA/parameters_of_their_own", coba_parameters},
                                                              {"Brunel", brunel}};
  for (const auto& [name, build] : kNetworks) {
    for (const std::size_t neurons : {4000, 40000}) {
      for (const unsigned threads : {1U, 2U}) {
        const std::string title = std::string(name) + "/neurons:" + std::to_string(neurons) +
                                  "/simulating_threads:" + std::to_string(threads);
        benchmark::RegisterBenchmark(title.c_str(), run, build, neurons, threads)
            ->Unit(benchmark::kMillisecond)
            ->UseRealTime();
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
