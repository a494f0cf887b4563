// SPDX-License-Identifier: Apache-2.0
#include "neurons/if_cond_exp/short_solution.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "neurons/if_curr_exp/short_solution.hpp"
#include "tests/neurons/reference.hpp"

namespace va_event::neurons {
namespace {

using testing::epsilon;
using testing::RandomCases;
using testing::reference_y;
using testing::Wide;
using testing::widen;
using Kernel = IfCondExpKernel<double>;
using WideKernel = IfCondExpKernel<Wide>;

TEST(ShortConductanceSolution, IsRightToTheLastBitsAsFarAsItApplies) {
  RandomCases random(81);
  int at_the_end = 0;
  for (int i = 0; i < 2000; ++i) {
    const auto example = random.cond_exp();
    const auto c = Kernel::prepare(example.parameters, 0.0);
    const auto state = Kernel::make_state(c, example.variables);
    // As long as it may be, or shorter.
    double h = 1.0;
    while (!ShortConductanceSolution<Kernel>::applies(c, state, h)) {
      h *= 0.98;
    }
    h *= i % 2 == 0 ? 1.0 : random.uniform(0, 1);
    at_the_end += i % 2 == 0 ? 1 : 0;
    const auto point = ShortConductanceSolution<Kernel>(c, state).at(h);
    const auto wide = WideKernel::prepare(example.parameters, 0.0);
    const Wide exact = reference_y(wide, widen(state), Wide(h));
    const double scale = Kernel::scale(c, state);
    ASSERT_LE(static_cast<double>(abs(point.y - exact)), 4 * epsilon() * scale) << "case " << i << ", h " << h;
    // The slope is that of the differential equation.
    const auto end = Kernel::advance(c, state, h);
    ASSERT_NEAR(point.slope, Kernel::slope(c, end),
                1e-12 * scale * c.rate_m * (1 + c.resistance * (state.exc + state.inh)))
        << "case " << i << ", h " << h;
  }
  EXPECT_EQ(at_the_end, 1000);
}

TEST(ShortConductanceSolution, DoesNotApplyToLongerTimes) {
  const auto c = Kernel::prepare(IfCondExp{-10, 0.2, 20, 5, 5, 10, 50, -30, 0, -10, 0}, 0.0);
  const State<double> quiet{-5, 0, 0, 0}, strong{-5, 0.5, 0.5, 0};
  EXPECT_TRUE(ShortConductanceSolution<Kernel>::applies(c, quiet, 0.25));
  EXPECT_FALSE(ShortConductanceSolution<Kernel>::applies(c, quiet, 0.26));  // z
  EXPECT_TRUE(ShortConductanceSolution<Kernel>::applies(c, strong, 0.029));
  EXPECT_FALSE(ShortConductanceSolution<Kernel>::applies(c, strong, 0.03));  // x
}

TEST(ShortCurrentSolution, IsRightToTheLastBitsAsFarAsItApplies) {
  using CurrentKernel = IfCurrExpKernel<double>;
  RandomCases random(82);
  for (int i = 0; i < 2000; ++i) {
    const auto example = random.curr_exp();
    const auto c = CurrentKernel::prepare(example.parameters, 0.0);
    const auto state = CurrentKernel::make_state(c, example.variables);
    const double shortest = 1.0 / std::max({c.rate_m, c.exc.rate, c.inh.rate});
    const double h = 0.0499999 * shortest * (i % 2 == 0 ? 1.0 : random.uniform(0, 1));
    ASSERT_TRUE(ShortCurrentSolution<CurrentKernel>::applies(c, state, h));
    ASSERT_FALSE(ShortCurrentSolution<CurrentKernel>::applies(c, state, 0.050001 * shortest));
    const auto point = ShortCurrentSolution<CurrentKernel>(c, state).at(h);
    const auto wide = IfCurrExpKernel<Wide>::prepare(example.parameters, 0.0);
    const auto exact = IfCurrExpKernel<Wide>::advance(wide, widen(state), Wide(h));
    const double scale = CurrentKernel::scale(c, state);
    ASSERT_LE(static_cast<double>(abs(point.y - reference_y(wide, widen(state), Wide(h)))), 4 * epsilon() * scale)
        << "case " << i << ", h " << h;
    ASSERT_NEAR(point.slope, static_cast<double>(IfCurrExpKernel<Wide>::slope(wide, exact)), 1e-13 * scale * c.rate_m)
        << "case " << i << ", h " << h;
  }
}

}  // namespace
}  // namespace va_event::neurons
