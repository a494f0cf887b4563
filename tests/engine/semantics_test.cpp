// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <type_traits>
#include <vector>

#include "va_event/va_event.hpp"

namespace va_event {
namespace {

// The rules of event order, each seen through the public interface.

using Wide = boost::multiprecision::cpp_bin_float_50;

/// The distance between two neighbouring times of the engine, at worst [ms].
constexpr double kTick = 0x1p-49;

template <class Model>
class Semantics : public ::testing::Test {
 protected:
  static constexpr bool kCoba = std::is_same_v<Model, IfCondExp>;

  /// A source that spikes at these times, connected to `target`.
  static void drive(Simulation& simulation, const Population& target, std::vector<Time> times, double weight,
                    double delay, const char* receptor = "excitatory") {
    const Population source = simulation.create(1, SpikeSourceArray{std::move(times)});
    simulation.connect(source, target, AllToAllConnector(), {weight, delay}, {receptor, "", {}});
  }

  /// Rests at -60 mV, 10 mV below threshold.
  static Model resting() {
    Model type;
    type.v_rest = -60.0;
    type.v_reset = -65.0;
    type.tau_refrac = 2.0;
    return type;
  }
  /// Reaches the threshold by itself after 20 log(2) = 13.9 ms.
  static Model driven() {
    Model type;
    type.v_rest = -40.0;
    type.v_reset = -60.0;
    type.tau_refrac = 2.0;
    return type;
  }
};

using Models = ::testing::Types<IfCurrExp, IfCondExp>;
TYPED_TEST_SUITE(Semantics, Models);

// 1. Spike time = inf{t : v(t) >= v_thresh}

TYPED_TEST(Semantics, ANeuronThatOnlyTouchesTheThresholdSpikes) {
  Simulation simulation;
  const Population neuron = simulation.create(1, this->resting());
  neuron.initialize("v", -60.0);
  neuron.record("spikes");
  simulation.run_until(3.3);
  neuron.set("v_thresh", -60.0);  // at rest exactly on the threshold: dv/dt = 0
  simulation.run_until(10.0);
  EXPECT_EQ(neuron.spikes().times, std::vector<Time>{Time(3.3)});
}

TYPED_TEST(Semantics, ANeuronJustBelowTheThresholdDoesNotSpike) {
  Simulation simulation;
  const Population neuron = simulation.create(1, this->resting());
  neuron.initialize("v", -60.0);
  neuron.record("spikes");
  simulation.run_until(3.3);
  neuron.set("v_thresh", std::nextafter(-60.0, 0.0));
  simulation.run_until(1000.0);
  EXPECT_EQ(neuron.spikes().size(), 0U);
}

TYPED_TEST(Semantics, ASpikeBetweenTwoInputsIsFoundAlthoughVIsBelowThresholdAtBoth) {
  // An excitatory input, whose potential peaks above the threshold and is back below it when the next input comes.
  const double weight = TestFixture::kCoba ? 0.06 : 4.0;
  const auto run = [&](double duration) {
    Simulation simulation;
    const Population neuron = simulation.create(1, this->resting());
    neuron.initialize("v", -60.0);
    this->drive(simulation, neuron, {1.0, 60.0}, weight, 0.5);
    neuron.record({"spikes", "v"}, 0.5);
    if (duration < 0.0) {  // without a threshold
      neuron.set("v_thresh", 100.0);
    }
    simulation.run_until(61.0);
    return neuron;
  };
  const Population unbounded = run(-1.0);
  const Signal v = unbounded.signal("v");
  ASSERT_LT(v.at(3, 0), -50.0);
  ASSERT_LT(v.at(120, 0), -50.0);
  ASSERT_GT(v.at(20, 0), -50.0);
  const Spikes spikes = run(1.0).spikes();
  ASSERT_EQ(spikes.size(), 1U);
  EXPECT_GT(spikes.times[0], Time(1.5));
  EXPECT_LT(spikes.times[0], Time(10.5));
}

// 2. Refractory on [t*, t* + tau_refrac), which is rounded to nothing

TYPED_TEST(Semantics, VIsTheResetPotentialExactlyAsLongAsTheNeuronIsRefractory) {
  Simulation simulation;
  TypeParam type = this->driven();
  type.tau_refrac = 17.0 / 3.0;
  const Population neuron = simulation.create(1, type);
  neuron.initialize("v", -45.0);  // spikes at 0
  neuron.record("spikes");
  simulation.run_until(Time(17.0 / 3.0).plus(-kTick));
  EXPECT_EQ(neuron.value("v")[0], -60.0);
  simulation.run_until(Time(17.0 / 3.0).plus(0.5));
  EXPECT_NEAR(neuron.value("v")[0], -40.0 - 20.0 * std::exp(-0.5 / 20.0), 1e-12);
}

TYPED_TEST(Semantics, SynapsesEvolveAndAcceptInputsWhileTheNeuronIsRefractory) {
  Simulation simulation;
  TypeParam type = this->resting();
  type.tau_refrac = 20.0;
  const Population neuron = simulation.create(1, type);
  neuron.initialize("v", -45.0);
  const char* variable = TestFixture::kCoba ? "gsyn_exc" : "isyn_exc";
  neuron.initialize(variable, 0.01);
  this->drive(simulation, neuron, {4.0, 9.0}, 0.02, 1.0);
  simulation.run_until(15.0);
  EXPECT_NEAR(neuron.value(variable)[0],
              0.01 * std::exp(-15.0 / 5.0) + 0.02 * (std::exp(-10.0 / 5.0) + std::exp(-5.0 / 5.0)), 1e-16);
  EXPECT_EQ(neuron.value("v")[0], -65.0);
}

TYPED_TEST(Semantics, TheRefractoryPeriodIsNotRounded) {
  for (const double tau_refrac : {0.0, 1e-9, 0.1, 1.0 / 3.0, 5.0 + 0x1p-40, 33.3}) {
    Simulation simulation;
    TypeParam type = this->driven();
    type.tau_refrac = tau_refrac;
    const Population neuron = simulation.create(1, type);
    neuron.initialize("v", -60.0);
    neuron.record("spikes");
    simulation.run_until(100.0);
    const Spikes spikes = neuron.spikes();
    ASSERT_GE(spikes.size(), 2U);
    EXPECT_NEAR(spikes.times[1].minus(spikes.times[0]), 20.0 * std::log(2.0) + tau_refrac, 1e-13) << tau_refrac;
  }
}

TYPED_TEST(Semantics, WhatIsSetWhileTheNeuronIsRefractoryHoldsUntilItsEnd) {
  Simulation simulation;
  TypeParam type = this->resting();
  type.tau_refrac = 20.0;
  const Population neurons = simulation.create(3, type);
  neurons.initialize("v", -45.0);
  neurons.inject(StepCurrentSource({6.0}, {0.0}));
  neurons.record("spikes");
  simulation.run_until(5.0);
  neurons.slice(1, 2).initialize("v", -58.0);
  neurons.slice(2, 3).initialize("v", -45.0);  // above threshold: spikes when it may
  simulation.run_until(10.0);                  // across a step of current, which changes nothing
  EXPECT_EQ(neurons.value("v"), (std::vector<double>{-65.0, -58.0, -45.0}));
  neurons.set("v_reset", -70.0);
  EXPECT_EQ(neurons.value("v"), (std::vector<double>{-70.0, -58.0, -45.0}));
  neurons.set("v_thresh", -49.0);
  simulation.run_until(20.0);
  EXPECT_EQ(neurons.value("v"), (std::vector<double>{-70.0, -58.0, -45.0}));
  simulation.run_until(21.0);
  EXPECT_NEAR(neurons.value("v")[1], -60.0 + 2.0 * std::exp(-1.0 / 20.0), 1e-12);
  const Spikes late = neurons.spikes();
  ASSERT_EQ(late.size(), 4U);
  EXPECT_EQ(late.times[3], Time(20.0));
  EXPECT_EQ(late.ids[3], 2U);
}

// 3. At one instant: crossing, then end of refractoriness, then inputs

TYPED_TEST(Semantics, AnInputAtTheInstantOfACrossingComesTooLateAndOneATickEarlierDoesNot) {
  const auto spikes_with_inhibition_at = [&](const Time& arrival) {
    Simulation simulation;
    const Population neuron = simulation.create(1, this->driven());
    neuron.initialize("v", -60.0);
    // Strong enough to stop the rise at once; not stronger, because potentials are right to the last bits of the
    // largest one that is involved, here the one that this current drives to.
    this->drive(simulation, neuron, {arrival.plus(-0.5)}, TestFixture::kCoba ? 100.0 : -5.0, 0.5, "inhibitory");
    neuron.record("spikes");
    simulation.run_until(20.0);
    return neuron.spikes();
  };
  const Spikes undisturbed = spikes_with_inhibition_at(Time(50.0));
  ASSERT_EQ(undisturbed.size(), 1U);
  const Time t = undisturbed.times[0];
  EXPECT_NEAR(t.ms(), 20.0 * std::log(2.0), 1e-13);
  EXPECT_EQ(spikes_with_inhibition_at(t).times, undisturbed.times);
  EXPECT_EQ(spikes_with_inhibition_at(t.plus(kTick)).times, undisturbed.times);
  EXPECT_EQ(spikes_with_inhibition_at(t.plus(-64 * kTick)).size(), 0U);
}

TYPED_TEST(Semantics, AnInputAtExactlyTheEndOfRefractorinessActsOnTheAwakeNeuron) {
  const auto v_at_5_5 = [&](const Time& arrival) {
    Simulation simulation;
    const Population neuron = simulation.create(1, this->resting());
    neuron.initialize("v", -50.0);  // spikes at 0, awake at 2
    this->drive(simulation, neuron, {arrival.plus(-1.0)}, TestFixture::kCoba ? 0.001 : 0.1, 1.0);
    simulation.run_until(5.5);
    return neuron.value("v")[0];
  };
  // v is continuous in the time of arrival: the exact end is the limit from both sides.
  const double at_the_end = v_at_5_5(2.0);
  EXPECT_NEAR(at_the_end, v_at_5_5(Time(2.0).plus(1e-13)), 1e-12);
  EXPECT_NEAR(at_the_end, v_at_5_5(Time(2.0).plus(-1e-13)), 1e-12);
  EXPECT_GT(at_the_end, v_at_5_5(5.5) + 1e-3);
}

TYPED_TEST(Semantics, NeuronsThatCrossAtOneInstantAllSpikeBeforeAnyOfTheirSpikesArrives) {
  Simulation simulation;
  const Population neurons = simulation.create(5, this->driven());
  neurons.initialize("v", -60.0);
  // A delay below the resolution of time: the spikes arrive at the instant of their emission.
  simulation.connect(neurons, neurons, AllToAllConnector(false), {TestFixture::kCoba ? 100.0 : -1000.0, 1e-30},
                     {"inhibitory", "", {}});
  neurons.record("spikes");
  simulation.run_until(20.0);
  const Spikes spikes = neurons.spikes();
  EXPECT_EQ(spikes.ids, (std::vector<CellId>{0, 1, 2, 3, 4}));
  EXPECT_EQ(spikes.times, std::vector<Time>(5, spikes.times.at(0)));
}

TYPED_TEST(Semantics, ANeuronWithoutRefractorinessReceivesWhatArrivesAtTheInstantOfItsSpike) {
  Simulation simulation;
  TypeParam type = this->resting();
  type.tau_refrac = 0.0;
  const Population neuron = simulation.create(1, type);
  neuron.initialize("v", -50.0);
  this->drive(simulation, neuron, {0.0}, 0.01, 1e-30);
  simulation.run_until(1.0);
  EXPECT_NEAR(neuron.value(TestFixture::kCoba ? "gsyn_exc" : "isyn_exc")[0], 0.01 * std::exp(-1.0 / 5.0), 1e-17);
  EXPECT_GT(neuron.value("v")[0], -65.0);
}

// 4. Simultaneous inputs are summed in the order (source id, synapse id)

TYPED_TEST(Semantics, SimultaneousInputsAreSummedInTheOrderOfTheirSources) {
  const auto sum = [&](const std::vector<double>& weights, const std::vector<std::size_t>& order_of_projections) {
    Simulation simulation;
    const Population sources = simulation.create(weights.size(), SpikeSourceArray{{1.0}});
    TypeParam type = this->resting();
    type.tau_syn_E = 1e60;  // no decay: the sum can be read to the last bit
    type.v_thresh = 1e60;
    const Population neuron = simulation.create(1, type);
    for (const std::size_t k : order_of_projections) {
      simulation.connect(sources.slice(k, k + 1), neuron, AllToAllConnector(), {weights[k], 1.5});
    }
    simulation.run_until(3.0);
    return neuron.value(TestFixture::kCoba ? "gsyn_exc" : "isyn_exc")[0];
  };
  const double tiny = 0x1.8p-54;  // twice this is the last bit of 1, once is lost
  for (const auto& order : {std::vector<std::size_t>{0, 1, 2}, {2, 1, 0}, {1, 2, 0}, {1, 0, 2}}) {
    EXPECT_EQ(sum({1.0, tiny, tiny}, order), (1.0 + tiny) + tiny);
    EXPECT_EQ(sum({tiny, tiny, 1.0}, order), (tiny + tiny) + 1.0);
  }
  EXPECT_NE((1.0 + tiny) + tiny, (tiny + tiny) + 1.0);
}

// 5. v >= v_thresh by initialisation or by a change of a parameter

TYPED_TEST(Semantics, ANeuronInitialisedOnOrAboveThresholdSpikesAtTimeZero) {
  Simulation simulation;
  const Population neurons = simulation.create(3, this->resting());
  neurons.initialize("v", {-50.0, std::nextafter(-50.0, -60.0), -20.0});
  neurons.record("spikes");
  simulation.run_until(50.0);
  EXPECT_EQ(neurons.spikes().times, (std::vector<Time>{0.0, 0.0}));
  EXPECT_EQ(neurons.spikes().ids, (std::vector<CellId>{0, 2}));
}

TYPED_TEST(Semantics, ANeuronSetAboveThresholdBetweenRunsSpikesAtExactlyThatTime) {
  Simulation simulation;
  const Population neuron = simulation.create(1, this->resting());
  neuron.initialize("v", -60.0);
  neuron.record("spikes");
  const std::vector<Time> times{Time(7.7), Time(16.0), Time(1234.5).plus(0x1p-45)};
  for (const Time& t : times) {
    simulation.run_until(t);
    neuron.initialize("v", -49.0);
  }
  simulation.run_until(2000.0);
  EXPECT_EQ(neuron.spikes().times, times);
}

TYPED_TEST(Semantics, ALoweredThresholdMakesANeuronAboveItSpikeAtExactlyThatTime) {
  Simulation simulation;
  const Population neuron = simulation.create(1, this->driven());
  neuron.initialize("v", -60.0);
  neuron.record("spikes");
  simulation.run_until(10.0);  // v = -52.1 mV
  neuron.set("v_thresh", -55.0);
  simulation.run_until(10.5);
  EXPECT_EQ(neuron.spikes().times, std::vector<Time>{Time(10.0)});
}

TYPED_TEST(Semantics, AResetPotentialOnOrAboveTheThresholdIsRefused) {
  TypeParam type;
  for (const double v_reset : {-50.0, -49.0}) {
    type.v_reset = v_reset;
    EXPECT_THROW((void)CellType(type), ParameterError);
  }
  Simulation simulation;
  const Population neuron = simulation.create(1, TypeParam{});
  EXPECT_THROW(neuron.set("v_reset", -50.0), ParameterError);
  EXPECT_THROW(neuron.set("v_thresh", -65.0), ParameterError);
  EXPECT_NO_THROW(neuron.set({{"v_reset", -40.0}, {"v_thresh", -30.0}}));
}

// 6. Delays are continuous, > 0 and never rounded

TYPED_TEST(Semantics, DelaysAreNotRounded) {
  const auto latency = [&](double spike, double delay) {
    Simulation simulation;
    const Population neuron = simulation.create(1, this->resting());
    neuron.initialize("v", -60.0);
    this->drive(simulation, neuron, {spike}, TestFixture::kCoba ? 1.0 : 50.0, delay);
    neuron.record("spikes");
    simulation.run_until(Time(spike).plus(delay + 1.0));
    const Spikes spikes = neuron.spikes();
    EXPECT_EQ(spikes.size(), 1U) << delay;
    // EmittedSpike and delay are taken off one by one and exactly: whole and fraction of the latter first.
    return spikes.size() == 1 ? spikes.times[0].plus(-spike).plus(-delay).ms() : NAN;
  };
  const double expected = latency(16.0, 16.0);
  EXPECT_GT(expected, 0.1);
  for (const double delay : {0.1, 1.0 / 3.0, 1e-9, 1e-300, 15.99, 16.0 + 1e-12, 100.1, 1e5 + 1.0 / 7.0}) {
    EXPECT_NEAR(latency(0.0, delay), expected, 8 * kTick) << delay;
    EXPECT_NEAR(latency(3.14159, delay), expected, 8 * kTick) << delay;
  }
}

// 7. Total order by contents: the properties of whole runs (tests/properties), and equal times sorted by cell

TYPED_TEST(Semantics, SpikesAtOneInstantAreListedByCell) {
  Simulation simulation;
  const Population sources = simulation.create(3, SpikeSourceArray{{2.0, 2.0, 1.0}});
  const Population neuron = simulation.create(1, this->resting());
  neuron.initialize("v", -45.0);
  const Assembly all = neuron + sources;
  all.record("spikes");
  simulation.run_until(3.0);
  const Spikes spikes = all.spikes();
  EXPECT_EQ(spikes.times, (std::vector<Time>{0.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0}));
  EXPECT_EQ(spikes.ids, (std::vector<CellId>{3, 0, 1, 2, 0, 0, 1, 1, 2, 2}));
}

}  // namespace
}  // namespace va_event
