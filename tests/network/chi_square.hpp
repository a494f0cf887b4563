// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <boost/math/distributions/chi_squared.hpp>
#include <cstddef>
#include <vector>

namespace va_event::network::testing_support {

/// Pearson's chi-square: how likely so large a deviation from `expected` is. Cells expected fewer than `lump` times are
/// taken together. The sums of both must agree.
inline double chi_square_p(const std::vector<double>& observed, const std::vector<double>& expected,
                           double lump = 8.0) {
  double chi_square = 0.0;
  double rest_observed = 0.0;
  double rest_expected = 0.0;
  double freedom = -1.0;
  const auto add = [&](double o, double e) {
    chi_square += (o - e) * (o - e) / e;
    freedom += 1.0;
  };
  for (std::size_t i = 0; i < observed.size(); ++i) {
    if (expected[i] >= lump) {
      add(observed[i], expected[i]);
    } else {
      rest_observed += observed[i];
      rest_expected += expected[i];
    }
  }
  if (rest_expected > 1.0) {
    add(rest_observed, rest_expected);
  }
  return boost::math::cdf(boost::math::complement(boost::math::chi_squared(freedom), chi_square));
}

/// Seeds are fixed, so a test that passes keeps passing; at this level one honest test in 10,000 would fail at first.
inline constexpr double kSignificance = 1e-4;

/// How often each value in 0 ... highest occurs.
inline std::vector<double> histogram(const std::vector<std::size_t>& values, std::size_t highest) {
  std::vector<double> counts(highest + 1, 0.0);
  for (const std::size_t value : values) {
    EXPECT_LE(value, highest);
    counts[value] += 1.0;
  }
  return counts;
}

}  // namespace va_event::network::testing_support
