// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "va_event/memory.hpp"

namespace va_event::foundation {

/// How much memory is left, asked before large allocations: Linux grants more than there is and ends the process when
/// it is used, without a message. The functions here refuse in time, with a message that names the numbers.

/// What the control groups of this process and those around them leave it [bytes], by the versions 1 and 2 of Linux;
/// +inf where they set no limit. @param root  folder that holds proc/ and sys/
[[nodiscard]] double left_of_control_groups(const std::filesystem::path& root = "/");

/// A clause for a message, "about ... are needed and ... are available", when `needed` bytes are more than what is
/// available; "" when they are not, or when they are so few (below 64 MB) that the system is not asked.
[[nodiscard]] std::string lack_of_memory(double needed);

/// For lists whose length is not known before a run. Called from time to time while they grow.
/// @param what  the field of the error message, for example "recorded spikes" @param count their present number
/// @param coming bytes that the list may take until it is asked again
/// @throws StateError when less than 256 MB would be left beside them: early enough that what was recorded can still be
/// written to files
void require_room_to_go_on(std::string_view what, std::uint64_t count, double coming = 0.0);

}  // namespace va_event::foundation
