// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "outcome.hpp"
#include "random_network.hpp"
#include "reference_simulator.hpp"
#include "tests/cases.hpp"
#include "thread_processes.hpp"

namespace va_event {
namespace {

// Random networks whose neurons get sinusoidal currents: right, and the same bits however they are run.

using reference::Description;
using reference::Wide;
using testing_support::expect_same;
using testing_support::Outcome;
using testing_support::outcome_of;

/// With delays that several threads and processes can do with.
Description splittable_network(std::uint64_t seed) {
  Description description = driven_network(seed);
  for (reference::Synapse& synapse : description.synapses) {
    synapse.delay = std::max(synapse.delay, 1e-4);
  }
  return description;
}

TEST(DrivenNetworks, SpikeAsTheReferenceSimulatorInWideArithmeticDoes) {
  constexpr std::uint64_t kNetworks = testing_support::cases(150);
  std::size_t spikes_of_driven = 0, samples = 0;
  double largest_error = 0.0, largest_v_error = 0.0;
  for (std::uint64_t seed = 5001; seed < 5001 + kNetworks; ++seed) {
    SCOPED_TRACE("network " + std::to_string(seed));
    const Description description = driven_network(seed);
    const reference::Result expected = reference::simulate(description);
    const double until = std::min(expected.reliable_until, description.duration);
    BuiltNetwork network(description);
    network.simulation.run_until(until);
    const Spikes spikes = network.spikes();
    const std::size_t sources = description.sources.size();
    for (std::size_t cell = 0; cell < sources + description.neurons.size(); ++cell) {
      std::vector<Time> times;
      for (std::size_t k = 0; k < spikes.size(); ++k) {
        if (spikes.ids[k] == cell) {
          times.push_back(spikes.times[k]);
        }
      }
      std::size_t k = 0;
      for (const reference::Spike& spike : expected.spikes) {
        if (spike.cell != cell || !(spike.time < until)) {
          continue;
        }
        ASSERT_LT(k, times.size()) << "cell " << cell << " misses the spike at " << spike.time;
        const auto error = static_cast<double>(abs(Wide(times[k].whole()) + times[k].fraction() - spike.time));
        ASSERT_LE(error, spike.error) << "cell " << cell << ", spike " << k << " at " << spike.time << " ms";
        largest_error = std::max(largest_error, error);
        spikes_of_driven += cell >= sources && !description.neurons[cell - sources].sines.empty() ? 1 : 0;
        ++k;
      }
      ASSERT_EQ(k, times.size()) << "cell " << cell << " spikes for no reason";
    }
    const Signal v = network.neurons.front().signal("v");
    for (std::size_t n = 0; n < expected.samples.size(); ++n) {
      for (std::size_t k = 0; k < v.samples(); ++k) {
        const reference::Sample& sample = expected.samples[n][k];
        const auto error = static_cast<double>(abs(v.at(k, n) - sample.v));
        ASSERT_LE(error, sample.error) << "v of neuron " << n << " at " << sample.time << " ms";
        if (std::isfinite(sample.error)) {
          largest_v_error = std::max(largest_v_error, error);
          ++samples;
        }
      }
    }
  }
  std::cout << spikes_of_driven << " spikes of driven neurons agree within " << largest_error << " ms, " << samples
            << " samples of v within " << largest_v_error << " mV\n";
  EXPECT_GT(spikes_of_driven, 20 * kNetworks);
}

TEST(DrivenNetworks, AreTheSameBitsOnAnyNumberOfThreadsAndInAnyPieces) {
  std::mt19937_64 generator(17);
  for (std::uint64_t seed = 6001; seed <= 6000 + testing_support::cases(150); ++seed) {
    SCOPED_TRACE("network " + std::to_string(seed));
    const Description description = splittable_network(seed);
    BuiltNetwork alone(description, 1);
    alone.simulation.run_until(description.duration);
    const Outcome expected = outcome_of(alone);
    for (const unsigned threads : {1U, 2U, 3U}) {
      BuiltNetwork network(description, threads);
      if (threads != 2) {
        std::vector<double> stops;
        for (int k = 0; k < 12; ++k) {
          stops.push_back(std::uniform_real_distribution(0.0, description.duration)(generator));
        }
        for (std::size_t k = 0; k < std::min<std::size_t>(expected.spikes.size(), 6); ++k) {
          stops.push_back(expected.spikes.times[k].ms());
        }
        for (const reference::Neuron& neuron : description.neurons) {
          for (const reference::Neuron::Sine& sine : neuron.sines) {
            stops.push_back(sine.start);
          }
        }
        std::sort(stops.begin(), stops.end());
        for (const double stop : stops) {
          network.simulation.run_until(stop);
        }
      }
      network.simulation.run_until(description.duration);
      expect_same(outcome_of(network), expected);
      if (HasFailure()) {
        return;
      }
    }
  }
}

TEST(DrivenNetworks, AreTheSameBitsOnSeveralProcesses) {
  for (std::uint64_t seed = 6201; seed <= 6200 + testing_support::cases(30); ++seed) {
    SCOPED_TRACE("network " + std::to_string(seed));
    const Description description = splittable_network(seed);
    BuiltNetwork alone(description, 1);
    alone.simulation.run_until(description.duration);
    const Outcome expected = outcome_of(alone);
    std::atomic<unsigned> same{0};
    ThreadProcesses::run(3, [&](const std::shared_ptr<Processes>& processes) {
      BuiltNetwork network(description, 1 + processes->rank() % 2, {}, processes);
      network.simulation.run_until(description.duration);
      const Outcome outcome = outcome_of(network);
      same += outcome.spikes == expected.spikes && outcome.v == expected.v ? 1U : 0U;
    });
    ASSERT_EQ(same, 3U);
  }
}

class DrivenNetworksIn : public ::testing::TestWithParam<Precision> {};

TEST_P(DrivenNetworksIn, GoOnFromACheckpointAsIfNothingHadHappened) {
  const bool is_double = GetParam() == Precision();
  std::mt19937_64 generator(18);
  const std::uint64_t networks = testing_support::cases(is_double ? 100 : 4);
  std::uint64_t spikes_after_the_cut = 0;
  for (std::uint64_t seed = 6301; seed < 6301 + networks; ++seed) {
    SCOPED_TRACE("network " + std::to_string(seed));
    const Description description = splittable_network(seed);
    const auto threads = static_cast<unsigned>(1 + seed % 3);
    const double end = is_double ? description.duration : std::min(description.duration, 22.0);
    const double cut = std::uniform_real_distribution(0.0, end)(generator);
    spikes_after_the_cut += testing_support::expect_same_from_checkpoint(description, threads, GetParam(), cut, end);
    if (HasFailure()) {
      return;
    }
  }
  EXPECT_GT(spikes_after_the_cut, networks);
}

INSTANTIATE_TEST_SUITE_P(Precisions, DrivenNetworksIn,
                         ::testing::Values(Precision(), Precision::quad(), Precision::decimal(50)),
                         [](const auto& test) { return std::string("P").append(test.param.name()); });

}  // namespace
}  // namespace va_event
