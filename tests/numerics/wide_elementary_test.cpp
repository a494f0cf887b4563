// SPDX-License-Identifier: Apache-2.0
#include "numerics/wide_elementary.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "foundation/number_types.hpp"
#include "neurons/state.hpp"
#include "numerics/elementary.hpp"
#include "tests/numerics/widen.hpp"

namespace va_event::numerics::elementary {
namespace {

// The functions of boost::multiprecision in far more digits are the independent route.
using Exact = boost::multiprecision::number<boost::multiprecision::cpp_bin_float<150>, boost::multiprecision::et_off>;

template <class Real>
Exact widen(const Real& x) {
  return testing::widen_to<Exact>(x);
}

template <class Real>
class WideElementary : public ::testing::Test {
 protected:
  /// Numbers with all bits set at random, of either sign, sizes evenly spread on a log scale.
  Real draw(double low, double high) {
    const double size = std::exp(std::uniform_real_distribution<double>(std::log(low), std::log(high))(random_));
    Real x(size);
    for (int bits = 50; bits < std::numeric_limits<Real>::digits; bits += 50) {
      x += ldexp(Real(size * (static_cast<double>(random_()) * 0x1p-64)), -bits);
    }
    return random_() % 2 == 0 ? x : Real(-x);
  }
  /// Relative, in units of epsilon.
  static double error(const Real& result, const Exact& exact) {
    return static_cast<double>(abs(Exact((widen(result) - exact) / exact)) /
                               widen(std::numeric_limits<Real>::epsilon()));
  }
  std::mt19937_64 random_{7};
};
using Types = ::testing::Types<foundation::Quad, foundation::Digits50, foundation::Digits100>;
TYPED_TEST_SUITE(WideElementary, Types);

TYPED_TEST(WideElementary, ExpKeepsItsPromise) {
  for (int i = 0; i < 3000; ++i) {
    const TypeParam x = this->draw(1e-30, 1e4);
    const double uncertainty = std::abs(static_cast<double>(x));
    ASSERT_LE(this->error(numerics::elementary::exp(x), exp(widen(x))), wide::kMaxError + uncertainty)
        << static_cast<double>(x);
  }
}

TYPED_TEST(WideElementary, Expm1KeepsItsPromise) {
  for (int i = 0; i < 3000; ++i) {
    const TypeParam x = this->draw(1e-30, 1e4);
    const double uncertainty = std::abs(static_cast<double>(x));
    const Exact exact = abs(widen(x)) < Exact("1e-20") ? Exact(expm1(widen(x))) : Exact(exp(widen(x)) - 1);
    ASSERT_LE(this->error(numerics::elementary::expm1(x), exact), wide::kMaxError + uncertainty)
        << static_cast<double>(x);
  }
}

TYPED_TEST(WideElementary, EveryReductionStepIsTaken) {
  for (int k = -200; k <= 200; ++k) {
    for (const double nearby : {-1e-3, 0.0, 1e-3}) {
      const TypeParam x(k / 128.0 + nearby);
      ASSERT_LE(this->error(numerics::elementary::exp(x), exp(widen(x))), wide::kMaxError + 2.0) << k;
    }
  }
}

TYPED_TEST(WideElementary, LogKeepsItsPromise) {
  for (int i = 0; i < 1000; ++i) {
    const TypeParam x = magnitude(this->draw(1e-300, 1e300));
    const Exact exact = log(widen(x));
    const double near_one = 1.0 / std::max(1e-30, std::abs(static_cast<double>(exact)));
    ASSERT_LE(this->error(numerics::elementary::log(x), exact), wide::kMaxError + near_one) << static_cast<double>(x);
  }
}

TYPED_TEST(WideElementary, EndsOfTheRangeAreQuiet) {
  EXPECT_TRUE(numerics::elementary::exp(TypeParam(-12000)) == TypeParam(0));
  EXPECT_TRUE(numerics::elementary::expm1(TypeParam(-12000)) == TypeParam(-1));
  EXPECT_TRUE(numerics::elementary::exp(TypeParam(0)) == TypeParam(1));
  EXPECT_TRUE(numerics::elementary::expm1(TypeParam(0)) == TypeParam(0));
  EXPECT_TRUE(numerics::elementary::log(TypeParam(1)) == TypeParam(0));
}

}  // namespace
}  // namespace va_event::numerics::elementary
