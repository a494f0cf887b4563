// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "neurons/if_cond_exp/deferred_inputs.hpp"

/// Neurons and spikes as the Vogels-Abbott networks have them, for measurements of the batch kernels.
namespace va_event::neurons::batch_sample {

using Cond = IfCondExpKernel<double>;

inline constexpr std::size_t kNeurons = 4000;
inline constexpr std::size_t kTargets = 80;  // of a spike
inline constexpr double kEnd = 8.0;          // of the spikes that an iteration delivers, from 0 on [ms]

template <class Kernel>
struct Example;
template <>
struct Example<Cond> {
  static constexpr double kSpikesPerMs = 58.0;
  static constexpr double kWeights[] = {0.004, 0.051};
  static va_event::IfCondExp parameters(bool simple) {
    return {-60, 0.2, 20, 5, simple ? 5.0 : 5.3, simple ? 10.0 : 9.1, 0, -80, -50, -60, 0};
  }
};

struct Spike {
  double t;  ///< [ms]
  std::size_t receptor;
  std::vector<std::uint32_t> targets;
};

inline std::vector<Spike> spikes(double per_ms) {
  std::mt19937_64 random(17);
  std::uniform_int_distribution<std::uint32_t> any(0, kNeurons - 1);
  std::vector<Spike> all(static_cast<std::size_t>(per_ms * kEnd));
  for (std::size_t k = 0; k < all.size(); ++k) {
    all[k] = {kEnd * static_cast<double>(k + 1) / static_cast<double>(all.size()), k % 5 == 4 ? 1U : 0U, {}};
    for (std::size_t i = 0; i < kTargets; ++i) {
      all[k].targets.push_back(any(random));
    }
    std::sort(all[k].targets.begin(), all[k].targets.end());
  }
  return all;
}

/// Neurons, and the scalar kernel.
template <class Kernel>
struct Neurons {
  typename Kernel::Constants constants;
  std::vector<State<double>> rows;
  std::vector<double> safe;

  explicit Neurons(bool simple) : constants(Kernel::prepare(Example<Kernel>::parameters(simple), 0.0)) {
    std::mt19937_64 random(20071);
    std::uniform_real_distribution<double> v(-62, -54), share(0, 1);
    for (std::size_t i = 0; i < kNeurons; ++i) {
      const std::vector<double> variables = {v(random), 12 * Example<Kernel>::kWeights[0] * share(random),
                                             2 * Example<Kernel>::kWeights[1] * share(random)};
      rows.push_back(Kernel::record_of(constants, Kernel::make_state(constants, variables)));
    }
    safe.resize(kNeurons, 0.0);
  }

  void receive(std::uint32_t i, double t, std::size_t receptor, double weight) {
    const auto at = Kernel::exponentials_at(constants, t);
    Kernel::receive(constants, rows[i], at, receptor, weight);
    safe[i] = t + Kernel::safe_after(constants, rows[i], at).duration;
  }
};

template <class Kernel>
struct Network;

/// On trust, as far as it goes.
template <>
struct Network<Cond> : Neurons<Cond> {
  explicit Network(bool simple) : Neurons<Cond>(simple), inputs_(1, {0, 1, 1, 0, 0}) {
    for (const State<double>& row : rows) {
      deferred_.push_back({.exc = row.exc, .inh = row.inh, .last = DeferredInputs::kEpochBegin});
      deferred_.back().set_limit(false, true, constants.y_leak);
    }
  }

  void reset(const Network& start) { *this = start; }
  void deliver(const Spike& spike) {
    const auto at = Cond::exponentials_at(constants, spike.t);
    const double weight = Example<Cond>::kWeights[spike.receptor];
    const auto number = static_cast<std::uint16_t>(inputs_.size());
    inputs_.push_back({spike.t, at.decay_exc, at.decay_inh, spike.receptor == 0 ? weight / at.decay_exc : 0.0,
                       spike.receptor == 0 ? 0.0 : weight / at.decay_inh});
    for (std::span<const std::uint32_t> left = spike.targets; !left.empty();) {
      left = left.subspan(neurons::deliver(deferred_.data(), inputs_.back(), number,
                                           {constants, at.decay_exc, at.decay_inh}, left, 0, due_));
      integrate_deferred(spike.t);
    }
  }
  /// Nothing is owed any more.
  void finish() {
    for (std::uint32_t i = 0; i < kNeurons; ++i) {
      if (deferred_[i].used > 0) {
        due_.push_back(i);
      }
    }
    integrate_deferred(kEnd);
  }

 private:
  void integrate_deferred(double t) {
    report_.clear();
    neurons::integrate_deferred({{&constants, nullptr}, rows.data(), safe.data(), deferred_.data()}, due_,
                                inputs_.data(), {t + 0.2, 0.5}, report_);
    due_.clear();
  }

  std::vector<DeferredInputs> deferred_;
  std::vector<StoredInput> inputs_;
  std::vector<std::uint32_t> due_;
  IntegrationReport report_;
};

/// The same by the scalar kernel, one event after the other.
template <class Kernel>
[[nodiscard]] bool agrees_with_scalar_kernel(const Neurons<Kernel>& start, const std::vector<Spike>& all,
                                             const Neurons<Kernel>& delivered) {
  Neurons<Kernel> scalar = start;
  for (const Spike& spike : all) {
    for (const std::uint32_t i : spike.targets) {
      scalar.receive(i, spike.t, spike.receptor, Example<Kernel>::kWeights[spike.receptor]);
    }
  }
  return std::equal(scalar.rows.begin(), scalar.rows.end(), delivered.rows.begin(), [](const auto& a, const auto& b) {
    return a.y == b.y && a.exc == b.exc && a.inh == b.inh && a.t == b.t;
  });
}

}  // namespace va_event::neurons::batch_sample
