// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdlib>

#include "processes/mpi_support.hpp"
#include "va_event/processes.hpp"

// Whether a program was started by mpirun or srun, found out without MPI.

namespace va_event {

std::shared_ptr<Processes> launched_processes() {
  // What the launchers of Open MPI, MPICH and its relatives, and Slurm's with PMIx leave in the environment. Starting
  // MPI takes a moment, which a run without it should not pay.
  constexpr std::array kVariables{"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMI_RANK", "PMIX_RANK", "MPI_LOCALNRANKS"};
  const bool launched =
      std::any_of(kVariables.begin(), kVariables.end(), [](const char* name) { return std::getenv(name) != nullptr; });
  return launched && processes::kMpi ? mpi_processes() : single_process();
}

}  // namespace va_event
