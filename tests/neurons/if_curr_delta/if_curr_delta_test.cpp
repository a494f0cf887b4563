// SPDX-License-Identifier: Apache-2.0
#include "neurons/if_curr_delta/if_curr_delta.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "neurons/crossing.hpp"
#include "tests/neurons/reference.hpp"

namespace va_event::neurons {
namespace {

using testing::epsilon;
using testing::RandomCases;
using testing::Wide;
using Kernel = IfCurrDeltaKernel<double>;
using WideKernel = IfCurrDeltaKernel<Wide>;
using Case = testing::Case<IfCurrDelta>;

/// A neuron with threshold 0, so that y is v.
Case random_case(RandomCases& random) {
  const double tau_m = random.log_uniform(1, 100), resistance = random.log_uniform(10, 1000);
  const double v_rest = random.uniform(-20, 5);
  const double i_offset = random.one_in(3) ? random.uniform(-20, 20) / resistance : 0.0;
  return {{v_rest, tau_m / resistance, tau_m, 2.0, i_offset, -10.0, 0.0}, {-random.log_uniform(1e-6, 30)}};
}

/// Where v rests, from the parameters.
Wide v_infinity(const Case& example) {
  return Wide(example.parameters.v_rest) +
         Wide(example.parameters.tau_m) / example.parameters.cm * example.parameters.i_offset;
}

/// The textbook's v.
Wide reference_v(const Case& example, const Wide& h) {
  const Wide rest = v_infinity(example);
  return rest + (example.variables[0] - rest) * exp(-h / Wide(example.parameters.tau_m));
}

TEST(IfCurrDeltaKernel, AdvanceKeepsItsPromiseForRandomNeuronsAndIntervals) {
  RandomCases random(61);
  for (int i = 0; i < 10000; ++i) {
    const Case example = random_case(random);
    const double h = random.log_uniform(1e-6, 1e6);
    const auto constants = Kernel::prepare(example.parameters, 0.0);
    const auto state = Kernel::make_state(constants, example.variables);
    const Wide error = abs(Kernel::advance(constants, state, h).y - reference_v(example, h));
    ASSERT_LE(static_cast<double>(error), Kernel::kMaxAdvanceError * epsilon() * Kernel::scale(constants, state))
        << "case " << i << ", h = " << h;
  }
}

TEST(IfCurrDeltaKernel, InFiftyDigitsAgreesWithTheTextbookToFortyEightDigits) {
  RandomCases random(62);
  for (int i = 0; i < 500; ++i) {
    const Case example = random_case(random);
    const auto constants = WideKernel::prepare(example.parameters, 0.0);
    const auto state = WideKernel::make_state(constants, example.variables);
    const Wide h(random.log_uniform(1e-4, 1e3));
    ASSERT_LE(abs(WideKernel::advance(constants, state, h).y - reference_v(example, h)),
              Wide("1e-48") * WideKernel::scale(constants, state));
  }
}

TEST(IfCurrDeltaKernel, TheCrossingIsTheLogarithmOfItsClosedForm) {
  RandomCases random(63);
  int crossings = 0;
  for (int i = 0; i < 2000; ++i) {
    const Case example = random_case(random);
    const auto constants = Kernel::prepare(example.parameters, 0.0);
    const auto state = Kernel::make_state(constants, example.variables);
    const auto found = first_crossing<Kernel, double>(constants, state, 1e9);
    const Wide rest = v_infinity(example);
    ASSERT_EQ(found.has_value(), rest > 0) << "case " << i;
    if (found) {
      ++crossings;
      const Wide expected = example.parameters.tau_m * log((rest - state.y) / rest);
      // The error of y where it crosses, over its slope there.
      const Wide slope = rest / example.parameters.tau_m;
      const Wide bound = 2 * Kernel::kMaxAdvanceError * epsilon() * Kernel::scale(constants, state) / slope;
      ASSERT_LE(abs(*found - expected), bound + 4 * epsilon() * expected) << "case " << i;
      ASSERT_LE(Kernel::safe_interval(constants, state).duration, *found);
    }
  }
  EXPECT_GT(crossings, 300);
}

TEST(IfCurrDeltaKernel, ApproachToTheThresholdAsRestingPotentialStaysBelowIt) {
  const auto constants = Kernel::prepare(IfCurrDelta{-50, 1, 20, 2, 0, -70, -50}, 0.0);
  const auto state = Kernel::make_state(constants, std::vector<double>{-60});
  for (const double h : {1.0, 100.0, 1000.0, 10000.0}) {
    EXPECT_LT(Kernel::advance(constants, state, h).y, 0.0) << "h = " << h;
  }
}

TEST(IfCurrDeltaKernel, AnInputMovesAnAwakeNeuronAndNoRefractoryOne) {
  const auto constants = Kernel::prepare(IfCurrDelta{-65, 0.5, 20, 2, 0.1, -70, -50}, 0.25);
  EXPECT_DOUBLE_EQ(constants.y_infinity, -65 + 40 * 0.35 + 50);
  EXPECT_EQ(constants.y_reset, -20);
  EXPECT_EQ(constants.tau_refrac, 2);
  for (const std::size_t receptor : {0U, 1U}) {
    auto record = Kernel::make_state(constants, std::vector<double>{-61});
    Kernel::receive(constants, record, Kernel::exponentials_at(constants, 0.0), receptor, -2.5);
    EXPECT_EQ(Kernel::variable(constants, record, 0), -63.5);
    Kernel::receive(constants, record, Kernel::exponentials_at(constants, 0.0), receptor, 4.5);
    EXPECT_EQ(Kernel::variable(constants, record, 0), -59);
    auto held = Kernel::refractory_at(constants, record, 1.0);
    Kernel::receive(constants, held, Kernel::exponentials_at(constants, 1.5), receptor, 4.5);
    EXPECT_EQ(held.y, kRefractory);
    EXPECT_EQ(held.t, 1.5);
  }
}

}  // namespace
}  // namespace va_event::neurons
