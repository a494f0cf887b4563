// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

namespace va_event::python {

/// Numbers of numpy's RandomState, drawn from its state as its own methods draw them: bit for bit the same numbers, in
/// one call where PyNN makes one call for every cell. numpy has frozen these methods (its NEP 19).
void add_numpy_draws(pybind11::module_& module);

}  // namespace va_event::python
