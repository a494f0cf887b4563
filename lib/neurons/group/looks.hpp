// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>

#include "neurons/crossing.hpp"
#include "neurons/group/candidate_group.hpp"
#include "neurons/group/group_neurons.hpp"
#include "neurons/state.hpp"

namespace va_event::neurons {

/// Looks at neurons that may spike before the look-ahead slice ends, searches for the times of their spikes, and the
/// closest approach to a threshold that these find.
template <class Kernel, class Real>
class Looks : public GroupNeurons<Kernel, Real>, public CandidateGroup<Real> {
  using Neurons = GroupNeurons<Kernel, Real>;

 public:
  using typename Neurons::Record;
  using typename Neurons::SharedExponentials;
  using typename Neurons::State;

  LookResult<Real> look_at(std::size_t i) override {
    const Search<Real>* known = searches_.find(rare_[i].search, records_[i].t);
    if (known != nullptr && known->answered) {
      if (known->crosses) {
        return {true, safe_[i]};
      }
      record_approach(i, known->approach.distance, known->approach.time);
      safe_[i] = infinity();
      return {};
    }
    return look_closer(i);
  }

 protected:
  using Neurons::constants;
  using Neurons::epoch_;
  using Neurons::infinity;
  using Neurons::rare_;
  using Neurons::records_;
  using Neurons::refractory;
  using Neurons::safe_;
  using Neurons::searches_;
  using Neurons::state_at;

  std::optional<Real> first_crossing(std::size_t i, neurons::Approach& approach) {
    const State start = Kernel::state_at(constants(i), records_[i], records_[i].t);
    const auto crossing =
        neurons::first_crossing<Kernel, Real>(constants(i), start, Real(neurons::kEpoch) - start.t, &approach);
    approach.time += static_cast<double>(start.t);
    return crossing;
  }

  /// An event that ends a rise decides, too, whether there is a spike.
  void record_approach_after_rise(std::size_t i, const State& state) {
    if (-state.y <= this->closest_.distance && Kernel::slope(constants(i), state) < Real(0)) {
      record_approach(i, static_cast<double>(neurons::magnitude(state.y)), static_cast<double>(state.t));
    }
  }

  /// @param time in the present epoch [ms]
  void record_approach(std::size_t i, double distance, double time) {
    const ClosestApproach approach{distance, rare_[i].cell, {epoch_, time}};
    if (approach < this->closest_) {
      this->closest_ = approach;
    }
  }

  /// An event that is about to pull v down while it rises decides, too.
  void record_approach_before_fall(std::size_t i, const SharedExponentials& at, const Real& weight) {
    if (weight < Real(0) && !refractory(i)) {
      const State state = Kernel::state_at(constants(i), records_[i], at.t);
      if (-state.y <= this->closest_.distance && Kernel::slope(constants(i), state) > Real(0)) {
        record_approach(i, static_cast<double>(neurons::magnitude(state.y)), static_cast<double>(at.t));
      }
    }
  }

 private:
  /// How far a closer look has to move the bound [ms] so that the neuron is left alone until then; and below what all
  /// pieces of the drive are looked at. The sequence of looks follows from the neuron's state, not from when a look is
  /// requested.
  static constexpr double kLookAgain = 0.05;
  static constexpr double kSearchBelow = 1e-4;
  /// How many looks that move the bound by less than kLookAgain follow each other at most before all pieces of the
  /// drive are looked at. Neurons whose time constants are not very different have far fewer.
  static constexpr unsigned kMostLooks = 256;

  /// Closer looks, each from where the last one proved that nothing happens before. They approach a crossing like
  /// Newton's method does, and never pass it. Where they do not come closer, as between very different time constants,
  /// the root finder, whose work is bounded, says what the rest of the epoch brings.
  LookResult<Real> look_closer(std::size_t i) {
    const Record start = records_[i];
    const Search<Real>* const known = searches_.find(rare_[i].search, records_[i].t);
    unsigned looks = known != nullptr ? known->looks : 0;
    Real last = start.t;
    for (Real t = safe_[i];;) {
      const State there = Kernel::state_at(constants(i), start, t);
      const Real bound = Kernel::safe_interval(constants(i), there).duration;
      if (may_be_past_closest(i, there, t - last)) {
        if (t > safe_[i]) {  // an event may come first
          safe_[i] = t;
          searches_.find_or_add(rare_[i].search, records_[i].t).looks = looks;
          return {};
        }
        record_peak_before(i, t);
      }
      if (bound > kLookAgain) {
        safe_[i] = t + bound;
        if (Search<Real>* const begun = looks > 0 ? searches_.find(rare_[i].search, records_[i].t) : nullptr) {
          begun->looks = 0;
        }
        return {};
      }
      if (search_near(i, start, there, t)) {
        return {};
      }
      if (bound <= kSearchBelow || ++looks == kMostLooks) {
        safe_[i] = t;
        search(i);
        return {};
      }
      last = t;
      t += bound;
    }
  }

  /// Whether a crossing follows soon after `t`, until which there is none; then it is known.
  bool search_near(std::size_t i, const Record& start, const State& there, const Real& t) {
    const auto at = [&](const Real& time) { return Kernel::state_at(constants(i), start, time); };
    const auto near = neurons::near_crossing<Kernel>(constants(i), at, there, t, Real(neurons::kEpoch));
    if (!near) {
      return false;
    }
    neurons::Approach approach;
    if (near->after <= Real(this->closest_.distance)) {  // the closest approach needs all pieces of the drive
      static_cast<void>(first_crossing(i, approach));
    }
    found(i, near->time, approach);
    return true;
  }

  /// The next crossing or that there is none, by the pieces of the drive since the neuron's last event.
  void search(std::size_t i) {
    neurons::Approach approach;
    if (const auto crossing = first_crossing(i, approach)) {
      found(i, records_[i].t + *crossing, approach);
      return;
    }
    const Real now = safe_[i];
    found(i, infinity(), approach);
    if (const Real time(approach.time); time > now) {
      safe_[i] = time;  // to be noted then, unless an event comes
    } else {
      record_approach(i, approach.distance, approach.time);
    }
  }

  /// The search of this interval ends: with a spike at `time`, or with none, +inf.
  void found(std::size_t i, const Real& time, const neurons::Approach& approach) {
    Search<Real>& search = searches_.find_or_add(rare_[i].search, records_[i].t);
    safe_[i] = time;
    search.crosses = time < infinity();
    search.answered = true;
    search.approach = approach;
    if (!search.counted) {
      search.counted = true;
      --this->count(Interval::by_bound);
      ++this->count(Interval::by_search);
    }
  }

  /// Whether v may have had a peak since the last look that came as close to the threshold as the closest approach so
  /// far. Below the threshold tau_m dv/dt is at least F, the drive at threshold (neuron_model.hpp), and at a peak F <=
  /// 0: so v has fallen by at most what F can have lost since then. No peak is left out that is closer than that: what
  /// is reported must not depend on which other neurons are in this group.
  /// @param there  the state at the look @param since  the last look, or the neuron's last event [ms]
  [[nodiscard]] bool may_be_past_closest(std::size_t i, const State& there, const Real& since) const {
    const Real loss = Kernel::drive_at_threshold(constants(i), there).loss_bound(since);
    if (!(loss > Real(0))) {
      return false;
    }
    constexpr double kSlack = 1e-12;  // of the potentials, far more than their rounding errors
    const Real peak = there.y + loss / constants(i).tau_m;
    return -peak <= Real(this->closest_.distance) + Real(kSlack) * Kernel::scale(constants(i), there);
  }

  /// Only what is reported depends on this, neither the looks nor what they find.
  void record_peak_before(std::size_t i, const Real& t) {
    neurons::Approach approach;
    static_cast<void>(first_crossing(i, approach));
    if (Real(approach.time) <= t) {
      record_approach(i, approach.distance, approach.time);
    }
  }
};

}  // namespace va_event::neurons
