// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Support for MPI as a value, not a macro: builds with and without MPI differ in which one of two files they compile,
/// and in nothing else.
namespace va_event::processes {

/// Whether the library was built with MPI (VA_EVENT_MPI). A constant of the file that was compiled, mpi_processes.cpp
/// or without_mpi.cpp, so that no other file needs conditional compilation.
extern const bool kMpi;

}  // namespace va_event::processes
