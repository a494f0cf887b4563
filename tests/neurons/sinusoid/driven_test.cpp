// SPDX-License-Identifier: Apache-2.0
#include "neurons/sinusoid/driven.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "foundation/number_types.hpp"
#include "tests/cases.hpp"
#include "tests/neurons/sinusoid/driven_reference.hpp"
#include "tests/numerics/widen.hpp"

namespace va_event::neurons {
namespace {

using testing::Case;
using testing::epsilon;
using testing::RandomCases;
using testing::reference_response;
using testing::Wide;
using testing::WideSine;
using CurrExp = IfCurrExpKernel<double>;
using CondExp = IfCondExpKernel<double>;
using Delta = IfCurrDeltaKernel<double>;

constexpr std::int64_t kEpochNumber = 7;

template <class Kernel>
Case<typename Kernel::Parameters> make_case(RandomCases& random) {
  if constexpr (std::is_same_v<Kernel, CurrExp>) {
    return random.curr_exp();
  } else if constexpr (std::is_same_v<Kernel, CondExp>) {
    return random.cond_exp();
  } else {
    const double tau_m = random.log_uniform(1, 100), resistance = random.log_uniform(10, 1000);
    return {{random.uniform(-20, 5), tau_m / resistance, tau_m, 2.0, random.uniform(-20, 20) / resistance, -10.0, 0.0},
            {-random.log_uniform(1e-6, 30)}};
  }
}

/// One to three sources, which may be constant (0 Hz), slow or much faster than everything.
std::vector<SineSource> random_sources(RandomCases& random, double resistance, double low, double high) {
  std::vector<SineSource> sources;
  do {
    sources.push_back({random.sign() * random.log_uniform(1e-3, 100) / resistance,
                       random.one_in(20) ? 0.0 : random.log_uniform(low, high), random.uniform(-400, 400),
                       static_cast<std::int64_t>(random.uniform(0, 7)), random.uniform(0, 16)});
  } while (sources.size() < 3 && random.one_in(2));
  return sources;
}

template <class Parameters, class Number>
std::vector<WideSine> widened(const std::vector<SineSource>& sources, const Case<Parameters>& example,
                              const Number& t) {
  std::vector<WideSine> wide;
  for (const SineSource& source : sources) {
    wide.emplace_back(source, Wide(example.parameters.tau_m) / Wide(example.parameters.cm), kEpochNumber, Wide(t));
  }
  return wide;
}

/// y from 50 digits.
template <class Kernel>
Wide expected_y(const Case<typename Kernel::Parameters>& example, const std::vector<SineSource>& sources,
                const State<double>& state, double h) {
  const auto sines = widened(sources, example, state.t);
  State<Wide> wide{Wide(state.y), Wide(state.exc), Wide(state.inh), Wide(state.t)};
  if constexpr (std::is_same_v<Kernel, CondExp>) {
    return testing::reference_y(IfCondExpKernel<Wide>::prepare(example.parameters, 0.0), wide, sines, Wide(h));
  } else {
    const Wide response = reference_response(sines, Wide(example.parameters.tau_m), Wide(h));
    if constexpr (std::is_same_v<Kernel, CurrExp>) {
      return response + testing::reference_y(IfCurrExpKernel<Wide>::prepare(example.parameters, 0.0), wide, Wide(h));
    } else {
      return response +
             IfCurrDeltaKernel<Wide>::advance(IfCurrDeltaKernel<Wide>::prepare(example.parameters, 0.0), wide, Wide(h))
                 .y;
    }
  }
}

template <class Kernel>
class DrivenAdvance : public ::testing::Test {};
using Kernels = ::testing::Types<CurrExp, CondExp, Delta>;
TYPED_TEST_SUITE(DrivenAdvance, Kernels);

TYPED_TEST(DrivenAdvance, KeepsThePromiseOfThePlainKernelAtAnyFrequency) {
  using Driven = DrivenKernel<TypeParam, double>;
  constexpr bool kSlowReference = std::is_same_v<TypeParam, CondExp>;
  RandomCases random(91);
  double worst = 0.0;
  for (int i = 0; i < static_cast<int>(testing_support::cases(kSlowReference ? 400 : 5000)); ++i) {
    const auto example = make_case<TypeParam>(random);
    const double resistance = example.parameters.tau_m / example.parameters.cm;
    const double h = random.log_uniform(1e-4, 16);
    const auto sources = random_sources(random, resistance, 1e-2, kSlowReference ? std::min(1e9, 1e5 / h) : 1e9);
    const auto c = Driven::prepare(example.parameters, 0.0, sources, kEpochNumber);
    auto state = TypeParam::make_state(c.plain, example.variables);
    state.t = random.uniform(0, 16 - h);
    const Wide error = abs(Driven::advance(c, state, h).y - expected_y<TypeParam>(example, sources, state, h));
    const double units = static_cast<double>(error) / (epsilon() * Driven::scale(c, state));
    worst = std::max(worst, units);
    ASSERT_LE(units, Driven::kMaxAdvanceError)
        << "case " << i << ", h = " << h << ", " << sources[0].frequency << " Hz";
  }
  ::testing::Test::RecordProperty("worst", std::to_string(worst));
}

TYPED_TEST(DrivenAdvance, WithoutSinusoidsIsThePlainOne) {
  using Driven = DrivenKernel<TypeParam, double>;
  RandomCases random(92);
  for (int i = 0; i < 1000; ++i) {
    const auto example = make_case<TypeParam>(random);
    const auto c = Driven::prepare(example.parameters, 0.0, {}, kEpochNumber);
    const auto state = TypeParam::make_state(c.plain, example.variables);
    const double h = random.log_uniform(1e-4, 16);
    ASSERT_LE(std::fabs(Driven::advance(c, state, h).y - TypeParam::advance(c.plain, state, h).y),
              (Driven::kMaxAdvanceError + TypeParam::kMaxAdvanceError) * epsilon() * Driven::scale(c, state))
        << i;
  }
}

TEST(DrivenIfCondExp, LargeConductancesOverLongTimesAreRight) {
  using Driven = DrivenKernel<CondExp, double>;
  RandomCases random(93);
  for (int i = 0; i < static_cast<int>(testing_support::cases(40)); ++i) {
    auto example = random.cond_exp();
    const double resistance = example.parameters.tau_m / example.parameters.cm;
    example.variables[1] = random.log_uniform(1e2, 1e3) / resistance;
    const auto sources = random_sources(random, resistance, 1, 1e3);
    const auto c = Driven::prepare(example.parameters, 0.0, sources, kEpochNumber);
    const auto state = CondExp::make_state(c.plain, example.variables);
    const Wide error = abs(Driven::advance(c, state, 16.0).y - expected_y<CondExp>(example, sources, state, 16.0));
    ASSERT_LE(static_cast<double>(error), Driven::kMaxAdvanceError * epsilon() * Driven::scale(c, state)) << i;
  }
}

/// The wider types agree with a still wider one, up to the digits that the number of turns takes.
template <class Real, class Wider, template <class> class Kernel>
void expect_digits(double tolerance, int cases) {
  RandomCases random(94);
  for (int i = 0; i < cases; ++i) {
    const auto example = make_case<Kernel<double>>(random);
    const double resistance = example.parameters.tau_m / example.parameters.cm;
    const double h = random.log_uniform(1e-3, 16);
    const auto sources = random_sources(random, resistance, 1e-2, 1e5);
    const auto end = [&]<class Number>(Number) {
      using Driven = DrivenKernel<Kernel<Number>, Number>;
      const auto c = Driven::prepare(example.parameters, 0.0, sources, kEpochNumber);
      return Driven::advance(c, Kernel<Number>::make_state(c.plain, example.variables), Number(h)).y;
    };
    const double scale = 200.0;
    ASSERT_LE(static_cast<double>(abs(numerics::testing::widen_to<Wider>(end(Real(0))) -
                                      numerics::testing::widen_to<Wider>(end(Wider(0))))),
              tolerance * scale)
        << i << ", " << sources[0].frequency << " Hz";
  }
}

TEST(DrivenKernel, WiderTypesHaveTheirDigits) {
  using foundation::Digits100;
  using foundation::Digits50;
  using foundation::Quad;
  expect_digits<Quad, Digits50, IfCurrExpKernel>(1e-28, 100);
  expect_digits<Quad, Digits50, IfCondExpKernel>(1e-28, 100);
  expect_digits<Digits50, Digits100, IfCurrExpKernel>(1e-44, 40);
  expect_digits<Digits50, Digits100, IfCondExpKernel>(1e-44, 20);
}

}  // namespace
}  // namespace va_event::neurons
