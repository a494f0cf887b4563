// SPDX-License-Identifier: Apache-2.0
#include "numerics/exponentials.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <limits>
#include <vector>

#include "numerics/elementary.hpp"

namespace va_event::numerics {
namespace {

TEST(Exponentials, HaveTheBitsOfTheScalarFunctionForAnyNumberOfThem) {
  for (std::size_t size = 0; size < 40; ++size) {
    std::vector<double> values;
    for (std::size_t k = 0; k < size; ++k) {
      values.push_back(k % 7 == 6 ? -700.0 - static_cast<double>(k) : 0.37 * static_cast<double>(k) - 11.0);
    }
    std::vector<double> expected;
    for (const double value : values) {
      expected.push_back(elementary::exp(value));
    }
    take_exponentials(values);
    EXPECT_EQ(values, expected);
  }
}

TEST(Exponentials, AreZeroFarBelow) {
  std::vector<double> values(9, -std::numeric_limits<double>::infinity());
  take_exponentials(values);
  EXPECT_EQ(values, std::vector<double>(9, 0.0));
}

}  // namespace
}  // namespace va_event::numerics
