// SPDX-License-Identifier: Apache-2.0
// What cannot be held is refused before memory is taken, and long calls can be interrupted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <string>

#include "va_event/va_event.hpp"

namespace va_event {
namespace {

using ::testing::HasSubstr;

std::string complaint(const std::function<void()>& call) {
  try {
    call();
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

TEST(Guards, MemoryThatIsAvailableIsKnown) {
  EXPECT_GT(available_memory(), 1e6);
  EXPECT_LT(available_memory(), 1e16);
}

TEST(Guards, ProjectionsThatCannotBeHeldAreRefusedAtOnce) {
  Simulation simulation;
  const Population cells = simulation.create(1'000'000, IfCurrDelta{});
  const auto connect = [&](const Connector& connector) {
    return complaint([&] { simulation.connect(cells, cells, connector, {}); });
  };
  EXPECT_THAT(connect(AllToAllConnector()), HasSubstr("connections = 1e+12: must be fewer in one projection"));
  EXPECT_THAT(connect(FixedTotalNumberConnector(1'000'000'000'000)), HasSubstr("FixedTotalNumberConnector"));
  EXPECT_THAT(connect(FixedProbabilityConnector(0.9)), HasSubstr("MB of memory are needed"));
  EXPECT_THAT(connect(FixedNumberPreConnector(500'000)), HasSubstr("are available"));
  EXPECT_THAT(connect(FixedNumberPostConnector(500'000)), HasSubstr("5e+11"));
  EXPECT_EQ(complaint([&] { simulation.connect(cells.slice(0, 9), cells.slice(0, 9), AllToAllConnector(), {}); }), "");
}

TEST(Guards, SamplesThatCannotBeHeldAreRefusedBeforeTheRun) {
  Simulation simulation;
  const Population cells = simulation.create(10, IfCurrDelta{});
  cells.record("v", 1e-9);
  EXPECT_THAT(complaint([&] { simulation.run(1000.0); }), HasSubstr("sampling_interval = 1e-09 ms: must be longer"));
  EXPECT_EQ(simulation.now(), Time());
  simulation.run(1e-6);
  EXPECT_EQ(cells.signal("v").samples(), 1000U);
}

TEST(Guards, SpikesWithoutEndCanBeInterrupted) {
  Simulation simulation({.threads = 1});
  const Population cell = simulation.create(1, IfCurrDelta{.tau_refrac = 0.0, .i_offset = 1e12});  // 1e10 per ms
  cell.record("spikes");
  simulation.on_progress([](const Progress&) { return false; });
  simulation.run(1.0);
  EXPECT_GT(cell.spikes().size(), 0U);
  EXPECT_LE(cell.spikes().size(), std::size_t{1} << 21U);
}

}  // namespace
}  // namespace va_event
