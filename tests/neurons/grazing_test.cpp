// SPDX-License-Identifier: Apache-2.0
// Potentials whose peak misses or passes the threshold by 2^-k mV.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "neurons/crossing.hpp"
#include "tests/neurons/reference.hpp"

namespace va_event::neurons {
namespace {

using testing::Case;
using testing::epsilon;
using testing::MakeCase;
using testing::reference_y;
using testing::Wide;

/// The time of the first maximum of y: the zero of dv/dt by the secant method, in 50 digits on the independent
/// solution.
template <class WideKernel>
Wide peak_time(const typename WideKernel::Constants& constants, const State<Wide>& start, const Wide& guess) {
  const auto slope = [&](const Wide& t) {
    State<Wide> s = WideKernel::advance_refractory(constants, start, t);
    s.y = reference_y(constants, start, t);
    return WideKernel::slope(constants, s);
  };
  Wide a = guess, b = guess * Wide("1.001");
  Wide slope_a = slope(a), slope_b = slope(b);
  for (int i = 0; i < 12 && slope_a != slope_b && abs(b - a) > Wide("1e-25"); ++i) {
    const Wide c = b - slope_b * (b - a) / (slope_b - slope_a);
    a = b, slope_a = slope_b;
    b = c, slope_b = slope(b);
  }
  EXPECT_LE(abs(slope_b), Wide("1e-20"));
  EXPECT_GT(slope(b * Wide("0.99")), 0);
  EXPECT_LT(slope(b * Wide("1.01")), 0);
  return b;
}

/// The parameters that are potentials, except v_reset and v_thresh = 0.
template <class Parameters>
using Potentials = std::vector<double Parameters::*>;

/// Shifts every potential of a case by the same amount, which shifts v(t) by it.
template <class Parameters>
Case<Parameters> shifted(Case<Parameters> example, const Potentials<Parameters>& potentials, const Wide& shift) {
  for (const auto potential : potentials) {
    double& value = example.parameters.*potential;
    value = static_cast<double>(Wide(value) + shift);
  }
  example.variables[0] = static_cast<double>(Wide(example.variables[0]) + shift);
  return example;
}

struct LookResult {
  int passed = 0, stayed_below = 0, within_rounding = 0;
};

template <class Kernel>
LookResult graze(const Case<typename Kernel::Parameters>& example,
                 const Potentials<typename Kernel::Parameters>& potentials) {
  using WideKernel = typename MakeCase<Kernel>::WideKernel;
  // Shifting all potentials does not move the peak in time. The slope may be negative at first.
  const auto original = Kernel::prepare(example.parameters, 0.0);
  const auto origin = Kernel::make_state(original, example.variables);
  const auto rises = [&](double t) { return Kernel::slope(original, Kernel::advance(original, origin, t)) > 0; };
  double guess = 0;
  while (!rises(guess) && guess < 100) {
    guess += 0.0625;
  }
  while (rises(guess)) {
    guess += 0.0625;
  }
  const auto wide = WideKernel::prepare(example.parameters, 0.0);
  const Wide time = peak_time<WideKernel>(wide, WideKernel::make_state(wide, example.variables), Wide(guess));
  const auto height_of_peak = [&](const auto& c) {
    const auto constants = WideKernel::prepare(c.parameters, 0.0);
    return reference_y(constants, WideKernel::make_state(constants, c.variables), time);
  };
  const Wide unshifted = height_of_peak(example);
  LookResult result;
  for (int k = 0; k <= 50; ++k) {
    for (const double sign : {1.0, -1.0}) {
      const Wide offset(sign * std::ldexp(1.0, -k));
      const auto at_threshold = shifted(example, potentials, offset - unshifted);
      const Wide height = height_of_peak(at_threshold);  // the offset, apart from the rounding to doubles
      const auto constants = Kernel::prepare(at_threshold.parameters, 0.0);
      const auto state = Kernel::make_state(constants, at_threshold.variables);
      if (state.y >= 0) {
        continue;  // shifted so far up that it starts above threshold
      }
      const bool found = first_crossing<Kernel>(constants, state, 200.0).has_value();
      const double rounding = Kernel::kMaxAdvanceError * epsilon() * Kernel::scale(constants, state);
      if (abs(height) <= rounding) {
        ++result.within_rounding;
        continue;
      }
      ++(found ? result.passed : result.stayed_below);
      EXPECT_EQ(found, height > 0) << "k = " << k << ", peak at " << height;
    }
  }
  return result;
}

/// The small potentials resolve 2^-50 mV; in those as large as in the brain the finest offsets are rounding errors.
struct Scale {
  double factor;
  bool resolves_all;
};
constexpr Scale kScales[] = {{1.0 / 512, true}, {1.0, false}};

void expect_decided(const LookResult& result, const Scale& scale) {
  EXPECT_GE(result.passed, 35);
  EXPECT_GE(result.stayed_below, 35);
  EXPECT_EQ(result.within_rounding == 0, scale.resolves_all);
}

TEST(ClosestApproach, NoPeakOfAConductanceIsMissedOrInvented) {
  using Kernel = IfCondExpKernel<double>;
  for (const Scale& size : kScales) {
    const double scale = size.factor;
    // tau_syn in both orders, with and without inhibition, the second case with a rest close to threshold
    const Case<IfCondExp> cases[] = {
        {{-10 * scale, 0.2, 20, 2, 5, 10, 50 * scale, -30 * scale, 0, -99, 0}, {-5 * scale, 0.015, 0.01}},
        {{-1 * scale, 0.2, 20, 2, 10, 3, 50 * scale, -20 * scale, 0, -99, 0}, {-4 * scale, 0.005, 0.03}},
        {{-10 * scale, 0.2, 20, 2, 5, 10, 50 * scale, -30 * scale, 0, -99, 0}, {-5 * scale, 0.3, 0.0}}};
    for (const auto& example : cases) {
      expect_decided(graze<Kernel>(example, {&IfCondExp::v_rest, &IfCondExp::e_rev_E, &IfCondExp::e_rev_I}), size);
    }
  }
}

TEST(ClosestApproach, NoPeakOfACurrentIsMissedOrInvented) {
  using Kernel = IfCurrExpKernel<double>;
  for (const Scale& size : kScales) {
    const double scale = size.factor;
    const Case<IfCurrExp> cases[] = {
        {{-10 * scale, 0.2, 20, 2, 5, 10, 0, -99, 0}, {-9 * scale, 0.3 * scale, -0.02 * scale}},
        {{-10 * scale, 0.2, 20, 2, 20, 3, 0, -99, 0}, {-9 * scale, 0.2 * scale, -0.2 * scale}},
        {{-10 * scale, 0.2, 5, 2, 20, 5, 0, -99, 0}, {-9 * scale, 0.6 * scale, 0.0}}};
    for (const auto& example : cases) {
      expect_decided(graze<Kernel>(example, {&IfCurrExp::v_rest}), size);
    }
  }
}

}  // namespace
}  // namespace va_event::neurons
