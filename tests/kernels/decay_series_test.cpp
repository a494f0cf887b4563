// SPDX-License-Identifier: Apache-2.0
#include "kernels/decay_series.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "reference.hpp"

namespace va_event::kernels {
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
  for (std::size_t order = 0; order < decay_series::kOrders.size(); ++order) {
    const double largest = decay_series::kOrders[order].steps * decay_series::kOrders[order].max_load;
    double worst = 0.0;
    for (int i = 0; i < 600; ++i) {
      const double tau_m = random.log_uniform(2, 100), slow = random.log_uniform(0.5, 200);
      const double fast = i % 3 == 0 ? slow : slow / 2;
      const bool exc_is_slow = i % 2 == 0;
      const std::vector<double> parameters = {random.uniform(-20, 5),
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
      const double h = random.uniform(0.7, 1.0) * largest / Kernel::series_load(c, state, 1.0);
      const Wide y = Kernel::advance_by_series(c, state, h, order).y;
      const Wide exact = reference_y(WideKernel::prepare(parameters, 0.0), widen(state), Wide(h));
      worst = std::max(worst, static_cast<double>(abs(y - exact)) / (testing::epsilon() * Kernel::scale(c, state)));
    }
    EXPECT_LE(worst, Kernel::kMaxAdvanceError) << "order " << order;
    RecordProperty("worst_" + std::to_string(order), std::to_string(worst));
  }
}

TEST(DecaySeries, ChoosesTheCheapestOrderThatIsEnough) {
  for (double load = 0.0; load < decay_series::kLoadLimit; load += 1e-4) {
    const decay_series::Order& chosen = decay_series::kOrders[decay_series::order_for(load)];
    ASSERT_LE(load, chosen.steps * chosen.max_load) << load;
    for (std::size_t cheaper = 0; cheaper < decay_series::order_for(load); ++cheaper) {
      const decay_series::Order& other = decay_series::kOrders[cheaper];
      ASSERT_GT(load + 1.0 / 256, other.steps * other.max_load) << load;
    }
  }
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
}  // namespace va_event::kernels
