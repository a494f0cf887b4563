// SPDX-License-Identifier: Apache-2.0
#include "kernels/conductance_series.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "foundation/number_types.hpp"
#include "kernels/if_cond_exp.hpp"
#include "reference.hpp"
#include "widen.hpp"

namespace va_event::kernels {
namespace {

using foundation::Digits100;
using foundation::Digits50;
using foundation::Quad;
using testing::Case;
using testing::RandomCases;

template <class Real>
Digits100 widen(const Real& x) {
  return testing::widen_to<Digits100>(x);
}

/// y after one quadrature in 100 digits, with so many nodes that its error is below 1e-60: the independent route.
Digits100 exact_y(const Case& example, double h) {
  using Kernel = IfCondExpKernel<Digits100>;
  const auto constants = Kernel::prepare(example.parameters, 0.0);
  return Kernel::quadrature<48>(constants, Kernel::make_state(constants, example.variables), Digits100(h)).y;
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

}  // namespace
}  // namespace va_event::kernels
