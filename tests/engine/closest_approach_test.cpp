// SPDX-License-Identifier: Apache-2.0
// Which of several equally close approaches to a threshold is reported follows from their times and cells alone.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include "api/core.hpp"
#include "engine/run/engine.hpp"
#include "recording/recorder.hpp"
#include "tests/cases.hpp"
#include "va_event/va_event.hpp"

namespace va_event {
namespace {

/// Two equal neurons at rest get equal inputs, the second one an epoch before the first.
template <class Type>
void expect_the_earlier_one(const Type& type, double weight, const char* receptor) {
  Simulation simulation({.method = SimulationMethod::one_by_one});
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
    Simulation simulation({.method = SimulationMethod::one_by_one});
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

/// A random network of 60 neurons that hardly spikes, so that approaches are what happens in it.
template <class Type>
std::optional<engine::ClosestApproach> closest_of(const Type& type, double exc, double inh, std::uint64_t seed,
                                                  unsigned threads) {
  Simulation simulation({.seed = seed, .method = SimulationMethod::one_by_one});
  const Population cells = simulation.create(60, type);
  cells.initialize("v", RandomDistribution("uniform", {type.v_rest, type.v_thresh - 1.0}));
  const Population sources = simulation.create(30, SpikeSourcePoisson{.rate = 100.0});
  const FixedProbabilityConnector connector(0.3);
  const Values delay = RandomDistribution("uniform", {0.5, 3.0});
  simulation.connect(sources, cells, connector, {.weight = exc, .delay = delay}, {.receptor_type = "excitatory"});
  simulation.connect(sources, cells, connector, {.weight = inh, .delay = delay}, {.receptor_type = "inhibitory"});
  simulation.connect(cells, cells, connector, {.weight = exc, .delay = 1.0}, {.receptor_type = "excitatory"});
  recording::Recorder recorder;
  const auto engine = engine::make_engine({}, simulation.core()->network, recorder, threads);
  EXPECT_TRUE(engine->run_until(Time(60.0), [](const Time&) { return true; }));
  return engine->closest_approach();
}

template <class Type>
void expect_the_same_on_any_number_of_threads(const Type& type, double exc, double inh) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const auto expected = closest_of(type, exc, inh, seed, 1);
    ASSERT_TRUE(expected.has_value());
    for (const unsigned threads : {2U, 5U}) {
      const auto closest = closest_of(type, exc, inh, seed, threads);
      ASSERT_TRUE(closest.has_value());
      EXPECT_EQ(closest->distance_mv, expected->distance_mv) << "seed " << seed << ", " << threads << " threads";
      EXPECT_EQ(closest->cell, expected->cell) << "seed " << seed << ", " << threads << " threads";
      EXPECT_EQ(closest->time_ms, expected->time_ms) << "seed " << seed << ", " << threads << " threads";
    }
  }
}

TEST(ClosestApproach, OfRandomNetworksIsTheSameOnAnyNumberOfThreads) {
  expect_the_same_on_any_number_of_threads(IfCurrExp{.v_thresh = -55.0}, 0.4, -0.4);
  expect_the_same_on_any_number_of_threads(IfCurrExp{.tau_syn_E = 0.3, .v_thresh = -55.0}, 2.0, -1.0);
  expect_the_same_on_any_number_of_threads(IfCondExp{.v_thresh = -57.0}, 0.006, 0.01);
  expect_the_same_on_any_number_of_threads(IfCondExp{.tau_syn_E = 0.7, .v_thresh = -57.0}, 0.03, 0.03);
  expect_the_same_on_any_number_of_threads(IfCurrDelta{.v_thresh = -57.0}, 0.8, -0.8);
}

/// Each of many neurons gets one input that lifts it from rest to a peak below its threshold; the closest peak is known
/// in closed form. Looks that pass a peak do so at any distance behind it, so that none may be left out by where they
/// find the neuron.
TEST(ClosestApproach, OfManyPeaksIsTheClosestInWhateverOrderTheyCome) {
  const IfCurrExp type{.cm = 1.0, .tau_m = 20.0, .tau_syn_E = 2.0, .v_thresh = -50.0};
  constexpr std::size_t kCells = 400;
  // v - v_rest = w R tau_s/(tau_m - tau_s) (e^{-t/tau_m} - e^{-t/tau_s}), R = tau_m/cm
  const double ratio = type.tau_m / type.tau_syn_E;
  const double peak_time = std::log(ratio) * type.tau_m * type.tau_syn_E / (type.tau_m - type.tau_syn_E);
  const double peak = type.tau_m / type.cm * type.tau_syn_E / (type.tau_m - type.tau_syn_E) *
                      (std::exp(-peak_time / type.tau_m) - std::exp(-peak_time / type.tau_syn_E));
  for (std::uint64_t seed = 1; seed <= testing_support::cases(300); ++seed) {
    std::mt19937_64 random(seed);
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    std::vector<double> weights(kCells * kCells);  // of which one for one is used
    double closest = 1.0;
    Simulation simulation({.method = SimulationMethod::one_by_one});
    const Population cells = simulation.create(kCells, type);
    cells.initialize("v", type.v_rest);
    const Population sources = simulation.create(kCells, SpikeSourceArray{});
    for (std::size_t k = 0; k < kCells; ++k) {
      const double distance = std::pow(10.0, -5.0 + 4.0 * uniform(random));
      closest = std::min(closest, distance);
      weights[k * kCells + k] = (type.v_thresh - type.v_rest - distance) / peak;
      sources.set_spike_times(k, {Time(300.0 * uniform(random))});
    }
    simulation.connect(sources, cells, OneToOneConnector(), {.weight = weights, .delay = 1.0});
    recording::Recorder recorder;
    const auto engine = engine::make_engine({}, simulation.core()->network, recorder, 1);
    ASSERT_TRUE(engine->run_until(Time(400.0), [](const Time&) { return true; }));
    ASSERT_TRUE(engine->closest_approach().has_value());
    EXPECT_NEAR(engine->closest_approach()->distance_mv, closest, 1e-12) << "seed " << seed;
  }
}

}  // namespace
}  // namespace va_event
