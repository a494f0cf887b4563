// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace va_event {

/// A moment of simulated time, held as `whole` milliseconds plus a `fraction` in [0, 1), so that its
/// resolution (2^-49 ms or finer) is the same at t = 1e9 ms as at t = 0. A plain double would resolve
/// only 1.9e-9 ms at t = 1e7 ms.
class Time {
 public:
  constexpr Time() noexcept = default;

  /// The exact value of a double [ms], >= 0 and finite and below 2^62.
  /// @throws ParameterError otherwise (field "time").
  Time(double ms);  // NOLINT(google-explicit-constructor): times are written as numbers

  /// @param whole    [ms], >= 0 and below 2^62
  /// @param fraction [ms], 0 <= fraction < 1
  /// @throws ParameterError when out of range.
  [[nodiscard]] static Time from_parts(std::int64_t whole, double fraction);

  /// Reads what to_string() wrote and loses nothing. Any decimal number >= 0 will do ("12", "0.5", "1.5e-3"); digits
  /// beyond the resolution are rounded to the nearest value.
  /// @throws ParameterError when it is not such a number.
  [[nodiscard]] static Time parse(std::string_view text);

  [[nodiscard]] constexpr std::int64_t whole() const noexcept { return whole_; }  ///< [ms]
  [[nodiscard]] constexpr double fraction() const noexcept { return fraction_; }  ///< [ms], [0, 1)

  /// The nearest double [ms].
  [[nodiscard]] double ms() const noexcept;

  /// What ms() leaves out: ms() + residual() is the exact value (a "hi/lo pair") [ms]. Beyond 2^53 ms = 285,000 years
  /// the residual itself is rounded.
  [[nodiscard]] double residual() const noexcept;

  /// Decimal [ms], the fewest digits that parse() turns back into the identical value.
  [[nodiscard]] std::string to_string() const;

  /// The moment `ms` later; the sum is rounded once, to the resolution of the fraction.
  /// @param ms [ms], finite, either sign; the result must be >= 0 and below 2^62 ms.
  /// @throws ParameterError otherwise
  [[nodiscard]] Time plus(double ms) const;

  /// this - other, rounded once [ms].
  [[nodiscard]] double minus(const Time& other) const noexcept;

  friend constexpr std::strong_ordering operator<=>(const Time& a, const Time& b) noexcept {
    if (a.whole_ != b.whole_) {
      return a.whole_ < b.whole_ ? std::strong_ordering::less : std::strong_ordering::greater;
    }
    if (a.fraction_ != b.fraction_) {
      return a.fraction_ < b.fraction_ ? std::strong_ordering::less : std::strong_ordering::greater;
    }
    return std::strong_ordering::equal;
  }
  friend constexpr bool operator==(const Time& a, const Time& b) noexcept {
    return a.whole_ == b.whole_ && a.fraction_ == b.fraction_;
  }

 private:
  constexpr Time(std::int64_t whole, double fraction) noexcept : whole_(whole), fraction_(fraction) {}

  std::int64_t whole_ = 0;
  double fraction_ = 0.0;
};

}  // namespace va_event
