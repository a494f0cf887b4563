// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <span>

#include "neurons/safe_interval.hpp"
#include "numerics/exponential_sum.hpp"
#include "va_event/cell_types.hpp"

namespace va_event::neurons {

/// What a neuron model brings: a kernel, which is a class template over the number type with pure functions of
/// (constants, state, time). A neuron is simulated by calling them between its own events; nothing else in the library
/// depends on the model. A concept, not a base class: the functions are called for each synaptic event, and inlined.
///
/// All functions are deterministic to the bit for equal arguments, on every machine, and throw nothing: what users give
/// is checked before it gets here (Bound of each parameter and variable, CellModel::check).
///
/// `State` holds any variables; `y` = v - v_thresh [mV] and `t`, the time of the neuron's last event since the start of
/// the epoch [ms], are among them. `Parameters` is the public struct of the model and `kParameters` the table of its
/// members (network/parameter_table.hpp), `kVariables` the table of the members of State that users see; the functions
/// of variables follow from it (variables.hpp). `Record` is the form in which memory holds a neuron, and
/// `SharedExponentials` what all neurons with the same constants share at one time. A kernel that derives from
/// StateRecords has Record = State, a SharedExponentials that is only a time, and all functions of records; it writes
/// the rest.
///
/// Functions of states, all without input, ignoring the threshold:
///   prepare(parameters, injected)      constants, from the public struct of the model and a current [nA]
///   make_state(c, values)              the state with these variables, in the order of kVariables
///   advance(c, state, h)               the state h later, h >= 0 [ms], of any length; state.t stays
///   advance_refractory(c, state, h)    the same while v is held at v_reset; y is not used
///   add_input(state, receptor, weight) the state after an input; receptor is an index in CellModel::receptors, weight
///                                      in CellModel::weight_unit
///   after_spike(c, state)              what a spike does beside the reset of v
///   variable, set_variable             a value as users see it, by its index in kVariables
///   drive_at_threshold(c, state)       tau_m dv/dt at v = v_thresh as a function of time [mV]: a constant and two
///                                      exponentials. Its sign says where v can cross the threshold; below it
///                                      tau_m dv/dt must not be less
///   slope(c, state)                    dv/dt [mV/ms]
///   scale(c, state)                    size of the potentials that rounding errors are relative to [mV]
///   safe_interval(c, state)            a time during which v certainly stays below threshold
/// Functions of records: record_of, state_at, refractory_at, exponentials_at, receive, state_now, safe_after,
/// next_epoch (state_records.hpp).
///
/// Constants have y_reset, v_thresh, tau_refrac, tau_m and horizon (crossing.hpp). kInputsMoveV: an input changes v at
/// once. kTakesSinusoids: the model can be driven by sinusoidal currents (sinusoid/driven.hpp).
template <class Kernel, class Real>
concept NeuronKernel = requires(const typename Kernel::Constants& c, const typename Kernel::State& state,
                                typename Kernel::State& change, typename Kernel::Record& record,
                                const typename Kernel::SharedExponentials& at,
                                const typename Kernel::Parameters& parameters, std::span<const double> numbers,
                                const Real& x, std::size_t index) {
  { Kernel::kParameters.read(numbers) } -> std::same_as<typename Kernel::Parameters>;
  { Kernel::kVariables.infos() } -> std::same_as<std::span<const VariableInfo>>;
  { Kernel::prepare(parameters, 0.0) } -> std::same_as<typename Kernel::Constants>;
  { Kernel::make_state(c, numbers) } -> std::same_as<typename Kernel::State>;
  { Kernel::advance(c, state, x) } -> std::same_as<typename Kernel::State>;
  { Kernel::advance_refractory(c, state, x) } -> std::same_as<typename Kernel::State>;
  Kernel::add_input(change, index, x);
  Kernel::after_spike(c, change);
  { Kernel::variable(c, state, index) } -> std::convertible_to<Real>;
  Kernel::set_variable(c, change, index, 0.0);
  { Kernel::drive_at_threshold(c, state) } -> std::same_as<numerics::ExponentialSum<Real>>;
  { Kernel::slope(c, state) } -> std::convertible_to<Real>;
  { Kernel::scale(c, state) } -> std::convertible_to<Real>;
  { Kernel::safe_interval(c, state) } -> std::same_as<SafeInterval<Real>>;
  { Kernel::record_of(c, state) } -> std::same_as<typename Kernel::Record>;
  { Kernel::state_at(c, record, x) } -> std::same_as<typename Kernel::State>;
  { Kernel::refractory_at(c, record, x) } -> std::same_as<typename Kernel::State>;
  { Kernel::exponentials_at(c, x) } -> std::same_as<typename Kernel::SharedExponentials>;
  Kernel::receive(c, record, at, index, x);
  { Kernel::state_now(c, record, at) } -> std::same_as<typename Kernel::State>;
  { Kernel::safe_after(c, record, at) } -> std::same_as<SafeInterval<Real>>;
  Kernel::next_epoch(c, record);
  { Kernel::kInputsMoveV } -> std::convertible_to<bool>;
  { Kernel::kTakesSinusoids } -> std::convertible_to<bool>;
  { change.y } -> std::convertible_to<Real>;
  { change.t } -> std::convertible_to<Real>;
  change.numbers();
  record.numbers();
};

}  // namespace va_event::neurons
