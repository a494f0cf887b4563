// SPDX-License-Identifier: Apache-2.0
#include "neurons/if_cond_exp/intervals/decay_series.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "tests/neurons/reference.hpp"

namespace va_event::neurons {
namespace {

using testing::RandomCases;
using testing::reference_y;
using testing::Wide;
using testing::widen;
using Kernel = IfCondExpKernel<double>;
using WideKernel = IfCondExpKernel<Wide>;

/// A neuron and an interval whose load is close to the largest of an order, whatever leak, excitation and inhibition
/// contribute to it.
TEST(DecaySeries, EveryOrderKeepsTheKernelsPromiseUpToItsLargestLoad) {
  RandomCases random(71);
  double smallest = 0.0;
  for (const decay_series::Order& order : decay_series::kOrders) {
    double worst = 0.0;
    for (int i = 0; i < 600; ++i) {
      const double tau_m = random.log_uniform(2, 100), slow = random.log_uniform(0.5, 200);
      const double fast = i % 3 == 0 ? slow : slow / 2;
      const bool exc_is_slow = i % 2 == 0;
      const IfCondExp parameters = {random.uniform(-20, 5),
                                    tau_m / 100,
                                    tau_m,
                                    2.0,
                                    exc_is_slow ? slow : fast,
                                    exc_is_slow ? fast : slow,
                                    random.uniform(1, 80),
                                    random.uniform(-40, 2),
                                    0.0,
                                    -10.0,
                                    0.0};
      const double total = random.one_in(4) ? 0.01 : random.log_uniform(0.01, 100), share = random.uniform(0, 1);
      const auto c = Kernel::prepare(parameters, 0.0);
      ASSERT_NE(c.series.ratio, 0);
      const State<double> state{-random.log_uniform(1e-6, 30), share * total / 100, (1 - share) * total / 100, 0.0};
      const double load = smallest + random.uniform(0.7, 0.9999) * (order.max_load - smallest);
      const double h = load / intervals::series_load(c, state.exc, state.inh, 1.0);
      ASSERT_EQ(&decay_series::order_for(intervals::series_load(c, state.exc, state.inh, h)), &order);
      const std::size_t formula = intervals::formula_of(c, state.exc, state.inh, h);
      ASSERT_EQ(formula, c.series.ratio == 1 ? intervals::formula::kRatioOne : intervals::formula::kRatioTwo);
      const Wide y = intervals::transfer(formula, c, state.exc, state.inh, h)(state.y);
      const Wide exact = reference_y(WideKernel::prepare(parameters, 0.0), widen(state), Wide(h));
      worst = std::max(worst, static_cast<double>(abs(y - exact)) / (testing::epsilon() * Kernel::scale(c, state)));
    }
    EXPECT_LE(worst, Kernel::kMaxAdvanceError) << order.terms << " terms";
    RecordProperty("worst_of_" + std::to_string(order.terms) + "_terms", std::to_string(worst));
    smallest = order.max_load;
  }
}

TEST(DecaySeries, IntervalsTooLongForOneSeriesAreDividedUntilTheirPartsAreNot) {
  EXPECT_EQ(decay_series::parts_for(decay_series::kLoadLimit / 2), 1U);
  EXPECT_EQ(decay_series::parts_for(decay_series::kLoadLimit), 2U);
  EXPECT_EQ(decay_series::parts_for(3 * decay_series::kLoadLimit), 4U);
  EXPECT_EQ(decay_series::parts_for(15.9 * decay_series::kLoadLimit), 16U);
  EXPECT_EQ(decay_series::parts_for(16 * decay_series::kLoadLimit), 0U);
  EXPECT_EQ(decay_series::parts_for(std::numeric_limits<double>::infinity()), 0U);
}

TEST(DecaySeries, AppliesToEqualAndDoubledTimeConstantsOnly) {
  EXPECT_EQ(decay_series::shape_of(20, 5, 10).ratio, 2);
  EXPECT_FALSE(decay_series::shape_of(20, 5, 10).excitatory_is_slow);
  EXPECT_TRUE(decay_series::shape_of(20, 10, 5).excitatory_is_slow);
  EXPECT_EQ(decay_series::shape_of(20, 5, 5).ratio, 1);
  EXPECT_EQ(decay_series::shape_of(20, 5, 10.000001).ratio, 0);
  EXPECT_EQ(decay_series::shape_of(20, 5, 15).ratio, 0);
}

}  // namespace
}  // namespace va_event::neurons
