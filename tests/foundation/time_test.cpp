// SPDX-License-Identifier: Apache-2.0
#include "va_event/time.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <boost/multiprecision/cpp_int.hpp>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "va_event/error.hpp"

namespace va_event {
namespace {

/// Wide enough for the exact value of every time and difference used here.
using Wide =
    boost::multiprecision::number<boost::multiprecision::cpp_bin_float<1200, boost::multiprecision::digit_base_2>,
                                  boost::multiprecision::et_off>;
using Rational = boost::multiprecision::cpp_rational;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr int kRepeats = 30000;

Wide exact(const Time& time) { return Wide(time.whole()) + Wide(time.fraction()); }

/// Random times from 0 to 1e18 ms, of all magnitudes; fractions also tiny, and next to 1.
class Times {
 public:
  Time operator()() {
    const auto bits = static_cast<int>(bits_() % 60U);
    const auto whole = static_cast<std::int64_t>(bits_() >> (64U - 1U - static_cast<unsigned>(bits)) >> 1U);
    return Time::from_parts(whole, fraction());
  }
  double fraction() {
    const double uniform = static_cast<double>(bits_() >> 11U) * 0x1p-53;
    switch (bits_() % 6U) {
      case 0:
        return 0.0;
      case 1:
        return std::ldexp(uniform, -static_cast<int>(bits_() % 1000U));
      case 2:
        return 1.0 - static_cast<double>(bits_() % 16U + 1U) * 0x1p-53;
      case 3:
        return static_cast<double>(bits_() % 10U) / 10.0;
      default:
        return uniform;
    }
  }
  std::uint64_t below(std::uint64_t end) { return bits_() % end; }

 private:
  std::mt19937_64 bits_{11};
};

/// Rounds an exact moment >= 0 to the nearest time: whole milliseconds and the nearest fraction.
Time nearest_time(const Wide& moment) {
  const Wide whole = floor(moment);
  const auto fraction = static_cast<double>(Wide(moment - whole));
  const auto ms = static_cast<std::int64_t>(whole);
  return fraction < 1.0 ? Time::from_parts(ms, fraction) : Time::from_parts(ms + 1, 0.0);
}

TEST(Time, IsZeroByDefault) {
  EXPECT_EQ(Time{}, Time(0.0));
  EXPECT_EQ(Time(-0.0), Time(0.0));
  EXPECT_FALSE(std::signbit(Time(-0.0).fraction()));
  EXPECT_FALSE(std::signbit(Time::from_parts(3, -0.0).fraction()));
}

TEST(Time, KeepsEveryBitOfADouble) {
  std::mt19937_64 bits(3);
  for (int i = 0; i < kRepeats; ++i) {
    const double ms = std::ldexp(static_cast<double>(bits() >> 11U), static_cast<int>(bits() % 1070U) - 1060);
    const Time time(ms);
    EXPECT_EQ(exact(time), Wide(ms));
    EXPECT_EQ(time.ms(), ms);
    EXPECT_EQ(time.residual(), 0.0);
  }
}

TEST(Time, ConvertsToTheNearestDoubleAndSaysWhatIsLeft) {
  Times next;
  for (int i = 0; i < kRepeats; ++i) {
    const Time time = next();
    EXPECT_EQ(time.ms(), static_cast<double>(exact(time))) << time.to_string();
    const Wide rest = exact(time) - Wide(time.ms());
    EXPECT_EQ(time.residual(), static_cast<double>(rest)) << time.to_string();
    if (time.whole() < (std::int64_t{1} << 53)) {
      EXPECT_EQ(Wide(time.residual()), rest) << time.to_string();
    }
  }
}

TEST(Time, RoundsTiesBeyondTheWholeDoublesByTheFraction) {
  // 2^53 + 1 lies between two doubles: the fraction, however small, decides.
  const std::int64_t tie = (std::int64_t{1} << 53) + 1;
  EXPECT_EQ(Time::from_parts(tie, 0.0).ms(), 0x1p53);
  EXPECT_EQ(Time::from_parts(tie, 1e-300).ms(), 0x1p53 + 2);
  EXPECT_EQ(Time::from_parts(tie, 0.99).ms(), 0x1p53 + 2);
}

TEST(Time, AsTextReadsBackAsTheIdenticalTime) {
  Times next;
  for (int i = 0; i < kRepeats; ++i) {
    const Time time = next();
    const std::string text = time.to_string();
    EXPECT_EQ(Time::parse(text), time) << text;
  }
}

TEST(Time, AsTextHasTheFewestDigits) {
  EXPECT_EQ(Time().to_string(), "0");
  EXPECT_EQ(Time(12.0).to_string(), "12");
  EXPECT_EQ(Time::from_parts(10000000, 0.1).to_string(), "10000000.1");
  EXPECT_EQ(Time::from_parts(10000000, std::nextafter(0.1, 1.0)).to_string(), "10000000.10000000000000002");
  // 2^-40 = 9.094947017729282379150390625e-13; the 16 digits are the fewest that single it out.
  EXPECT_EQ(Time::from_parts(5, 0x1p-40).to_string(), "5.0000000000009094947017729282");
  Times next;
  for (int i = 0; i < kRepeats; ++i) {  // no text that is shorter by one digit, rounded either way, reads as the same
    const Time time = Time::from_parts(7, next.fraction());
    const std::string text = time.to_string();
    const std::size_t last = text.size() - 1;
    if (text.size() < 4 || text.size() > 40) {
      continue;
    }
    EXPECT_NE(Time::parse(text.substr(0, last)), time) << text;
    std::string up = text.substr(0, last);
    for (std::size_t k = up.size() - 1; up[k] != '.'; --k) {
      if (up[k] != '9') {
        ++up[k];
        break;
      }
      up[k] = '0';
    }
    EXPECT_NE(Time::parse(up), time) << text;
  }
}

TEST(Time, ReadsAnyDecimalNumberToTheNearestTime) {
  Times next;
  for (int i = 0; i < kRepeats; ++i) {
    std::string digits;
    const auto length = static_cast<int>(next.below(30) + 1);
    for (int k = 0; k < length; ++k) {
      digits += static_cast<char>('0' + (next.below(3) == 0 ? 0 : next.below(10)));
    }
    const auto point = next.below(std::min<std::size_t>(digits.size(), 17) + 1);
    const auto exponent = static_cast<int>(next.below(41)) - 40;
    std::string text = digits.substr(0, point) + '.' + digits.substr(point);
    if (exponent != 0) {
      text += (next.below(2) == 0 ? 'e' : 'E') + std::to_string(exponent);
    }
    const boost::multiprecision::cpp_int power = boost::multiprecision::pow(
        boost::multiprecision::cpp_int(10), static_cast<unsigned>(length - static_cast<int>(point) - exponent));
    const std::size_t first = std::min(digits.find_first_not_of('0'), digits.size() - 1);  // 0... would be octal
    const Rational value(boost::multiprecision::cpp_int(digits.substr(first)), power);
    EXPECT_EQ(Time::parse(text), nearest_time(static_cast<Wide>(value))) << text;
  }
}

TEST(Time, ReadsTheUsualFormsOfNumbers) {
  EXPECT_EQ(Time::parse("0"), Time(0.0));
  EXPECT_EQ(Time::parse("000.000"), Time(0.0));
  EXPECT_EQ(Time::parse("12"), Time(12.0));
  EXPECT_EQ(Time::parse("12."), Time(12.0));
  EXPECT_EQ(Time::parse(".5"), Time(0.5));
  EXPECT_EQ(Time::parse("0012.5"), Time(12.5));
  EXPECT_EQ(Time::parse("1.25e2"), Time(125.0));
  EXPECT_EQ(Time::parse("125E-1"), Time(12.5));
  EXPECT_EQ(Time::parse("1e+3"), Time(1000.0));
  EXPECT_EQ(Time::parse("0.00001e6"), Time(10.0));
  EXPECT_EQ(Time::parse("5e-324"), Time(5e-324));
  EXPECT_EQ(Time::parse("1e-99999999999999999999"), Time(0.0));
  EXPECT_EQ(Time::parse("0e99999999999999999999"), Time(0.0));
  EXPECT_EQ(Time::parse("3.99999999999999999999"), Time(4.0));
  EXPECT_EQ(Time::parse("0.99999999999999999999"), Time(1.0));
  EXPECT_EQ(Time::parse("4611686018427387903").whole(), 4611686018427387903);
}

TEST(Time, RefusesTextThatIsNoTime) {
  for (const char* text : {"", ".", "-1", "-0", "+1", " 1", "1 ", "1.2.3", "1e", "1e+", "e5", "nan", "inf", "0x10",
                           "1,5", "1e5.0", "1_000"}) {
    EXPECT_THROW((void)Time::parse(text), ParameterError) << text;
  }
  for (const char* text : {"4611686018427387904", "4611686018427387903.99999999999999999", "9223372036854775808",
                           "99999999999999999999", "1e19", "1e999999999999999999999"}) {
    EXPECT_THROW((void)Time::parse(text), ParameterError) << text;
  }
  try {
    (void)Time::parse("soon");
    FAIL();
  } catch (const ParameterError& error) {
    EXPECT_STREQ(error.what(), "time = \"soon\" ms: must be a decimal number >= 0");
  }
}

TEST(Time, PlusRoundsOnce) {
  Times next;
  for (int i = 0; i < kRepeats; ++i) {
    const Time time = next();
    const double scale = std::ldexp(1.0, static_cast<int>(next.below(90)) - 40);
    double ms = next.fraction() * scale + (next.below(2) == 0 ? next.fraction() * 0x1p-30 : 0.0);
    if (next.below(2) == 0) {
      ms = -ms;
    }
    const Wide sum = exact(time) + Wide(ms);
    if (sum < 0) {
      EXPECT_THROW((void)time.plus(ms), ParameterError) << time.to_string() << " plus " << ms;
      continue;
    }
    EXPECT_EQ(time.plus(ms), nearest_time(sum)) << time.to_string() << " plus " << ms;
  }
}

TEST(Time, PlusCarriesWhenTheFractionRoundsToOne) {
  EXPECT_EQ(Time(3.0).plus(-1e-30), Time(3.0));
  EXPECT_EQ(Time::from_parts(3, 1.0 - 0x1p-53).plus(0x1p-54), Time(4.0));  // a tie: to even
  EXPECT_EQ(Time::from_parts(3, 1.0 - 0x1p-53).plus(0x1p-60), Time::from_parts(3, 1.0 - 0x1p-53));
  EXPECT_EQ(Time::from_parts(3, 1.0 - 0x1p-53).plus(1.0 - 0x1p-53), Time::from_parts(4, 1.0 - 0x1p-52));
  EXPECT_EQ(Time::from_parts(3, 0.25).plus(-3.25), Time(0.0));
}

TEST(Time, MinusRoundsOnce) {
  Times next;
  for (int i = 0; i < kRepeats; ++i) {
    const Time a = next();
    // The same magnitude half of the time, so that almost all digits cancel.
    const Time b = next.below(2) == 0
                       ? next()
                       : Time::from_parts(a.whole() + static_cast<std::int64_t>(next.below(3)), next.fraction());
    EXPECT_EQ(a.minus(b), static_cast<double>(Wide(exact(a) - exact(b)))) << a.to_string() << " - " << b.to_string();
    EXPECT_EQ(a.minus(b), -b.minus(a));
  }
  EXPECT_EQ(Time(1.5).minus(Time(1.5)), 0.0);
}

TEST(Time, DifferencesOfNeighboursAreExactAtAnyAge) {
  for (const std::int64_t whole : {std::int64_t{0}, std::int64_t{10000000}, std::int64_t{1000000000000000}}) {
    const Time a = Time::from_parts(whole, 0.3);
    const Time b = a.plus(0x1p-50);
    EXPECT_LT(a, b);
    EXPECT_EQ(b.minus(a), 0x1p-50);
  }
}

TEST(Time, IsOrderedAsItsExactValue) {
  Times next;
  std::vector<Time> times;
  for (int i = 0; i < 2000; ++i) {
    times.push_back(Time::from_parts(static_cast<std::int64_t>(next.below(5)), next.fraction()));
  }
  for (std::size_t i = 1; i < times.size(); ++i) {
    EXPECT_EQ(times[i - 1] < times[i], exact(times[i - 1]) < exact(times[i]));
    EXPECT_EQ(times[i - 1] == times[i], exact(times[i - 1]) == exact(times[i]));
  }
}

TEST(Time, RefusesNumbersThatAreNoTime) {
  for (const double ms : {-1.0, -5e-324, kNaN, kInfinity, -kInfinity, 0x1p62}) {
    EXPECT_THROW(Time{ms}, ParameterError) << ms;
  }
  EXPECT_NO_THROW(Time{std::nextafter(0x1p62, 0.0)});
  for (const double fraction : {-0.1, 1.0, kNaN, kInfinity}) {
    EXPECT_THROW((void)Time::from_parts(0, fraction), ParameterError) << fraction;
  }
  EXPECT_THROW((void)Time::from_parts(-1, 0.0), ParameterError);
  EXPECT_THROW((void)Time::from_parts(std::int64_t{1} << 62, 0.0), ParameterError);
  for (const double ms : {kNaN, kInfinity, -kInfinity, 1e300, -1e300, 0x1p62, -5.5}) {
    EXPECT_THROW((void)Time(5.0).plus(ms), ParameterError) << ms;
  }
  try {
    const Time time(-3.0);
    FAIL() << time.to_string();
  } catch (const ParameterError& error) {
    EXPECT_EQ(error.field(), "time");
    EXPECT_STREQ(error.what(), "time = -3 ms: must be finite, >= 0 and below 2^62 ms");
  }
}

}  // namespace
}  // namespace va_event
