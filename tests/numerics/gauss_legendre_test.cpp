// SPDX-License-Identifier: Apache-2.0
#include "numerics/gauss_legendre.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <utility>

#include "tests/numerics/random_numbers.hpp"

namespace va_event::numerics {
namespace {

using testing::Wide;

/// Integrates t^n over [0, 1] for every n that the rule must integrate exactly.
template <class Real, std::size_t count>
void expect_exact_moments(double tolerance) {
  const GaussLegendre<Real, count>& rule = gauss_legendre<Real, count>();
  for (std::size_t n = 0; n < 2 * count; ++n) {
    Real sum(0);
    for (std::size_t k = 0; k < count; ++k) {
      Real power(1);
      for (std::size_t i = 0; i < n; ++i) {
        power *= rule.node[k];
      }
      sum += rule.weight[k] * power;
    }
    EXPECT_LE(static_cast<double>(abs(Wide(sum) * (n + 1) - 1)), tolerance) << count << " nodes, degree " << n;
  }
}

template <std::size_t... count>
void expect_exact_moments_of(std::index_sequence<count...> /*nodes*/) {
  (expect_exact_moments<double, count>(1e-14), ...);
  (expect_exact_moments<Wide, count>(1e-48), ...);
}

TEST(GaussLegendre, IntegratesPolynomialsExactlyInDoubleAndInFiftyDigits) {
  expect_exact_moments_of(std::index_sequence<4, 5, 6, 7, 8, 10, 12, 14, 16>{});  // all that have a table
}

TEST(GaussLegendre, TablesAreTheRoundedFiftyDigitRules) {
  const auto& table = gauss_legendre<double, 16>();
  const auto& rule = gauss_legendre<Wide, 16>();
  for (std::size_t k = 0; k < 16; ++k) {
    EXPECT_EQ(table.node[k], static_cast<double>(rule.node[k]));
    EXPECT_EQ(table.weight[k], static_cast<double>(rule.weight[k]));
  }
}

}  // namespace
}  // namespace va_event::numerics
