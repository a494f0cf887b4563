// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "neurons/fixed_step/fixed_step_form.hpp"

namespace va_event::neurons {

/// IF_cond_exp in fixed steps, from its differential equation. It has no exact method: the equation is linear in v, but
/// the integral of its solution has no elementary form.
extern const fixed_step::FixedStepForm kIfCondExpFixedStep;

}  // namespace va_event::neurons
