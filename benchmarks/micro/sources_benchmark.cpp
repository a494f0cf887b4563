// SPDX-License-Identifier: Apache-2.0
// Cost of a Poisson source's spike: drawn one after the other, as the event loop asks for them, and all spikes of many
// sources in a slot together.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "network/network.hpp"
#include "sources/poisson_batch.hpp"
#include "sources/source_group.hpp"
#include "va_event/va_event.hpp"

namespace {

using namespace va_event;
using namespace va_event::sources;

constexpr std::uint32_t kSources = 2000;

void report(benchmark::State& run, std::size_t spikes) {
  run.SetItemsProcessed(static_cast<std::int64_t>(spikes));
  run.counters["s/spike"] =
      benchmark::Counter(static_cast<double>(spikes), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

/// Sources in turn, as a queue asks for their spikes. @param run its argument: rate [Hz]
void next(benchmark::State& run, const CellType& type) {
  network::PopulationData population;
  population.model = &type.model();
  population.size = kSources;
  for (const double value : type.values()) {
    population.parameters.emplace_back(value);
  }
  const auto group = make_source_group(population, 1);
  for (std::uint32_t i = 0; i < kSources; ++i) {
    benchmark::DoNotOptimize(group->restart(i, {}));
  }
  std::size_t spikes = 0;
  for (auto iteration : run) {
    static_cast<void>(iteration);
    for (std::uint32_t i = 0; i < kSources; ++i) {
      benchmark::DoNotOptimize(group->next(i));
    }
    spikes += kSources;
  }
  report(run, spikes);
}

void next_poisson(benchmark::State& run) {
  next(run, SpikeSourcePoisson{.rate = static_cast<double>(run.range(0)), .duration = 1e15});
}
void next_poisson_refractory(benchmark::State& run) {
  next(run, SpikeSourcePoissonRefractory{.rate = static_cast<double>(run.range(0)), .duration = 1e15});
}
void next_gamma(benchmark::State& run) {
  next(run, SpikeSourceGamma{.alpha = 2.0, .beta = 2.0 * static_cast<double>(run.range(0)), .duration = 1e15});
}

void batch(benchmark::State& run) {
  const PoissonSlots slots = slots_of(static_cast<double>(run.range(0)));
  const PoissonCounts counts(slots.mean);
  const random::PhiloxKey key = poisson_key(1, 0);
  PoissonSpikes out;
  std::uint64_t number = 0;
  std::size_t spikes = 0;
  for (auto iteration : run) {
    static_cast<void>(iteration);
    draw_poisson(key, 0, kSources, slots, counts, number++, out);
    benchmark::ClobberMemory();
    spikes += out.size();
  }
  report(run, spikes);
}

/// Each source with a rate of its own, near that of the argument.
void batch_of_own_rates(benchmark::State& run) {
  std::vector<PoissonSource> sources;
  for (std::uint32_t i = 0; i < kSources; ++i) {
    sources.push_back({poisson_key(1, 0), i, slots_of(static_cast<double>(run.range(0)) + 0.1 * i), 0, nullptr});
  }
  PoissonSpikes out;
  std::size_t spikes = 0;
  for (auto iteration : run) {
    static_cast<void>(iteration);
    draw_poisson(sources, out);
    benchmark::ClobberMemory();
    spikes += out.size();
    for (PoissonSource& source : sources) {
      ++source.number;
    }
  }
  report(run, spikes);
}

}  // namespace

// Slots have 4 to 8 spikes, depending on the rate.
BENCHMARK(next_poisson)->Arg(4100)->Arg(7900);
BENCHMARK(next_poisson_refractory)->Arg(7900);
BENCHMARK(next_gamma)->Arg(7900);
BENCHMARK(batch)->Arg(4100)->Arg(7900);
BENCHMARK(batch_of_own_rates)->Arg(4100)->Arg(7000);

BENCHMARK_MAIN();
