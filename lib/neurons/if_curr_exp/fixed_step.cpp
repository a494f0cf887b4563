// SPDX-License-Identifier: Apache-2.0
#include "neurons/if_curr_exp/fixed_step.hpp"

#include "neurons/fixed_step/group_of.hpp"
#include "neurons/if_curr_exp/parameters.hpp"

namespace va_event::neurons {

constexpr fixed_step::FixedStepForm kIfCurrExpFixedStep =
    fixed_step::fixed_step_form<kIfCurrExpParameters, fixed_step::CurrentBased, fixed_step::Exact>();

}  // namespace va_event::neurons
