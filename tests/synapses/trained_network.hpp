// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "plastic_kinds.hpp"
#include "plastic_types.hpp"
#include "plasticity_by_pairs.hpp"
#include "va_event/va_event.hpp"

namespace va_event::testing_support {

using Digits = boost::multiprecision::number<boost::multiprecision::cpp_bin_float<50>, boost::multiprecision::et_off>;

inline Digits exact(const Spikes& spikes, std::size_t k) {
  Digits t = Digits(static_cast<double>(spikes.times[k].whole())) + spikes.times[k].fraction();
  for (const double tail : spikes.tails_of(k)) {
    t += tail;
  }
  return t;
}

/// A few neurons that sources make spike, and plastic synapses of one kind onto them from other sources and from
/// themselves: several of one pair, self-connections, common delays and numbers or own ones. The spikes that came are
/// read back, and the synapses worked out by brute force from them.
class TrainedNetwork {
 public:
  struct Choices {
    bool grid = false;  ///< IF_curr_delta, whose spikes come exactly with those of sources, on a grid of 1/8 ms: many
                        ///< arrivals are simultaneous. Else IF_curr_exp.
    bool own_numbers = true;
    bool own_delays = true;
    bool negative = false;
    Precision precision = {};
    double duration = 100.0;
    unsigned threads = 1;
  };
  static constexpr std::size_t kSources = 4, kNeurons = 3, kSynapses = 14;
  static constexpr double kSampling = 0.5;
  static constexpr double kTauSyn = 7.0;

  TrainedNetwork(const reference::Plasticity& kind, std::uint64_t seed, const Choices& choices)
      : simulation({.seed = seed, .precision = choices.precision, .threads = choices.threads}),
        choices_(choices),
        generator_(seed) {
    const Population sources = simulation.create(kSources, SpikeSourceArray{});
    const Population drivers = simulation.create(kNeurons, SpikeSourceArray{});
    inputs_ = {sources, drivers};
    const CellType type = choices.grid ? CellType(IfCurrDelta{.tau_refrac = 1.0})
                                       : CellType(IfCurrExp{.cm = 0.2, .tau_refrac = 1.0, .tau_syn_I = kTauSyn});
    neurons.push_back(simulation.create(kNeurons, type));
    spike_again(0.0);
    simulation.connect(drivers, neurons[0], OneToOneConnector(), {choices.grid ? 40.0 : 1.5, 0.125});
    pre_ = {sources + neurons[0]};
    draw_numbers(kind);
    connect();
    (sources + neurons[0]).record("spikes");
    if (!choices.grid) {
      neurons[0].record("isyn_inh", kSampling);
    }
  }

  /// Sources get new times from `start` on.
  void spike_again(double start) {
    for (const Population& population : inputs_) {
      for (std::size_t k = 0; k < population.size(); ++k) {
        population.set_spike_times(k, random_train(start));
      }
    }
  }

  [[nodiscard]] const Projection& projection() const { return projections_.front(); }
  [[nodiscard]] Projection& projection() { return projections_.front(); }
  /// Its synapses as they were made, in the order of the projection's arrays.
  [[nodiscard]] const std::vector<ListedConnection>& synapses() const { return synapses_; }
  [[nodiscard]] const reference::Plasticity& numbers_of(const ListedConnection& synapse) const {
    return numbers_.size() == 1 ? numbers_[0] : numbers_[synapse.pre * kNeurons + synapse.post];
  }
  [[nodiscard]] double tau_syn() const { return choices_.grid ? 0.0 : kTauSyn; }

  /// A synapse by brute force, which has been told all spikes until now.
  [[nodiscard]] reference::SynapseByPairs<Digits> by_pairs(const ListedConnection& synapse,
                                                           double rounding = 0.0) const {
    reference::SynapseByPairs<Digits> result(numbers_of(synapse), *synapse.weight, *synapse.delay, tau_syn());
    const Spikes spikes = pre_.front().spikes();
    for (std::size_t k = 0; k < spikes.size(); ++k) {
      if (spikes.ids[k] == pre_.front().ids()[synapse.pre]) {
        result.pre_spike(exact(spikes, k), rounding, k);
      }
      if (spikes.ids[k] == neurons.front().ids()[synapse.post]) {
        result.post_spike(exact(spikes, k), rounding, k);
      }
    }
    return result;
  }
  /// When each spike of the source of a synapse was emitted.
  [[nodiscard]] std::vector<Digits> times_before(const ListedConnection& synapse) const {
    std::vector<Digits> times;
    const Spikes spikes = pre_.front().spikes();
    for (std::size_t k = 0; k < spikes.size(); ++k) {
      if (spikes.ids[k] == pre_.front().ids()[synapse.pre]) {
        times.push_back(exact(spikes, k));
      }
    }
    return times;
  }

  Simulation simulation;
  std::vector<Population> neurons;  ///< one

 private:
  double uniform(double low, double high) { return std::uniform_real_distribution(low, high)(generator_); }

  std::vector<Time> random_train(double start) {
    std::vector<Time> times;
    for (std::size_t k = 6 + generator_() % 10; k > 0; --k) {
      const double time = start + uniform(0.0, choices_.duration);
      times.emplace_back(choices_.grid ? std::floor(time / 4.0) * 4.0 + 0.125 * static_cast<double>(generator_() % 4)
                                       : time);
    }
    if (!choices_.grid) {
      times.push_back(times.front());  // twice at one time
    }
    return times;
  }

  double random_delay() { return choices_.grid ? 0.5 * static_cast<double>(1 + generator_() % 4) : uniform(0.2, 12.0); }

  void draw_numbers(const reference::Plasticity& kind) {
    const double sign = choices_.negative ? -1.0 : 1.0;
    common_weight_ = sign * uniform(0.01, 0.02);
    common_delay_ = random_delay();
    for (std::size_t k = 0; k < (choices_.own_numbers ? (kSources + kNeurons) * kNeurons : 1); ++k) {
      numbers_.push_back(random_numbers(kind, common_weight_, generator_));
      if (choices_.grid) {
        numbers_.back().fraction = 0.25 * static_cast<double>(generator_() % 5);
      }
    }
  }

  void connect() {
    std::vector<ListedConnection> list;
    for (std::size_t k = 0; k < kSynapses; ++k) {
      ListedConnection c{static_cast<std::uint32_t>(generator_() % (kSources + kNeurons)),
                         static_cast<std::uint32_t>(generator_() % kNeurons),
                         {},
                         {}};
      c.pre = k < kNeurons ? static_cast<std::uint32_t>(kSources + k) : c.pre;
      c.post = k < kNeurons ? static_cast<std::uint32_t>(k) : c.post;
      if (choices_.own_delays) {
        const reference::Plasticity& p = numbers_of(c);
        c.weight = p.w_min + (p.w_max - p.w_min) * uniform(0.0, 1.0);
        c.delay = random_delay();
      }
      list.push_back(c);
    }
    projections_.push_back(simulation.connect(pre_.front(), neurons[0], FromListConnector(list),
                                              synapse_type(numbers_, common_weight_, common_delay_),
                                              {.receptor_type = "inhibitory"}));
    synapses_ = projections_.front().connections();
  }

  Choices choices_;
  std::mt19937_64 generator_;
  std::vector<Population> inputs_;  ///< sources and drivers
  std::vector<Assembly> pre_;       ///< one: sources, then neurons
  std::vector<reference::Plasticity> numbers_;
  double common_weight_ = 0.0, common_delay_ = 0.0;
  std::vector<Projection> projections_;
  std::vector<ListedConnection> synapses_;
};

}  // namespace va_event::testing_support
