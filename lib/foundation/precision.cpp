// SPDX-License-Identifier: Apache-2.0
#include "va_event/precision.hpp"

#include <charconv>

#include "va_event/error.hpp"

namespace va_event {
namespace {

constexpr int kFewer = 50;  // the decimal types that exist, in digits: Digits50 and Digits100
constexpr int kMore = 100;
constexpr const char* kRule = "must be double, quad or a number of digits from 1 to 100";

}  // namespace

Precision Precision::decimal(int digits) {
  if (digits < 1 || digits > kMore) {
    throw ParameterError("precision", digits, "digits", "must be from 1 to 100");
  }
  return Precision(digits <= kFewer ? kFewer : kMore);
}

Precision Precision::parse(std::string_view text) {
  if (text == "double") {
    return {};
  }
  if (text == "quad") {
    return quad();
  }
  int digits = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), digits);
  if (end != text.data() + text.size() || text.empty() || failure == std::errc::invalid_argument) {
    throw UnknownNameError("precision", text.empty() ? "''" : std::string(text), "", kRule);
  }
  if (failure != std::errc() || digits < 1 || digits > kMore) {
    throw ParameterError("precision", std::string(text), "digits", "must be from 1 to 100");
  }
  return decimal(digits);
}

std::string Precision::name() const {
  return digits_ == kDoubleDigits ? "double" : digits_ == kQuadDigits ? "quad" : std::to_string(digits_);
}

std::string Precision::description() const { return digits_ < kFewer ? name() : name() + " digits"; }

}  // namespace va_event
