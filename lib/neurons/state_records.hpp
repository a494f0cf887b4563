// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "neurons/safe_interval.hpp"
#include "neurons/state.hpp"
#include "neurons/variables.hpp"

namespace va_event::neurons {

/// How a neuron is held in memory (its record), for kernels that hold it by its state as of its last event. A kernel
/// that derives from this brings advance(), advance_refractory(), add_input() and safe_interval(), and the table of its
/// variables.
///
/// y of a refractory neuron is kRefractory, which no input moves. Times t are offsets in the present epoch [ms], and
/// none of these functions may be called with a t before record.t.
/// @tparam Kernel  the kernel that derives from this @tparam StateOf  its state; by default that of two synapses
template <class Kernel, class Real, class StateOf = neurons::State<Real>>
struct StateRecords : StateVariables<Kernel, StateOf> {
  using State = StateOf;
  using Record = State;

  /// A time, and what all neurons with the same constants share then: here nothing.
  struct SharedExponentials {
    Real t;
  };
  template <class Constants>
  [[nodiscard]] static SharedExponentials exponentials_at(const Constants& /*c*/, const Real& t) {
    return {t};
  }

  /// The record of a state at state.t.
  template <class Constants>
  [[nodiscard]] static State record_of(const Constants& /*c*/, const State& state) {
    return state;
  }

  /// The state at `t`, not before record.t, without input in between, ignoring the threshold; and t.
  template <class Constants>
  [[nodiscard]] static State state_at(const Constants& c, const State& record, const Real& t) {
    State state = Kernel::advance(c, record, t - record.t);
    state.t = t;
    return state;
  }

  /// The same of a refractory neuron: y is kRefractory.
  template <class Constants>
  [[nodiscard]] static State refractory_at(const Constants& c, const State& record, const Real& t) {
    State state = Kernel::advance_refractory(c, record, t - record.t);
    state.y = Real(kRefractory);
    state.t = t;
    return state;
  }

  /// An input at at.t, to a neuron that is refractory or not: the record becomes that of the state after it.
  template <class Constants>
  static void receive(const Constants& c, State& record, const SharedExponentials& at, std::size_t receptor,
                      const Real& weight) {
    record = present(c, record, at.t);
    Kernel::add_input(record, receptor, weight);
  }

  /// The state at the time of the neuron's last event. @param at  exponentials_at() that time
  template <class Constants>
  [[nodiscard]] static State state_now(const Constants& /*c*/, const State& record, const SharedExponentials& /*at*/) {
    return record;
  }

  /// How long the neuron is safe after its last event, if no other comes. @pre it is not refractory
  template <class Constants>
  [[nodiscard]] static SafeInterval<Real> safe_after(const Constants& c, const State& record,
                                                     const SharedExponentials& /*at*/) {
    return Kernel::safe_interval(c, record);
  }

  /// Into the next epoch: its time 0 is the present one's end.
  template <class Constants>
  static void next_epoch(const Constants& c, State& record) {
    record = present(c, record, Real(kEpoch));
    record.t = Real(0);
  }

  /// A spike changes nothing but v, unless the kernel says otherwise.
  template <class Constants>
  static void after_spike(const Constants& /*c*/, State& /*state*/) {}

 private:
  /// The state at `t` of a neuron that is refractory or not.
  template <class Constants>
  [[nodiscard]] static State present(const Constants& c, const State& record, const Real& t) {
    return record.y == Real(kRefractory) ? StateRecords::refractory_at(c, record, t)
                                         : StateRecords::state_at(c, record, t);
  }
};

}  // namespace va_event::neurons
