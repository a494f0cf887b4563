// SPDX-License-Identifier: Apache-2.0
// Cost of one kernel call in states as the Vogels-Abbott networks have them. Every result is verified against the same
// kernel in 50 digits; a wrong one ends the program with an error.
#include <benchmark/benchmark.h>

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cstddef>
#include <random>
#include <vector>

#include "neurons/crossing.hpp"
#include "neurons/if_cond_exp/if_cond_exp.hpp"
#include "neurons/if_curr_delta/if_curr_delta.hpp"
#include "neurons/if_curr_exp/if_curr_exp.hpp"

namespace {

using namespace va_event::neurons;
using Wide = boost::multiprecision::cpp_bin_float_50;

constexpr std::size_t kStates = 1024;

template <template <class> class Kernel>
struct Parameters;

template <>
struct Parameters<IfCondExpKernel> {
  static constexpr va_event::IfCondExp kValues = {-60, 0.2, 20, 5, 5, 10, 0, -80, -50, -60, 0};
  static constexpr double kExc = 0.004, kInh = 0.051;  // [uS]
};

template <>
struct Parameters<IfCurrExpKernel> {
  static constexpr va_event::IfCurrExp kValues = {-49, 0.2, 20, 5, 5, 10, 0, -60, -50};
  static constexpr double kExc = 0.0162, kInh = -0.09;  // [nA]
};

template <class Real>
struct Sample {
  State<Real> state;
  Real h;
};

/// Potentials between reset and threshold, up to 12 excitatory and 2 inhibitory weights, exponential intervals.
std::vector<Sample<double>> samples(double exc, double inh, double mean_interval) {
  std::mt19937_64 random(20071);
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  std::exponential_distribution<double> interval(1.0 / mean_interval);
  std::vector<Sample<double>> all(kStates);
  for (Sample<double>& sample : all) {
    sample = {{-0.1 - 9.9 * uniform(random), 12 * exc * uniform(random), 2 * inh * uniform(random), 0.0},
              interval(random)};
  }
  return all;
}

template <template <class> class Kernel>
void advance(benchmark::State& run) {
  using P = Parameters<Kernel>;
  const auto constants = Kernel<double>::prepare(P::kValues, 0.0);
  const auto wide = Kernel<Wide>::prepare(P::kValues, 0.0);
  const auto all = samples(P::kExc, P::kInh, static_cast<double>(run.range(0)) / 1000.0);
  for (const Sample<double>& sample : all) {
    const State<double> end = Kernel<double>::advance(constants, sample.state, sample.h);
    const State<Wide> start{sample.state.y, sample.state.exc, sample.state.inh, 0};
    const State<Wide> expected = Kernel<Wide>::advance(wide, start, Wide(sample.h));
    const double error = static_cast<double>(abs(Wide(end.y) - expected.y));
    if (error > Kernel<double>::kMaxAdvanceError * 2.3e-16 * Kernel<double>::scale(constants, sample.state)) {
      run.SkipWithError("wrong result");
      return;
    }
  }
  std::size_t i = 0;
  for (auto _ : run) {
    const Sample<double>& sample = all[i++ % kStates];
    benchmark::DoNotOptimize(Kernel<double>::advance(constants, sample.state, sample.h));
  }
}

template <template <class> class Kernel>
void safe_interval(benchmark::State& run) {
  using P = Parameters<Kernel>;
  const auto constants = Kernel<double>::prepare(P::kValues, 0.0);
  const auto all = samples(P::kExc, P::kInh, 1.0);
  for (const Sample<double>& sample : all) {
    const double duration = Kernel<double>::safe_interval(constants, sample.state).duration;
    const auto crossing = first_crossing<Kernel<double>>(constants, sample.state, 100.0);
    if (crossing && *crossing < duration) {
      run.SkipWithError("unsafe interval");
      return;
    }
  }
  std::size_t i = 0;
  for (auto _ : run) {
    benchmark::DoNotOptimize(Kernel<double>::safe_interval(constants, all[i++ % kStates].state));
  }
}

template <template <class> class Kernel>
void crossing(benchmark::State& run) {
  using P = Parameters<Kernel>;
  const auto constants = Kernel<double>::prepare(P::kValues, 0.0);
  const auto wide = Kernel<Wide>::prepare(P::kValues, 0.0);
  const auto all = samples(P::kExc, P::kInh, 1.0);
  for (std::size_t i = 0; i < 50; ++i) {
    const State<double>& s = all[i].state;
    const auto found = first_crossing<Kernel<double>>(constants, s, 100.0);
    const auto expected = first_crossing<Kernel<Wide>>(wide, State<Wide>{s.y, s.exc, s.inh, 0}, Wide(100));
    if (found.has_value() != expected.has_value() || (found && abs(Wide(*found) - *expected) > 1e-9)) {
      run.SkipWithError("wrong crossing");
      return;
    }
  }
  std::size_t i = 0;
  for (auto _ : run) {
    benchmark::DoNotOptimize(first_crossing<Kernel<double>>(constants, all[i++ % kStates].state, 100.0));
  }
}

}  // namespace

// Mean intervals in us; a neuron of the network gets an input every 0.9 ms.
BENCHMARK(advance<IfCondExpKernel>)->ArgName("mean_us")->Arg(200)->Arg(500)->Arg(900)->Arg(5000)->Arg(50000);
BENCHMARK(advance<IfCurrExpKernel>)->ArgName("mean_us")->Arg(500)->Arg(50000);
BENCHMARK(safe_interval<IfCondExpKernel>);
BENCHMARK(safe_interval<IfCurrExpKernel>);
BENCHMARK(crossing<IfCondExpKernel>);
BENCHMARK(crossing<IfCurrExpKernel>);

BENCHMARK_MAIN();
