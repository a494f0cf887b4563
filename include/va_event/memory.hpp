// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace va_event {

/// Memory that this process can still get [bytes]: what the system has available without writing other memory to disk,
/// within the limits of the process (RLIMIT_AS) and of its control group. +inf where it cannot be found out.
[[nodiscard]] double available_memory();

}  // namespace va_event
