// SPDX-License-Identifier: Apache-2.0
// The work that decides when a neuron spikes is bounded, whatever its time constants are.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "neurons/group/one_by_one_group.hpp"
#include "neurons/if_cond_exp/if_cond_exp.hpp"
#include "neurons/if_curr_exp/if_curr_exp.hpp"

namespace va_event::neurons {
namespace {

/// A kernel whose looks are counted.
template <class Kernel>
struct Counting : Kernel {
  using typename Kernel::Constants;
  using typename Kernel::Record;
  using typename Kernel::SharedExponentials;
  using typename Kernel::State;
  static inline std::uint64_t looks = 0;

  static SafeInterval<double> safe_interval(const Constants& c, const State& state) {
    ++looks;
    return Kernel::safe_interval(c, state);
  }
};

/// One neuron at its initial state, which gets an input and then whatever looks it takes to get through the epoch.
/// @returns how many looks that were
template <class Kernel>
std::uint64_t looks_in_an_epoch(const CellType& type, const std::vector<double>& initial, double t, double weight) {
  network::PopulationData population;
  population.model = &type.model();
  population.size = 1;
  for (const double value : type.values()) {
    population.parameters.emplace_back(value);
  }
  for (const double value : initial) {
    population.initial.emplace_back(value);
  }
  OneByOneGroup<Counting<Kernel>, double> group;
  group.add(population, 0, 1, std::vector<double>{0.0});
  events::Candidates<double> candidates;
  candidates.begin_slice(kEpoch);
  Counting<Kernel>::looks = 0;
  double end_refractoriness = kEpoch;  // while the neuron is refractory
  const auto go_on_until = [&](double end) {
    for (int steps = 0; Counting<Kernel>::looks < 1'000'000; ++steps) {  // more would take long
      ASSERT_LT(steps, 100'000);
      if (end_refractoriness < end) {
        group.end_refractoriness(0, end_refractoriness, candidates);
        end_refractoriness = kEpoch;
      }
      if (!(group.safe_until(0) < end)) {
        return;
      }
      if (const auto result = group.look_at(0); result.spikes) {
        end_refractoriness = std::min(kEpoch, result.time + group.spike_at(0, result.time));
      }
    }
  };
  go_on_until(t);
  if (weight != 0.0) {
    const Input<double> input{t, weight, 0, weight < 0.0 ? 1U : 0U};
    group.receive({&input, 1}, candidates);
    go_on_until(kEpoch);
  }
  return Counting<Kernel>::looks;
}

// Without a limit they would be 5906 and 44,532.
TEST(Looks, AreFewForACurrentBasedNeuronWithVeryDifferentTimeConstants) {
  const IfCurrExp type{.v_rest = -31.0,
                       .cm = 0.2,
                       .tau_m = 0.00254586,
                       .tau_refrac = 0.1,
                       .tau_syn_I = 231150.8,
                       .i_offset = -0.02,
                       .v_reset = -56.5,
                       .v_thresh = -42.93};
  EXPECT_LT(looks_in_an_epoch<IfCurrExpKernel<double>>(type, {-65.0, 0.0, 0.0}, 1.005, -889669.0), 2000U);
}

TEST(Looks, AreFewForAConductanceBasedNeuronWithVeryDifferentTimeConstants) {
  const IfCondExp type{.v_rest = 0.0,
                       .cm = 0.0075,
                       .tau_m = 5.0,
                       .tau_refrac = 1.17,
                       .tau_syn_E = 1160.0,
                       .tau_syn_I = 5.0,
                       .e_rev_E = -78.25,
                       .e_rev_I = -72.67,
                       .v_thresh = -58.9,
                       .v_reset = -63.57,
                       .i_offset = 0.946};
  EXPECT_LT(looks_in_an_epoch<IfCondExpKernel<double>>(type, {-65.0, 0.054, 0.0}, kEpoch, 0.0), 2000U);
}

}  // namespace
}  // namespace va_event::neurons
