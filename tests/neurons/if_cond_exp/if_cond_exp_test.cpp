// SPDX-License-Identifier: Apache-2.0
#include "neurons/if_cond_exp/if_cond_exp.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "tests/cases.hpp"
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
using Case = testing::Case<IfCondExp>;

/// Error of advance in units of epsilon * scale.
double error_of(const Case& example, double h) {
  const auto constants = Kernel::prepare(example.parameters, 0.0);
  const auto state = Kernel::make_state(constants, example.variables);
  const auto end = Kernel::advance(constants, state, h);
  const Wide expected = reference_y(WideKernel::prepare(example.parameters, 0.0), widen(state), Wide(h));
  return static_cast<double>(abs(Wide(end.y) - expected)) / (epsilon() * Kernel::scale(constants, state));
}

/// The h for which A0 h is `load`.
double interval_of_load(const Case& example, double load) {
  const auto c = Kernel::prepare(example.parameters, 0.0);
  return load * c.tau_m / (1 + c.resistance * (example.variables[1] + example.variables[2]));
}

TEST(IfCondExpKernel, AdvanceKeepsItsPromiseForRandomNeuronsUpToSeventyMembraneTimes) {
  RandomCases random(41);
  for (int i = 0; i < static_cast<int>(testing_support::cases(1500)); ++i) {
    const Case example = random.cond_exp();
    const double load = random.log_uniform(1e-4, i % 3 == 0 ? 70.0 : 5.0);
    ASSERT_LE(error_of(example, interval_of_load(example, load)), Kernel::kMaxAdvanceError)
        << "case " << i << ", A0 h = " << load;
  }
}

TEST(IfCondExpKernel, AdvanceKeepsItsPromiseInTheVogelsAbbottNetwork) {
  RandomCases random(42);
  const IfCondExp parameters = {-10, 0.2, 20, 5, 5, 10, 50, -30, 0, -10, 0};
  for (int i = 0; i < static_cast<int>(testing_support::cases(1500)); ++i) {
    const Case example{parameters, {-random.uniform(0, 12), random.uniform(0, 0.06), random.uniform(0, 0.2)}};
    ASSERT_LE(error_of(example, random.log_uniform(1e-3, 20)), Kernel::kMaxAdvanceError) << "case " << i;
  }
}

TEST(IfCondExpKernel, AdvanceKeepsItsPromiseOverLongSilences) {
  RandomCases random(43);
  for (int i = 0; i < static_cast<int>(testing_support::cases(10)); ++i) {
    const Case example = random.cond_exp();
    ASSERT_LE(error_of(example, i % 2 == 0 ? 1e6 : random.log_uniform(10, 1e6)), Kernel::kMaxAdvanceError);
  }
}

TEST(IfCondExpKernel, EachQuadratureLevelLeavesItsPromisedErrorAtItsLimits) {
  // In 50 digits, with the nodes of double: what remains is the error of the quadrature alone.
  const auto check = [](auto level) {
    constexpr intervals::QuadratureLevel kLevel = intervals::kQuadratureLevels[decltype(level)::value];
    const auto& rule = numerics::gauss_legendre<Wide, kLevel.nodes>();
    ASSERT_GT(rule.weight[0], 0);
    for (const double x : {kLevel.max_x, kLevel.max_x / 2}) {
      for (const double z : {kLevel.max_z, kLevel.max_z / 2}) {
        for (const double leak : {0.01, 0.2, 0.5, 0.9}) {
          for (const double share : {0.0, 0.5, 1.0}) {
            for (const double ratio : {1.0, 0.5, 0.03}) {
              const double h = 20 * x * leak, conductance = (1 - leak) / leak;  // tau_m = 20 ms, resistance 1 MOhm
              const IfCondExp parameters = {-1, 20, 20, 2, h / z, h / (ratio * z), 1, -1, 0, -2, 0};
              const auto c = WideKernel::prepare(parameters, 0.0);
              const State<Wide> s{-0.5, conductance * share, conductance * (1 - share), 0};
              const Wide y = intervals::quadrature<kLevel.nodes>(c, s.exc, s.inh, Wide(h))(s.y);
              const Wide exact = intervals::quadrature<40>(c, s.exc, s.inh, Wide(h))(s.y);
              ASSERT_LE(abs(y - exact), Wide(1e-16) * WideKernel::scale(c, s))
                  << kLevel.nodes << " nodes, x = " << x << ", z = " << z << ", leak " << leak << ", share " << share;
            }
          }
        }
      }
    }
  };
  [&]<std::size_t... level>(std::index_sequence<level...>) {
    (check(std::integral_constant<std::size_t, level>{}), ...);
  }
  (std::make_index_sequence<intervals::kQuadratureLevels.size()>{});
}

TEST(IfCondExpKernel, InFiftyDigitsAgreesWithTaylorSeriesToFortyDigits) {
  RandomCases random(44);
  for (int i = 0; i < static_cast<int>(testing_support::cases(60)); ++i) {
    const Case example = random.cond_exp();
    const auto constants = WideKernel::prepare(example.parameters, 0.0);
    const auto state = WideKernel::make_state(constants, example.variables);
    const Wide h(interval_of_load(example, random.log_uniform(1e-3, 70)));
    const Wide error = abs(WideKernel::advance(constants, state, h).y - reference_y<48>(constants, state, h));
    ASSERT_LE(error, Wide("1e-40") * WideKernel::scale(constants, state)) << "case " << i;
  }
}

TEST(IfCondExpKernel, WithoutConductanceItIsTheLeakAlone) {
  const auto constants = Kernel::prepare(IfCondExp{-10, 0.2, 20, 2, 5, 10, 50, -30, 0, -20, 0.05}, 0.0);
  const auto state = Kernel::make_state(constants, std::vector<double>{-7, 0, 0});
  for (const double h : {1e-6, 0.1, 10.0, 100.0, 1e6}) {
    const Wide infinity = -10 + Wide(20) / Wide(0.2) * Wide(0.05);
    const Wide expected = infinity + (-7 - infinity) * exp(-Wide(h) / 20);
    EXPECT_NEAR(Kernel::advance(constants, state, h).y, static_cast<double>(expected), 4e-15) << "h = " << h;
  }
}

TEST(IfCondExpKernel, ApproachToTheThresholdAsRestingPotentialStaysBelowIt) {
  const auto constants = Kernel::prepare(IfCondExp{-50, 1, 20, 2, 5, 5, 0, -70, -50, -60, 0}, 0.0);
  const auto state = Kernel::make_state(constants, std::vector<double>{-60, 0, 0});
  for (const double h : {1.0, 100.0, 1000.0, 10000.0}) {
    EXPECT_LT(Kernel::advance(constants, state, h).y, 0.0) << "h = " << h;
  }
}

TEST(IfCondExpKernel, AnyIntervalCostsABoundedTimeWhateverTheConductances) {
  // Slow and fast synapses at 1e6 times the leak over a million ms: 5e10 membrane times without the forgotten part.
  const auto start = std::chrono::steady_clock::now();
  for (const double tau_exc : {1e-3, 1.0, 1e3, 1e7}) {
    for (const double tau_inh : {1e-3, 1.0, 1e3, 1e7}) {
      for (const double g : {1e-6, 1.0, 1e6}) {
        const auto constants = Kernel::prepare(IfCondExp{-10, 20, 20, 2, tau_exc, tau_inh, 50, -30, 0, -20, 0}, 0.0);
        const auto state = Kernel::make_state(constants, std::vector<double>{-7, g, g});
        const auto end = Kernel::advance(constants, state, 1e6);
        ASSERT_TRUE(end.y >= -30 && end.y <= 50) << end.y;
      }
    }
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  EXPECT_LT(seconds, 30.0);  // 48 calls of some 10 us each, with room for sanitizers
}

TEST(IfCondExpKernel, SlowSynapsesAreFollowedQuasiStatically) {
  // M(h) = 5e3 here: only the forgotten part makes it affordable, and it must not change the result.
  const Case example{{-10, 20, 20, 2, 1e4, 2e4, 50, -30, 0, -20, 0}, {-7, 3, 40}};
  EXPECT_LE(error_of(example, 2500), Kernel::kMaxAdvanceError);
}

TEST(IfCondExpKernel, AShortStepLosesNoMoreThanTheLastBitOfThePotentialItself) {
  RandomCases random(39);
  for (int i = 0; i < 1000; ++i) {
    const Case example = random.cond_exp();
    const auto constants = Kernel::prepare(example.parameters, 0.0);
    const auto state = Kernel::make_state(constants, example.variables);
    const double h = random.log_uniform(1e-9, 1e-3) * example.parameters.tau_m;
    const Wide load = Wide(h) / example.parameters.tau_m * (1 + constants.resistance * (state.exc + state.inh));
    const Wide expected = reference_y(WideKernel::prepare(example.parameters, 0.0), widen(state), Wide(h));
    // Rounding of the increment, which is proportional to h, and of the sum.
    const Wide bound = epsilon() * (16 * load * Kernel::scale(constants, state) + abs(expected));
    ASSERT_LE(abs(Kernel::advance(constants, state, h).y - expected), bound) << "case " << i << ", h = " << h;
  }
}

TEST(IfCondExpKernel, TwoStepsAreOneStep) {
  RandomCases random(45);
  for (int i = 0; i < static_cast<int>(testing_support::cases(5000)); ++i) {
    const Case example = random.cond_exp();
    const auto constants = Kernel::prepare(example.parameters, 0.0);
    const auto state = Kernel::make_state(constants, example.variables);
    const double h1 = std::ldexp(std::floor(random.uniform(0, 1 << 20)), -16);
    const double h2 = std::ldexp(std::floor(random.uniform(0, 1 << 20)), -16);
    const auto once = Kernel::advance(constants, state, h1 + h2);
    const auto twice = Kernel::advance(constants, Kernel::advance(constants, state, h1), h2);
    ASSERT_NEAR(once.y, twice.y, 3 * Kernel::kMaxAdvanceError * epsilon() * Kernel::scale(constants, state));
  }
}

TEST(IfCondExpKernel, ConductancesDecayAloneWhileRefractory) {
  RandomCases random(46);
  for (int i = 0; i < 1000; ++i) {
    const Case example = random.cond_exp();
    const auto constants = Kernel::prepare(example.parameters, 0.0);
    const auto state = Kernel::make_state(constants, example.variables);
    const double h = random.log_uniform(1e-4, 1e2);
    const auto end = Kernel::advance_refractory(constants, state, h);
    ASSERT_EQ(end.y, state.y);
    const Wide z = Wide(h) / example.parameters.tau_syn_E;
    const Wide expected = state.exc * exp(-z);
    ASSERT_LE(static_cast<double>(abs(end.exc - expected)),
              std::max(static_cast<double>((3 + 2 * z) * epsilon() * expected), 1e-280));
  }
}

TEST(IfCondExpKernel, SlopeIsTheDerivativeAndTauTimesItIsTheDriveAtThreshold) {
  RandomCases random(47);
  for (int i = 0; i < 100; ++i) {
    const Case example = random.cond_exp();
    const auto constants = WideKernel::prepare(example.parameters, 0.0);
    auto state = WideKernel::make_state(constants, example.variables);
    const Wide h("1e-20");
    const Wide difference = (reference_y(constants, state, h) - state.y) / h;
    ASSERT_LE(abs(difference / WideKernel::slope(constants, state) - 1), Wide("1e-12"));
    state.y = 0;
    ASSERT_LE(abs(WideKernel::slope(constants, state) * constants.tau_m -
                  WideKernel::drive_at_threshold(constants, state).value(0)),
              Wide("1e-45") * (WideKernel::scale(constants, state) + 1) * 300);
  }
}

TEST(IfCondExpKernel, VariablesInputsAndInjectedCurrentAreThoseOfTheUser) {
  const IfCondExp parameters = {-65, 0.5, 20, 2, 5, 10, 0, -80, -50, -70, 0.1};
  const auto constants = Kernel::prepare(parameters, 0.25);
  EXPECT_DOUBLE_EQ(constants.y_leak, -65 + 40 * 0.35 + 50);
  EXPECT_EQ(constants.y_exc, 50);
  EXPECT_EQ(constants.y_inh, -30);
  EXPECT_EQ(constants.y_reset, -20);
  EXPECT_EQ(constants.v_thresh, -50);
  EXPECT_EQ(constants.tau_refrac, 2);
  auto state = Kernel::make_state(constants, std::vector<double>{-61, 0.5, 0.25});
  Kernel::add_input(state, 0, 0.125);
  Kernel::add_input(state, 1, 0.5);
  EXPECT_EQ(Kernel::variable(constants, state, 0), -61);
  EXPECT_EQ(Kernel::variable(constants, state, 1), 0.625);
  EXPECT_EQ(Kernel::variable(constants, state, 2), 0.75);
  state.t = 7;
  EXPECT_EQ(Kernel::advance(constants, state, 1.0).t, 7);
  EXPECT_EQ(Kernel::advance(constants, state, 1e5).t, 7);
}

}  // namespace
}  // namespace va_event::neurons
