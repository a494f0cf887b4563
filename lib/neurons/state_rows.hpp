// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "neurons/safe_interval.hpp"
#include "neurons/state.hpp"

namespace va_event::neurons {

/// How a neuron is held in memory (a "row"), for kernels that hold it by its state as of its last event. A kernel that
/// derives from this brings advance(), advance_refractory(), add_input() and safe_interval().
///
/// y of a refractory neuron is kHeld, which no input moves.
template <class Kernel, class Real, class StateOf = neurons::State<Real>>
struct StateRows {
  using State = StateOf;
  using Row = State;

  /// A time, and what all neurons with the same constants share then: here nothing.
  struct Moment {
    Real t;
  };
  template <class Constants>
  [[nodiscard]] static Moment moment(const Constants& /*c*/, const Real& t) {
    return {t};
  }

  /// The row of a state at state.t.
  template <class Constants>
  [[nodiscard]] static State row_of(const Constants& /*c*/, const State& state) {
    return state;
  }

  /// The state at `t`, not before row.t, without input in between, ignoring the threshold; and t.
  template <class Constants>
  [[nodiscard]] static State state_at(const Constants& c, const State& row, const Real& t) {
    State state = Kernel::advance(c, row, t - row.t);
    state.t = t;
    return state;
  }

  /// The same of a refractory neuron: y is kHeld.
  template <class Constants>
  [[nodiscard]] static State held_at(const Constants& c, const State& row, const Real& t) {
    State state = Kernel::advance_refractory(c, row, t - row.t);
    state.y = Real(kHeld);
    state.t = t;
    return state;
  }

  /// An input, awake or refractory.
  template <class Constants>
  static void receive(const Constants& c, State& row, const Moment& at, std::size_t receptor, const Real& weight) {
    row = present(c, row, at.t);
    Kernel::add_input(row, receptor, weight);
  }

  /// The state at the moment of the neuron's last event.
  template <class Constants>
  [[nodiscard]] static State state_now(const Constants& /*c*/, const State& row, const Moment& /*at*/) {
    return row;
  }

  /// How long the neuron is safe after its last event.
  template <class Constants>
  [[nodiscard]] static SafeInterval<Real> safe_after(const Constants& c, const State& row, const Moment& /*at*/) {
    return Kernel::safe_interval(c, row);
  }

  /// Into the next epoch: its time 0 is the present one's end.
  template <class Constants>
  static void next_epoch(const Constants& c, State& row) {
    row = present(c, row, Real(kEpoch));
    row.t = Real(0);
  }

  /// A spike changes nothing but v, unless the kernel says otherwise.
  template <class Constants>
  static void after_spike(const Constants& /*c*/, State& /*state*/) {}

 private:
  template <class Constants>
  [[nodiscard]] static State present(const Constants& c, const State& row, const Real& t) {
    return row.y == Real(kHeld) ? StateRows::held_at(c, row, t) : StateRows::state_at(c, row, t);
  }
};

}  // namespace va_event::neurons
