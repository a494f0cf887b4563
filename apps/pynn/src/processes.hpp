// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <memory>

#include "va_event/processes.hpp"

namespace va_event::python {

/// Those that a launcher of MPI programs started, or this one alone; the same for every network.
[[nodiscard]] const std::shared_ptr<Processes>& processes();

void add_processes(pybind11::module_& module);

}  // namespace va_event::python
