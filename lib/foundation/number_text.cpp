// SPDX-License-Identifier: Apache-2.0
#include "foundation/number_text.hpp"

#include <array>
#include <charconv>

namespace va_event::foundation {

std::string shortest_text(double value) {
  std::array<char, 32> buffer{};  // the longest is "-2.2250738585072014e-308"
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), result.ptr};
}

}  // namespace va_event::foundation
