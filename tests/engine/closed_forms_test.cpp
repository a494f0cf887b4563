// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <functional>
#include <type_traits>
#include <vector>

#include "va_event/va_event.hpp"

namespace va_event {
namespace {

// Single neurons whose behaviour can be written down. The formulas are evaluated with 50 digits.

using Wide = boost::multiprecision::cpp_bin_float_50;

template <class Model>
class ClosedForm : public ::testing::Test {};
using Models = ::testing::Types<IfCurrExp, IfCondExp>;
TYPED_TEST_SUITE(ClosedForm, Models);

Wide exact(const Time& t) { return Wide(t.whole()) + Wide(t.fraction()); }

/// Compares v, sampled every 0.37 ms, with a formula [mV].
void expect_v(const Population& neuron, const std::function<Wide(const Wide&)>& formula, double tolerance = 1e-12) {
  const Signal v = neuron.signal("v");
  ASSERT_GT(v.samples(), 0U);
  for (std::size_t k = 0; k < v.samples(); ++k) {
    const Wide t = Wide(static_cast<double>(k)) * Wide(v.sampling_interval);
    ASSERT_NEAR(v.at(k, 0), static_cast<double>(formula(t)), tolerance) << "t = " << t << " ms";
  }
}

TYPED_TEST(ClosedForm, OfTheDrivenNeuronsPeriod) {
  for (const double tau_m : {20.0, 7.3, 1.0}) {
    for (const double tau_refrac : {0.0, 0.1, 5.0, 21.7}) {
      TypeParam type;
      type.tau_m = tau_m;
      type.tau_refrac = tau_refrac;
      type.cm = 0.2;
      type.i_offset = 25.0 * 0.2 / tau_m;  // 25 mV above rest, 10 mV above threshold
      Simulation simulation;
      const Population neuron = simulation.create(1, type);
      neuron.initialize("v", type.v_reset);
      neuron.record("spikes");
      simulation.run_until(1000.0);
      const Wide drive = Wide(type.i_offset) * tau_m / Wide(type.cm);
      const Wide rise = tau_m * log(drive / (drive - 15));
      const Spikes spikes = neuron.spikes();
      ASSERT_EQ(spikes.size(),
                static_cast<std::size_t>((1000.0 + tau_refrac) / static_cast<double>(rise + tau_refrac)));
      for (std::size_t k = 0; k < spikes.size(); ++k) {
        const Wide expected = rise + static_cast<double>(k) * (rise + tau_refrac);
        // Every period is rounded on its own.
        ASSERT_LE(abs(exact(spikes.times[k]) - expected), 3e-14 * static_cast<double>(k + 1)) << k;
      }
    }
  }
}

TEST(ClosedFormOfCurrents, OfPostsynapticPotentialsForAnyRelationOfTheTimeConstants) {
  for (const double tau_syn : {5.0, 20.0, 20.0 * (1 + 0x1p-30), 20.0 * (1 - 0x1p-50), 45.0}) {
    IfCurrExp type;
    type.tau_syn_E = tau_syn;
    type.cm = 0.4;
    Simulation simulation;
    const Population neuron = simulation.create(1, type);
    const Population source = simulation.create(1, SpikeSourceArray{{0.25, 30.0}});
    simulation.connect(source, neuron, AllToAllConnector(), {0.1, 1.5});
    neuron.record("v", 0.37);
    simulation.run_until(100.0);
    const auto psp = [&](const Wide& t) -> Wide {
      if (t <= 0) {
        return 0;
      }
      const Wide rate_m = Wide(1) / 20;
      const Wide rate_s = Wide(1) / Wide(tau_syn);
      const Wide shape =
          rate_m == rate_s ? t * exp(-t * rate_m) : (exp(-t * rate_m) - exp(-t * rate_s)) / (rate_s - rate_m);
      return Wide(0.1) / Wide(0.4) * shape;
    };
    expect_v(
        neuron, [&](const Wide& t) -> Wide { return -65 + psp(t - Wide(1.75)) + psp(t - Wide(31.5)); }, 1e-13);
  }
}

TEST(ClosedFormOfConductances, OfAConductanceThatHardlyDecays) {
  IfCondExp type;
  type.tau_syn_E = 1e14;
  type.tau_syn_I = 1e14;
  type.cm = 0.2;
  Simulation simulation;
  const Population neuron = simulation.create(1, type);
  neuron.initialize("gsyn_exc", 0.002);
  neuron.initialize("gsyn_inh", 0.05);
  neuron.record("v", 0.37);
  simulation.run_until(60.0);
  const Wide exc = Wide(0.002) * 20 / Wide(0.2);
  const Wide inh = Wide(0.05) * 20 / Wide(0.2);
  const Wide total = 1 + exc + inh;
  const Wide rest = (-65 - 70 * inh) / total;
  expect_v(neuron, [&](const Wide& t) -> Wide { return rest + (-65 - rest) * exp(-t * total / 20); });
}

TEST(ClosedFormOfConductances, OfAReversalPotentialThatPullsNowhere) {
  // At v = e_rev a conductance changes nothing, however large it is.
  IfCondExp type;
  type.e_rev_I = type.v_rest;
  Simulation simulation;
  const Population neuron = simulation.create(1, type);
  neuron.initialize("gsyn_inh", 3.0);
  neuron.record("v", 0.37);
  simulation.run_until(60.0);
  expect_v(
      neuron, [](const Wide&) -> Wide { return -65; }, 1e-14);
}

TYPED_TEST(ClosedForm, OfStepsOfCurrent) {
  TypeParam type;
  type.cm = 0.5;  // 40 MOhm
  Simulation simulation;
  const Population neuron = simulation.create(1, type);
  neuron.inject(StepCurrentSource({3.3, 20.0, 47.77}, {0.3, -0.2, 0.05}));
  neuron.inject(DCSource{0.05, 10.0, 30.0});
  neuron.record("v", 0.37);
  simulation.run_until(80.0);
  // The answer of the membrane to a current I from t0 on is 40 I (1 - exp(-(t-t0)/20)); steps add up.
  const auto step = [](const Wide& t, double t0, const Wide& current) -> Wide {
    return t <= Wide(t0) ? Wide(0) : Wide(40 * current * (1 - exp(-(t - Wide(t0)) / 20)));
  };
  expect_v(neuron, [&](const Wide& t) -> Wide {
    return -65 + step(t, 3.3, Wide(0.3)) + step(t, 20.0, Wide(-0.2) - Wide(0.3)) +
           step(t, 47.77, Wide(0.05) - Wide(-0.2)) + step(t, 10.0, Wide(0.05)) + step(t, 30.0, -Wide(0.05));
  });
}

TYPED_TEST(ClosedForm, OfACurrentThatIsInjectedBetweenRuns) {
  Simulation simulation;
  const Population neuron = simulation.create(1, TypeParam{});
  neuron.record("v", 0.37);
  simulation.run_until(12.5);
  neuron.inject(StepCurrentSource({2.0, 5.0, 20.0}, {9.0, 0.2, 0.0}));  // only the latest past step counts
  simulation.run_until(40.0);
  expect_v(neuron, [&](const Wide& t) -> Wide {
    const Wide rise = t < Wide(12.5) ? Wide(0) : Wide(4 * (1 - exp(-((t < 20 ? t : Wide(20)) - Wide(12.5)) / 20)));
    return -65 + (t < 20 ? rise : Wide(rise * exp(-(t - 20) / 20)));
  });
}

TYPED_TEST(ClosedForm, OfVBeforeDuringAndAfterRefractoriness) {
  TypeParam type;
  type.v_rest = -40.0;
  type.v_reset = -70.0;
  type.tau_refrac = 6.6;
  Simulation simulation;
  const Population neuron = simulation.create(1, type);
  neuron.initialize("v", -60.0);
  neuron.record("v", 0.37);
  simulation.run_until(40.0);
  const Wide spike = 20 * log(Wide(2));
  const Wide awake = spike + Wide(6.6);
  expect_v(neuron, [&](const Wide& t) -> Wide {
    return t <= spike   ? Wide(-40 - 20 * exp(-t / 20))
           : t <= awake ? Wide(-70)
                        : Wide(-40 - 30 * exp(-(t - awake) / 20));
  });
}

TYPED_TEST(ClosedForm, OfAnInputAtTheEndOfRefractoriness) {
  TypeParam type;
  type.tau_refrac = 5.0;
  type.tau_syn_E = 20.0;
  Simulation simulation;
  const Population neuron = simulation.create(1, type);
  neuron.initialize("v", -50.0);  // spikes at 0, awake at 5 in its resting state
  const Population source = simulation.create(1, SpikeSourceArray{{3.0}});
  const bool coba = std::is_same_v<TypeParam, IfCondExp>;
  simulation.connect(source, neuron, AllToAllConnector(), {coba ? 1e-12 : 0.2, 2.0});
  simulation.run_until(9.0);
  // An infinitesimal conductance is a current of 65 mV times it.
  const double current = coba ? 65e-12 : 0.2;
  EXPECT_NEAR(neuron.value("v")[0] + 65.0, current * 4.0 * std::exp(-4.0 / 20.0), coba ? 2e-14 : 1e-13);
}

TYPED_TEST(ClosedForm, OfSelfExcitationOverADelayOfManyEpochs) {
  // The neuron's own spike comes back 1e5 ms later and makes it spike again: a clock.
  TypeParam type;
  type.tau_refrac = 1.0;
  Simulation simulation;
  const Population neuron = simulation.create(1, type);
  neuron.initialize("v", -50.0);
  const bool coba = std::is_same_v<TypeParam, IfCondExp>;
  simulation.connect(neuron, neuron, AllToAllConnector(), {coba ? 0.3 : 20.0, 1e5 + 0.3});
  neuron.record("spikes");
  simulation.run_until(4.5e5);
  const Spikes spikes = neuron.spikes();
  std::vector<double> periods = inter_spike_intervals(spikes);
  ASSERT_EQ(spikes.times[0], Time());
  // Several spikes for every return; the first of each group is what comes back.
  const double first = spikes.times[1].ms();
  EXPECT_GT(first, 1e5 + 0.3);
  EXPECT_LT(first, 1e5 + 2.0);
  const double latency = spikes.times[1].plus(-(1e5 + 0.3)).ms();
  for (std::size_t k = 0, group = 1; k < periods.size(); ++k) {
    if (periods[k] > 1e4) {
      const Wide expected = Wide(group) * (Wide(1e5 + 0.3) + Wide(latency));
      EXPECT_LE(abs(exact(spikes.times[k + 1]) - expected), 1e-13 * static_cast<double>(group)) << group;
      ++group;
    }
  }
  EXPECT_EQ(std::count_if(periods.begin(), periods.end(), [](double p) { return p > 1e4; }), 4);
}

TYPED_TEST(ClosedForm, OfDecayOverALongSilence) {
  Simulation simulation;
  const Population neuron = simulation.create(1, TypeParam{});
  const bool coba = std::is_same_v<TypeParam, IfCondExp>;
  neuron.initialize(coba ? "gsyn_exc" : "isyn_exc", 0.001);
  simulation.run_until(1e6);
  EXPECT_EQ(neuron.value("v")[0], -65.0);
  EXPECT_LT(neuron.value(coba ? "gsyn_exc" : "isyn_exc")[0], 1e-300);
}

}  // namespace
}  // namespace va_event
