// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdint>

#include "agreement.hpp"
#include "random_network.hpp"
#include "reference_simulator.hpp"

namespace va_event {
namespace {

TEST(RandomNetworks, SpikeAsTheReferenceSimulatorInWideArithmeticDoes) {
  Agreement agreement;
  compare_networks(
      240, [](std::uint64_t seed) { return random_network(seed); },
      [](const reference::Description& description) { return BuiltNetwork(description); },
      [](const BuiltNetwork& /*network*/, double /*until*/) {}, agreement);
  RecordProperty("spikes", static_cast<int>(agreement.spikes));
  EXPECT_LE(agreement.largest_bound, reference::kUndecided);
}

}  // namespace
}  // namespace va_event
