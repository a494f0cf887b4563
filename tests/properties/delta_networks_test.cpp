// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <cstddef>
#include <limits>
#include <map>
#include <random>
#include <utility>
#include <vector>

#include "tests/cases.hpp"
#include "va_event/va_event.hpp"

namespace va_event {
namespace {

// Small random networks of IF_curr_delta against a simulator of 60 lines: 50 digits, one logarithm for each spike, and
// all neurons looked at for every event.

using Wide = boost::multiprecision::cpp_bin_float_50;

struct Synapse {
  std::size_t pre, post;  ///< cells: sources first, then neurons
  double weight, delay;   ///< [mV], [ms]
};

struct Network {
  std::vector<std::vector<double>> sources;  ///< spike times [ms]
  std::vector<IfCurrDelta> neurons;
  std::vector<double> v;  ///< at time 0 [mV]
  std::vector<Synapse> synapses;
};

constexpr double kDuration = 80.0;
/// A decision that is closer than this to another one could fall differently in a double. [mV] and [ms]
constexpr double kMargin = 1e-8;

struct Spike {
  Wide time;
  std::size_t cell;
};

class BruteForce {
 public:
  explicit BruteForce(const Network& network) : network_(network), cells_(network.neurons.size()) {
    for (std::size_t n = 0; n < cells_.size(); ++n) {
      cells_[n].v = network.v[n];
      settle(n);
    }
    for (std::size_t s = 0; s < network.sources.size(); ++s) {
      for (const double time : network.sources[s]) {
        emit(s, time);
      }
    }
  }

  /// The spikes of neurons, as long as none of them is a matter of rounding.
  std::vector<Spike> run() {
    while (true) {
      const Wide input = pending_.empty() ? Wide(kDuration) : pending_.begin()->first;
      std::size_t next = 0;
      for (std::size_t n = 1; n < cells_.size(); ++n) {
        next = cells_[n].crossing < cells_[next].crossing ? n : next;
      }
      const Wide time = std::min(input, cells_[next].crossing);
      if (time >= kDuration - kMargin || reliable_until_ <= time || spikes_.size() == 400) {
        reliable_until_ = std::min({reliable_until_, time, Wide(kDuration)});
        return spikes_;
      }
      if (cells_[next].crossing < input) {
        if (input - time < kMargin) {
          reliable_until_ = time;
        }
        spike(next, time);
      } else {
        receive(time);
      }
    }
  }
  [[nodiscard]] double reliable_until() const { return static_cast<double>(reliable_until_) - kMargin; }

 private:
  struct Cell {
    Wide v, since = 0, awake_from = 0;
    Wide crossing = std::numeric_limits<Wide>::infinity();
  };

  [[nodiscard]] Wide rest(std::size_t n) const {
    const IfCurrDelta& p = network_.neurons[n];
    return p.v_rest + Wide(p.i_offset) * p.tau_m / p.cm;
  }
  [[nodiscard]] Wide v_at(std::size_t n, const Wide& t) const {
    const Cell& cell = cells_[n];
    return t <= cell.since ? cell.v
                           : Wide(rest(n) + (cell.v - rest(n)) * exp((cell.since - t) / network_.neurons[n].tau_m));
  }
  void settle(std::size_t n) {
    Cell& cell = cells_[n];
    const Wide above = rest(n) - network_.neurons[n].v_thresh;
    cell.crossing = cell.v >= network_.neurons[n].v_thresh ? cell.since
                    : above > 0 ? Wide(cell.since + network_.neurons[n].tau_m * log((rest(n) - cell.v) / above))
                                : std::numeric_limits<Wide>::infinity();
  }
  void emit(std::size_t cell, const Wide& t) {
    for (const Synapse& synapse : network_.synapses) {
      if (synapse.pre == cell) {
        pending_[t + synapse.delay].emplace_back(synapse.post - network_.sources.size(), synapse.weight);
      }
    }
  }
  void spike(std::size_t n, const Wide& t) {
    spikes_.push_back({t, n + network_.sources.size()});
    cells_[n] = {network_.neurons[n].v_reset, t + network_.neurons[n].tau_refrac, t + network_.neurons[n].tau_refrac};
    settle(n);
    emit(n + network_.sources.size(), t);
  }
  /// All inputs of one instant, of every neuron.
  void receive(const Wide& t) {
    const auto inputs = std::move(pending_.extract(pending_.begin()).mapped());
    if (const auto later = pending_.begin(); later != pending_.end() && later->first - t < 1e-12) {
      reliable_until_ = t;  // in a double these two might be one
    }
    std::map<std::size_t, Wide> sums;
    for (const auto& [n, weight] : inputs) {
      sums[n] += weight;
    }
    for (const auto& [n, sum] : sums) {
      Cell& cell = cells_[n];
      if (cell.awake_from != t && abs(cell.awake_from - t) < kMargin) {
        reliable_until_ = t;
      }
      if (t < cell.awake_from) {
        continue;
      }
      const Wide before = v_at(n, t);
      cell.v = before + sum;
      cell.since = t;
      const Wide threshold = network_.neurons[n].v_thresh;
      if (abs(cell.v - threshold) < kMargin || abs(before - threshold) < kMargin) {
        reliable_until_ = t;
      }
      settle(n);
      if (cell.crossing == t) {
        spike(n, t);
      }
    }
  }

  const Network& network_;
  std::vector<Cell> cells_;
  std::map<Wide, std::vector<std::pair<std::size_t, double>>> pending_;  ///< arrival -> neuron, weight
  std::vector<Spike> spikes_;
  Wide reliable_until_ = kDuration;
};

/// @param dyadic all times are multiples of 1/8 ms and there is no current: spikes come with inputs, and inputs meet
Network random_network(unsigned seed, bool dyadic) {
  std::mt19937_64 random(seed);
  const auto uniform = [&](double low, double high) { return std::uniform_real_distribution(low, high)(random); };
  const auto time = [&](double low, double high) {
    const double t = uniform(low, high);
    return dyadic ? std::ceil(8.0 * t) / 8.0 : t;
  };
  const auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
  Network network;
  for (std::size_t s = 1 + below(4); s > 0; --s) {
    auto& train = network.sources.emplace_back();
    for (std::size_t k = below(60); k > 0; --k) {
      train.push_back(time(0.0, kDuration));
    }
  }
  for (std::size_t n = 1 + below(8); n > 0; --n) {
    const double v_thresh = uniform(-55.0, -45.0);
    network.neurons.push_back({.v_rest = v_thresh - uniform(dyadic ? 2.0 : -3.0, 15.0),
                               .cm = uniform(0.2, 2.0),
                               .tau_m = uniform(2.0, 40.0),
                               .tau_refrac = time(0.1, 6.0),
                               .i_offset = dyadic || below(2) == 0 ? 0.0 : uniform(-0.1, 0.5),
                               .v_reset = v_thresh - uniform(1.0, 15.0),
                               .v_thresh = v_thresh});
    network.v.push_back(v_thresh - uniform(0.1, 12.0));
  }
  const std::size_t cells = network.sources.size() + network.neurons.size();
  for (std::size_t k = 2 + below(8 * network.neurons.size()); k > 0; --k) {
    const double weight = uniform(0.5, 9.0) * (below(3) == 0 ? -1.0 : 1.0);
    network.synapses.push_back(
        {below(cells), network.sources.size() + below(network.neurons.size()), weight, time(0.05, 5.0)});
  }
  return network;
}

/// @param cut between stops [ms]
Spikes simulate(const Network& network, unsigned threads, double cut = kDuration,
                SimulationMethod method = SimulationMethod::one_by_one) {
  Simulation simulation({.threads = threads, .method = method});
  const Population sources = simulation.create(network.sources.size(), SpikeSourceArray{});
  for (std::size_t s = 0; s < network.sources.size(); ++s) {
    sources.set_spike_times(s, {network.sources[s].begin(), network.sources[s].end()});
  }
  std::vector<Population> neurons;
  for (std::size_t n = 0; n < network.neurons.size(); ++n) {
    neurons.push_back(simulation.create(1, network.neurons[n]));
    neurons.back().initialize("v", network.v[n]);
    neurons.back().record("spikes");
  }
  const auto cell = [&](std::size_t k) {
    return k < sources.size() ? Assembly(sources.slice(k, k + 1)) : Assembly(neurons[k - sources.size()]);
  };
  for (const Synapse& synapse : network.synapses) {
    simulation.connect(cell(synapse.pre), cell(synapse.post), AllToAllConnector(), {synapse.weight, synapse.delay},
                       {synapse.weight < 0.0 ? "inhibitory" : "excitatory", "", {}});
  }
  Assembly everything(neurons.front());
  for (std::size_t n = 1; n < neurons.size(); ++n) {
    everything = everything + neurons[n];
  }
  for (double stop = cut; stop < kDuration + cut; stop += cut) {
    simulation.run_until(std::min(stop, kDuration));
  }
  return everything.spikes();
}

/// How many spikes are the same ones, at the same time to the last bit where they come with an input.
/// @param until spikes from then on need not be
std::size_t compare(const Spikes& spikes, const Spikes& expected, double until, bool with_inputs) {
  std::size_t k = 0;
  while (k < spikes.size() && k < expected.size() && spikes.ids[k] == expected.ids[k] &&
         (with_inputs ? spikes.times[k] == expected.times[k]
                      : std::abs(spikes.times[k].ms() - expected.times[k].ms()) < 1e-9)) {
    ++k;
  }
  const auto done = [&](const Spikes& all) { return k == all.size() || all.times[k].ms() >= until - kMargin; };
  return done(spikes) && done(expected) ? std::max(spikes.size(), expected.size()) : k;
}

class DeltaNetworks : public ::testing::TestWithParam<bool> {};

TEST_P(DeltaNetworks, EverySpikeIsThatOfABruteForceSimulator) {
  std::size_t compared = 0;
  for (unsigned seed = 1; seed <= testing_support::cases(300); ++seed) {
    const Network network = random_network(seed, GetParam());
    BruteForce reference(network);
    const std::vector<Spike> expected = reference.run();
    const Spikes spikes = simulate(network, 1);
    std::size_t k = 0;
    for (; k < expected.size() && static_cast<double>(expected[k].time) < reference.reliable_until(); ++k) {
      ASSERT_LT(k, spikes.size()) << "seed " << seed;
      ASSERT_EQ(spikes.ids[k], expected[k].cell) << "seed " << seed << ", spike " << k;
      ASSERT_NEAR(spikes.times[k].ms(), static_cast<double>(expected[k].time), 1e-9) << "seed " << seed;
    }
    compared += k;
    ASSERT_TRUE(k == spikes.size() || spikes.times[k].ms() >= reference.reliable_until() - kMargin)
        << "seed " << seed << ": a spike too many";
    if (seed % 20 == 0) {  // threads that wait for each other are slow on a busy machine
      ASSERT_EQ(simulate(network, 2), spikes) << "seed " << seed;
    }
    ASSERT_EQ(simulate(network, 1, 0.375), spikes) << "seed " << seed;
    const Spikes added_up = simulate(network, 1, kDuration, SimulationMethod::order_free);
    const std::size_t equal = compare(added_up, spikes, reference.reliable_until(), GetParam());
    ASSERT_GE(equal, k) << "seed " << seed << ": spike " << equal << " of order-free sums";
    ASSERT_EQ(simulate(network, 1 + seed % 20 / 19, 0.4375, SimulationMethod::order_free), added_up) << "seed " << seed;
  }
  EXPECT_GT(compared, testing_support::cases(3000));
}

INSTANTIATE_TEST_SUITE_P(Times, DeltaNetworks, ::testing::Bool(),
                         [](const auto& times) { return times.param ? "that_meet" : "of_any_kind"; });

}  // namespace
}  // namespace va_event
