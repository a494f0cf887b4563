// SPDX-License-Identifier: Apache-2.0
#include "neurons/crossing.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "tests/neurons/reference.hpp"

namespace va_event::neurons {
namespace {

using testing::epsilon;
using testing::MakeCase;
using testing::RandomCases;
using testing::reference_y;
using testing::Wide;
using testing::widen;

constexpr double kForever = std::numeric_limits<double>::infinity();

template <class Kernel>
class FirstCrossing : public ::testing::Test {};
using Kernels = ::testing::Types<IfCurrExpKernel<double>, IfCondExpKernel<double>>;
TYPED_TEST_SUITE(FirstCrossing, Kernels);

TYPED_TEST(FirstCrossing, AgreesWithDenseSamplingOfRandomNeurons) {
  RandomCases random(51);
  int crossings = 0;
  for (int i = 0; i < 2000; ++i) {
    const auto example = MakeCase<TypeParam>::make(random);
    const auto constants = TypeParam::prepare(example.parameters, 0.0);
    const auto state = TypeParam::make_state(constants, example.variables);
    const double h_max = random.log_uniform(0.1, 300);
    const double rounding = TypeParam::kMaxAdvanceError * epsilon() * TypeParam::scale(constants, state);
    const std::optional<double> crossing = first_crossing<TypeParam>(constants, state, h_max);
    crossings += crossing ? 1 : 0;
    for (int k = 0; k <= 400; ++k) {
      const double x = h_max * k / 400;
      const double y = TypeParam::advance(constants, state, x).y;
      if (!crossing || x < *crossing) {
        ASSERT_LE(y, rounding) << "missed at " << x << " of " << h_max << ", case " << i;
      }
    }
    if (crossing) {
      ASSERT_GE(*crossing, 0.0);
      ASSERT_LE(*crossing, h_max);
    }
  }
  EXPECT_GT(crossings, 400);
}

TYPED_TEST(FirstCrossing, TimeIsRightToTheRoundingOfThePotential) {
  using WideKernel = typename MakeCase<TypeParam>::WideKernel;
  RandomCases random(52);
  int checked = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto example = MakeCase<TypeParam>::make(random);
    const auto constants = TypeParam::prepare(example.parameters, 0.0);
    const auto state = TypeParam::make_state(constants, example.variables);
    const std::optional<double> crossing = first_crossing<TypeParam>(constants, state, 50.0);
    if (!crossing) {
      continue;
    }
    ++checked;
    const auto wide = WideKernel::prepare(example.parameters, 0.0);
    const Wide y = reference_y(wide, widen(state), Wide(*crossing));
    const double slope = TypeParam::slope(constants, TypeParam::advance(constants, state, *crossing));
    const double tolerance = 2 * (TypeParam::kMaxAdvanceError * epsilon() * TypeParam::scale(constants, state) +
                                  epsilon() * slope * *crossing);
    ASSERT_LE(static_cast<double>(abs(y)), tolerance) << "case " << i << ", x = " << *crossing;
  }
  EXPECT_GT(checked, 200);
}

TYPED_TEST(FirstCrossing, IsTheSameForEveryHorizonBeyondIt) {
  RandomCases random(53);
  for (int i = 0; i < 2000; ++i) {
    const auto example = MakeCase<TypeParam>::make(random);
    const auto constants = TypeParam::prepare(example.parameters, 0.0);
    const auto state = TypeParam::make_state(constants, example.variables);
    const auto forever = first_crossing<TypeParam>(constants, state, kForever);
    const auto again = first_crossing<TypeParam>(constants, state, kForever);
    ASSERT_EQ(forever, again);
    if (forever) {
      const auto later = first_crossing<TypeParam>(constants, state, 2 * *forever + 1);
      ASSERT_TRUE(later.has_value());
      const double slope = TypeParam::slope(constants, TypeParam::advance(constants, state, *forever));
      const double tolerance =
          4 *
          (TypeParam::kMaxAdvanceError * epsilon() * TypeParam::scale(constants, state) / slope + epsilon() * *forever);
      ASSERT_NEAR(*later, *forever, tolerance);
      ASSERT_FALSE(*forever > 1e-9 && first_crossing<TypeParam>(constants, state, *forever * (1 - 1e-6)).has_value() &&
                   slope * *forever * 1e-6 > 1e-10);
    }
  }
}

TYPED_TEST(FirstCrossing, IsImmediateAtOrAboveTheThreshold) {
  RandomCases random(54);
  const auto example = MakeCase<TypeParam>::make(random);
  const auto constants = TypeParam::prepare(example.parameters, 0.0);
  auto state = TypeParam::make_state(constants, example.variables);
  for (const double y : {0.0, 1e-300, 20.0}) {
    state.y = y;
    EXPECT_EQ(first_crossing<TypeParam>(constants, state, 5.0), std::optional<double>(0.0));
    EXPECT_EQ(first_crossing<TypeParam>(constants, state, 0.0), std::optional<double>(0.0));
  }
}

TYPED_TEST(FirstCrossing, AnEmptyIntervalBelowTheThresholdHoldsNone) {
  RandomCases random(55);
  for (int i = 0; i < 500; ++i) {
    const auto example = MakeCase<TypeParam>::make(random);
    const auto constants = TypeParam::prepare(example.parameters, 0.0);
    EXPECT_FALSE(first_crossing<TypeParam>(constants, TypeParam::make_state(constants, example.variables), 0.0));
  }
}

TYPED_TEST(FirstCrossing, FoundNearbyIsTheOneThatTheWholeSearchFinds) {
  RandomCases random(57);
  int found = 0, crossings = 0;
  for (int i = 0; i < 3000; ++i) {
    const auto example = MakeCase<TypeParam>::make(random);
    const auto constants = TypeParam::prepare(example.parameters, 0.0);
    const auto state = TypeParam::make_state(constants, example.variables);
    const double h_max = random.log_uniform(0.1, 100);
    const std::optional<double> first = first_crossing<TypeParam>(constants, state, h_max);
    crossings += first ? 1 : 0;
    // Look from the beginning, and from close to the crossing.
    for (const double ahead : {1e3, 1e-1, 1e-3}) {
      const double x = first ? std::max(0.0, *first - ahead) : 0.0;
      const auto at = [&](double time) { return TypeParam::advance(constants, state, time); };
      const auto there = at(x);
      const auto near = near_crossing<TypeParam>(constants, at, there, x, h_max);
      if (!near) {
        continue;
      }
      ++found;
      ASSERT_TRUE(first.has_value()) << "case " << i;
      const double slope = TypeParam::slope(constants, at(*first));
      ASSERT_NEAR(near->time, *first,
                  4 * (TypeParam::kMaxAdvanceError * epsilon() * TypeParam::scale(constants, state) / slope +
                       epsilon() * *first))
          << "case " << i << ", from " << x;
      ASSERT_GE(near->time, x);
      ASSERT_GT(near->after, 0.0);
    }
  }
  EXPECT_GT(crossings, 500);
  EXPECT_GT(found, 500);
}

TEST(FirstCrossingOfConstantCurrent, IsTheLogarithmOfTheClosedForm) {
  // From reset, with R I above the threshold: t = tau_m ln((y_inf - y_reset)/y_inf).
  RandomCases random(56);
  for (int i = 0; i < 500; ++i) {
    const double tau_m = random.log_uniform(1, 100), y_infinity = random.log_uniform(1e-3, 100);
    const Wide expected = Wide(tau_m) * log((Wide(y_infinity) + 15) / Wide(y_infinity));
    const IfCurrExp curr = {y_infinity, 1, tau_m, 2, 5, 5, 0, -15, 0};
    const IfCondExp cond = {y_infinity, 1, tau_m, 2, 5, 5, 50, -20, 0, -15, 0};
    const std::vector<double> reset = {-15, 0, 0};
    using Curr = IfCurrExpKernel<double>;
    using Cond = IfCondExpKernel<double>;
    const auto curr_constants = Curr::prepare(curr, 0.0);
    const auto cond_constants = Cond::prepare(cond, 0.0);
    const auto by_curr = first_crossing<Curr>(curr_constants, Curr::make_state(curr_constants, reset), kForever);
    const auto by_cond = first_crossing<Cond>(cond_constants, Cond::make_state(cond_constants, reset), kForever);
    ASSERT_TRUE(by_curr && by_cond);
    // An error of y is divided by the slope at threshold, y_infinity/tau_m.
    const double tolerance =
        epsilon() * (8 * (15 + y_infinity) * tau_m / y_infinity + 2 * static_cast<double>(expected));
    EXPECT_NEAR(*by_curr, static_cast<double>(expected), tolerance);
    EXPECT_NEAR(*by_cond, static_cast<double>(expected), tolerance + 8 * epsilon() * 50 * tau_m / y_infinity);
  }
}

/// A current-based neuron at rest at 0 above `depth` below threshold, hit by one or two EPSPs.
struct Epsp {
  double depth, current;
  static constexpr double kTauM = 20, kTauSyn = 5, kResistance = 100;

  [[nodiscard]] IfCurrExp parameters() const {
    return {-depth, kTauM / kResistance, kTauM, 2, kTauSyn, 10, 0, -depth - 1, 0};
  }
  /// Potential above rest in closed form.
  [[nodiscard]] Wide potential(const Wide& t) const {
    return t <= 0 ? Wide(0)
                  : Wide(Wide(kResistance) * current * Wide(kTauSyn) / (Wide(kTauM) - Wide(kTauSyn)) *
                         (exp(-t / Wide(kTauM)) - exp(-t / Wide(kTauSyn))));
  }
  [[nodiscard]] static Wide peak_time() {
    return log(Wide(kTauM) / Wide(kTauSyn)) * Wide(kTauM) * Wide(kTauSyn) / (Wide(kTauM) - Wide(kTauSyn));
  }
};

TEST(FirstCrossingOfOneEpsp, HappensIffThePeakReachesTheThreshold) {
  using Kernel = IfCurrExpKernel<double>;
  const Wide peak = Epsp{0, 0.25}.potential(Epsp::peak_time());
  for (const double relative : {-1e-3, -1e-8, -1e-12, 1e-12, 1e-8, 1e-3}) {
    const Epsp epsp{static_cast<double>(peak * (1 + Wide(relative))), 0.25};
    const auto constants = Kernel::prepare(epsp.parameters(), 0.0);
    const auto state = Kernel::make_state(constants, std::vector<double>{-epsp.depth, 0.25, 0});
    const auto crossing = first_crossing<Kernel>(constants, state, 100.0);
    EXPECT_EQ(crossing.has_value(), relative < 0) << "threshold at the peak times 1 + " << relative;
    if (crossing) {
      EXPECT_LT(*crossing, static_cast<double>(Epsp::peak_time()) + 1e-9);
      EXPECT_NEAR(static_cast<double>(epsp.potential(*crossing)), epsp.depth, 1e-14);
    }
  }
}

TEST(FirstCrossingOfAnEpspPair, IsFoundBetweenEndPointsThatAreBothBelowThreshold) {
  using Kernel = IfCurrExpKernel<double>;
  const double gap = 6;
  const Epsp epsp{6.5, 0.25};
  const auto pair = [&](const Wide& t) { return Wide(epsp.potential(t) + epsp.potential(t - gap)); };
  const auto constants = Kernel::prepare(epsp.parameters(), 0.0);
  auto state = Kernel::make_state(constants, std::vector<double>{-epsp.depth, epsp.current, 0});
  ASSERT_FALSE(first_crossing<Kernel>(constants, state, 100.0).has_value()) << "one EPSP is not enough";
  state = Kernel::advance(constants, state, gap);
  Kernel::add_input(state, 0, epsp.current);
  const double h_max = 60;
  ASSERT_LT(Kernel::advance(constants, state, h_max).y, 0.0) << "an end-point test would see nothing";
  const auto crossing = first_crossing<Kernel>(constants, state, h_max);
  ASSERT_TRUE(crossing.has_value());
  Wide low = 0, high = Epsp::peak_time();
  for (int i = 0; i < 150; ++i) {
    const Wide middle = (low + high) / 2;
    (pair(gap + middle) < epsp.depth ? low : high) = middle;
  }
  EXPECT_NEAR(*crossing, static_cast<double>(low), 1e-14 * 9);
}

TEST(FirstCrossingOfFastInhibition, SecondPieceOfPositiveDriveIsSearchedToo) {
  // Drive +, -, +: an IPSP that starts late enough lets the neuron, whose rest is above threshold, fire after it.
  using Kernel = IfCurrExpKernel<double>;
  const IfCurrExp parameters = {1, 0.2, 20, 2, 2, 10, 0, -10, 0};
  const auto constants = Kernel::prepare(parameters, 0.0);
  const auto state = Kernel::make_state(constants, std::vector<double>{-5, 0.3, -0.25});
  ASSERT_EQ(Kernel::drive_at_threshold(constants, state).sign_pieces(1000).count, 3);
  const auto crossing = first_crossing<Kernel>(constants, state, kForever);
  ASSERT_TRUE(crossing.has_value());
  EXPECT_GT(*crossing, Kernel::drive_at_threshold(constants, state).sign_pieces(1000).piece[1].end);
  EXPECT_NEAR(Kernel::advance(constants, state, *crossing).y, 0.0, 1e-14);
}

}  // namespace
}  // namespace va_event::neurons
