// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "changing_network.hpp"
#include "va_event/va_event.hpp"

namespace va_event {
namespace {

// Whatever users change between runs, neurons that are looked at near spikes only go on like those of wide arithmetic,
// and with the same bits on any number of threads.

/// Beside them neurons that have to be looked at always.
constexpr IfCurrExp kOthers{.cm = 0.2, .tau_m = 5.0, .tau_syn_E = 5.0};

TEST(NearSpikesAfterChanges, OfConductancesAreThoseOfWideArithmeticOnAnyThreads) {
  constexpr MixedNumbers kNumbers{.tau_syn_E = {1.5, 5.0},
                                  .tau_syn_I = {10.0, 3.0},
                                  .i_offset = 0.1,
                                  .rate = {100.0, 500.0},
                                  .changed_rate = {100.0, 1000.0},
                                  .drive = {0.01, 0.03},
                                  .excitation = {0.001, 0.004},
                                  .inhibition = {0.01, 0.05},
                                  .changed_excitation = {0.0, 0.006},
                                  .between_populations = 0.01,
                                  .back = 0.004,
                                  .within = 0.02,
                                  .single = 0.01,
                                  .to_others = 0.3,
                                  .from_others = 0.01,
                                  .variable = "gsyn_inh",
                                  .value = {0.0, 0.1}};
  expect_agreement_after_changes<IfCondExp>(8, kNumbers, kOthers, SimulationMethod::near_spikes);
}

TEST(NearSpikesAfterChanges, OfCurrentsAreThoseOfWideArithmeticOnAnyThreads) {
  constexpr MixedNumbers kNumbers{.tau_syn_E = {1.5, 5.0},
                                  .tau_syn_I = {40.0, 3.0},
                                  .i_offset = 0.1,
                                  .rate = {100.0, 500.0},
                                  .changed_rate = {100.0, 1000.0},
                                  .drive = {0.5, 1.5},
                                  .excitation = {0.05, 0.2},
                                  .inhibition = {-0.75, -0.15},
                                  .changed_excitation = {0.0, 0.3},
                                  .between_populations = 0.5,
                                  .back = 0.2,
                                  .within = -0.3,
                                  .single = 0.5,
                                  .to_others = 0.3,
                                  .from_others = 0.5,
                                  .variable = "isyn_inh",
                                  .value = {-0.5, 0.5}};
  expect_agreement_after_changes<IfCurrExp>(8, kNumbers, kOthers, SimulationMethod::near_spikes);
}

}  // namespace
}  // namespace va_event
