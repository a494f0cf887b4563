// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The definitions of KernelGroup that have to do with crossings: looks, searches, and what came close.
#include <optional>

#include "neurons/group/kernel_group.hpp"

namespace va_event::neurons {

template <class Kernel, class Real>
Verdict<Real> KernelGroup<Kernel, Real>::examine(std::size_t i) {
  const Search<Real>* known = searches_.find(cold_[i].search, rows_[i].t);
  if (has_reserve(i)) {
    if (known != nullptr && known->touches) {  // else an event has come first
      note(i, known->decision.distance, known->decision.time);
    }
    safe_[i] = infinity();
    return {};
  }
  if (known != nullptr && known->answered) {
    if (known->crosses) {
      return {true, safe_[i]};
    }
    note(i, known->decision.distance, known->decision.time);
    safe_[i] = infinity();
    return {};
  }
  // Closer looks, each from where the last one proved that nothing happens before. They approach a crossing like
  // Newton's method does, and never pass it.
  const auto start = state_of_row(i);
  for (Real t = safe_[i];;) {
    const State there = state_from(i, start, t);
    const Real bound = Kernel::safe_interval(constants(i), there).duration;
    if (may_be_past_grazing(i, there)) {
      if (t > safe_[i]) {  // an event may come first
        safe_[i] = t;
        return {};
      }
      note_peak_before(i, t);
    }
    if (bound > kLookAgain) {
      safe_[i] = t + bound;
      return {};
    }
    if (search_near(i, start, there, t)) {
      return {};
    }
    if (bound <= kSearchBelow) {
      safe_[i] = t;
      search(i);
      return {};
    }
    t += bound;
  }
}

template <class Kernel, class Real>
template <class Start>
bool KernelGroup<Kernel, Real>::search_near(std::size_t i, const Start& start, const State& there, const Real& t) {
  const auto at = [&](const Real& time) { return state_from(i, start, time); };
  const auto near = neurons::near_crossing<Kernel>(constants(i), at, there, t, Real(neurons::kEpoch));
  if (!near) {
    return false;
  }
  neurons::Decision decision;
  if (near->after < Real(this->closest_.distance)) {  // how close was it? Only the whole story tells
    static_cast<void>(first_crossing(i, decision));
  }
  found(i, near->time, decision);
  return true;
}

template <class Kernel, class Real>
void KernelGroup<Kernel, Real>::search(std::size_t i) {
  neurons::Decision decision;
  if (const auto crossing = first_crossing(i, decision)) {
    found(i, rows_[i].t + *crossing, decision);
    return;
  }
  const Real now = safe_[i];
  found(i, infinity(), decision);
  if (const Real touch(decision.time); touch > now) {
    safe_[i] = touch;  // to be noted then, unless an event comes
  } else {
    note(i, decision.distance, decision.time);
  }
}

template <class Kernel, class Real>
std::optional<Real> KernelGroup<Kernel, Real>::first_crossing(std::size_t i, neurons::Decision& decision) {
  const State start = Kernel::state_at(constants(i), rows_[i], rows_[i].t);
  const auto crossing =
      neurons::first_crossing<Kernel, Real>(constants(i), start, Real(neurons::kEpoch) - start.t, &decision);
  decision.time += static_cast<double>(start.t);
  return crossing;
}

template <class Kernel, class Real>
void KernelGroup<Kernel, Real>::found(std::size_t i, const Real& time, const neurons::Decision& decision) {
  Search<Real>& search = searches_.find_or_add(cold_[i].search, rows_[i].t);
  safe_[i] = time;
  search.crosses = time < infinity();
  search.answered = true;
  search.decision = decision;
  if constexpr (kReserves) {
    rows_[i].reserve = neurons::reserve::kSearched;
  }
  if (!search.counted) {
    search.counted = true;
    --this->counts_[number(Interval::by_bound)];
    ++this->counts_[number(Interval::by_search)];
  }
}

template <class Kernel, class Real>
bool KernelGroup<Kernel, Real>::may_be_past_grazing(std::size_t i, const State& there) const {
  constexpr double kNear = 16.0;  // v has fallen a little since its peak
  if (!(-there.y < Real(kNear * this->closest_.distance))) {
    return false;
  }
  const auto barrier = Kernel::barrier(constants(i), there);
  return barrier.constant + barrier.exc + barrier.inh <= Real(0);
}

template <class Kernel, class Real>
void KernelGroup<Kernel, Real>::note_peak_before(std::size_t i, const Real& t) {
  neurons::Decision decision;
  static_cast<void>(first_crossing(i, decision));
  if (Real(decision.time) <= t) {
    note(i, decision.distance, decision.time);
  }
}

template <class Kernel, class Real>
void KernelGroup<Kernel, Real>::expect_touch([[maybe_unused]] std::size_t i) {
  if constexpr (kReserves) {
    if (!has_reserve(i) || rows_[i].reserve < -this->closest_.distance) {
      return;
    }
    Search<Real>& search = searches_.find_or_add(cold_[i].search, rows_[i].t);
    search.decision = {};
    static_cast<void>(first_crossing(i, search.decision));
    search.touches = true;
    safe_[i] = Real(search.decision.time);  // +inf: no touch
  }
}

template <class Kernel, class Real>
void KernelGroup<Kernel, Real>::note_fall(std::size_t i, const State& state) {
  if (-state.y <= this->closest_.distance && Kernel::slope(constants(i), state) < Real(0)) {
    note(i, static_cast<double>(neurons::magnitude(state.y)), static_cast<double>(state.t));
  }
}

template <class Kernel, class Real>
void KernelGroup<Kernel, Real>::note_rise(std::size_t i, const Moment& at, const Real& weight) {
  if (weight < Real(0) && !refractory(i)) {
    const State state = Kernel::state_at(constants(i), rows_[i], at.t);
    if (-state.y < this->closest_.distance && Kernel::slope(constants(i), state) > Real(0)) {
      note(i, static_cast<double>(neurons::magnitude(state.y)), static_cast<double>(at.t));
    }
  }
}

template <class Kernel, class Real>
void KernelGroup<Kernel, Real>::note(std::size_t i, double distance, double time) {
  const Touch touch{distance, cold_[i].cell, {epoch_, time}};
  if (touch < this->closest_) {
    this->closest_ = touch;
  }
}

}  // namespace va_event::neurons
