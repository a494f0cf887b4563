// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "va_event/va_event.hpp"

/// How errors shrink with the step, against the event-driven simulation of the same network.
namespace va_event {
namespace {

/// Slope of log(error) over log(dt), by least squares.
double fitted_order(const std::vector<double>& steps, const std::vector<double>& errors) {
  const auto n = static_cast<double>(steps.size());
  double sx = 0, sy = 0, sxx = 0, sxy = 0;
  for (std::size_t k = 0; k < steps.size(); ++k) {
    const double x = std::log(steps[k]);
    const double y = std::log(errors[k]);
    sx += x, sy += y, sxx += x * x, sxy += x * y;
  }
  return (n * sxy - sx * sy) / (n * sxx - sx * sx);
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

constexpr double kDuration = 200.0;

/// One neuron with frozen Poisson input of both signs, at times and with delays of no grid, and a current that changes.
/// Its refractory period is a multiple of the steps: rounded up by some steps and down by others it would hide how
/// other errors shrink.
class FrozenInput {
 public:
  FrozenInput(bool conductance_based, double v_thresh, std::uint64_t seed = 11)
      : simulation_({.seed = seed}),
        neuron_(conductance_based ? simulation_.create(1, IfCondExp{.v_rest = -60.0,
                                                                    .cm = 0.2,
                                                                    .tau_m = 20.0,
                                                                    .tau_refrac = 2.25,
                                                                    .tau_syn_E = 5.0,
                                                                    .tau_syn_I = 10.0,
                                                                    .e_rev_E = 0.0,
                                                                    .e_rev_I = -80.0,
                                                                    .v_thresh = v_thresh,
                                                                    .v_reset = -60.0,
                                                                    .i_offset = 0.05})
                                  : simulation_.create(1, IfCurrExp{.v_rest = -60.0,
                                                                    .cm = 0.2,
                                                                    .tau_m = 20.0,
                                                                    .tau_refrac = 2.25,
                                                                    .tau_syn_E = 5.0,
                                                                    .tau_syn_I = 10.0,
                                                                    .i_offset = 0.05,
                                                                    .v_reset = -60.0,
                                                                    .v_thresh = v_thresh})) {
    const Population excitatory = simulation_.create(20, SpikeSourcePoisson{60.0});
    const Population inhibitory = simulation_.create(5, SpikeSourcePoisson{60.0});
    const double w_e = conductance_based ? 0.004 : 0.05;
    const double w_i = conductance_based ? 0.008 : -0.05;
    const Values delay = RandomDistribution("uniform", {0.01, 3.0});
    simulation_.connect(excitatory, neuron_, AllToAllConnector(), {w_e, delay});
    ProjectionOptions to_inhibitory;
    to_inhibitory.receptor_type = "inhibitory";
    simulation_.connect(inhibitory, neuron_, AllToAllConnector(), {w_i, delay}, to_inhibitory);
    neuron_.inject(StepCurrentSource({33.3, 77.77}, {0.1, 0.02}));
    neuron_.initialize("v", -57.0);
    neuron_.record("spikes");
    neuron_.record("v", 1.0);
    simulation_.run(kDuration);
  }

  /// Root mean square error of v at the multiples of 1 ms.
  [[nodiscard]] double error_of_v(const FixedStepOptions& options) const {
    FixedStepSimulation clocked(simulation_, options);
    clocked.record(neuron_, "v", 1.0);
    clocked.run(kDuration);
    const Signal right = neuron_.signal("v");
    const Signal v = clocked.signal(neuron_, "v");
    EXPECT_EQ(v.samples(), right.samples());
    double sum = 0.0;
    for (std::size_t k = 0; k < v.samples(); ++k) {
      sum += std::pow(v.values[k] - right.values[k], 2);
    }
    return std::sqrt(sum / static_cast<double>(v.samples()));
  }

  /// Median error of the spike times, which a spike at a grazing threshold does not spoil. Infinite, and no order,
  /// when spikes are missing or too many.
  [[nodiscard]] double error_of_spikes(const FixedStepOptions& options) const {
    FixedStepSimulation clocked(simulation_, options);
    clocked.run(kDuration);
    const Spikes right = neuron_.spikes();
    const Spikes spikes = clocked.spikes(neuron_);
    EXPECT_GT(right.size(), 5U);
    if (spikes.size() != right.size()) {
      return std::numeric_limits<double>::infinity();
    }
    std::vector<double> errors;
    for (std::size_t k = 0; k < spikes.size(); ++k) {
      errors.push_back(std::abs(spikes.times[k].minus(right.times[k])));
    }
    return median(std::move(errors));
  }

 private:
  Simulation simulation_;
  Population neuron_;
};

constexpr double kNoSpikes = 0.0;
constexpr double kSpikes = -52.0;

template <class Error>
double order(FixedStepOptions options, double largest_step, int steps, const Error& error) {
  std::vector<double> dt;
  std::vector<double> errors;
  for (int k = 0; k < steps; ++k) {
    options.dt = std::ldexp(largest_step, -k);
    dt.push_back(options.dt);
    errors.push_back(error(options));
  }
  const double result = fitted_order(dt, errors);
  ::testing::Test::RecordProperty(std::string(name(options.method)) + "_" + std::string(name(options.spikes)) + "_" +
                                      std::string(name(options.delays)),
                                  std::to_string(result));
  return result;
}

double order_of_v(const FrozenInput& input, const FixedStepOptions& options, double largest_step) {
  return order(options, largest_step, 5, [&input](const FixedStepOptions& o) { return input.error_of_v(o); });
}

double order_of_spikes(const FrozenInput& input, const FixedStepOptions& options, double largest_step, int steps = 5) {
  return order(options, largest_step, steps, [&input](const FixedStepOptions& o) { return input.error_of_spikes(o); });
}

FixedStepOptions with(Method method, SpikeTiming spikes, DelayTiming delays) {
  FixedStepOptions options;
  options.method = method;
  options.spikes = spikes;
  options.delays = delays;
  return options;
}

class Convergence : public testing::TestWithParam<bool> {};

INSTANTIATE_TEST_SUITE_P(Models, Convergence, testing::Bool(), [](const testing::TestParamInfo<bool>& model) {
  return std::string(model.param ? "ConductanceBased" : "CurrentBased");
});

TEST_P(Convergence, OfVHasTheOrderOfTheMethodThoughInputsArriveWithinSteps) {
  const FrozenInput input(GetParam(), kNoSpikes);
  const auto order_with = [&input](Method method) {
    return order_of_v(input, with(method, SpikeTiming::grid, DelayTiming::continuous), 0.5);
  };
  EXPECT_NEAR(order_with(Method::forward_euler), 1.0, 0.15);
  EXPECT_NEAR(order_with(Method::exponential_euler), 1.0, 0.15);
  EXPECT_NEAR(order_with(Method::rk2), 2.0, 0.15);
  EXPECT_NEAR(order_with(Method::rk4), 4.0, 0.2);
}

TEST_P(Convergence, OfVHasOrderOneWithDelaysOnTheGridWhateverTheMethod) {
  const FrozenInput input(GetParam(), kNoSpikes);
  for (const Method method : {Method::forward_euler, Method::exponential_euler, Method::rk2, Method::rk4}) {
    EXPECT_NEAR(order_of_v(input, with(method, SpikeTiming::grid, DelayTiming::grid), 0.25), 1.0, 0.25) << name(method);
  }
}

TEST_P(Convergence, OfSpikesOnTheGridHasOrderOneWhateverTheMethod) {
  // How far a spike is moved to the end of its step is as good as random, and a grazing one may be missed: the median
  // of several inputs.
  std::vector<FrozenInput> inputs;
  for (std::uint64_t seed = 11; seed < 27; ++seed) {
    inputs.emplace_back(GetParam(), kSpikes, seed);
  }
  for (const Method method : {Method::forward_euler, Method::exponential_euler, Method::rk2, Method::rk4}) {
    const auto typical_error = [&inputs](const FixedStepOptions& options) {
      std::vector<double> errors;
      for (const FrozenInput& input : inputs) {
        errors.push_back(input.error_of_spikes(options));
      }
      return median(std::move(errors));
    };
    EXPECT_NEAR(order(with(method, SpikeTiming::grid, DelayTiming::continuous), 0x1p-8, 5, typical_error), 1.0, 0.25)
        << name(method);
  }
}

TEST_P(Convergence, OfLinearlyInterpolatedSpikesHasAtMostOrderTwo) {
  const FrozenInput input(GetParam(), kSpikes);
  const auto order_with = [&input](Method method) {
    return order_of_spikes(input, with(method, SpikeTiming::linear, DelayTiming::continuous), 0x1p-4);
  };
  EXPECT_NEAR(order_with(Method::forward_euler), 1.0, 0.2);
  EXPECT_NEAR(order_with(Method::rk2), 2.0, 0.3);
  EXPECT_NEAR(order_with(Method::rk4), 2.0, 0.3);
}

TEST_P(Convergence, OfCubicallyInterpolatedSpikesHasTheOrderOfTheMethod) {
  const FrozenInput input(GetParam(), kSpikes);
  const auto order_with = [&input](Method method, double largest_step) {
    return order_of_spikes(input, with(method, SpikeTiming::cubic, DelayTiming::continuous), largest_step);
  };
  // The first order needs shorter steps until no spike is missing.
  EXPECT_NEAR(order_with(Method::exponential_euler, 0x1p-7), 1.0, 0.25);
  EXPECT_NEAR(order_with(Method::forward_euler, 0x1p-7), 1.0, 0.25);
  EXPECT_NEAR(order_with(Method::rk2, 0.25), 2.0, 0.3);
  EXPECT_NEAR(order_with(Method::rk4, 0.25), 4.0, 0.4);
}

TEST(ConvergenceOfExactPropagation, VIsRightToRoundingAtAnyStep) {
  const FrozenInput input(false, kNoSpikes);
  for (const double dt : {1.0, 0.5, 0.1, 0x1p-5, 0x1p-10}) {
    EXPECT_LT(input.error_of_v({Method::exact, dt, SpikeTiming::grid, DelayTiming::continuous}), 2e-12) << dt;
  }
}

TEST(ConvergenceOfExactPropagation, SpikesHaveTheOrderOfTheInterpolation) {
  const FrozenInput input(false, kSpikes);
  EXPECT_NEAR(order_of_spikes(input, with(Method::exact, SpikeTiming::grid, DelayTiming::continuous), 0x1p-6), 1.0,
              0.3);
  EXPECT_NEAR(order_of_spikes(input, with(Method::exact, SpikeTiming::linear, DelayTiming::continuous), 0x1p-3), 2.0,
              0.3);
  EXPECT_NEAR(order_of_spikes(input, with(Method::exact, SpikeTiming::cubic, DelayTiming::continuous), 0.25, 4), 4.0,
              0.4);
}

/// A recurrent network of both models with heterogeneous parameters, delays, inputs and currents. Its limit is the
/// event-driven result and nothing near it: every spike, to the resolution that the fourth order promises.
TEST(ConvergenceOfNetworks, EverySpikeGoesToThatOfTheEventDrivenSimulation) {
  constexpr double kTime = 100.0;
  Simulation simulation({.seed = 5});
  const Population curr = simulation.create(12, IfCurrExp{.v_rest = -60.0, .cm = 0.2, .v_reset = -60.0});
  const Population cond = simulation.create(12, IfCondExp{.v_rest = -60.0, .cm = 0.2, .v_reset = -60.0});
  const Population poisson = simulation.create(10, SpikeSourcePoisson{80.0});
  const Assembly neurons = curr + cond;
  for (const auto& [parameter, low, high] :
       {std::tuple("tau_m", 10.0, 30.0), std::tuple("tau_refrac", 0.0, 5.0), std::tuple("tau_syn_E", 2.0, 8.0),
        std::tuple("tau_syn_I", 3.0, 12.0), std::tuple("i_offset", 0.0, 0.15)}) {
    neurons.set(parameter, RandomDistribution("uniform", {low, high}));
  }
  neurons.initialize("v", RandomDistribution("uniform", {-60.0, -49.5}));
  const Values delay = RandomDistribution("uniform", {0.25, 4.0});
  ProjectionOptions to_inhibitory;
  to_inhibitory.receptor_type = "inhibitory";
  for (const auto& [post, w_e, w_i] : {std::tuple(curr, 0.05, -0.1), std::tuple(cond, 0.002, 0.005)}) {
    simulation.connect(neurons, post, FixedProbabilityConnector(0.2), {w_e, delay});
    simulation.connect(neurons, post, FixedProbabilityConnector(0.1), {w_i, delay}, to_inhibitory);
    simulation.connect(poisson, post, FixedProbabilityConnector(0.5), {3.0 * w_e, delay});
  }
  neurons.inject(StepCurrentSource({20.3, 41.7}, {0.1, 0.0}));
  neurons.record("spikes");
  simulation.run(kTime);
  const Spikes right = neurons.spikes();
  ASSERT_GT(right.size(), 100U);

  const auto largest_error = [&](double dt) {
    FixedStepSimulation clocked(simulation, {Method::rk4, dt, SpikeTiming::cubic, DelayTiming::continuous});
    clocked.run(kTime);
    const Spikes spikes = clocked.spikes(neurons);
    EXPECT_EQ(spikes.ids, right.ids) << dt;
    double error = 0.0;
    for (std::size_t k = 0; k < std::min(spikes.size(), right.size()); ++k) {
      error = std::max(error, std::abs(spikes.times[k].minus(right.times[k])));
    }
    return error;
  };
  const double coarse = largest_error(0x1p-4);
  const double fine = largest_error(0x1p-6);
  EXPECT_NEAR(std::log2(coarse / fine) / 2.0, 4.0, 1.0);
  EXPECT_LT(largest_error(0x1p-9), 1e-10);
}

}  // namespace
}  // namespace va_event
