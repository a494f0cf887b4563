// SPDX-License-Identifier: Apache-2.0
// Writing recorded data: bytes and time of a spike or a sample in every format. What the files hold is verified by
// tests/recording; here, that each is written, and is as large as its contents demand.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "va_event/va_event.hpp"

namespace va_event {
namespace {

constexpr std::size_t kSpikes = 200'000;
constexpr std::size_t kSamples = 20'000;  // of each of kColumns cells
constexpr CellId kColumns = 10;
constexpr CellId kCells = 4000;

Spikes some_spikes() {
  Spikes spikes;
  RandomStream random(1, 2, 3, 4);
  Time t;
  for (std::size_t k = 0; k < kSpikes; ++k) {
    t = t.plus(0.01 * random.uniform());
    spikes.times.push_back(t);
    spikes.ids.push_back(static_cast<CellId>(random.uniform() * kCells));
  }
  return spikes;
}

Signal some_signal() {
  Signal signal{"v", "mV", 0.1, 0, {}, {}};
  for (CellId id = 0; id < kColumns; ++id) {
    signal.ids.push_back(id);
  }
  RandomStream random(5, 6, 7, 8);
  for (std::size_t k = 0; k < kSamples * kColumns; ++k) {
    signal.values.push_back(-50.0 - 10.0 * random.uniform());
  }
  return signal;
}

std::string file(const std::string& ending) {
  return (std::filesystem::temp_directory_path() / ("va_event_files_benchmark." + ending)).string();
}

/// @param numbers in the file @param least bytes of each
void finish(benchmark::State& state, const std::string& path, std::size_t numbers, double least) {
  const auto bytes = static_cast<double>(std::filesystem::file_size(path));
  std::filesystem::remove(path);
  if (bytes < least * static_cast<double>(numbers)) {
    state.SkipWithError("the file is too short for what it should hold");
    return;
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(numbers));
  state.counters["bytes_each"] = bytes / static_cast<double>(numbers);
}

void spikes(benchmark::State& state, const std::string& ending, double least) {
  const Spikes data = some_spikes();
  const std::vector<PopulationRange> populations{{"cells", "IF_curr_exp", 0, kCells}};
  const std::string path = file(ending);
  for (auto _ : state) {
    write_spikes(path, data, populations);
  }
  finish(state, path, kSpikes, least);
}

void signal(benchmark::State& state, const std::string& ending, double least) {
  const Signal data = some_signal();
  const std::vector<PopulationRange> populations{{"cells", "IF_curr_exp", 0, kCells}};
  const std::string path = file(ending);
  for (auto _ : state) {
    write_signal(path, data, populations);
  }
  finish(state, path, kSamples * kColumns, least);
}

BENCHMARK_CAPTURE(spikes, gdf, "gdf", 8.0)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(spikes, csv, "csv", 8.0)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(spikes, npz, "npz", 4.0)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(spikes, h5, "h5", 4.0)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(signal, csv, "csv", 8.0)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(signal, npz, "npz", 4.0)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(signal, h5, "h5", 4.0)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace va_event

BENCHMARK_MAIN();
