// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "va_event/memory.hpp"

namespace va_event::foundation {

/// What the control groups of this process and those around them leave it [bytes], by the versions 1 and 2 of Linux;
/// +inf where they set no limit. @param root  folder that holds proc/ and sys/
[[nodiscard]] double left_of_control_groups(const std::filesystem::path& root = "/");

/// What is missing for something that takes `needed` bytes, for a message; "" when nothing is.
[[nodiscard]] std::string lack_of_memory(double needed);

/// For lists that grow while something runs: asked every so many elements.
/// @param coming bytes that the list may take until it is asked again
/// @throws StateError while there is memory left to keep what there is
void require_room_to_go_on(std::string_view what, std::uint64_t count, double coming = 0.0);

}  // namespace va_event::foundation
