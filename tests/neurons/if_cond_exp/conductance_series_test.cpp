// SPDX-License-Identifier: Apache-2.0
#include "neurons/if_cond_exp/intervals/conductance_series.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "foundation/number_types.hpp"
#include "neurons/if_cond_exp/if_cond_exp.hpp"
#include "tests/neurons/reference.hpp"
#include "tests/numerics/widen.hpp"

namespace va_event::neurons {
namespace {

using foundation::Digits100;
using foundation::Digits50;
using foundation::Quad;
using testing::RandomCases;
using Case = testing::Case<IfCondExp>;

template <class Real>
Digits100 widen(const Real& x) {
  return numerics::testing::widen_to<Digits100>(x);
}

/// y after one quadrature in 100 digits, with so many nodes that its error is below 1e-60: the independent route.
Digits100 exact_y(const Case& example, double h) {
  using Kernel = IfCondExpKernel<Digits100>;
  const auto constants = Kernel::prepare(example.parameters, 0.0);
  const auto state = Kernel::make_state(constants, example.variables);
  return intervals::quadrature<48>(constants, state.exc, state.inh, Digits100(h))(state.y);
}

/// Error of one step in units of epsilon * scale.
template <class Real>
double error_of(const Case& example, double h) {
  using Kernel = IfCondExpKernel<Real>;
  const auto constants = Kernel::prepare(example.parameters, 0.0);
  const auto state = Kernel::make_state(constants, example.variables);
  const Digits100 error = abs(Digits100(widen(Kernel::advance(constants, state, Real(h)).y) - exact_y(example, h)));
  return static_cast<double>(error / widen(std::numeric_limits<Real>::epsilon() * Kernel::scale(constants, state)));
}

/// A neuron and an interval with A0 h = x and h over the shorter synaptic time constant = z.
struct Example {
  Case neuron;
  double h;
};
Example make_example(double x, double z, double leak, double share, double ratio) {
  const double h = 20 * x * leak, conductance = (1 - leak) / leak;  // tau_m = 20 ms, resistance 1 MOhm
  return {{{-1, 20, 20, 2, h / z, h / (ratio * z), 1, -1, 0, -2, 0},
           {-0.5, conductance * share, conductance * (1 - share)}},
          h};
}

template <class Real>
class ConductanceSeriesOf : public ::testing::Test {};
using Types = ::testing::Types<Quad, Digits50>;
TYPED_TEST_SUITE(ConductanceSeriesOf, Types);

TYPED_TEST(ConductanceSeriesOf, OneStepKeepsThePromiseOfTheKernelUpToItsLimits) {
  using Series = ConductanceSeries<TypeParam>;
  for (const double x : {1e-4, 0.03, 0.3, 0.99 * Series::kMaxX}) {
    for (const double z : {1e-5, 0.01, 0.2, 0.99 * Series::kMaxZ}) {
      for (const double leak : {0.01, 0.5, 0.9}) {
        for (const double share : {0.0, 0.5, 1.0}) {
          for (const double ratio : {1.0, 0.5, 0.03}) {
            const Example example = make_example(x, z, leak, share, ratio);
            ASSERT_LE(error_of<TypeParam>(example.neuron, example.h), IfCondExpKernel<TypeParam>::kMaxAdvanceError)
                << "x = " << x << ", z = " << z << ", leak " << leak << ", share " << share << ", ratio " << ratio;
          }
        }
      }
    }
  }
}

TYPED_TEST(ConductanceSeriesOf, TheWholeAdvanceAgreesWithTaylorSeriesOfShortSteps) {
  using Kernel = IfCondExpKernel<TypeParam>;
  using WideKernel = IfCondExpKernel<testing::Wide>;
  // The route in 50 digits has rounding errors of its own.
  const double allowed = std::numeric_limits<TypeParam>::digits > 120 ? 1e-45 : 8 * std::ldexp(1.0, -112);
  RandomCases random(52);
  for (int i = 0; i < 40; ++i) {
    const Case example = random.cond_exp();
    const auto constants = Kernel::prepare(example.parameters, 0.0);
    const auto state = Kernel::make_state(constants, example.variables);
    const double conductance =
        static_cast<double>(constants.resistance) * (example.variables[1] + example.variables[2]);
    const double h = random.log_uniform(1e-3, 20) * example.parameters.tau_m / (1 + conductance);
    const auto wide_constants = WideKernel::prepare(example.parameters, 0.0);
    const auto wide_state = WideKernel::make_state(wide_constants, example.variables);
    const testing::Wide expected = testing::reference_y<72>(wide_constants, wide_state, testing::Wide(h));
    const Digits100 error = abs(Digits100(widen(Kernel::advance(constants, state, TypeParam(h)).y) - widen(expected)));
    ASSERT_LE(static_cast<double>(error), allowed * static_cast<double>(Kernel::scale(constants, state))) << i;
  }
}

}  // namespace
}  // namespace va_event::neurons
