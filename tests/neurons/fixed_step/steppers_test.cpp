// SPDX-License-Identifier: Apache-2.0
#include "neurons/fixed_step/steppers.hpp"

#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <random>
#include <vector>

namespace va_event::fixed_step {
namespace {

using Wide = boost::multiprecision::cpp_bin_float_50;

struct WideState {
  Wide v, e, i;
};

/// The Taylor series of the differential equations in 50 digits, for both models:
/// v' = (v_rest - v) rate_m + (current + e (E_e - v) + i (E_i - v))/cm, or without the driving forces.
WideState taylor(const Membrane& m, const State& start, double current, const Wide& h, bool conductance_based) {
  constexpr int kTerms = 60;
  std::vector<Wide> v(kTerms + 1), e(kTerms + 1), i(kTerms + 1);
  v[0] = start.v, e[0] = start.e, i[0] = start.i;
  for (int n = 0; n < kTerms; ++n) {
    Wide slope = -v[n] * m.rate_m;
    if (n == 0) {
      slope += Wide(m.v_rest) * m.rate_m + Wide(current) * m.inverse_cm;
    }
    if (conductance_based) {
      Wide synaptic = e[n] * m.e_rev_e + i[n] * m.e_rev_i;
      for (int k = 0; k <= n; ++k) {
        synaptic -= (e[k] + i[k]) * v[n - k];
      }
      slope += synaptic * m.inverse_cm;
    } else {
      slope += (e[n] + i[n]) * m.inverse_cm;
    }
    v[n + 1] = slope / (n + 1);
    e[n + 1] = -e[n] * m.rate_e / (n + 1);
    i[n + 1] = -i[n] * m.rate_i / (n + 1);
  }
  WideState sum{0, 0, 0};
  for (int n = kTerms; n >= 0; --n) {
    sum = {v[n] + h * sum.v, e[n] + h * sum.e, i[n] + h * sum.i};
  }
  return sum;
}

constexpr Membrane kCurrentBased{-65.0, 1.0 / 0.25, 1.0 / 20.0, 1.0 / 3.0, 1.0 / 7.0};
constexpr Membrane kConductanceBased{-65.0, 1.0 / 0.25, 1.0 / 20.0, 1.0 / 3.0, 1.0 / 7.0, 5.0, -80.0};

/// The error of v, and of the synapses, after one step.
template <class Stepper>
double error_of_step(const Membrane& m, const State& start, double current, double h, bool conductance_based) {
  const State end = Stepper::advance(m, Stepper::factors(m, h), start, current);
  const WideState right = taylor(m, start, current, h, conductance_based);
  return static_cast<double>(abs(right.v - end.v) + 50 * (abs(right.e - end.e) + abs(right.i - end.i)));
}

/// The error of one step is O(h^(order+1)): its order between two short steps.
template <class Stepper>
double local_order(const Membrane& m, const State& start, bool conductance_based) {
  const double coarse = error_of_step<Stepper>(m, start, 0.3, 0.25, conductance_based);
  const double fine = error_of_step<Stepper>(m, start, 0.3, 0.125, conductance_based);
  return std::log2(coarse / fine) - 1.0;
}

TEST(Steppers, HaveTheirOrderForCurrentBasedNeurons) {
  const State start{-60.0, 0.8, -0.5};
  EXPECT_NEAR(local_order<ForwardEuler<CurrentBased>>(kCurrentBased, start, false), 1.0, 0.1);
  EXPECT_NEAR(local_order<ExponentialEuler<CurrentBased>>(kCurrentBased, start, false), 1.0, 0.1);
  EXPECT_NEAR(local_order<Rk2<CurrentBased>>(kCurrentBased, start, false), 2.0, 0.1);
  EXPECT_NEAR(local_order<Rk4<CurrentBased>>(kCurrentBased, start, false), 4.0, 0.1);
}

TEST(Steppers, HaveTheirOrderForConductanceBasedNeurons) {
  const State start{-60.0, 0.02, 0.03};
  EXPECT_NEAR(local_order<ForwardEuler<ConductanceBased>>(kConductanceBased, start, true), 1.0, 0.15);
  EXPECT_NEAR(local_order<ExponentialEuler<ConductanceBased>>(kConductanceBased, start, true), 1.0, 0.15);
  EXPECT_NEAR(local_order<Rk2<ConductanceBased>>(kConductanceBased, start, true), 2.0, 0.15);
  EXPECT_NEAR(local_order<Rk4<ConductanceBased>>(kConductanceBased, start, true), 4.0, 0.15);
}

TEST(Steppers, TheExactPropagatorIsExactForAnyTimeConstants) {
  std::mt19937_64 random(3);
  std::uniform_real_distribution<double> log10_tau(-0.5, 2.0);
  for (int trial = 0; trial < 300; ++trial) {
    const double tau_m = std::pow(10.0, log10_tau(random));
    // equal, nearly equal and unrelated
    const double tau_e = trial % 3 == 0   ? tau_m
                         : trial % 3 == 1 ? tau_m * (1.0 + 1e-9)
                                          : std::pow(10.0, log10_tau(random));
    const double tau_i = std::pow(10.0, log10_tau(random));
    const Membrane m{-65.0, 4.0, 1.0 / tau_m, 1.0 / tau_e, 1.0 / tau_i};
    for (const double h : {0x1p-10, 0.1, 1.0}) {
      EXPECT_LT(error_of_step<Exact>(m, {-60.0, 0.8, -0.5}, 0.3, h, false), 1e-13) << tau_m << " " << tau_e << " " << h;
    }
  }
}

TEST(Steppers, TheExactPropagatorNeitherOverflowsNorLosesLongSteps) {
  const Membrane m{-65.0, 1.0, 1.0 / 20.0, 1.0 / 0.001, 1.0 / 500.0};
  const State end = Exact::advance(m, Exact::factors(m, 1000.0), {-60.0, 1.0, 1.0}, 0.0);
  // After 50 tau_m: only the slow current is left, v - v_rest = e^-2 tau tau_m/(tau - tau_m)/cm.
  EXPECT_NEAR(end.v, -65.0 + std::exp(-2.0) * 500.0 * 20.0 / 480.0, 1e-12);
  EXPECT_EQ(end.e, 0.0);
}

TEST(Steppers, ExponentialEulerIsExactWithoutChangeOfInput) {
  const Membrane m{-65.0, 4.0, 1.0 / 20.0, 1e-300, 1e-300, 0.0, -80.0};  // synapses that do not decay
  EXPECT_LT(error_of_step<ExponentialEuler<ConductanceBased>>(m, {-60.0, 0.02, 0.03}, 0.3, 0.5, true), 1e-13);
}

TEST(Steppers, RungeKuttaStagesSeeTheSynapsesAtTheirOwnValues) {
  // With v alone, v' = e/cm and no leak, RK4 is Simpson's rule for the polynomial decay of its own stages: the sum of
  // v and tau e/cm is kept, as in the equations, to rounding.
  const Membrane m{0.0, 1.0, 0.0, 1.0 / 3.0, 1.0};
  for (const double h : {0.1, 1.0, 2.0}) {
    const State rk4 = Rk4<CurrentBased>::advance(m, Rk4<CurrentBased>::factors(m, h), {0.0, 1.0, 0.0}, 0.0);
    EXPECT_NEAR(rk4.v + 3.0 * rk4.e, 3.0, 1e-14);
    const State rk2 = Rk2<CurrentBased>::advance(m, Rk2<CurrentBased>::factors(m, h), {0.0, 1.0, 0.0}, 0.0);
    EXPECT_NEAR(rk2.v + 3.0 * rk2.e, 3.0, 1e-14);
  }
}

}  // namespace
}  // namespace va_event::fixed_step
