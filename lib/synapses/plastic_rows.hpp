// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include "events/instant.hpp"
#include "network/share.hpp"
#include "numerics/exponentials.hpp"
#include "synapses/source_history.hpp"
#include "synapses/stdp_rule.hpp"
#include "synapses/target_spikes.hpp"

namespace va_event::synapses {

/// Plastic synapses of a row taken together, where their parameters and their delay are common: a spike arrives at all
/// of them at one time, and exponentials are taken together. The weights are those that one synapse after the other
/// gets (Plasticity::pass()), in the same bits.
template <class Real>
class PlasticRows {
 public:
  using Instant = events::Instant<Real>;
  using Source = SourceSpike<Real>;

  PlasticRows(const StdpChoice& choice, const network::Share::Range& own, const TargetSpikes<Real>& targets)
      : choice_(choice), own_(own), targets_(targets), latest_(own.end - own.begin) {}

  /// @param delay  of all synapses [ms]
  void set_parameters(const StdpValues<Real>& values, double delay) {
    values_ = values;
    axonal_ = (Real(1) - values.dendritic_fraction) * Real(delay);
    dendritic_ = values.dendritic_fraction * Real(delay);
  }

  /// When a spike of a source reaches its synapses.
  [[nodiscard]] Instant arrival_of(const Source& spike) const { return events::later(spike.t, axonal_); }

  /// Notes what most spikes of sources need of a target: call it after its spikes, or the last sweep, have changed.
  void find_latest(std::uint32_t target) {
    const std::vector<TargetSpike<Real>>& spikes = targets_.of(target);
    Latest& latest = latest_[target - own_.begin];
    if (spikes.empty()) {
      latest = Latest{};
      return;
    }
    const TargetSpike<Real>& last = spikes.back();
    latest = {arrival_of(last),
              {-1, Real(0)},
              target_trace_after(choice_, last.before[0]),
              targets_.is_swept(last) ? Real(-1) : last.before[1],
              true};
    if (spikes.size() > 1) {
      latest.arrival_before = arrival_of(spikes[spikes.size() - 2]);
      latest.swept_before = targets_.is_swept(spikes[spikes.size() - 2]);
    }
  }
  void find_latest_of_all() {
    for (std::uint32_t target = own_.begin; target < own_.end; ++target) {
      find_latest(target);
    }
  }

  /// A spike of the source passes consecutive synapses of a row.
  /// @param before   the one before it, or null
  /// @param kept     the magnitudes of their weights, which change
  /// @param weights  with their sign, one for each target
  void pass(const Source& spike, const Source* before, std::span<const std::uint32_t> targets, Real* kept,
            std::span<Real> weights) {
    const Instant a = arrival_of(spike);
    const Instant last = before != nullptr ? arrival_of(*before) : Instant{};
    exponents_.resize(2 * targets.size());
    kinds_.resize(targets.size());
    several_.clear();
    for (std::size_t k = 0; k < targets.size(); ++k) {
      const Latest& latest = latest_[targets[k] - own_.begin];
      const bool follows = before != nullptr && !(latest.arrival < last) && !(latest.o2 < Real(0));
      const bool single =
          latest.arrival < a && (before == nullptr || latest.arrival_before < last || latest.swept_before);
      exponents_[2 * k] = follows ? Real(-duration(last, latest.arrival) / values_.tau_plus) : Real(0);
      exponents_[2 * k + 1] = Real(-duration(latest.arrival, a) / values_.tau_minus);
      kinds_[k] = !single ? Kind::several : follows ? Kind::one : Kind::none;
      if (!single) {
        several_.push_back(spikes_to_follow(targets_.of(targets[k]), before != nullptr, last, a));
        exponents_[2 * k + 1] = several_.back().depression;
      }
    }
    take_exponentials();
    const auto potentiate_at = [&](const Real& weight, const Instant& arrival, const Real& factor, const Real& o2) {
      const bool apart = last < arrival || choice_.timing == Timing::vogels;
      const Real trace = apart ? Real(trace_after(choice_, before->before[0]) * factor) : before->before[0];
      return with_potentiation(choice_, weight, Real(trace * (values_.a_plus + values_.a3_plus * o2)), values_);
    };
    const Several* several = several_.data();
    for (std::size_t k = 0; k < targets.size(); ++k) {
      const Latest& latest = latest_[targets[k] - own_.begin];
      Real weight = kept[k];
      Real o1 = latest.o1;
      if (kinds_[k] == Kind::one) {
        weight = potentiate_at(weight, latest.arrival, exponents_[2 * k], latest.o2);
      } else if (kinds_[k] == Kind::several) {
        for (std::size_t j = 0; j < several->count; ++j) {
          const TargetSpike<Real>& post = several->first[j];
          weight = potentiate_at(weight, arrival_of(post), exponents_[several->factors + j], post.before[1]);
        }
        o1 = several->o1;
        ++several;
      }
      weight = with_depression(choice_, weight, Real(o1 * exponents_[2 * k + 1]), spike.before[1], values_);
      kept[k] = weight;
      weights[k] = values_.sign * weight;
    }
  }

 private:
  /// The last spike of a target and when the one before it arrived: of most, this is all that a spike of a source
  /// needs.
  struct alignas(64) Latest {
    Instant arrival{-1, Real(0)};
    Instant arrival_before{-1, Real(0)};
    Real o1{};                 ///< just after it
    Real o2{-1};               ///< just before it; -1: all synapses have followed it
    bool swept_before = true;  ///< all have followed the one before it, or there is none
  };
  /// How many of the target's spikes a synapse is to follow.
  enum class Kind : std::uint8_t { none, one, several };
  struct Several {
    const TargetSpike<Real>* first;  ///< that potentiates
    std::size_t count;
    std::size_t factors;  ///< the place of their exponents
    Real o1, depression;  ///< the trace of the target, and the exponent of its decay until the arrival
  };

  [[nodiscard]] Instant arrival_of(const TargetSpike<Real>& spike) const { return events::later(spike.t, dendritic_); }

  /// Of spikes of a target those that a spike finds which arrives at `a` after one at `last`; adds their exponents.
  [[nodiscard]] Several spikes_to_follow(const std::vector<TargetSpike<Real>>& posts, bool potentiates,
                                         const Instant& last, const Instant& a) {
    std::size_t end = posts.size();
    while (end > 0 && !(arrival_of(posts[end - 1]) < a)) {
      --end;
    }
    std::size_t begin = end;
    while (potentiates && begin > 0 && !(arrival_of(posts[begin - 1]) < last) && !targets_.is_swept(posts[begin - 1])) {
      --begin;
    }
    Several found{posts.data() + begin, end - begin, exponents_.size(), Real(0), Real(0)};
    for (std::size_t j = begin; j < end; ++j) {
      exponents_.push_back(Real(-duration(last, arrival_of(posts[j])) / values_.tau_plus));
    }
    if (end > 0) {
      found.o1 = target_trace_after(choice_, posts[end - 1].before[0]);
      found.depression = Real(-duration(arrival_of(posts[end - 1]), a) / values_.tau_minus);
    }
    return found;
  }

  void take_exponentials() {
    if constexpr (std::is_same_v<Real, double>) {
      numerics::take_exponentials(exponents_);
    } else {
      for (Real& exponent : exponents_) {
        exponent = numerics::elementary::exp(exponent);
      }
    }
  }

  StdpChoice choice_;
  network::Share::Range own_;
  const TargetSpikes<Real>& targets_;
  StdpValues<Real> values_{};
  Real axonal_{}, dendritic_{};  ///< parts of the delay [ms]
  std::vector<Latest> latest_;   ///< by own target
  std::vector<Kind> kinds_;      ///< of the synapses that a spike passes
  std::vector<Several> several_;
  std::vector<Real> exponents_;
};

}  // namespace va_event::synapses
