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
/// order that depends on its contents only: the same moment of the same simulation gives the same file, on any number
/// of threads and processes. The network itself is not in the file: the program builds it again, and hashes of
/// everything that results depend on (network/fingerprint.hpp) are compared.
///
/// Behind the checksum, which finds damage, every number that is read is checked before it is used, since a file may
/// have been made by hand.

/// Writes the file, in process 0; all must call. @throws FileError, StateError when an error has stopped a run midway
void save_checkpoint(Core& core, const std::string& path);
/// Reads the file, in process 0, and takes over its state in all; all must call. After an error the simulation is as
/// after reset(). @throws CheckpointError, StateError once it has run
void load_checkpoint(Core& core, const std::string& path);

}  // namespace va_event::detail
