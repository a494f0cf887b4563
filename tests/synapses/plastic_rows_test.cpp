// SPDX-License-Identifier: Apache-2.0
// Plastic synapses of a row that are worked out together: the weights of one synapse after the other, to the last bit.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "../neurons/every_target.hpp"
#include "../recording/temporary_folder.hpp"
#include "plastic_kinds.hpp"
#include "plastic_types.hpp"
#include "va_event/va_event.hpp"

namespace va_event {
namespace {

using testing_support::plastic_kinds;
using testing_support::random_numbers;

constexpr double kEnd = 240.0;                              // [ms]
const std::vector<double> kStops{40.0, 41.5, 130.0, kEnd};  // [ms]

/// Sources of few and of many spikes with plastic synapses onto each of the neurons, which are made to spike seldom and
/// often: between two spikes of a source come none, one, two, three and more of a target. The rows have so many targets
/// that no number of lanes divides them.
struct Rows {
  static constexpr std::size_t kSources = 7, kNeurons = 11;

  /// @param together  all synapses have one delay; else one has another, whose source is silent
  Rows(const reference::Plasticity& kind, std::uint64_t seed, bool together)
      : simulation({.seed = seed, .threads = 1}) {
    std::mt19937_64 generator(seed);
    const auto uniform = [&](double low, double high) { return std::uniform_real_distribution(low, high)(generator); };
    const auto train = [&](std::size_t spikes) {
      std::vector<Time> times(spikes);
      std::generate(times.begin(), times.end(), [&] { return Time(0.125 * std::floor(uniform(8.0, 8.0 * kEnd))); });
      std::sort(times.begin(), times.end());
      return times;
    };
    const Population sources = simulation.create(kSources, SpikeSourceArray{});
    const Population drivers = simulation.create(kNeurons, SpikeSourceArray{});
    for (std::size_t k = 0; k + 1 < kSources; ++k) {
      sources.set_spike_times(k, train(2 + 5 * k));
    }
    for (std::size_t k = 0; k < kNeurons; ++k) {
      drivers.set_spike_times(k, train(2 + 4 * k));
    }
    neurons.push_back(simulation.create(kNeurons, IfCurrDelta{.tau_refrac = 1.0}));
    simulation.connect(drivers, neurons[0], OneToOneConnector(), {40.0, 0.125});
    const double weight = 0.015;
    const reference::Plasticity numbers = random_numbers(kind, weight, generator);
    const double delay = 0.5 * static_cast<double>(1 + generator() % 4);
    std::vector<ListedConnection> list;
    for (std::uint32_t pre = 0; pre < kSources; ++pre) {
      for (std::uint32_t post = 0; post < kNeurons; ++post) {
        list.push_back({pre, post, numbers.w_min + (numbers.w_max - numbers.w_min) * uniform(0.0, 1.0), delay});
      }
    }
    list.back().delay = together ? delay : 2.0 * delay;
    plastic.push_back(simulation.connect(sources, neurons[0], FromListConnector(list),
                                         testing_support::synapse_type({numbers}, weight, delay)));
    neurons[0].record("spikes");
  }

  /// Weights at each of the stops.
  std::vector<std::vector<double>> run() {
    std::vector<std::vector<double>> weights;
    for (const double stop : kStops) {
      simulation.run_until(stop);
      weights.push_back(plastic[0].weights());
    }
    return weights;
  }

  Simulation simulation;
  std::vector<Population> neurons;  ///< one
  std::vector<Projection> plastic;  ///< one
};

class PlasticRows : public ::testing::TestWithParam<std::size_t> {
 protected:
  [[nodiscard]] static const reference::Plasticity& kind() { return plastic_kinds()[GetParam()].second; }
};

TEST_P(PlasticRows, HaveTheWeightsOfOneSynapseAfterTheOtherOnEveryProcessor) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    Rows single(kind(), seed, false);
    const std::vector<std::vector<double>> expected = single.run();
    EXPECT_GT(single.neurons[0].spikes().size(), 150U);
    neurons::testing::on_every_target([&](const std::string& target) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", " + target);
      Rows together(kind(), seed, true);
      EXPECT_TRUE(together.run() == expected);
      EXPECT_TRUE(together.neurons[0].spikes() == single.neurons[0].spikes());
    });
  }
}

TEST_P(PlasticRows, KnowTheLatestSpikesOfTheirTargetsAfterACheckpoint) {
  const testing_support::TemporaryFolder folder;
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    Rows whole(kind(), seed, true);
    const std::vector<std::vector<double>> expected = whole.run();
    Rows first(kind(), seed, true);
    first.simulation.run_until(0.5 * kEnd);
    first.simulation.save_checkpoint(folder / "half");
    Rows second(kind(), seed, true);
    second.simulation.load_checkpoint(folder / "half");
    second.simulation.run_until(kEnd);
    EXPECT_TRUE(second.plastic[0].weights() == expected.back());
    EXPECT_TRUE(second.neurons[0].spikes() == whole.neurons[0].spikes());
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, PlasticRows, ::testing::Range<std::size_t>(0, plastic_kinds().size()),
                         [](const auto& test) { return plastic_kinds()[test.param].first; });

}  // namespace
}  // namespace va_event
