// SPDX-License-Identifier: Apache-2.0
#include "model_list.hpp"

namespace va_event::python {

std::span<const CellModel* const> model_list() { return list_standard_models(); }

}  // namespace va_event::python
