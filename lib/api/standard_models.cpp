// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <span>

#include "va_event/cell_types.hpp"

// The list of the library's cell models: what is in it is known to va_event by name, and is a cell type of PyNN.

namespace va_event {

std::span<const CellModel* const> list_standard_models() {
  static const std::array<const CellModel*, 7> kModels = {&IfCurrExp::model(),
                                                          &IfCondExp::model(),
                                                          &IfCurrDelta::model(),
                                                          &SpikeSourcePoisson::model(),
                                                          &SpikeSourcePoissonRefractory::model(),
                                                          &SpikeSourceGamma::model(),
                                                          &SpikeSourceArray::model()};
  return kModels;
}

}  // namespace va_event
