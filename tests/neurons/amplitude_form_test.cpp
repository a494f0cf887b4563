// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "neurons/if_curr_exp/if_curr_exp.hpp"
#include "tests/neurons/reference.hpp"

namespace va_event::neurons {
namespace {

using testing::RandomCases;
using testing::reference_y;
using testing::Wide;
using testing::widen;
using Kernel = IfCurrExpKernel<double>;
using WideKernel = IfCurrExpKernel<Wide>;
using Case = testing::Case<IfCurrExp>;

Case random_framed_case(RandomCases& random) {
  for (;;) {
    Case example = random.curr_exp();
    if (Kernel::prepare(example.parameters, 0.0).in_amplitude_form) {
      return example;
    }
  }
}

/// Size of everything that the potential is a sum of [mV].
double largest(const Kernel::Constants& c, const State<double>& s) {
  return Kernel::scale(c, s) + std::fabs(c.gain_exc * s.exc) + std::fabs(c.gain_inh * s.inh);
}

TEST(Frame, HoldsAnEpochOfInputsToTheRoundingOfThePotentialsInvolved) {
  RandomCases random(81);
  for (int i = 0; i < 400; ++i) {
    const Case example = random_framed_case(random);
    const auto c = Kernel::prepare(example.parameters, 0.0);
    const auto wide = WideKernel::prepare(example.parameters, 0.0);
    Kernel::Record record = Kernel::record_of(c, Kernel::make_state(c, example.variables));
    State<Wide> exact = widen(Kernel::make_state(c, example.variables));
    double scale = largest(c, Kernel::make_state(c, example.variables));
    double t = 0.0;
    const auto advance_exact = [&](double to) {
      const Wide h = Wide(to) - exact.t;
      exact = {reference_y(wide, exact, h), exact.exc * exp(-h * wide.exc.rate), exact.inh * exp(-h * wide.inh.rate),
               Wide(to)};
    };
    constexpr int kInputs = 20;
    for (int k = 0; k < kInputs; ++k) {
      t += random.uniform(0.0, 16.0 / (kInputs + 1));
      const std::size_t receptor = static_cast<std::size_t>(k % 2);
      const double weight = random.sign() * random.log_uniform(1e-3, 10) / c.resistance;
      Kernel::receive(c, record, Kernel::exponentials_at(c, t), receptor, weight);
      advance_exact(t);
      (receptor == 0 ? exact.exc : exact.inh) += Wide(weight);
      scale = std::max(scale, largest(c, Kernel::state_now(c, record, Kernel::exponentials_at(c, t))));
    }
    advance_exact(16.0);
    const State<double> end = Kernel::state_at(c, record, 16.0);
    // Each input rounds the amplitudes once; between the first and the last they decay at most.
    const double tolerance = 2 * (kInputs + Kernel::kMaxAdvanceError) * testing::epsilon() * scale;
    ASSERT_LE(static_cast<double>(abs(Wide(end.y) - exact.y)), tolerance) << "case " << i;
    Kernel::next_epoch(c, record);
    ASSERT_LE(std::fabs(Kernel::state_at(c, record, 0.0).y - end.y), tolerance) << "case " << i;
  }
}

TEST(Frame, HoldsARefractoryNeuronAndWakesItAtAnyPotential) {
  RandomCases random(83);
  for (int i = 0; i < 400; ++i) {
    const Case example = random_framed_case(random);
    const auto c = Kernel::prepare(example.parameters, 0.0);
    const State<double> state = Kernel::make_state(c, example.variables);
    const double asleep = random.uniform(0, 8), awakes = random.uniform(asleep, 16), y = -random.uniform(0, 20);
    const Kernel::Record held = Kernel::record_of(c, Kernel::refractory_at(c, Kernel::record_of(c, state), asleep));
    ASSERT_EQ(held.y, kRefractory);
    State<double> awake = Kernel::refractory_at(c, held, awakes);
    awake.y = y;
    const State<double> seen = Kernel::state_now(c, Kernel::record_of(c, awake), Kernel::exponentials_at(c, awakes));
    ASSERT_NEAR(seen.y, y, 8 * testing::epsilon() * largest(c, {y, state.exc, state.inh, 0}));
    ASSERT_NEAR(seen.exc, state.exc * std::exp(-awakes * c.exc.rate), 1e-13 * std::fabs(state.exc));
    ASSERT_NEAR(seen.inh, state.inh * std::exp(-awakes * c.inh.rate), 1e-13 * std::fabs(state.inh));
  }
}

TEST(Frame, IsForTimeConstantsThatAreApart) {
  const auto in_amplitude_form = [](double tau_m, double tau_exc, double tau_inh) {
    return Kernel::prepare(IfCurrExp{-65, 1, tau_m, 2, tau_exc, tau_inh, 0, -65, -50}, 0.0).in_amplitude_form;
  };
  EXPECT_TRUE(in_amplitude_form(20, 5, 10));
  EXPECT_TRUE(in_amplitude_form(10, 0.5, 100));
  EXPECT_FALSE(in_amplitude_form(20, 20, 5));
  EXPECT_FALSE(in_amplitude_form(20, 5, 19));
  EXPECT_FALSE(in_amplitude_form(20, 0.01, 5));
  EXPECT_FALSE(in_amplitude_form(0.05, 5, 5));
}

TEST(Frame, GivesBackTheStateThatItWasMadeOf) {
  RandomCases random(82);
  for (int i = 0; i < 1000; ++i) {
    const Case example = random_framed_case(random);
    const auto c = Kernel::prepare(example.parameters, 0.0);
    State<double> state = Kernel::make_state(c, example.variables);
    state.t = random.uniform(0, 16);
    const State<double> back = Kernel::state_now(c, Kernel::record_of(c, state), Kernel::exponentials_at(c, state.t));
    ASSERT_NEAR(back.y, state.y, 8 * testing::epsilon() * largest(c, state));
    ASSERT_NEAR(back.exc, state.exc, 8 * testing::epsilon() * std::fabs(state.exc));
    ASSERT_NEAR(back.inh, state.inh, 8 * testing::epsilon() * std::fabs(state.inh));
    state.y = kRefractory;
    const State<double> held = Kernel::refractory_at(c, Kernel::record_of(c, state), 16.0);
    ASSERT_EQ(held.y, kRefractory);
    ASSERT_NEAR(held.exc, state.exc * std::exp(-(16.0 - state.t) * c.exc.rate), 1e-13 * std::fabs(state.exc));
  }
}

}  // namespace
}  // namespace va_event::neurons
