// SPDX-License-Identifier: Apache-2.0
#include "neurons/if_cond_exp/order_free/look_back.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <random>
#include <vector>

#include "neurons/if_cond_exp/order_free/frame_sums.hpp"

namespace va_event::neurons::order_free_conductances {
namespace {

/// A neuron with random inputs in some frames, and the state to which `move()` brings it from one to the next.
class Neuron {
 public:
  static constexpr std::int64_t kFrames = 16;

  Neuron(const IfCondExp& parameters, std::mt19937& generator, double inputs_per_ms)
      : constants(Kernel::prepare(parameters, 0.0)) {
    const InputUnits units({parameters.tau_syn_E, parameters.tau_syn_I}, InputUnits::unit_for(0.05));
    std::uniform_real_distribution<double> uniform;
    history[0].begin(1);
    for (std::int64_t frame = 0; frame < kFrames; ++frame) {
      FrameSums sums;
      sums.begin(1);
      std::poisson_distribution<int> count(kFrame * inputs_per_ms);
      for (int k = count(generator); k > 0; --k) {
        const std::size_t receptor = uniform(generator) < 0.2 ? 1 : 0;
        const double x = kFrame * uniform(generator);
        const double weight = receptor == 1 ? 0.05 * uniform(generator) : 0.004 * uniform(generator);
        history[frame].add(0, x, receptor == 1 ? -weight : weight);
        sums.add(0, receptor, InputUnits::rounded(weight, units.remaining(receptor, x)),
                 units.integral(receptor, weight));
      }
      history[frame + 1].begin(1);
      end_frame(units, sums, history[frame], history[frame + 1]);
    }
  }
  /// y at the end of all frames, interval by interval from the origin on.
  [[nodiscard]] double potential_one_by_one(double y) const {
    for (std::int64_t frame = 0; frame < kFrames; ++frame) {
      GatheredInputs gathered;
      OrderedInputs inputs;
      history[frame].gather(0, 0, 0.0, kFrame, gathered);
      order(gathered, inputs);
      Place place{.exc = history[frame].at_start[0].exc, .inh = history[frame].at_start[0].inh, .y = y};
      for (std::size_t k = 0; k < inputs.size; ++k) {
        move(constants, place, inputs.x[k]);
        place.exc += inputs.exc[k];
        place.inh += inputs.inh[k];
      }
      move(constants, place, kFrame);
      y = place.y;
    }
    return y;
  }
  [[nodiscard]] double potential(double y) { return look_back.potential(constants, history, 0, kFrames, {.y = y}); }
  /// How much of the conductance's integral lies behind.
  [[nodiscard]] double remembered() const {
    double sum = 0.0;
    for (std::int64_t frame = 0; frame < kFrames; ++frame) {
      sum += area(constants, history[frame], 0);
    }
    return sum;
  }

  Constants constants;
  InputHistory history;
  LookBack look_back;
};

class LookingBack : public ::testing::TestWithParam<double> {};

TEST_P(LookingBack, HasThePotentialOfOneIntervalAfterTheOther) {
  std::mt19937 generator(3);
  double largest = 0.0;
  int forgetful = 0;
  constexpr int kNeurons = 400;
  for (int k = 0; k < kNeurons; ++k) {
    const double inputs_per_ms = std::exp(std::uniform_real_distribution(-2.0, 3.0)(generator));
    Neuron neuron(IfCondExp{.v_rest = -65.0,
                            .cm = 0.2,
                            .tau_m = 20.0,
                            .tau_syn_E = 5.0,
                            .tau_syn_I = GetParam(),
                            .e_rev_E = 0.0,
                            .e_rev_I = -80.0,
                            .v_thresh = -20.0,
                            .v_reset = -65.0},
                  generator, inputs_per_ms);
    const double y = -45.0;
    largest = std::max(largest, std::fabs(neuron.potential(y) - neuron.potential_one_by_one(y)));
    forgetful += neuron.remembered() > kForgotten ? 1 : 0;
  }
  std::cout << "within " << largest << " mV, " << forgetful << " neurons forget\n";
  EXPECT_LT(largest, 1e-13);
  EXPECT_GT(forgetful, kNeurons / 5);
  EXPECT_LT(forgetful, kNeurons - kNeurons / 5);
}

INSTANTIATE_TEST_SUITE_P(OrderFreeConductances, LookingBack, ::testing::Values(2.5, 5.0, 7.0, 10.0),
                         [](const auto& values) {
                           return "TauInh" + std::to_string(static_cast<int>(10.0 * values.param));
                         });

}  // namespace
}  // namespace va_event::neurons::order_free_conductances
