// SPDX-License-Identifier: Apache-2.0
#include "foundation/decimal_text.hpp"

#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <random>
#include <string>
#include <vector>

namespace va_event::foundation {
namespace {

using Wide =
    boost::multiprecision::number<boost::multiprecision::cpp_bin_float<600, boost::multiprecision::digit_base_2>,
                                  boost::multiprecision::et_off>;

TEST(DecimalText, WritesExactBinaryFractionsToTheLastDigit) {
  EXPECT_EQ(decimal_text(Time(0.5), {}, 3), "0.500");
  EXPECT_EQ(decimal_text(Time(0.0), {}, 2), "0.00");
  EXPECT_EQ(decimal_text(Time(12.0), {}, 0), "12");
  // 2^-10 has 10 digits behind the point, 2^-60 has 60.
  EXPECT_EQ(decimal_text(Time(0x1p-10), {}, 10), "0.0009765625");
  EXPECT_EQ(decimal_text(Time(3.0), std::vector<double>{0x1p-60}, 60),
            "3.000000000000000000867361737988403547205962240695953369140625");
}

TEST(DecimalText, RoundsOnceToTheNearest) {
  EXPECT_EQ(decimal_text(Time(0.96875), {}, 4), "0.9688");
  EXPECT_EQ(decimal_text(Time(0.999), {}, 2), "1.00");
  EXPECT_EQ(decimal_text(Time(7.0), std::vector<double>{-0x1p-70}, 5), "7.00000");
  EXPECT_EQ(decimal_text(Time(0.5), std::vector<double>{-1e-40}, 0), "0");
}

TEST(DecimalText, TakesTailsOfEitherSign) {
  EXPECT_EQ(decimal_text(Time(1.0), std::vector<double>{-0x1p-10, 0x1p-11}, 11), "0.99951171875");
}

TEST(DecimalText, AgreesWithMultiprecisionArithmetic) {
  std::mt19937_64 random(5);
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  for (int i = 0; i < 1000; ++i) {
    const Time time = Time::from_parts(static_cast<std::int64_t>(random() >> 30U), uniform(random));
    const std::vector<double> tails{(uniform(random) - 0.5) * 0x1p-53, (uniform(random) - 0.5) * 0x1p-107};
    Wide sum = Wide(time.whole()) + Wide(time.fraction());
    for (const double tail : tails) {
      sum += Wide(tail);
    }
    ASSERT_EQ(decimal_text(time, tails, 40), sum.str(40, std::ios_base::fixed)) << i;
  }
}

}  // namespace
}  // namespace va_event::foundation
