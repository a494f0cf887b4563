// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "options.hpp"

namespace va_event::cli {

/// An estimate from below of the memory that network and recorded variables take [bytes].
[[nodiscard]] double memory_needed(const Options& options);

/// An estimate of what the files of the recorded variables take on disk [bytes]. Spikes take little, and it is not
/// known before how many there will be.
[[nodiscard]] double disk_needed(const Options& options);

/// Without this check the operating system would kill the program in the middle of its work.
/// @param share of the network that is on this machine
/// @throws ParameterError when the machine's memory cannot hold network and recorded variables
void require_memory(const Options& options, double share = 1.0);

/// @throws ParameterError when the disk of the output folder, which must exist, has not enough space
void require_disk(const Options& options);

}  // namespace va_event::cli
