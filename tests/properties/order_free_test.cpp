// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "agreement.hpp"
#include "random_network.hpp"
#include "reference_simulator.hpp"

namespace va_event {
namespace {

// Order-free sums must give the spikes of every other method, and the same bits whatever threads, cuts and checkpoints
// there are.

reference::Description network_of(std::uint64_t seed) {
  return with_order_free_sums(seed % 3 == 0 ? driven_network(seed) : random_network(seed), seed);
}

BuiltNetwork order_free(const reference::Description& description, unsigned threads = 1) {
  return BuiltNetwork(description, threads, {}, nullptr, SimulationMethod::order_free);
}

bool is_order_free(const Simulation& simulation) {
  const std::vector<MethodRow> rows = simulation.methods();
  return std::any_of(rows.begin(), rows.end(), [](const MethodRow& row) { return row.method == "order-free"; });
}

TEST(OrderFreeSums, SpikeAsTheReferenceSimulatorInWideArithmeticDoes) {
  constexpr std::uint64_t kNetworks = 60;
  Agreement agreement;
  for (std::uint64_t seed = 1; seed <= kNetworks; ++seed) {
    SCOPED_TRACE("network " + std::to_string(seed));
    const reference::Description description = network_of(seed);
    const reference::Result expected = reference::simulate(description);
    const double until = std::min(expected.reliable_until, description.duration);
    BuiltNetwork network = order_free(description);
    network.simulation.run_until(until);
    ASSERT_TRUE(until == 0.0 || is_order_free(network.simulation));

    agreement.cut_short += until < description.duration ? 1 : 0;
    const std::size_t cells = description.sources.size() + description.neurons.size();
    compare_spikes(expected, network.spikes(), cells, until, agreement);
    compare_v(expected, network.neurons.front().signal("v"), agreement);
    if (HasFatalFailure()) {
      return;
    }
  }
  std::cout << agreement.spikes << " spikes agree within " << agreement.largest_error << " ms (bound at most "
            << agreement.largest_bound << "), " << agreement.samples << " samples of v within "
            << agreement.largest_v_error << " mV; " << agreement.cut_short << " networks were cut short\n";
  EXPECT_GT(agreement.spikes, 50 * kNetworks);
  EXPECT_LT(agreement.cut_short, kNetworks / 3);
}

TEST(OrderFreeSums, AnyThreadsAndCutsGiveTheSameBits) {
  std::size_t spikes = 0;
  for (std::uint64_t seed = 1; seed <= 16; ++seed) {
    SCOPED_TRACE("network " + std::to_string(seed));
    const reference::Description description = network_of(seed);
    const double until = std::min(description.duration, 40.0);
    BuiltNetwork whole = order_free(description);
    whole.simulation.run_until(until);
    spikes += whole.spikes().size();
    for (const unsigned threads : {1U, 2U, 3U}) {
      BuiltNetwork cut = order_free(description, threads);
      for (double t = 0.0; t < until; t += 0.07 + 0.41 * threads) {
        cut.simulation.run_until(t);
      }
      cut.simulation.run_until(until);
      ASSERT_TRUE(cut.spikes() == whole.spikes()) << threads << " threads";
      ASSERT_TRUE(cut.neurons.front().signal("v") == whole.neurons.front().signal("v")) << threads << " threads";
    }
  }
  EXPECT_GT(spikes, 500U);
}

TEST(OrderFreeSums, ACheckpointAnywhereGivesTheSameBits) {
  const std::string path = std::filesystem::temp_directory_path() / "va_event_order_free_checkpoint";
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("network " + std::to_string(seed));
    const reference::Description description = network_of(seed);
    const double until = std::min(description.duration, 40.0);
    BuiltNetwork whole = order_free(description);
    whole.simulation.run_until(until);
    BuiltNetwork first = order_free(description, 1 + seed % 2);
    first.simulation.run_until(0.43 * until);
    first.simulation.save_checkpoint(path);
    BuiltNetwork second = order_free(description, 1 + seed % 3);
    second.simulation.load_checkpoint(path);
    second.simulation.run_until(until);
    ASSERT_TRUE(second.spikes() == whole.spikes());
    ASSERT_TRUE(second.neurons.front().signal("v") == whole.neurons.front().signal("v"));
  }
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace va_event
