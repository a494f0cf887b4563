// SPDX-License-Identifier: Apache-2.0
// Which of several equally close approaches to a threshold is reported follows from their times and cells alone.
#include <gtest/gtest.h>

#include <optional>

#include "api/core.hpp"
#include "engine/run/engine.hpp"
#include "recording/recorder.hpp"
#include "va_event/va_event.hpp"

namespace va_event {
namespace {

/// Two equal neurons at rest get equal inputs, the second one an epoch before the first.
template <class Type>
void expect_the_earlier_one(const Type& type, double weight, const char* receptor) {
  Simulation simulation;
  const Population cells = simulation.create(2, type);
  cells.initialize("v", type.v_rest);
  const Population late = simulation.create(1, SpikeSourceArray{{Time(17.0)}});
  const Population early = simulation.create(1, SpikeSourceArray{{Time(1.0)}});
  const AllToAllConnector connector;
  simulation.connect(late, cells.slice(0, 1), connector, {.weight = weight, .delay = 0.5}, {.receptor_type = receptor});
  simulation.connect(early, cells.slice(1, 2), connector, {.weight = weight, .delay = 0.5},
                     {.receptor_type = receptor});
  std::optional<engine::ClosestApproach> with_one;
  for (const unsigned threads : {1U, 2U}) {
    recording::Recorder recorder;
    const auto engine = engine::make_engine({}, simulation.core()->network, recorder, threads);
    ASSERT_EQ(engine->threads(), threads);
    ASSERT_TRUE(engine->run_until(Time(64.0), [](const Time&) { return true; }));
    const auto closest = engine->closest_approach();
    ASSERT_TRUE(closest.has_value());
    EXPECT_EQ(closest->cell, cells.first_id() + 1) << threads << " threads";
    EXPECT_LT(closest->time_ms, 17.0);
    with_one = with_one ? with_one : closest;
    EXPECT_EQ(closest->distance_mv, with_one->distance_mv);
    EXPECT_EQ(closest->time_ms, with_one->time_ms);
  }
}

TEST(ClosestApproach, OfTwoThatAreEquallyCloseIsTheEarlierOneOnAnyNumberOfThreads) {
  expect_the_earlier_one(IfCurrExp{}, 2.0, "excitatory");
  expect_the_earlier_one(IfCondExp{}, 0.04, "excitatory");
  expect_the_earlier_one(IfCurrDelta{}, 5.0, "excitatory");
}

TEST(ClosestApproach, OfTwoAtOneTimeIsThatOfTheFirstCellOnAnyNumberOfThreads) {
  for (const unsigned threads : {1U, 2U}) {
    Simulation simulation;
    const Population cells = simulation.create(2, IfCurrExp{.v_rest = -60.0, .cm = 1.0, .i_offset = 0.4});
    recording::Recorder recorder;
    const Population source = simulation.create(1, SpikeSourceArray{{Time(5.0)}});
    simulation.connect(source, cells, AllToAllConnector(), {.weight = -20.0, .delay = 0.5},
                       {.receptor_type = "inhibitory"});
    const auto engine = engine::make_engine({}, simulation.core()->network, recorder, threads);
    ASSERT_TRUE(engine->run_until(Time(30.0), [](const Time&) { return true; }));
    ASSERT_TRUE(engine->closest_approach().has_value());
    EXPECT_EQ(engine->closest_approach()->cell, cells.first_id());
  }
}

}  // namespace
}  // namespace va_event
