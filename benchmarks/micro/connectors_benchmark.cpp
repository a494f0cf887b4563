// SPDX-License-Identifier: Apache-2.0
// How fast projections are built, in synapses per second; every result is verified.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdint>
#include <memory>
#include <numeric>
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
    const ProjectionData projection = build_projection(network, 0, all, all, connector, synapse, "excitatory", Space{});
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
