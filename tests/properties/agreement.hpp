// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

#include "../recording/temporary_folder.hpp"
#include "reference_simulator.hpp"
#include "tests/cases.hpp"
#include "va_event/va_event.hpp"

namespace va_event {

/// Comparison of a simulated network with the reference simulator's result.

using reference::Wide;

struct Agreement {
  std::size_t spikes = 0, samples = 0;
  std::size_t cut_short = 0;     ///< networks compared only until rounding decides
  double largest_error = 0.0;    ///< of a spike time [ms]
  double largest_bound = 0.0;    ///< [ms]
  double largest_v_error = 0.0;  ///< [mV]
};

/// Spike times of one cell in the order of time, before `until`.
inline std::vector<Time> times_of(const Spikes& spikes, std::size_t cell, double until) {
  std::vector<Time> times;
  for (std::size_t k = 0; k < spikes.size(); ++k) {
    if (spikes.ids[k] == cell && spikes.times[k].ms() < until) {
      times.push_back(spikes.times[k]);
    }
  }
  return times;
}

inline void compare_spikes(const reference::Result& expected, const Spikes& spikes, std::size_t cells, double until,
                           Agreement& agreement) {
  for (std::size_t cell = 0; cell < cells; ++cell) {
    const std::vector<Time> times = times_of(spikes, cell, until);
    std::size_t k = 0;
    for (const reference::Spike& spike : expected.spikes) {
      if (spike.cell != cell || !(spike.time < until)) {
        continue;
      }
      ASSERT_LT(k, times.size()) << "cell " << cell << " misses the spike at " << spike.time;
      const auto error = static_cast<double>(abs(Wide(times[k].whole()) + times[k].fraction() - spike.time));
      ASSERT_LE(error, spike.error) << "cell " << cell << ", spike " << k << " at " << times[k].to_string()
                                    << " ms instead of " << spike.time;
      agreement.largest_error = std::max(agreement.largest_error, error);
      agreement.largest_bound = std::max(agreement.largest_bound, spike.error);
      ++agreement.spikes;
      ++k;
    }
    ASSERT_EQ(k, times.size()) << "cell " << cell << " spikes at " << times[std::min(k, times.size() - 1)].to_string()
                               << " ms for no reason";
  }
}

inline void compare_v(const reference::Result& expected, const Signal& v, Agreement& agreement) {
  for (std::size_t n = 0; n < expected.samples.size(); ++n) {
    ASSERT_GE(expected.samples[n].size(), v.samples());
    for (std::size_t k = 0; k < v.samples(); ++k) {
      const reference::Sample& sample = expected.samples[n][k];
      const auto error = static_cast<double>(abs(v.at(k, n) - sample.v));
      ASSERT_LE(error, sample.error) << "v of neuron " << n << " at " << sample.time << " ms";
      if (std::isfinite(sample.error)) {
        agreement.largest_v_error = std::max(agreement.largest_v_error, error);
        ++agreement.samples;
      }
    }
  }
}

/// Networks number 1 ... `networks`, each until rounding decides, against the reference simulator in wide arithmetic:
/// spikes, and v of the first population. The comparison would be empty if the networks were silent or rounding decided
/// everything. (Loops of excitation are common among them: these are compared until they have made max_spikes.)
/// @param description_of a seed @param build a BuiltNetwork of a description @param check gets it after the run
template <class DescriptionOf, class Build, class Check>
void compare_networks(std::uint64_t networks, const DescriptionOf& description_of, const Build& build,
                      const Check& check, Agreement& agreement) {
  networks = testing_support::cases(networks);
  for (std::uint64_t seed = 1; seed <= networks; ++seed) {
    SCOPED_TRACE("network " + std::to_string(seed));
    const reference::Description description = description_of(seed);
    const reference::Result expected = reference::simulate(description);
    const double until = std::min(expected.reliable_until, description.duration);
    auto network = build(description);
    network.simulation.run_until(until);
    check(network, until);

    agreement.cut_short += until < description.duration ? 1 : 0;
    compare_spikes(expected, network.spikes(), description.sources.size() + description.neurons.size(), until,
                   agreement);
    compare_v(expected, network.neurons.front().signal("v"), agreement);
    if (::testing::Test::HasFatalFailure()) {
      return;
    }
  }
  std::cout << agreement.spikes << " spikes agree within " << agreement.largest_error << " ms (bound at most "
            << agreement.largest_bound << "), " << agreement.samples << " samples of v within "
            << agreement.largest_v_error << " mV; " << agreement.cut_short << " networks were cut short\n";
  EXPECT_GT(agreement.spikes, 50 * networks);
  EXPECT_LT(agreement.cut_short, networks / 2);
}

/// Networks number 1 ... `networks`, for 40 ms at most: neither threads, nor cuts of a run, nor a checkpoint in it
/// leave a trace in spikes, and v of the first population. @param build a BuiltNetwork of a description on some threads
template <class DescriptionOf, class Build>
void expect_same_bits(std::uint64_t networks, const DescriptionOf& description_of, const Build& build) {
  networks = testing_support::cases(networks);
  const testing_support::TemporaryFolder temporary;
  const std::string path = temporary / "checkpoint";
  std::size_t spikes = 0;
  for (std::uint64_t seed = 1; seed <= networks; ++seed) {
    SCOPED_TRACE("network " + std::to_string(seed));
    const reference::Description description = description_of(seed);
    const double until = std::min(description.duration, 40.0);
    auto whole = build(description, 1U);
    whole.simulation.run_until(until);
    spikes += whole.spikes().size();
    const auto expect_same = [&](auto& network) {
      network.simulation.run_until(until);
      EXPECT_TRUE(network.spikes() == whole.spikes());
      EXPECT_TRUE(network.neurons.front().signal("v") == whole.neurons.front().signal("v"));
    };
    for (const unsigned threads : {1U, 2U, 3U}) {
      SCOPED_TRACE(std::to_string(threads) + " threads");
      auto cut = build(description, threads);
      for (double t = 0.0; t < 0.43 * until; t += 0.07 + 0.41 * threads) {
        cut.simulation.run_until(t);
      }
      if (threads == 1 + seed % 3) {
        cut.simulation.save_checkpoint(path);
        auto resumed = build(description, static_cast<unsigned>(1 + seed % 2));
        resumed.simulation.load_checkpoint(path);
        expect_same(resumed);
      }
      expect_same(cut);
    }
    if (::testing::Test::HasFailure()) {
      return;
    }
  }
  EXPECT_GT(spikes, 25 * networks);
}

}  // namespace va_event
