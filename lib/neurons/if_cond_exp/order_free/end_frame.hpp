// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "neurons/if_cond_exp/order_free/input_history.hpp"

namespace va_event::neurons::order_free_conductances {

/// The conductances of all neurons at the end of a frame, from those at its start and its inputs. An input adds
/// w e^{-(kFrame - x)/tau_syn}, rounded once to a multiple of a power of two that follows from the largest weight and
/// the number of the neuron's inputs in the frame: integers are added, so that the order does not matter.
/// @param rate_exc, rate_inh  [1/ms] @param next  the frame that follows; its conductances are written
void end_frame(const FrameInputs& frame, double rate_exc, double rate_inh, FrameInputs& next);

}  // namespace va_event::neurons::order_free_conductances
