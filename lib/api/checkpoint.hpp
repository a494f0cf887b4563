// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "api/core.hpp"

namespace va_event::detail {

/// Checkpoints as files; see Simulation::save_checkpoint() and load_checkpoint() for what they do.
///
/// The file: eight bytes that no text begins with; the order of bytes, and the number of the format; how many bytes
/// follow; the sections of a ByteWriter; a CRC-64 of all of it. Its sections are the version of the library, what
/// identifies the network, the state of the engine and what was recorded. Each is written in an
/// order that depends on its contents only: the same moment of the same simulation gives the same file.
void save_checkpoint(const Core& core, const std::string& path);
void load_checkpoint(Core& core, const std::string& path);

}  // namespace va_event::detail
