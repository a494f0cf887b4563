// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "va_event/cell_types.hpp"

namespace va_event::python {

/// The models that the module has: each becomes a cell type of PyNN. In a source of its own (model_list.cpp), so that
/// a module with a longer list, such as that of tests/pynn/own_model, needs nothing else.
[[nodiscard]] std::span<const CellModel* const> model_list();

}  // namespace va_event::python
