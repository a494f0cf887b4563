// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "va_event/memory.hpp"

namespace va_event::foundation {

/// What is missing for something that takes `needed` bytes, for a message; "" when nothing is.
[[nodiscard]] std::string lack_of_memory(double needed);

/// For lists that grow while something runs: asked every so many elements.
/// @throws StateError while there is memory left to keep what there is
void require_room_to_go_on(std::string_view what, std::uint64_t count);

}  // namespace va_event::foundation
