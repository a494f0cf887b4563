// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "neurons/if_curr_exp/order_free/frame.hpp"

namespace va_event::neurons::order_free {
namespace {

TEST(OrderFreeFrame, GrowthIsTheExponentialToTheRoundingOfItsCoefficients) {
  for (const double tau : {0.5, 0.6, 1.0, 2.0, 5.0, 7.99, 8.0, 8.01, 10.0, 20.0, 1000.0, 1e9}) {
    const double frame = length_for(0.5, kLongestFrame);
    const Growth polynomial = growth(1.0 / tau, frame);
    EXPECT_EQ(polynomial.slow, tau >= 8.0) << tau;
    long double error = 0.0L;
    for (int k = 0; k <= 1000; ++k) {
      const double x = frame * k / 1000.0;
      const long double exact = std::exp(static_cast<long double>(x) * static_cast<long double>(1.0 / tau));
      error = std::max(error, std::fabs(static_cast<long double>(polynomial(x - frame / 2)) / exact - 1.0L));
    }
    EXPECT_LT(error, 4e-16L) << tau;  // of e^{half a frame}, of the coefficients and of the last addition
  }
}

}  // namespace
}  // namespace va_event::neurons::order_free
