// SPDX-License-Identifier: Apache-2.0
#include "neurons/parameter_rules.hpp"

#include "foundation/number_text.hpp"
#include "va_event/error.hpp"

namespace va_event::neurons {

void check_reset(double v_reset, double v_thresh) {
  if (!(v_reset < v_thresh)) {
    throw ParameterError("v_reset", v_reset, "mV",
                         "must be < v_thresh = " + foundation::shortest_text(v_thresh) + " mV");
  }
}

}  // namespace va_event::neurons
