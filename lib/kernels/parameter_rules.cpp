// SPDX-License-Identifier: Apache-2.0
#include "kernels/parameter_rules.hpp"

#include <sstream>

#include "va_event/error.hpp"

namespace va_event::kernels {

void check_reset(double v_reset, double v_thresh) {
  if (!(v_reset < v_thresh)) {
    std::ostringstream rule;
    rule.precision(17);
    rule << "must be < v_thresh = " << v_thresh << " mV";
    throw ParameterError("v_reset", v_reset, "mV", rule.str());
  }
}

}  // namespace va_event::kernels
