// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace va_event {

/// The arithmetic of a simulation. One and the same engine runs in all of them, and they get the same input, bit for
/// bit: initial values, parameters, weights, delays and the times of stimuli are doubles. So a wider simulation shows
/// what the rounding errors of a narrower one did.
class Precision {
 public:
  /// Double: 53 bits, about 16 decimal digits.
  constexpr Precision() noexcept = default;
  /// IEEE 754 binary128: 113 bits, about 34 digits; some 50 times slower than double.
  [[nodiscard]] static constexpr Precision quad() noexcept { return Precision(kQuadDigits); }
  /// Decimal digits: at least `digits`; there are 50 and 100. Some hundred times slower than double.
  /// @throws ParameterError unless 1 <= digits <= 100
  [[nodiscard]] static Precision decimal(int digits);
  /// Reads "double", "quad" or a number of digits.
  /// @throws ParameterError for another number, UnknownNameError for another word
  [[nodiscard]] static Precision parse(std::string_view text);

  /// What parse() reads: "double", "quad", "50", "100".
  [[nodiscard]] std::string name() const;
  /// The same for people: "double", "quad", "50 digits".
  [[nodiscard]] std::string description() const;
  /// Decimal digits that any number keeps: 15, 33, 50 or 100.
  [[nodiscard]] constexpr int digits() const noexcept { return digits_; }

  friend constexpr bool operator==(const Precision&, const Precision&) noexcept = default;

 private:
  static constexpr int kDoubleDigits = 15;
  static constexpr int kQuadDigits = 33;
  explicit constexpr Precision(int digits) noexcept : digits_(digits) {}

  int digits_ = kDoubleDigits;
};

}  // namespace va_event
