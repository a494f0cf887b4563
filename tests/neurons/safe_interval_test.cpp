// SPDX-License-Identifier: Apache-2.0
#include "neurons/safe_interval.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "neurons/crossing.hpp"
#include "tests/neurons/reference.hpp"

namespace va_event::neurons {
namespace {

using testing::MakeCase;
using testing::RandomCases;

template <class Kernel>
class SafeIntervalOf : public ::testing::Test {};
using Kernels = ::testing::Types<IfCurrExpKernel<double>, IfCondExpKernel<double>>;
TYPED_TEST_SUITE(SafeIntervalOf, Kernels);

TYPED_TEST(SafeIntervalOf, NeverReachesTheCrossing) {
  RandomCases random(21);
  int crossings = 0, by_sign = 0;
  double best = 0;
  for (int i = 0; i < 100000; ++i) {
    const auto example = MakeCase<TypeParam>::make(random);
    const auto constants = TypeParam::prepare(example.parameters, 0.0);
    auto state = TypeParam::make_state(constants, example.variables);
    if (random.one_in(4)) {
      state.y *= 1e-9;  // close to the threshold, where rounding could matter
    }
    const SafeInterval<double> safe = TypeParam::safe_interval(constants, state);
    const auto crossing = first_crossing<TypeParam>(constants, state, std::numeric_limits<double>::infinity());
    ASSERT_GE(safe.duration, 0.0);
    ASSERT_EQ(safe.by_sign, safe.duration == std::numeric_limits<double>::infinity());
    by_sign += safe.by_sign ? 1 : 0;
    if (crossing) {
      ++crossings;
      ASSERT_LT(safe.duration, *crossing) << "case " << i;
      best = std::max(best, safe.duration / *crossing);
    }
  }
  EXPECT_GT(crossings, 20000);
  EXPECT_GT(by_sign, 3000);
  EXPECT_GT(best, 0.95) << "the bound should be of use";
}

TYPED_TEST(SafeIntervalOf, IsZeroAtTheThresholdAndWithinRoundingOfIt) {
  RandomCases random(22);
  for (int i = 0; i < 1000; ++i) {
    const auto example = MakeCase<TypeParam>::make(random);
    const auto constants = TypeParam::prepare(example.parameters, 0.0);
    auto state = TypeParam::make_state(constants, example.variables);
    for (const double y : {0.0, 1.0, -1e-15}) {
      state.y = y;
      const SafeInterval<double> safe = TypeParam::safe_interval(constants, state);
      ASSERT_TRUE(safe.duration == 0.0 || (y < 0 && safe.by_sign)) << "y = " << y;
    }
  }
}

TEST(SafeInterval, IsForeverWhenTheDriveIsNeverPositive) {
  const SafeInterval<double> safe = safe_interval(5.0, -0.001, 3.0, 20.0, 60.0);
  EXPECT_TRUE(safe.by_sign);
  EXPECT_EQ(safe.duration, std::numeric_limits<double>::infinity());
}

}  // namespace
}  // namespace va_event::neurons
