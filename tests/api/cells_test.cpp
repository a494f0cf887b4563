// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "expect_error.hpp"
#include "va_event/va_event.hpp"

namespace va_event {
namespace {

std::vector<CellId> ids(const Cells& cells) { return {cells.ids().begin(), cells.ids().end()}; }

TEST(Population, CountsItsCellsOnFromThoseMadeBefore) {
  Simulation simulation;
  const Population a = simulation.create(3, IfCurrExp{}, {"first", {}});
  const Population b = simulation.create(2, SpikeSourcePoisson{});
  const Population c = simulation.create(1, IfCondExp{});
  EXPECT_EQ(ids(a), (std::vector<CellId>{0, 1, 2}));
  EXPECT_EQ(ids(b), (std::vector<CellId>{3, 4}));
  EXPECT_EQ(c.first_id(), 5U);
  EXPECT_EQ(a.label(), "first");
  EXPECT_EQ(b.label(), "population1");
  EXPECT_EQ(b.size(), 2U);
  EXPECT_EQ(&b.cell_type().model(), &SpikeSourcePoisson::model());
  const std::vector<PopulationRange> ranges = simulation.populations();
  ASSERT_EQ(ranges.size(), 3U);
  EXPECT_EQ(ranges[1].label, "population1");
  EXPECT_EQ(ranges[1].cell_type, "SpikeSourcePoisson");
  EXPECT_EQ(ranges[1].first_id, 3U);
  EXPECT_EQ(ranges[1].size, 2U);
  EXPECT_EQ(c.range().cell_type, "IF_cond_exp");
}

TEST(Population, OfNoCellsIsRefused) {
  Simulation simulation;
  expect_error<ParameterError>([&] { simulation.create(0, IfCurrExp{}); }, "size", ">= 1");
  simulation.create(10, IfCurrExp{});
  expect_error<ParameterError>([&] { simulation.create(4294967290ULL, IfCurrExp{}); }, "size");
}

TEST(Population, StaysValidAfterItsSimulationHandleIsGone) {
  const auto make = [] {
    Simulation simulation;
    const Population cells = simulation.create(2, IfCurrExp{});
    cells.record("spikes");
    cells.initialize("v", -50.0);
    simulation.run(1.0);
    return cells;
  };
  EXPECT_EQ(make().spikes().size(), 2U);
}

TEST(View, SlicesCountFromItsOwnFirstCell) {
  Simulation simulation;
  simulation.create(5, IfCurrExp{});
  const Population cells = simulation.create(10, IfCurrExp{});
  EXPECT_EQ(ids(cells.slice(2, 9, 3)), (std::vector<CellId>{7, 10, 13}));
  EXPECT_EQ(ids(cells.slice(0, 10)), ids(cells));
  EXPECT_EQ(ids(cells.slice(4, 8).slice(1, 3)), (std::vector<CellId>{10, 11}));
  EXPECT_EQ(ids(cells.slice(9, 10, 100)), (std::vector<CellId>{14}));
}

TEST(View, SelectsByIndexInTheGivenOrderAndByMask) {
  Simulation simulation;
  const Population cells = simulation.create(5, IfCurrExp{});
  EXPECT_EQ(ids(cells.select(std::vector<std::size_t>{4, 0, 2})), (std::vector<CellId>{4, 0, 2}));
  EXPECT_EQ(ids(cells.select(std::vector<std::size_t>{4, 0, 2}).select(std::vector<std::size_t>{2, 0})),
            (std::vector<CellId>{2, 4}));
  EXPECT_EQ(ids(cells.select(std::vector<bool>{false, true, true, false, true})), (std::vector<CellId>{1, 2, 4}));
  PopulationView view = cells.slice(0, 2);
  view.set_label("two");
  EXPECT_EQ(view.label(), "two");
}

TEST(View, BeyondItsPopulationIsRefused) {
  Simulation simulation;
  const Population cells = simulation.create(5, IfCurrExp{});
  expect_error<IndexError>([&] { (void)cells.slice(0, 6); }, "slice");
  expect_error<IndexError>([&] { (void)cells.slice(3, 3); }, "slice");
  expect_error<IndexError>([&] { (void)cells.slice(4, 2); }, "slice");
  expect_error<IndexError>([&] { (void)cells.slice(0, 5, 0); }, "slice step");
  expect_error<IndexError>([&] { (void)cells.select(std::vector<std::size_t>{5}); }, "index");
  expect_error<IndexError>([&] { (void)cells.select(std::vector<std::size_t>{1, 2, 1}); }, "index", "twice");
  expect_error<SizeError>([&] { (void)cells.select(std::vector<bool>(4, true)); }, "mask");
}

TEST(View, OfNoCellsIsHarmless) {
  Simulation simulation;
  const Population cells = simulation.create(5, IfCurrExp{});
  const PopulationView none = cells.select(std::vector<bool>(5, false));
  EXPECT_EQ(none.size(), 0U);
  EXPECT_EQ(none.spikes().size(), 0U);
  EXPECT_TRUE(none.get("tau_m").empty());
  none.set("tau_m", 5.0);
  none.record("v");
  none.initialize("v", -70.0);
  expect_error<StateError>([&] { (void)none.cell_type(); }, "cell_type");
  simulation.run(1.0);
}

TEST(Assembly, JoinsPopulationsAndViewsInTheirOrder) {
  Simulation simulation;
  const Population a = simulation.create(3, IfCurrExp{}, {"a", {}});
  const Population b = simulation.create(3, IfCondExp{}, {"b", {}});
  Assembly both = b + a.slice(1, 3);
  EXPECT_EQ(ids(both), (std::vector<CellId>{3, 4, 5, 1, 2}));
  EXPECT_EQ(both.label(), "b+view of a");
  both.set_label("both");
  EXPECT_EQ(both.label(), "both");
  EXPECT_EQ((a + b + simulation.create(1, IfCurrExp{})).size(), 7U);
}

TEST(Assembly, OfOneCellTwiceOrOfTwoSimulationsIsRefused) {
  Simulation simulation;
  Simulation other;
  const Population a = simulation.create(3, IfCurrExp{});
  const Population foreign = other.create(3, IfCurrExp{});
  expect_error<ConnectionError>([&] { (void)(a + a.slice(2, 3)); }, "assembly", "twice");
  expect_error<ConnectionError>([&] { (void)(a + foreign); }, "assembly", "one simulation");
}

TEST(Assembly, SpreadsArraysOverItsCellsInItsOrder) {
  Simulation simulation;
  const Population a = simulation.create(2, IfCurrExp{});
  const Population b = simulation.create(2, IfCondExp{});
  const Assembly both = b + a;
  both.set("tau_m", {1.0, 2.0, 3.0, 4.0});
  EXPECT_EQ(a.get("tau_m"), (std::vector<double>{3.0, 4.0}));
  EXPECT_EQ(b.get("tau_m"), (std::vector<double>{1.0, 2.0}));
  both.initialize("v", {-60.0, -61.0, -62.0, -63.0});
  EXPECT_EQ(a.value("v"), (std::vector<double>{-62.0, -63.0}));
}

TEST(Positions, FollowTheStructureAndTheOrderOfTheSet) {
  Simulation simulation;
  const Population line = simulation.create(3, IfCurrExp{}, {"", Line{2.0, 1.0, 5.0, 7.0}});
  const Population nowhere = simulation.create(2, IfCurrExp{});
  ASSERT_EQ(line.positions().size(), 3U);
  EXPECT_EQ(line.positions()[2], (Position{5.0, 5.0, 7.0}));
  EXPECT_EQ(line.select(std::vector<std::size_t>{2, 0}).positions()[1], (Position{1.0, 5.0, 7.0}));
  EXPECT_TRUE(nowhere.positions().empty());
  expect_error<ConnectionError>([&] { (void)(line + nowhere).positions(); }, "positions");
}

TEST(SpikeTimes, AreSetForOneCellOfASourceOnly) {
  Simulation simulation;
  const Population sources = simulation.create(2, SpikeSourceArray{});
  const Population neurons = simulation.create(2, IfCurrExp{});
  const Population poisson = simulation.create(2, SpikeSourcePoisson{});
  sources.set_spike_times(1, {2.0, 1.0});
  expect_error<IndexError>([&] { sources.set_spike_times(2, {1.0}); }, "index");
  expect_error<UnknownNameError>([&] { neurons.set_spike_times(0, {1.0}); }, "parameter");
  expect_error<UnknownNameError>([&] { poisson.set_spike_times(0, {1.0}); }, "parameter");
  for (const double bad :
       {-1.0, -1e-300, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    expect_error<ParameterError>([&] { sources.set_spike_times(0, {bad}); }, "time");
  }
}

}  // namespace
}  // namespace va_event
