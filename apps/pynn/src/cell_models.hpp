// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <string>

#include "va_event/cell_types.hpp"

namespace va_event::python {

namespace py = pybind11;

/// The model with this name in model_list(), or an UnknownNameError.
[[nodiscard]] const CellModel& model_of(const std::string& name);

/// The descriptors of every model, as plain data. Changes to it reach nothing:
///   name -> {"parameters": {name: {"default", "unit", "bound", "meaning"}}, "variables": the same,
///            "receptors": (name, ...), "conductance_based": bool, "weight_unit": str, "source": bool}
/// A bound is the name of one of Bound.
[[nodiscard]] py::dict cell_models();

}  // namespace va_event::python
