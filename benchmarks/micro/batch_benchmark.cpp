// SPDX-License-Identifier: Apache-2.0
// Cost of the synaptic events of a spike that are handled together. The result is verified, bit for bit, against the
// scalar kernel.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <vector>

#include "batch_sample.hpp"

namespace {

using namespace va_event::neurons::batch_sample;

template <class Kernel, bool simple>
void deliver(benchmark::State& run) {
  const std::vector<Spike> all = spikes(Example<Kernel>::kSpikesPerMs);
  const Network<Kernel> start(simple);
  if (!start.constants.in_amplitude_form) {
    run.SkipWithError("not done together");
    return;
  }
  Network<Kernel> network = start;
  for (auto iteration : run) {
    static_cast<void>(iteration);
    network.reset(start);
    for (const Spike& spike : all) {
      network.deliver(spike);
    }
    network.finish();
    benchmark::ClobberMemory();
  }
  if (!agrees_with_scalar_kernel(start, all, network)) {
    run.SkipWithError("not the bits of the scalar kernel");
    return;
  }
  const std::size_t events = all.size() * kTargets;
  run.SetItemsProcessed(run.iterations() * static_cast<std::int64_t>(events));
  run.counters["s/event"] = benchmark::Counter(
      static_cast<double>(events), benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

}  // namespace

// With the benchmarks' time constants, 20, 5 and 10 ms, and with ones without a ratio.
BENCHMARK(deliver<Cond, true>);
BENCHMARK(deliver<Cond, false>);
