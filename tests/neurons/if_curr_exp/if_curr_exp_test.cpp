// SPDX-License-Identifier: Apache-2.0
#include "neurons/if_curr_exp/if_curr_exp.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "tests/neurons/reference.hpp"

namespace va_event::neurons {
namespace {

using testing::epsilon;
using testing::RandomCases;
using testing::reference_y;
using testing::Wide;
using testing::widen;
using Kernel = IfCurrExpKernel<double>;
using WideKernel = IfCurrExpKernel<Wide>;
using Case = testing::Case<IfCurrExp>;

/// Error of advance in units of epsilon * scale.
double error_of(const Case& example, double h) {
  const auto constants = Kernel::prepare(example.parameters, 0.0);
  const auto state = Kernel::make_state(constants, example.variables);
  const auto end = Kernel::advance(constants, state, h);
  const Wide expected = reference_y(WideKernel::prepare(example.parameters, 0.0), widen(state), Wide(h));
  return static_cast<double>(abs(Wide(end.y) - expected)) / (epsilon() * Kernel::scale(constants, state));
}

TEST(IfCurrExpKernel, AdvanceKeepsItsPromiseForRandomNeuronsAndIntervals) {
  RandomCases random(31);
  for (int i = 0; i < 10000; ++i) {
    const Case example = random.curr_exp();
    const double h = random.log_uniform(1e-6, 1e6);
    ASSERT_LE(error_of(example, h), Kernel::kMaxAdvanceError) << "case " << i << ", h = " << h;
  }
}

TEST(IfCurrExpKernel, AdvanceKeepsItsPromiseAtAndNearEqualTimeConstants) {
  for (const double h : {1e-3, 0.1, 5.0, 20.0, 100.0, 700.0, 1e6}) {
    EXPECT_LE(error_of({{-60, 0.2, 20, 2, 20, 20, 0, -70, 0}, {-5, 0.1, -0.3}}, h), Kernel::kMaxAdvanceError);
    for (int k = 1; k <= 52; ++k) {
      const double tau_exc = 20 * (1 + std::ldexp(1.0, -k)), tau_inh = 20 * (1 - std::ldexp(1.0, -k));
      ASSERT_LE(error_of({{-60, 0.2, 20, 2, tau_exc, tau_inh, 0, -70, 0}, {-5, 0.1, -0.3}}, h),
                Kernel::kMaxAdvanceError)
          << "k = " << k << ", h = " << h;
    }
  }
}

TEST(IfCurrExpKernel, SynapticCurrentsDecayToFullPrecision) {
  RandomCases random(32);
  for (int i = 0; i < 2000; ++i) {
    const Case example = random.curr_exp();
    const auto constants = Kernel::prepare(example.parameters, 0.0);
    const auto state = Kernel::make_state(constants, example.variables);
    const double h = random.log_uniform(1e-6, 1e2);
    const auto end = Kernel::advance(constants, state, h);
    const Wide z = Wide(h) / example.parameters.tau_syn_E;
    const Wide expected = state.exc * exp(-z);
    if (abs(expected) > 1e-250) {
      ASSERT_LE(static_cast<double>(abs(end.exc - expected)),
                static_cast<double>((3 + 2 * z) * epsilon() * abs(expected)));
    }
    const auto refractory = Kernel::advance_refractory(constants, state, h);
    ASSERT_EQ(refractory.y, state.y);
    ASSERT_EQ(refractory.exc, end.exc);
    ASSERT_EQ(refractory.inh, end.inh);
  }
}

TEST(IfCurrExpKernel, LongSilencesEndAtRestWithoutDenormalRemainders) {
  const auto constants = Kernel::prepare(IfCurrExp{-10, 0.2, 20, 2, 500, 0.01, 0.05, -70, 0}, 0.0);
  const auto state = Kernel::make_state(constants, std::vector<double>{-5, 1e3, -1e3});
  for (double h = 1; h <= 1e6; h *= 1.37) {
    const auto end = Kernel::advance(constants, state, h);
    ASSERT_TRUE(std::isfinite(end.y));
    ASSERT_TRUE(end.exc == 0 || std::abs(end.exc) >= std::numeric_limits<double>::min());
    ASSERT_TRUE(end.inh == 0 || std::abs(end.inh) >= std::numeric_limits<double>::min());
  }
  EXPECT_EQ(Kernel::advance(constants, state, 1e6).y, constants.y_infinity);
}

TEST(IfCurrExpKernel, ApproachToTheThresholdAsRestingPotentialStaysBelowIt) {
  const auto constants = Kernel::prepare(IfCurrExp{-50, 1, 20, 2, 5, 5, 0, -70, -50}, 0.0);
  const auto state = Kernel::make_state(constants, std::vector<double>{-60, 0, 0});
  for (const double h : {1.0, 100.0, 1000.0, 10000.0}) {
    EXPECT_LT(Kernel::advance(constants, state, h).y, 0.0) << "h = " << h;
  }
}

TEST(IfCurrExpKernel, AShortStepLosesNoMoreThanTheLastBitOfThePotentialItself) {
  RandomCases random(39);
  for (int i = 0; i < 1000; ++i) {
    const Case example = random.curr_exp();
    const auto constants = Kernel::prepare(example.parameters, 0.0);
    const auto state = Kernel::make_state(constants, example.variables);
    const double h = random.log_uniform(1e-9, 1e-3) * example.parameters.tau_m;
    const Wide load = Wide(h) / example.parameters.tau_m;
    const Wide expected = reference_y(WideKernel::prepare(example.parameters, 0.0), widen(state), Wide(h));
    // Rounding of the increment, which is proportional to h, and of the sum.
    const Wide bound = epsilon() * (16 * load * Kernel::scale(constants, state) + abs(expected));
    ASSERT_LE(abs(Kernel::advance(constants, state, h).y - expected), bound) << "case " << i << ", h = " << h;
  }
}

TEST(IfCurrExpKernel, TwoStepsAreOneStep) {
  RandomCases random(33);
  for (int i = 0; i < 5000; ++i) {
    const Case example = random.curr_exp();
    const auto constants = Kernel::prepare(example.parameters, 0.0);
    const auto state = Kernel::make_state(constants, example.variables);
    const double h1 = std::ldexp(std::floor(random.uniform(0, 1 << 20)), -16);
    const double h2 = std::ldexp(std::floor(random.uniform(0, 1 << 20)), -16);
    const auto once = Kernel::advance(constants, state, h1 + h2);
    const auto twice = Kernel::advance(constants, Kernel::advance(constants, state, h1), h2);
    ASSERT_NEAR(once.y, twice.y, 3 * Kernel::kMaxAdvanceError * epsilon() * Kernel::scale(constants, state));
  }
}

TEST(IfCurrExpKernel, InFiftyDigitsAgreesWithTheTextbookToFortyDigits) {
  RandomCases random(34);
  for (int i = 0; i < 200; ++i) {
    Case example = random.curr_exp();
    if (std::abs(example.parameters.tau_syn_E / example.parameters.tau_m - 1) < 1e-6 ||
        std::abs(example.parameters.tau_syn_I / example.parameters.tau_m - 1) < 1e-6) {
      continue;  // the textbook's form cancels there
    }
    const auto constants = WideKernel::prepare(example.parameters, 0.0);
    const auto state = WideKernel::make_state(constants, example.variables);
    const Wide h(random.log_uniform(1e-4, 1e3));
    const Wide error = abs(WideKernel::advance(constants, state, h).y - reference_y(constants, state, h));
    ASSERT_LE(error, Wide("1e-40") * WideKernel::scale(constants, state));
  }
}

TEST(IfCurrExpKernel, SlopeIsTheDerivativeAndTauTimesItIsTheDriveAtThreshold) {
  RandomCases random(35);
  for (int i = 0; i < 200; ++i) {
    const Case example = random.curr_exp();
    const auto constants = WideKernel::prepare(example.parameters, 0.0);
    auto state = WideKernel::make_state(constants, example.variables);
    const Wide h("1e-12");
    const Wide difference = (reference_y(constants, state, h) - reference_y(constants, state, -h)) / (2 * h);
    ASSERT_LE(abs(difference - WideKernel::slope(constants, state)),
              Wide("1e-18") * WideKernel::scale(constants, state));
    state.y = 0;
    ASSERT_LE(abs(WideKernel::slope(constants, state) * constants.tau_m -
                  WideKernel::drive_at_threshold(constants, state).value(0)),
              Wide("1e-45") * WideKernel::scale(constants, state));
  }
}

TEST(IfCurrExpKernel, VariablesInputsAndInjectedCurrentAreThoseOfTheUser) {
  const IfCurrExp parameters = {-65, 0.5, 20, 2, 5, 10, 0.1, -70, -50};
  const auto constants = Kernel::prepare(parameters, 0.25);
  EXPECT_DOUBLE_EQ(constants.y_infinity, -65 + 40 * 0.35 + 50);
  EXPECT_EQ(constants.y_reset, -20);
  EXPECT_EQ(constants.v_thresh, -50);
  EXPECT_EQ(constants.tau_refrac, 2);
  auto state = Kernel::make_state(constants, std::vector<double>{-61, 0.5, -0.25});
  Kernel::add_input(state, 0, 0.125);
  Kernel::add_input(state, 1, -0.5);
  EXPECT_EQ(Kernel::variable(constants, state, 0), -61);
  EXPECT_EQ(Kernel::variable(constants, state, 1), 0.625);
  EXPECT_EQ(Kernel::variable(constants, state, 2), -0.75);
  EXPECT_EQ(state.t, 0);
  state.t = 7;
  EXPECT_EQ(Kernel::advance(constants, state, 1.0).t, 7);
}

}  // namespace
}  // namespace va_event::neurons
