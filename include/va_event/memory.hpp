// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace va_event {

/// How much memory is left, for programs that plan large networks or long recordings.

/// Memory that this process can still get [bytes]: what the system has available without writing other memory to disk,
/// within the limits of the process (RLIMIT_AS) and of its control groups. +inf where it cannot be found out.
[[nodiscard]] double available_memory();

/// A number of bytes as messages state it, rounded up: "1500 MB".
[[nodiscard]] std::string megabytes(double bytes);

}  // namespace va_event
