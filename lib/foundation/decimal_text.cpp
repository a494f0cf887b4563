// SPDX-License-Identifier: Apache-2.0
#include "foundation/decimal_text.hpp"

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

namespace va_event::foundation {
namespace {

using boost::multiprecision::cpp_int;

constexpr int kMantissaBits = std::numeric_limits<double>::digits;

/// A double as integers: x = mantissa * 2^exponent, exactly.
struct Parts {
  cpp_int mantissa;
  int exponent;
};

/// The parts of a finite double.
Parts split(double x) {
  int exponent = 0;
  const double fraction = std::frexp(x, &exponent);
  const auto mantissa = static_cast<long long>(std::ldexp(fraction, kMantissaBits));
  return {mantissa, x == 0.0 ? 0 : exponent - kMantissaBits};
}

}  // namespace

// All parts are integers times a power of two; with the lowest of these powers as the unit their sum is an integer,
// which is multiplied by 10^decimals and divided by the unit, half of it added before: rounded once.
std::string decimal_text(const Time& time, std::span<const double> tails, int decimals) {
  std::vector<Parts> parts{{cpp_int(time.whole()), 0}, split(time.fraction())};
  for (const double tail : tails) {
    parts.push_back(split(tail));
  }
  int lowest = 0;
  for (const Parts& part : parts) {
    lowest = std::min(lowest, part.exponent);
  }
  cpp_int sum = 0;  // times 2^lowest
  for (const Parts& part : parts) {
    sum += part.mantissa << static_cast<unsigned>(part.exponent - lowest);
  }
  sum *= boost::multiprecision::pow(cpp_int(10), static_cast<unsigned>(decimals));
  if (lowest < 0) {
    sum += cpp_int(1) << static_cast<unsigned>(-lowest - 1);  // rounds to nearest
    sum >>= static_cast<unsigned>(-lowest);
  }
  std::string text = sum.str();
  const auto digits = static_cast<std::size_t>(decimals);
  if (text.size() <= digits) {
    text.insert(0, digits + 1 - text.size(), '0');
  }
  return decimals == 0 ? text : text.insert(text.size() - digits, 1, '.');
}

}  // namespace va_event::foundation
