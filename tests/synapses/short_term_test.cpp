// SPDX-License-Identifier: Apache-2.0
// Depression and facilitation against iteration in 50 digits: what each spike delivers, from the current or the
// potential of targets that never spike.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "trained_network.hpp"

namespace va_event {
namespace {

using testing_support::Digits;

constexpr double kDelay = 0.75;
constexpr double kWeight = 0.5;

std::vector<Time> random_times(std::mt19937_64& generator) {
  std::vector<Time> times;
  double t = 0.0;
  for (int k = 0; k < 25; ++k) {
    t += std::exp(std::uniform_real_distribution(-3.0, 3.5)(generator));
    times.emplace_back(t);
  }
  times.push_back(times[7]);
  return times;
}

/// How the target of each synapse takes its inputs.
enum class Target { current, conductance, delta };

/// Synapses with these numbers, one onto each neuron, from one source.
void compare(const std::vector<reference::Plasticity>& numbers, const std::vector<double>& tau_syn, Target target,
             std::uint64_t seed) {
  std::mt19937_64 generator(seed);
  std::vector<Time> times = random_times(generator);
  Simulation simulation;
  const Population source = simulation.create(1, SpikeSourceArray{times});
  std::sort(times.begin(), times.end());
  const CellType type = target == Target::current ? CellType(IfCurrExp{.v_thresh = 1e6})
                        : target == Target::conductance
                            ? CellType(IfCondExp{.v_thresh = 1e6})
                            : CellType(IfCurrDelta{.v_rest = 0.0, .v_reset = -1.0, .v_thresh = 64.0});
  const Population neurons = simulation.create(numbers.size(), type);
  if (target == Target::delta) {
    neurons.initialize("v", 0.0);
  } else {
    neurons.set("tau_syn_E", tau_syn);
  }
  simulation.connect(source, neurons, AllToAllConnector(), testing_support::synapse_type(numbers, kWeight, kDelay));
  const std::string variable = target == Target::current       ? "isyn_exc"
                               : target == Target::conductance ? "gsyn_exc"
                                                               : "v";
  neurons.record(variable, 0.5);
  const double end = times.back().ms() + 2.0;
  simulation.run_until(end);
  const Signal signal = neurons.signal(variable);
  double largest = 0.0;
  for (std::size_t n = 0; n < numbers.size(); ++n) {
    const double tau = target == Target::delta ? IfCurrDelta{}.tau_m : tau_syn[n];
    reference::ShortTermByIteration<Digits> synapse(numbers[n], target == Target::delta ? 0.0 : tau);
    std::vector<Digits> expected(signal.samples(), Digits(0));
    for (const Time& time : times) {
      const Digits t = Digits(static_cast<double>(time.whole())) + time.fraction();
      const Digits delivered = kWeight * synapse.release(t, 0.0).value;
      ASSERT_GE(delivered, 0);
      for (std::size_t k = 0; k < signal.samples(); ++k) {
        const Digits h = Digits(static_cast<double>(k)) * 0.5 - t - kDelay;
        expected[k] += h > 0 ? Digits(delivered * exp(Digits(-h / tau))) : Digits(0);
      }
    }
    for (std::size_t k = 0; k < signal.samples(); ++k) {
      const auto error = static_cast<double>(abs(Digits(signal.at(k, n) - expected[k])));
      // Relative to what a few spikes in a row deliver at most.
      ASSERT_LE(error, 1e-13 * kWeight) << "synapse " << n << ", tau_syn " << tau << ", U " << numbers[n].U
                                        << ", tau_rec " << numbers[n].tau_rec << ", tau_facil " << numbers[n].tau_facil
                                        << ", u " << numbers[n].u << ", at " << signal.time(k) << " ms";
      largest = std::max(largest, error / kWeight);
    }
  }
  std::cout << "inputs agree within " << largest << " of the weight\n";
}

reference::Plasticity with(double U, double tau_rec, double tau_facil, double u) {
  reference::Plasticity p;
  p.learns = false;
  p.short_term = true;
  p.U = U;
  p.tau_rec = tau_rec;
  p.tau_facil = tau_facil;
  p.u = u;
  return p;
}

std::vector<reference::Plasticity> many_numbers() {
  std::vector<reference::Plasticity> numbers;
  for (const double U : {0.0, 0.05, 0.5, 1.0}) {
    for (const double tau_facil : {0.0, 1e-3, 30.0, 1000.0}) {
      for (const double u : {0.0, 0.6}) {
        numbers.push_back(with(U, 3.0 + 10.0 * static_cast<double>(numbers.size()), tau_facil, u));
      }
    }
  }
  return numbers;
}

class ShortTerm : public ::testing::TestWithParam<Target> {};

TEST_P(ShortTerm, DeliversWhatTheIterationInFiftyDigitsReleases) {
  const std::vector<reference::Plasticity> numbers = many_numbers();
  compare(numbers, std::vector<double>(numbers.size(), 3.0), GetParam(), 1);
}

TEST_P(ShortTerm, OfCommonNumbersDoesToo) {
  for (const reference::Plasticity& p : {with(0.5, 100.0, 0.0, 0.0), with(0.2, 20.0, 200.0, 0.4)}) {
    compare({p, p, p}, {3.0, 3.0, 3.0}, GetParam(), 2);
    compare({p, p, p}, {3.0, 0.5, 20.0}, GetParam(), 3);  // but the targets' time constants differ
  }
}

TEST_P(ShortTerm, IsExactAtAndNearEqualTimeConstantsOfRecoveryAndInput) {
  std::vector<reference::Plasticity> numbers;
  std::vector<double> tau_syn;
  for (const double near : {0.0, 0x1p-52, 0x1p-51, 0x1p-40, 0x1p-27, 0x1p-20, 1e-4, 0.01, 0.5}) {
    for (const double side : {-1.0, 1.0}) {
      numbers.push_back(with(0.4, 5.0 * (1.0 + side * near), 12.0, 0.0));
      tau_syn.push_back(5.0);
    }
  }
  // As far apart as can be.
  for (const auto& [tau_rec, tau] : {std::pair(1e-3, 50.0), std::pair(1e5, 0.1), std::pair(1e50, 1.0)}) {
    numbers.push_back(with(0.4, tau_rec, 12.0, 0.0));
    tau_syn.push_back(tau);
  }
  compare(numbers, tau_syn, GetParam(), 4);
}

INSTANTIATE_TEST_SUITE_P(Targets, ShortTerm, ::testing::Values(Target::current, Target::conductance, Target::delta),
                         [](const auto& test) {
                           return std::string(test.param == Target::current       ? "Current"
                                              : test.param == Target::conductance ? "Conductance"
                                                                                  : "Delta");
                         });

TEST(ShortTermDynamics, OfTheFirstSpikeDeliversU) {
  Simulation simulation;
  const Population source = simulation.create(1, SpikeSourceArray{{3.0}});
  const Population neuron = simulation.create(1, IfCurrDelta{.v_rest = 0.0, .tau_m = 1e60, .v_thresh = 1e6});
  neuron.initialize("v", 0.0);
  simulation.connect(source, neuron, OneToOneConnector(), TsodyksMarkramSynapse{.weight = 8.0, .U = 0.25});
  simulation.run(10.0);
  EXPECT_EQ(neuron.value("v"), std::vector<double>{2.0});
}

TEST(ShortTermDynamics, ShowTheBaseWeightAtAnyTime) {
  Simulation simulation;
  const Population source = simulation.create(1, SpikeSourceArray{{1.0, 2.0, 3.0}});
  const Population neuron = simulation.create(1, IfCurrExp{});
  const Projection synapse =
      simulation.connect(source, neuron, OneToOneConnector(), TsodyksMarkramSynapse{.weight = 0.125});
  simulation.run_until(2.5);
  EXPECT_EQ(synapse.weights(), std::vector<double>{0.125});
}

}  // namespace
}  // namespace va_event
