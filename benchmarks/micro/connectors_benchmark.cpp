// SPDX-License-Identifier: Apache-2.0
// How fast projections are built, in synapses per second; every result is verified.
#include <benchmark/benchmark.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "network/network.hpp"
#include "va_event/csa.hpp"

namespace va_event::network {
namespace {

using Ids = std::shared_ptr<const std::vector<CellId>>;

constexpr std::array<std::string_view, 1> kReceptors{"excitatory"};
constexpr CellModel kNeuron{"neuron", {}, {}, kReceptors, false, nullptr};

Network make_network(std::uint32_t cells) {
  Network network;
  PopulationData population;
  population.label = "cells";
  population.model = &kNeuron;
  population.size = cells;
  network.populations.push_back(population);
  return network;
}

/// Builds `connector` from all cells to all cells, and checks that there are `expected` synapses within 5 sigma.
void build(benchmark::State& state, std::uint32_t cells, const Connector& connector, const StaticSynapse& synapse,
           double expected) {
  const Network network = make_network(cells);
  std::vector<CellId> ids(cells);
  std::iota(ids.begin(), ids.end(), 0U);
  const Ids all = std::make_shared<const std::vector<CellId>>(std::move(ids));
  std::size_t synapses = 0;
  double bytes = 0.0;
  for (auto iteration : state) {
    static_cast<void>(iteration);
    const ProjectionData projection =
        build_projection(network, 0, all, all, connector, {synapse}, "excitatory", Space{});
    synapses = projection.size();
    bytes = static_cast<double>(projection.blocks[0].table.memory_bytes());
  }
  const auto size = static_cast<double>(synapses);
  if (std::abs(size - expected) > 5.0 * std::sqrt(expected)) {
    state.SkipWithError("wrong number of synapses");
    return;
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(synapses));
  state.counters["synapses"] = size;
  state.counters["bytes/synapse"] = bytes / size;
}

// The recurrent synapses of the Vogels-Abbott network: 4000 neurons, p = 0.02.
constexpr std::uint32_t kCells = 4000;
constexpr double kP = 0.02;
constexpr double kSynapses = kP * kCells * kCells;
constexpr std::size_t kDegree = 80;

void fixed_probability(benchmark::State& state) {
  build(state, kCells, FixedProbabilityConnector(kP), {0.004, 0.2}, kSynapses);
}
void fixed_probability_random_values(benchmark::State& state) {
  build(state, kCells, FixedProbabilityConnector(kP),
        {RandomDistribution("normal", {1.0, 0.1}), RandomDistribution("uniform", {0.1, 2.0})}, kSynapses);
}
void fixed_probability_of_numpy(benchmark::State& state) {
  build(state, kCells, FixedProbabilityConnector(kP, NumpyRandom(98765)), {0.004, 0.2}, kSynapses);
}
void fixed_number_pre(benchmark::State& state) {
  build(state, kCells, FixedNumberPreConnector(kDegree), {0.004, 0.2}, kSynapses);
}
void fixed_number_post(benchmark::State& state) {
  build(state, kCells, FixedNumberPostConnector(kDegree), {0.004, 0.2}, kSynapses);
}
void fixed_total_number(benchmark::State& state) {
  build(state, kCells, FixedTotalNumberConnector(kDegree * kCells, true, state.range(0) != 0), {0.004, 0.2}, kSynapses);
}
void csa_random(benchmark::State& state) {
  build(state, kCells, CSAConnector(csa::random(kP)), {0.004, 0.2}, kSynapses);
}
void all_to_all(benchmark::State& state) {
  build(state, kCells, AllToAllConnector(), {0.004, 0.2}, double{kCells} * kCells);
}
/// 1e8 synapses: 1e5 neurons, 1000 synapses each.
void fixed_probability_large(benchmark::State& state) {
  build(state, 100000, FixedProbabilityConnector(0.01), {0.004, 0.2}, 1e8);
}

/// A line of /proc/self/status [bytes]; 0 where there is none.
double status(const std::string& name) {
  std::ifstream file("/proc/self/status");
  for (std::string key; file >> key;) {
    if (double kilobytes = 0.0; key == name && file >> kilobytes) {
      return 1024.0 * kilobytes;
    }
  }
  return 0.0;
}

/// Four million synapses with weights and delays of their own, as those of the Potjans-Diesmann microcircuit, and the
/// most memory that making the table takes, as a multiple of the table. The first argument is the kind of connector.
void own_values(benchmark::State& state) {
  constexpr std::uint32_t kMany = 20000;
  constexpr std::size_t kTotal = 4'000'000;
  const FixedTotalNumberConnector total(kTotal);
  const FixedProbabilityConnector probability(1.0 * kTotal / kMany / kMany);
  const FixedNumberPreConnector number_pre(kTotal / kMany);
  const FixedNumberPostConnector number_post(kTotal / kMany);
  const std::array<const Connector*, 4> connectors = {&total, &probability, &number_pre, &number_post};
  const Connector& connector = *connectors.at(static_cast<std::size_t>(state.range(0)));
  const StaticSynapse synapse{RandomDistribution("normal_clipped", {0.15, 0.015, 0.0, HUGE_VAL}),
                              RandomDistribution("normal_clipped", {1.5, 0.75, 0.1, HUGE_VAL})};
  Network network = make_network(kMany);
  network.threads = static_cast<unsigned>(state.range(1));
  std::vector<CellId> ids(kMany);
  std::iota(ids.begin(), ids.end(), 0U);
  const Ids all = std::make_shared<const std::vector<CellId>>(std::move(ids));
  double peak = 0.0;
  std::size_t synapses = 0;
  for (auto iteration : state) {
    static_cast<void>(iteration);
    std::ofstream("/proc/self/clear_refs") << "5";  // the peak is that of what follows
    const double before = status("VmRSS:");
    const ProjectionData projection =
        build_projection(network, 0, all, all, connector, {synapse}, "excitatory", Space{});
    peak = (status("VmHWM:") - before) / static_cast<double>(projection.blocks[0].table.memory_bytes());
    synapses = projection.size();
    const auto [lowest, highest] = projection.blocks[0].table.delays();
    if (!(lowest >= 0.1 && highest < 1.5 + 0.75 * 8.6)) {
      state.SkipWithError("wrong delays");
    }
  }
  if (std::abs(static_cast<double>(synapses) - kTotal) > 5.0 * std::sqrt(kTotal)) {
    state.SkipWithError("wrong number of synapses");
  }
  state.SetLabel(connector.name());
  state.counters["time/synapse"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * static_cast<double>(synapses),
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["peak/table"] = peak;
}

BENCHMARK(own_values)
    ->ArgsProduct({{0, 1, 2, 3}, {1, 2}})
    ->ArgNames({"connector", "threads"})
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();
BENCHMARK(fixed_probability)->Unit(benchmark::kMillisecond);
BENCHMARK(fixed_probability_random_values)->Unit(benchmark::kMillisecond);
BENCHMARK(fixed_probability_of_numpy)->Unit(benchmark::kMillisecond);
BENCHMARK(fixed_number_pre)->Unit(benchmark::kMillisecond);
BENCHMARK(fixed_number_post)->Unit(benchmark::kMillisecond);
BENCHMARK(fixed_total_number)->Arg(1)->Arg(0)->ArgName("with_replacement")->Unit(benchmark::kMillisecond);
BENCHMARK(csa_random)->Unit(benchmark::kMillisecond);
BENCHMARK(all_to_all)->Unit(benchmark::kMillisecond);
BENCHMARK(fixed_probability_large)->Unit(benchmark::kMillisecond)->Iterations(1);

}  // namespace
}  // namespace va_event::network

BENCHMARK_MAIN();
