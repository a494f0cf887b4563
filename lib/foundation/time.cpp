// SPDX-License-Identifier: Apache-2.0
#include "va_event/time.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "foundation/exact_sum.hpp"
#include "va_event/error.hpp"

// Time: whole milliseconds in 64 bits and a double of the rest. Every function gives the exact result rounded once,
// however far from 0 the time is; for that, whole numbers are added as integers, and the rests by the error-free sums
// of exact_sum.hpp. Texts are read digit by digit, because the number before the point may have more digits than a
// double.

namespace va_event {
namespace {

using foundation::DoublePair;
using foundation::two_sum;

constexpr double kEnd = 0x1p62;                              // [ms] every time is earlier
constexpr std::int64_t kEndWhole = std::int64_t{1} << 62;    // [ms]
constexpr std::int64_t kExactWhole = std::int64_t{1} << 53;  // [ms] up to here every whole number is a double
constexpr std::string_view kRangeRule = "must be finite, >= 0 and below 2^62 ms";

/// whole + fraction, rounded once; -1 < fraction < 1.
double round_sum(std::int64_t whole, double fraction) {
  if (whole >= -kExactWhole && whole <= kExactWhole) {
    return static_cast<double>(whole) + fraction;
  }
  // Here doubles are whole numbers and the borders between their roundings too: of the fraction only its sign
  // matters, and half a millisecond stands for it in a sum that is exact.
  const auto rounded = static_cast<double>(whole);
  const auto rest = static_cast<double>(whole - static_cast<std::int64_t>(rounded));
  const double sign = fraction > 0.0 ? 0.5 : fraction < 0.0 ? -0.5 : 0.0;
  return rounded + (rest + sign);
}

/// A decimal number as its significant digits: 0.<digits> * 10^point.
struct Decimal {
  std::string digits;   ///< no leading zero; empty for zero
  long long point = 0;  ///< how many of the digits stand before the decimal point
};

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Both throw a ParameterError about a text.
[[noreturn]] void throw_not_a_time(std::string_view text) {
  throw ParameterError("time", '"' + std::string(text) + '"', "ms", "must be a decimal number >= 0");
}

[[noreturn]] void throw_too_late(std::string_view text) {
  throw ParameterError("time", std::string(text), "ms", std::string(kRangeRule));
}

/// Reads `digits [. digits] [e [sign] digits]` with at least one digit around the point.
Decimal parse_decimal(std::string_view text) {
  Decimal decimal;
  std::size_t i = 0;
  bool any_digit = false;
  bool behind_point = false;
  for (; i < text.size() && (is_digit(text[i]) || (text[i] == '.' && !behind_point)); ++i) {
    if (text[i] == '.') {
      behind_point = true;
      continue;
    }
    any_digit = true;
    const bool leading_zero = text[i] == '0' && decimal.digits.empty();
    if (!leading_zero) {
      decimal.digits += text[i];
    }
    if (leading_zero && behind_point) {
      --decimal.point;
    } else if (!leading_zero && !behind_point) {
      ++decimal.point;
    }
  }
  if (!any_digit) {
    throw_not_a_time(text);
  }
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    const bool negative = i < text.size() && text[i] == '-';
    if (i < text.size() && (text[i] == '-' || text[i] == '+')) {
      ++i;
    }
    if (i == text.size()) {
      throw_not_a_time(text);
    }
    long long exponent = 0;
    for (; i < text.size() && is_digit(text[i]); ++i) {
      constexpr long long kHuge = 1'000'000'000'000;  // beyond the length of any text: more changes nothing
      exponent = std::min(kHuge, 10 * exponent + (text[i] - '0'));
    }
    decimal.point += negative ? -exponent : exponent;
  }
  if (i != text.size()) {
    throw_not_a_time(text);
  }
  return decimal;
}

/// The double nearest to 0.<digits> * 10^point, for point <= 0.
double read_fraction(std::string_view digits, long long point) {
  if (digits.empty()) {
    return 0.0;
  }
  const std::string text = "0." + std::string(digits) + 'e' + std::to_string(point);
  double value = 0.0;
  // The only failure left is a number below the smallest double, which leaves 0.
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

Time::Time(double ms) {
  if (!(ms >= 0.0 && ms < kEnd)) {
    throw ParameterError("time", ms, "ms", kRangeRule);
  }
  const double floor = std::floor(ms);
  whole_ = static_cast<std::int64_t>(floor);
  fraction_ = ms - floor;  // exact: both are multiples of the last bit of ms
}

Time Time::from_parts(std::int64_t whole, double fraction) {
  if (whole < 0 || whole >= kEndWhole) {
    throw ParameterError("time", std::to_string(whole), "ms", std::string(kRangeRule));
  }
  if (!(fraction >= 0.0 && fraction < 1.0)) {
    throw ParameterError("fraction of time", fraction, "ms", "must be >= 0 and < 1");
  }
  return {whole, fraction + 0.0};  // -0 becomes +0
}

// The digits before the point are read as an integer and those behind it as a double, each exactly or rounded once:
// read as one double, a time of many digits would lose the last ones of its fraction.
Time Time::parse(std::string_view text) {
  const Decimal decimal = parse_decimal(text);
  const std::string_view digits = decimal.digits;
  if (digits.empty()) {
    return {};
  }
  if (decimal.point <= 0) {
    const double fraction = read_fraction(digits, decimal.point);
    return fraction < 1.0 ? Time(0, fraction) : Time(1, 0.0);
  }
  constexpr long long kMaxWholeDigits = std::numeric_limits<std::int64_t>::digits10 + 1;
  if (decimal.point > kMaxWholeDigits) {
    throw_too_late(text);
  }
  const auto point = static_cast<std::size_t>(decimal.point);
  std::string whole_text(digits.substr(0, point));
  whole_text.resize(point, '0');
  std::int64_t whole = 0;
  const auto [end, failure] = std::from_chars(whole_text.data(), whole_text.data() + whole_text.size(), whole);
  double fraction = digits.size() > point ? read_fraction(digits.substr(point), 0) : 0.0;
  if (failure == std::errc{} && fraction == 1.0) {  // digits beyond those of a double rounded up
    ++whole;
    fraction = 0.0;
  }
  if (failure != std::errc{} || whole >= kEndWhole) {
    throw_too_late(text);
  }
  return {whole, fraction};
}

double Time::ms() const noexcept { return round_sum(whole_, fraction_); }

// The part of whole + fraction that ms() has rounded off: exact by two_sum() while `whole` is a double itself; beyond
// that ms() is a whole number, too, and the difference of the whole numbers is exact.
double Time::residual() const noexcept {
  if (whole_ <= kExactWhole) {
    return two_sum(static_cast<double>(whole_), fraction_).low;
  }
  return round_sum(whole_ - static_cast<std::int64_t>(ms()), fraction_);
}

std::string Time::to_string() const {
  std::string text = std::to_string(whole_);
  if (fraction_ != 0.0) {
    std::array<char, 400> buffer{};  // the last digit of the smallest double stands at place 1074, shortened at 341
    const auto result =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), fraction_, std::chars_format::fixed);
    text.append(buffer.data() + 1, result.ptr);  // without the 0 before the point
  }
  return text;
}

// With ms = floor + rest, |rest| < 1, exactly, the whole milliseconds are added as integers, and fraction + rest is in
// (-1, 2). Where it is in [0, 1) its rounded sum is the new fraction. Below 0 a millisecond is borrowed: 1 + fraction +
// rest is rounded once, which two additions would not do. From 1 on one is carried: subtracting 1 is exact there, and
// what the sum has rounded off is added. A fraction that rounds to 1 is carried, too.
Time Time::plus(double ms) const {
  if (!std::isfinite(ms)) {
    throw ParameterError("time difference", ms, "ms", "must be finite");
  }
  const double floor = std::trunc(ms);
  if (std::abs(floor) >= kEnd) {
    throw ParameterError("time", this->ms() + ms, "ms", kRangeRule);
  }
  const double rest = ms - floor;  // exact, with the sign of ms
  std::int64_t whole = whole_ + static_cast<std::int64_t>(floor);
  const DoublePair sum = two_sum(fraction_, rest);
  double fraction = sum.high;
  if (sum.high < 0.0) {
    --whole;
    fraction = foundation::sum_of_three(1.0, fraction_, rest);
  } else if (sum.high >= 1.0) {
    ++whole;
    fraction = std::max(0.0, (sum.high - 1.0) + sum.low);  // < 0 when the sum below 1 rounds to 1
  }
  const bool negative = whole < 0;  // before rounding: -1e-30 is not 0
  if (fraction >= 1.0) {
    ++whole;
    fraction = 0.0;
  }
  if (negative || whole >= kEndWhole) {
    throw ParameterError("time", this->ms() + ms, "ms", kRangeRule);
  }
  return {whole, fraction};
}

// The difference of whole milliseconds is exact, and so it is as a double up to 2^53: three doubles are added with one
// rounding. Beyond that only the sign of the fractions' difference matters (round_sum()).
double Time::minus(const Time& other) const noexcept {
  const std::int64_t whole = whole_ - other.whole_;
  if (whole >= -kExactWhole && whole <= kExactWhole) {
    return foundation::sum_of_three(static_cast<double>(whole), fraction_, -other.fraction_);
  }
  return round_sum(whole, fraction_ - other.fraction_);
}

}  // namespace va_event
