// SPDX-License-Identifier: Apache-2.0
#include "processes/mpi_support.hpp"
#include "va_event/error.hpp"
#include "va_event/processes.hpp"

// What stands in the place of mpi_processes.cpp in builds without MPI (VA_EVENT_MPI=OFF).

namespace va_event {

namespace processes {
const bool kMpi = false;
}  // namespace processes

std::shared_ptr<Processes> mpi_processes() {
  throw StateError("mpi_processes", "this build", "", "must have been made with MPI (cmake -DVA_EVENT_MPI=ON)");
}

}  // namespace va_event
