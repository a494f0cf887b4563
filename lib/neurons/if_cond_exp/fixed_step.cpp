// SPDX-License-Identifier: Apache-2.0
#include "neurons/if_cond_exp/fixed_step.hpp"

#include "neurons/fixed_step/group_of.hpp"
#include "neurons/if_cond_exp/parameters.hpp"

namespace va_event::neurons {

constexpr fixed_step::FixedStepForm kIfCondExpFixedStep =
    fixed_step::fixed_step_form<kIfCondExpParameters, fixed_step::ConductanceBased>();

}  // namespace va_event::neurons
