// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <string>

#include "agreement.hpp"
#include "random_network.hpp"
#include "reference_simulator.hpp"

namespace va_event {
namespace {

TEST(RandomNetworks, SpikeAsTheReferenceSimulatorInWideArithmeticDoes) {
  constexpr std::uint64_t kNetworks = 240;
  Agreement agreement;
  for (std::uint64_t seed = 1; seed <= kNetworks; ++seed) {
    SCOPED_TRACE("network " + std::to_string(seed));
    const reference::Description description = random_network(seed);
    const reference::Result expected = reference::simulate(description);
    const double until = std::min(expected.reliable_until, description.duration);
    BuiltNetwork network(description);
    network.simulation.run_until(until);

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
  RecordProperty("spikes", static_cast<int>(agreement.spikes));
  EXPECT_LE(agreement.largest_bound, reference::kUndecided);
  // The comparison would be empty if the networks were silent or rounding decided everything. (Loops of excitation are
  // common among them: these are compared until they have made max_spikes.)
  EXPECT_GT(agreement.spikes, 50 * kNetworks);
  EXPECT_LT(agreement.cut_short, kNetworks / 3);
}

}  // namespace
}  // namespace va_event
