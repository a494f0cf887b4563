// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "va_event/cell_types.hpp"

namespace va_event {

const CellModel& SpikeSourcePoisson::model() {
  static constexpr std::array<ParameterInfo, 3> kParameters = {
      {{"rate", "Hz", 1.0, Bound::non_negative, "mean number of spikes per second"},
       {"start", "ms", 0.0, Bound::non_negative, "first moment at which a spike is possible"},
       {"duration", "ms", 1e10, Bound::non_negative, "spikes come before start + duration"}}};
  static const CellModel kModel{"SpikeSourcePoisson", kParameters, {}, {}, false, nullptr};
  return kModel;
}

SpikeSourcePoisson::operator CellType() const { return {model(), {rate, start, duration}}; }

const CellModel& SpikeSourceArray::model() {
  static const CellModel kModel{"SpikeSourceArray", {}, {}, {}, false, nullptr};
  return kModel;
}

SpikeSourceArray::operator CellType() const { return {model(), {}, spike_times}; }

}  // namespace va_event
