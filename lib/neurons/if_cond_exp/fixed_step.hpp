// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "neurons/fixed_step/fixed_step_form.hpp"

namespace va_event::neurons {

extern const fixed_step::FixedStepForm kIfCondExpFixedStep;

}  // namespace va_event::neurons
