// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstddef>

#include "../properties/vogels_abbott_like.hpp"

namespace va_event {
namespace {

// What a neuron does depends on its own inputs alone, and not on how many others the engine has to remember.

/// The spikes of a network, and of neurons with few inputs, beside a neuron that gets `others` inputs per ms.
Spikes beside(std::size_t others) {
  VogelsAbbottLike network(Kind::conductance_based, 3, 200, 1);
  IfCondExp driven;
  driven.v_rest = -49.0;
  const Population quiet = network.simulation.create(50, driven, {"quiet", {}});
  const Population slow = network.simulation.create(50, SpikeSourcePoisson{40.0, 0.0, 1e9}, {"slow", {}});
  network.simulation.connect(slow, quiet, OneToOneConnector(), {0.01, 0.5}, {"inhibitory", "", {}});
  const Assembly observed = network.all[0] + quiet;
  quiet.record("spikes");
  if (others > 0) {
    const Population crowd = network.simulation.create(others, SpikeSourcePoisson{1000.0, 0.0, 1e9}, {"crowd", {}});
    // A reversal potential above the threshold: its inputs wait with those of the others.
    const Population busy = network.simulation.create(1, IfCondExp{.e_rev_I = -40.0}, {"busy", {}});
    network.simulation.connect(crowd, busy, AllToAllConnector(), {1e-7, 0.3}, {"excitatory", "", {}});
  }
  network.simulation.run_until(150.0);
  EXPECT_GE(network.simulation.statistics().synaptic_events, others * 140);
  for (const MethodRow& row : network.simulation.methods()) {
    EXPECT_NE(row.method, "order-free");
  }
  return observed.spikes();
}

TEST(ManyInputs, OfOthersLeaveNoTraceInANeuron) {
  const Spikes alone = beside(0);
  ASSERT_GT(alone.size(), 100U);
  for (const std::size_t others : {1200, 5000}) {  // more than 2^16 inputs in an epoch of 64 ms, and a multiple of it
    const Spikes spikes = beside(others);
    EXPECT_EQ(spikes.ids, alone.ids);
    EXPECT_EQ(spikes.times, alone.times);
  }
}

}  // namespace
}  // namespace va_event
