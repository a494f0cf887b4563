// SPDX-License-Identifier: Apache-2.0
#include "numerics/turns.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/math/constants/constants.hpp>
#include <cmath>

#include "foundation/number_types.hpp"
#include "numerics/legendre_rule.hpp"
#include "numerics/spherical_bessel.hpp"
#include "tests/numerics/random_numbers.hpp"
#include "tests/numerics/widen.hpp"

namespace va_event::numerics {
namespace {

using testing::epsilon;
using testing::RandomNumbers;
using testing::Wide;

Wide angle(const Wide& turns) { return 2 * boost::math::constants::pi<Wide>() * turns; }

TEST(Turns, SineAndCosineKeepTheirPromise) {
  RandomNumbers random(81);
  double worst = 0.0;
  for (int i = 0; i < 20000; ++i) {
    const double turns = i % 2 == 0 ? random.uniform(-2, 2) : random.log_uniform(1e-12, 1e9) * random.sign();
    const auto at = numerics::at_turns(turns);
    worst = std::max(worst, static_cast<double>(abs(at.sine - sin(angle(Wide(turns))))));
    worst = std::max(worst, static_cast<double>(abs(at.cosine - cos(angle(Wide(turns))))));
  }
  RecordProperty("worst", std::to_string(worst / epsilon()));
  EXPECT_LE(worst, numerics::kMaxTurnsError * epsilon());
}

TEST(Turns, QuartersAreExact) {
  for (int k = -9; k <= 9; ++k) {
    const auto at = numerics::at_turns(0.25 * k);
    const auto wide = numerics::at_turns(Wide(k) / 4);
    EXPECT_EQ(at.sine, k % 2 == 0 ? 0.0 : (((k - 1) % 4 + 4) % 4 == 0 ? 1.0 : -1.0)) << k;
    EXPECT_EQ(at.cosine, k % 2 != 0 ? 0.0 : (((k % 4) + 4) % 4 == 0 ? 1.0 : -1.0)) << k;
    EXPECT_EQ(wide.sine, Wide(at.sine));
    EXPECT_EQ(wide.cosine, Wide(at.cosine));
  }
}

template <class Real>
void expect_right_in(double tolerance) {
  using Wider = foundation::Digits100;
  RandomNumbers random(82);
  for (int i = 0; i < 500; ++i) {
    const double turns = random.uniform(-3, 3);
    const auto at = numerics::at_turns(Real(turns));
    const Wider expected = 2 * boost::math::constants::pi<Wider>() * Wider(turns);
    ASSERT_LE(static_cast<double>(abs(testing::widen_to<Wider>(at.sine) - sin(expected))), tolerance) << turns;
    ASSERT_LE(static_cast<double>(abs(testing::widen_to<Wider>(at.cosine) - cos(expected))), tolerance) << turns;
  }
}

TEST(Turns, AreRightInWiderTypes) {
  expect_right_in<foundation::Quad>(1e-33);
  expect_right_in<foundation::Digits50>(1e-49);
  expect_right_in<foundation::Digits100>(1e-98);
}

TEST(Turns, OfATimeAreRightToTheLastBitHoweverManyThereAre) {
  RandomNumbers random(83);
  for (int i = 0; i < 5000; ++i) {
    const double frequency = random.log_uniform(1e-3, 1e9), t = random.uniform(0, 16);
    const Wide turns = Wide(frequency) * Wide(t) / 1000;
    const Wide error = Wide(numerics::turns_after(frequency, t)) - (turns - floor(turns));
    ASSERT_LE(static_cast<double>(abs(error - round(error))), epsilon()) << frequency << " Hz, " << t << " ms";
  }
}

/// In 100 digits, of which the power series loses at most 26.
foundation::Digits100 reference_bessel(unsigned order, const foundation::Digits100& x) {
  using Wider = foundation::Digits100;
  if (x > 60) {  // beyond every order here: the recurrence is stable
    Wider below = cos(x) / x, here = sin(x) / x;
    for (unsigned k = 0; k < order; ++k) {
      const Wider above = Wider(2 * k + 1) / x * here - below;
      below = here;
      here = above;
    }
    return here;
  }
  Wider first = 1;
  for (unsigned k = 1; k <= order; ++k) {
    first *= x / Wider(2 * k + 1);
  }
  Wider term = first, sum = first;
  for (unsigned m = 1; m < 400; ++m) {
    term *= -x * x / 2 / Wider(m * (2 * order + 2 * m + 1));
    sum += term;
  }
  return sum;
}

template <std::size_t count, class Real>
void expect_bessel(double tolerance) {
  using Wider = foundation::Digits100;
  RandomNumbers random(84);
  for (int i = 0; i < 400; ++i) {
    const double turns = i < 10 ? 0.5 * i + 1e-9 * i : random.log_uniform(1e-6, 1e3);
    const Real x = numerics::two_pi<Real>() * Real(turns);
    const Wider angle = 2 * boost::math::constants::pi<Wider>() * Wider(turns);
    const auto j = numerics::spherical_bessel<count>(x, numerics::at_turns(Real(turns)));
    for (const unsigned k : {0U, 1U, 2U, 5U, 11U, static_cast<unsigned>(count) - 1}) {
      const Wider expected = i == 0 ? Wider(k == 0 ? 1 : 0) : reference_bessel(k, angle);
      ASSERT_LE(static_cast<double>(abs(testing::widen_to<Wider>(j[k]) - expected)), tolerance)
          << "j_" << k << " of 2 pi " << turns;
    }
  }
}

TEST(SphericalBessel, AgreesWithFiftyDigits) {
  expect_bessel<24, double>(numerics::kMaxBesselError * epsilon());
  expect_bessel<40, foundation::Quad>(1e-33);
  expect_bessel<58, Wide>(1e-45);
}

TEST(LegendreRule, IntegratesAndProjectsPolynomials) {
  const auto& rule = numerics::legendre_rule<double, 24>();
  for (std::size_t n = 0; n < 24; ++n) {
    double sum = 0.0;
    for (std::size_t k = 0; k < 24; ++k) {
      sum += rule.projection[n][k];
      EXPECT_EQ(rule.node[k] < 0.5, k < 12);
      EXPECT_NEAR(rule.node[k] + rule.node[23 - k], 1.0, epsilon());
    }
    EXPECT_NEAR(sum, n == 0 ? 1.0 : 0.0, 24 * epsilon()) << "P_" << n;
  }
  double square = 0.0, sixth = 0.0;  // of 2 s - 1
  for (std::size_t k = 0; k < 24; ++k) {
    const double x = 2.0 * rule.node[k] - 1.0;
    square += rule.projection[2][k] * x * x;
    sixth += rule.weight[k] * std::pow(x, 46);
  }
  EXPECT_NEAR(square, 2.0 / 3.0, 1e-15);
  EXPECT_NEAR(sixth, 1.0 / 47.0, 1e-15);
}

}  // namespace
}  // namespace va_event::numerics
