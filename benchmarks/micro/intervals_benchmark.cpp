// SPDX-License-Identifier: Apache-2.0
// What an interval between two inputs of a conductance-based neuron costs, where those of many neurons are solved
// together. The result is verified, bit for bit, against the scalar kernel.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "neurons/if_cond_exp/near_spikes/solve.hpp"

namespace {

using namespace va_event;
using namespace va_event::neurons;
using Kernel = IfCondExpKernel<double>;

constexpr std::size_t kChains = 128;
constexpr std::size_t kIntervals = 40;  ///< of a chain

struct Interval {
  double h, exc, inh;
};

/// As in the COBA benchmark: 1.2 inputs per ms.
std::vector<Interval> intervals() {
  std::mt19937_64 random(17);
  std::uniform_real_distribution<double> share(0, 1);
  std::vector<Interval> all(kChains * kIntervals);
  for (Interval& one : all) {
    one = {-std::log(1.0 - share(random)) / 1.2, 0.05 * share(random), 0.1 * share(random)};
  }
  return all;
}

void list(near_spikes::Chains& chains, const Kernel::Constants& c, const std::vector<Interval>& all) {
  chains.clear();
  for (std::size_t n = 0; n < kChains; ++n) {
    chains.begin_chain(c, kIntervals);
    const std::size_t first = chains.add(kIntervals);
    for (std::size_t k = 0; k < kIntervals; ++k) {
      const Interval& one = all[n * kIntervals + k];
      chains.h()[first + k] = one.h;
      chains.exc()[first + k] = one.exc;
      chains.inh()[first + k] = one.inh;
    }
    chains.end_chain(-10.0);
  }
}

bool is_right(const near_spikes::Chains& chains, const Kernel::Constants& c, const std::vector<Interval>& all) {
  for (std::uint32_t n = 0; n < kChains; ++n) {
    double y = -10.0;
    for (std::size_t k = 0; k < kIntervals; ++k) {
      const Interval& one = all[n * kIntervals + k];
      y = Kernel::advance(c, {y, one.exc, one.inh, 0.0}, one.h).y;
    }
    if (chains.y(n) != y) {
      return false;
    }
  }
  return true;
}

void solve(benchmark::State& run, double tau_syn_E) {
  const auto c = Kernel::prepare(IfCondExp{-60, 0.2, 20, 5, tau_syn_E, 10.0, 0, -80, -50, -60, 0}, 0.0);
  const std::vector<Interval> all = intervals();
  near_spikes::Chains chains;
  for (auto iteration : run) {
    static_cast<void>(iteration);
    list(chains, c, all);
    chains.solve();
    benchmark::ClobberMemory();
  }
  if (!is_right(chains, c, all)) {
    run.SkipWithError("not the bits of the scalar kernel");
    return;
  }
  run.counters["s/interval"] = benchmark::Counter(
      static_cast<double>(all.size()), benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void of_power_series(benchmark::State& run) { solve(run, 5.0); }
void of_quadrature(benchmark::State& run) { solve(run, 5.3); }

}  // namespace

BENCHMARK(of_power_series);
BENCHMARK(of_quadrature);
