// SPDX-License-Identifier: Apache-2.0
// Small recurrent networks of IF_curr_delta neurons whose plastic synapses decide when they spike, in wide arithmetic:
// what they deliver and how they change can be read from the spike times to all digits.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <iostream>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "plastic_kinds.hpp"
#include "plastic_types.hpp"

namespace va_event {
namespace {

using testing_support::plastic_kinds;
using testing_support::random_numbers;
using Wide = boost::multiprecision::number<boost::multiprecision::cpp_bin_float<60>, boost::multiprecision::et_off>;

constexpr std::size_t kSources = 2, kNeurons = 3;
constexpr double kEnd = 60.0;
const IfCurrDelta kType{.tau_refrac = 1.5, .i_offset = 2.5, .v_thresh = -50.0};

struct Description {
  std::vector<std::vector<double>> trains;
  std::vector<ListedConnection> synapses;      ///< one at most for each pair: pre counts sources, then neurons
  std::vector<reference::Plasticity> numbers;  ///< by pair
};

Description describe(const reference::Plasticity& kind, std::uint64_t seed) {
  std::mt19937_64 generator(seed);
  const auto uniform = [&](double low, double high) { return std::uniform_real_distribution(low, high)(generator); };
  const double sign = seed % 2 == 0 ? -1.0 : 1.0;
  Description d;
  for (std::size_t k = 0; k < kSources; ++k) {
    std::vector<double> train(12);
    std::generate(train.begin(), train.end(), [&] { return uniform(0.0, kEnd); });
    std::sort(train.begin(), train.end());
    d.trains.push_back(train);
  }
  for (std::size_t pre = 0; pre < kSources + kNeurons; ++pre) {
    for (std::size_t post = 0; post < kNeurons; ++post) {
      const double weight = sign * uniform(0.5, 3.0);
      d.numbers.push_back(random_numbers(kind, weight, generator));
      d.synapses.push_back(
          {static_cast<std::uint32_t>(pre), static_cast<std::uint32_t>(post), weight, uniform(0.3, 6.0)});
    }
  }
  return d;
}

/// The solution, event by event. A neuron is driven beyond its threshold by its current, so that it spikes at
/// t + tau_m log((v_inf - v)/(v_inf - v_thresh)).
class Solution {
 public:
  explicit Solution(const Description& d) {
    for (std::size_t n = 0; n < kNeurons; ++n) {
      v_.push_back(Wide(kType.v_rest) + static_cast<double>(n));
      since_.emplace_back(0);
    }
    for (std::size_t s = 0; s < d.synapses.size(); ++s) {
      pre_.push_back(d.synapses[s].pre);
      post_.push_back(d.synapses[s].post);
      delay_.push_back(*d.synapses[s].delay);
      synapses.emplace_back(d.numbers[s], *d.synapses[s].weight, delay_[s], 0.0);
    }
    for (std::size_t k = 0; k < kSources; ++k) {
      for (const double t : d.trains[k]) {
        pending_.emplace(t, std::pair(k, std::optional<std::size_t>{}));
      }
    }
    run();
  }

  std::vector<std::pair<Wide, std::size_t>> spikes;  ///< of neurons
  std::vector<reference::SynapseByPairs<Wide>> synapses;

 private:
  [[nodiscard]] static Wide v_infinity() { return Wide(kType.v_rest) + Wide(kType.i_offset) * kType.tau_m / kType.cm; }

  [[nodiscard]] Wide crossing(std::size_t n) const {
    return since_[n] + kType.tau_m * log(Wide((v_infinity() - v_[n]) / (v_infinity() - kType.v_thresh)));
  }

  void run() {
    for (;;) {
      std::size_t first = 0;
      for (std::size_t n = 1; n < kNeurons; ++n) {
        first = crossing(n) < crossing(first) ? n : first;
      }
      const Wide next = pending_.empty() ? Wide(kEnd) : pending_.begin()->first;
      if (std::min(crossing(first), next) >= kEnd) {
        return;
      }
      if (crossing(first) < next) {
        spike(first, crossing(first));
        continue;
      }
      const auto [cell, synapse] = pending_.begin()->second;
      pending_.erase(pending_.begin());
      if (!synapse) {
        emit(cell, next);
        continue;
      }
      const std::size_t n = post_[*synapse];
      const Wide jump = synapses[*synapse].deliver().value;
      if (next < since_[n]) {
        continue;  // refractory
      }
      v_[n] = v_infinity() + (v_[n] - v_infinity()) * exp(Wide((since_[n] - next) / kType.tau_m)) + jump;
      since_[n] = next;
      if (v_[n] >= kType.v_thresh) {
        spike(n, next);
      }
    }
  }

  void spike(std::size_t n, const Wide& t) {
    spikes.emplace_back(t, n);
    v_[n] = kType.v_reset;
    since_[n] = t + kType.tau_refrac;
    emit(kSources + n, t);
  }

  void emit(std::size_t cell, const Wide& t) {
    for (std::size_t s = 0; s < synapses.size(); ++s) {
      if (pre_[s] == cell) {
        synapses[s].pre_spike(t);
        pending_.emplace(t + delay_[s], std::pair(cell, std::optional(s)));
      }
      if (kSources + post_[s] == cell) {
        synapses[s].post_spike(t);
      }
    }
  }

  std::vector<Wide> v_, since_;  ///< of neurons: v at the time since_, from which on they integrate
  std::vector<std::size_t> pre_, post_;
  std::vector<double> delay_;
  std::multimap<Wide, std::pair<std::size_t, std::optional<std::size_t>>> pending_;  ///< (source, or synapse)
};

class PlasticFeedback : public ::testing::TestWithParam<std::size_t> {};

/// @param largest_error  of a spike time [ms]
void compare(const Description& d, const Precision& precision, double largest_error) {
  Simulation simulation({.precision = precision, .threads = 1});
  const Population sources = simulation.create(kSources, SpikeSourceArray{});
  for (std::size_t k = 0; k < kSources; ++k) {
    sources.set_spike_times(k, {d.trains[k].begin(), d.trains[k].end()});
  }
  const Population neurons = simulation.create(kNeurons, kType);
  std::vector<double> v;
  for (std::size_t n = 0; n < kNeurons; ++n) {
    v.push_back(kType.v_rest + static_cast<double>(n));
  }
  neurons.initialize("v", v);
  neurons.record("spikes");
  const Projection plastic = simulation.connect(sources + neurons, neurons, FromListConnector(d.synapses),
                                                testing_support::synapse_type(d.numbers, 1.0, 1.0));
  const std::vector<ListedConnection> order = plastic.connections();
  simulation.run_until(kEnd);

  Solution expected(d);
  const Spikes spikes = neurons.spikes();
  ASSERT_EQ(spikes.size(), expected.spikes.size());
  double largest = 0.0;
  for (std::size_t k = 0; k < spikes.size(); ++k) {
    const auto& [time, n] = expected.spikes[k];
    Wide t = Wide(static_cast<double>(spikes.times[k].whole())) + spikes.times[k].fraction();
    for (const double tail : spikes.tails_of(k)) {
      t += tail;
    }
    const auto error = static_cast<double>(abs(Wide(t - time)));
    ASSERT_EQ(spikes.ids[k], neurons.first_id() + n);
    ASSERT_LE(error, largest_error) << "spike " << k << " of neuron " << n << " at " << time << " ms";
    largest = std::max(largest, error);
  }
  const std::vector<double> weights = plastic.weights();
  for (std::size_t s = 0; s < order.size(); ++s) {
    const auto weight = static_cast<double>(expected.synapses[order[s].pre * kNeurons + order[s].post].weight(kEnd));
    EXPECT_NEAR(weights[s], weight, precision == Precision() ? 1e-11 : 4e-16);
  }
  std::cout << precision.description() << ": " << spikes.size() << " spikes agree within " << largest << " ms\n";
  EXPECT_GT(spikes.size(), 8U);
}

TEST_P(PlasticFeedback, GivesTheSpikeTimesOfTheSolutionToAllDigits) {
  for (const std::uint64_t seed : {31U, 32U}) {
    SCOPED_TRACE("network " + std::to_string(seed));
    const Description d = describe(plastic_kinds()[GetParam()].second, seed);
    compare(d, Precision(), 1e-10);
    compare(d, Precision::quad(), 1e-28);
    compare(d, Precision::decimal(50), 1e-44);
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, PlasticFeedback, ::testing::Range<std::size_t>(0, plastic_kinds().size()),
                         [](const auto& test) { return plastic_kinds()[test.param].first; });

}  // namespace
}  // namespace va_event
