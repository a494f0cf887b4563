// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace va_event::testing_support {

/// How many random cases a test draws of the `all` that it would. Sanitizers make programs ten times slower, and what
/// they look for does not wait for the last digits of the hundredth network: a fifth is enough there.
constexpr std::uint64_t cases(std::uint64_t all) {
#ifdef VA_EVENT_SANITIZED
  return (all + 4) / 5;
#else
  return all;
#endif
}

}  // namespace va_event::testing_support
