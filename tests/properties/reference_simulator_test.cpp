// SPDX-License-Identifier: Apache-2.0
#include "reference_simulator.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace reference {
namespace {

// The judge is judged first: by closed forms, evaluated in the same wide arithmetic.

constexpr double kExact = 1e-25;

TEST(ReferenceSimulator, DrivesANeuronWithThePeriodOfTheClosedForm) {
  for (const bool conductance_based : {false, true}) {
    Description d;
    Neuron n;
    n.conductance_based = conductance_based;
    n.i_offset = 1.5;  // 30 mV above rest
    n.tau_refrac = 3.7;
    n.v = n.v_reset;
    d.neurons = {n};
    d.duration = 200.0;
    const Result result = simulate(d);
    const Wide first = n.tau_m * log(Wide(30) / 15);
    ASSERT_EQ(result.spikes.size(), 11U);
    for (std::size_t k = 0; k < result.spikes.size(); ++k) {
      EXPECT_LT(abs(result.spikes[k].time - (first + k * (first + n.tau_refrac))), kExact) << k;
    }
  }
}

TEST(ReferenceSimulator, AddsUpPostsynapticPotentialsOfCurrents) {
  Description d;
  Neuron n;
  n.tau_syn_E = 5.0;
  n.tau_syn_I = n.tau_m;
  n.cm = 0.5;
  d.neurons = {n};
  d.sources = {{1.0, 7.0}, {3.0}};
  d.synapses = {{0, 0, false, 0.5, 0.25}, {1, 0, true, -0.25, 1.5}};
  d.duration = 60.0;
  d.sampling_interval = 1.3;
  const auto psp_exc = [](const Wide& t) {
    return t < 0 ? Wide(0) : Wide(0.5) / 0.5 * (exp(-t / 20) - exp(-t / 5)) / (Wide(1) / 5 - Wide(1) / 20);
  };
  const auto psp_inh = [](const Wide& t) { return t < 0 ? Wide(0) : Wide(-0.25) / 0.5 * t * exp(-t / 20); };
  const Result result = simulate(d);
  ASSERT_EQ(result.samples[0].size(), 47U);
  for (const Sample& s : result.samples[0]) {
    EXPECT_LT(abs(s.v - (-65 + psp_exc(s.time - 1.25) + psp_exc(s.time - 7.25) + psp_inh(s.time - 4.5))), kExact);
  }
}

TEST(ReferenceSimulator, IntegratesAConductanceAsFineStepsOfAnotherMethodDo) {
  Description d;
  Neuron n;
  n.conductance_based = true;
  n.exc = 0.03;
  n.inh = 0.1;
  n.tau_syn_I = 10.0;
  d.neurons = {n};
  d.duration = 10.0;
  const Result result = simulate(d);
  // Classical Runge-Kutta of order 4.
  const Wide h = Wide(1) / 1024;
  const auto slope = [&n](const Wide& t, const Wide& v) {
    return (n.v_rest - v) / n.tau_m +
           (n.exc * exp(-t / n.tau_syn_E) * (n.e_rev_E - v) + n.inh * exp(-t / n.tau_syn_I) * (n.e_rev_I - v)) / n.cm;
  };
  Wide v = n.v;
  for (int k = 0; k < 9 * 1024; ++k) {
    const Wide t = k * h;
    const Wide a = slope(t, v);
    const Wide b = slope(t + h / 2, v + h / 2 * a);
    const Wide c = slope(t + h / 2, v + h / 2 * b);
    v += h / 6 * (a + 2 * b + 2 * c + slope(t + h, v + h * c));
  }
  ASSERT_EQ(result.samples[0].size(), 10U);
  EXPECT_LT(abs(result.samples[0].back().v - v), 1e-13);  // h^4 times the fifth derivative of v
}

TEST(ReferenceSimulator, FindsAPeakThatTouchesTheThresholdBetweenTwoEvents) {
  Description d;
  Neuron n;
  n.tau_syn_E = 5.0;
  n.exc = 1.0;
  d.neurons = {n};
  d.duration = 50.0;
  // The peak of (exp(-t/20) - exp(-t/5)) 20/3 mV lies where 4 exp(-t/5) = exp(-t/20), t = log(4) 20/3.
  const Wide top = log(Wide(4)) * 20 / 3;
  const auto peak = static_cast<double>((exp(-top / 20) - exp(-top / 5)) * 20 / 3);
  d.neurons[0].v_thresh = -65.0 + peak * (1 - 1e-9);
  EXPECT_EQ(simulate(d).spikes.size(), 1U);
  d.neurons[0].v_thresh = -65.0 + peak * (1 + 1e-9);
  EXPECT_EQ(simulate(d).spikes.size(), 0U);
}

TEST(ReferenceSimulator, SaysWhereADoubleCannotDecide) {
  Description d;
  Neuron n;
  n.tau_syn_E = 5.0;
  n.exc = 1.0;
  const Wide top = log(Wide(4)) * 20 / 3;
  n.v_thresh = static_cast<double>(-65 + (exp(-top / 20) - exp(-top / 5)) * 20 / 3);
  d.neurons = {n};
  d.duration = 50.0;
  EXPECT_NEAR(simulate(d).reliable_until, static_cast<double>(top), 1e-3);
}

}  // namespace
}  // namespace reference
