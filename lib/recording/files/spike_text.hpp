// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <string>

#include "foundation/decimal_text.hpp"
#include "va_event/data.hpp"

namespace va_event::recording {

/// Times of spikes for text formats, with as many digits as reading them back exactly takes: as a Time, and as a
/// double, which is what most readers make of them.

/// A time [ms] with the fewest digits that read back as the identical time, and as a double the nearest one to it,
/// which is what the binary formats hold. The digits of Time::to_string() may lie on the other side of the middle
/// between two doubles than the time itself, whose fraction is finer than a double of the whole.
[[nodiscard]] inline std::string time_text(const Time& time) {
  std::string text = time.to_string();  // reads back as the identical time; further digits keep that so
  const auto reads_as_nearest = [&time](const std::string& digits) {
    double value = -1.0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value == time.ms();
  };
  const std::size_t point = text.find('.');
  std::size_t places = point == std::string::npos ? 0 : text.size() - point - 1;
  std::array<char, 400> buffer{};
  while (!reads_as_nearest(text) && places < 320) {  // the exact decimal number is reached long before
    ++places;
    const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), time.fraction(),
                                      std::chars_format::fixed, static_cast<int>(places));
    const std::string longer = std::to_string(time.whole()) + std::string(buffer.data() + 1, result.ptr);
    if (buffer[0] == '0' && Time::parse(longer) == time) {
      text = longer;
    }
  }
  return text;
}

/// The time of a spike [ms] with every digit: as few as a double needs, or all that a wider simulation is worth.
[[nodiscard]] inline std::string time_text(const Spikes& spikes, std::size_t spike) {
  return spikes.decimals == 0 ? time_text(spikes.times[spike])
                              : foundation::decimal_text(spikes.times[spike], spikes.tails_of(spike), spikes.decimals);
}

}  // namespace va_event::recording
