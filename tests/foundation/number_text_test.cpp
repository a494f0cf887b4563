// SPDX-License-Identifier: Apache-2.0
#include "foundation/number_text.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <random>

namespace va_event::foundation {
namespace {

TEST(NumberText, ReadsBackAsTheIdenticalDoubleForRandomBits) {
  std::mt19937_64 bits(1);
  for (int i = 0; i < 100000; ++i) {
    const auto value = std::bit_cast<double>(bits());
    if (!std::isfinite(value)) {
      continue;
    }
    const std::string text = shortest_text(value);
    const double back = std::strtod(text.c_str(), nullptr);
    EXPECT_EQ(std::bit_cast<std::uint64_t>(back), std::bit_cast<std::uint64_t>(value)) << text;
  }
}

TEST(NumberText, HasRoomForTheLongestNumbers) {
  EXPECT_EQ(shortest_text(-2.2250738585072014e-308), "-2.2250738585072014e-308");
  EXPECT_EQ(shortest_text(-1.7976931348623157e308), "-1.7976931348623157e+308");
  EXPECT_EQ(shortest_text(5e-324), "5e-324");
}

}  // namespace
}  // namespace va_event::foundation
