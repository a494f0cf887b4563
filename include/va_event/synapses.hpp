// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "va_event/values.hpp"

namespace va_event {

/// A synapse of fixed weight and delay.
struct StaticSynapse {
  Values weight = 0.0;  ///< [nA] for current-based targets, [mV] for IF_curr_delta, either sign; else [uS], >= 0
  Values delay = 0.1;   ///< [ms], > 0, continuous and never rounded
};

}  // namespace va_event
