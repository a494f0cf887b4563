// SPDX-License-Identifier: Apache-2.0
// What the time that messages take from one machine to another costs, and what it brings to simulate in the meantime:
// the Vogels-Abbott network (CUBA) on two processes. They are threads here, and the network between them is a clock:
// what one says reaches the other when a latency has passed, which costs no processor time. A run whose spikes are not
// those of one process is an error and no result.
#include <benchmark/benchmark.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <thread>
#include <vector>

#include "va_event/va_event.hpp"

namespace va_event {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kDuration = 100.0;  // of a run [ms]
constexpr unsigned kProcesses = 2;

/// One of two, alone on its machine; or, as far as the engine knows, on the same one, where it does not simulate ahead.
class DistantProcess final : public Processes {
 public:
  struct Table {
    std::chrono::nanoseconds latency{0};
    bool apart = true;
    struct Said {
      Bytes text;
      Clock::time_point when;
    };
    /// By parity of the round, then by rank. Nobody is more than a round ahead of the other.
    std::array<std::array<Said, kProcesses>, 2> said;
    std::array<std::atomic<unsigned>, kProcesses> round{};
  };

  DistantProcess(unsigned rank, Table& table) : rank_(rank), table_(table) {}

  [[nodiscard]] unsigned rank() const noexcept override { return rank_; }
  [[nodiscard]] unsigned count() const noexcept override { return kProcesses; }
  [[nodiscard]] unsigned on_this_machine() const noexcept override { return table_.apart ? 1 : kProcesses; }
  void start_all_gather(std::string_view mine) override {
    ++round_;
    table_.said[round_ % 2][rank_] = {Bytes(mine), Clock::now()};
    table_.round[rank_].store(round_, std::memory_order_release);
  }
  void finish_all_gather(std::vector<Bytes>& all) override {
    const unsigned other = 1 - rank_;
    while (table_.round[other].load(std::memory_order_acquire) < round_) {
    }
    while (Clock::now() < table_.said[round_ % 2][other].when + table_.latency) {
    }
    all.clear();
    for (const Table::Said& one : table_.said[round_ % 2]) {
      all.push_back(one.text);
    }
  }
  void gather(std::string_view mine, std::vector<Bytes>& all) override {
    all_gather(mine, all);
    if (rank_ != 0) {
      all.clear();
    }
  }
  [[noreturn]] void abort(int exit_code) noexcept override { std::_Exit(exit_code); }

 private:
  unsigned rank_;
  Table& table_;
  unsigned round_ = 0;
};

struct Outcome {
  Spikes spikes;
  double seconds = 0;
};

Outcome run(std::size_t neurons, const std::shared_ptr<Processes>& processes) {
  Simulation simulation({.seed = 1, .threads = 1, .processes = processes});
  Population cells = simulation.create(
      neurons,
      IfCurrExp{.v_rest = -49.0, .cm = 0.2, .tau_refrac = 5.0, .tau_syn_E = 5.0, .tau_syn_I = 10.0, .v_reset = -60.0});
  cells.initialize("v", RandomDistribution("uniform", {-60.0, -50.0}));
  const FixedProbabilityConnector connector(80.0 / static_cast<double>(neurons));
  ProjectionOptions inhibitory;
  inhibitory.receptor_type = "inhibitory";
  simulation.connect(cells.slice(0, neurons / 5 * 4), cells, connector, {0.0162, 0.2});
  simulation.connect(cells.slice(neurons / 5 * 4, neurons), cells, connector, {-0.09, 0.2}, inhibitory);
  cells.record("spikes");
  simulation.run_until(0.0);  // builds the engine
  const auto begin = Clock::now();
  simulation.run_until(kDuration);
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  return {cells.spikes(), seconds};
}

/// @param state neurons; latency [us]; whether messages may travel while the next window is simulated
void latency(benchmark::State& state) {
  const auto neurons = static_cast<std::size_t>(state.range(0));
  const Outcome expected = run(neurons, nullptr);
  for ([[maybe_unused]] auto _ : state) {
    DistantProcess::Table table;
    table.latency = std::chrono::microseconds(state.range(1));
    table.apart = state.range(2) != 0;
    std::array<Outcome, kProcesses> outcomes;
    std::vector<std::thread> threads;
    for (unsigned rank = 0; rank < kProcesses; ++rank) {
      threads.emplace_back([&, rank] { outcomes[rank] = run(neurons, std::make_shared<DistantProcess>(rank, table)); });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    if (outcomes[0].spikes.size() == 0 || !(outcomes[0].spikes == expected.spikes)) {
      state.SkipWithError("not the spikes of one process");
      break;
    }
    state.SetIterationTime(outcomes[0].seconds);
  }
}

BENCHMARK(latency)
    ->ArgNames({"neurons", "latency_us", "ahead"})
    ->ArgsProduct({{20000, 40000}, {0, 5, 10, 20, 40}, {0, 1}})
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace va_event

BENCHMARK_MAIN();
