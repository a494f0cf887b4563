// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The variables of a neuron model that users see, each stated once, beside the member of the kernel's state that holds
/// it.
#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "va_event/cell_types.hpp"

namespace va_event::neurons {

/// One variable, for example {&State::exc, "gsyn_exc", "uS", 0.0, Bound::non_negative, "excitatory conductance"}.
/// The member y, which is v - v_thresh, stands for v.
template <class State>
struct Variable {
  decltype(State::y) State::*member;
  std::string_view name;  ///< PyNN's
  std::string_view unit;
  double default_value;  ///< initial value
  Bound bound;
  std::string_view meaning;
};

/// The variables of a model, in the order in which users, recordings and checkpoints have them. A value of compile
/// time: the infos of a CellModel point into it.
template <class State, std::size_t count>
class VariableTable {
 public:
  explicit consteval VariableTable(const std::array<Variable<State>, count>& variables) {
    for (std::size_t x = 0; x < count; ++x) {
      const Variable<State>& variable = variables[x];
      members_[x] = variable.member;
      infos_[x] = {variable.name, variable.unit, variable.default_value, variable.meaning, variable.bound};
    }
  }

  /// What users see of them, in their order.
  [[nodiscard]] constexpr std::span<const VariableInfo> infos() const noexcept { return infos_; }
  /// The member of State that holds variable number `index`.
  [[nodiscard]] constexpr auto member(std::size_t index) const noexcept { return members_[index]; }

 private:
  std::array<decltype(State::y) State::*, count> members_{};
  std::array<VariableInfo, count> infos_{};
};

/// How users read and write the variables, for kernels that have a table of them, `kVariables`. Indices and values are
/// in its order.
template <class Kernel, class State>
struct StateVariables {
  using Number = decltype(State::y);

  /// Variable number `index` of a state, in its unit; v is y + v_thresh.
  template <class Constants>
  [[nodiscard]] static Number variable(const Constants& c, const State& state, std::size_t index) {
    const auto member = Kernel::kVariables.member(index);
    return member == &State::y ? Number(state.y + c.v_thresh) : state.*member;
  }

  /// Sets variable number `index`. @param value  in its unit, within its bound; this is checked before
  template <class Constants>
  static void set_variable(const Constants& c, State& state, std::size_t index, double value) {
    const auto member = Kernel::kVariables.member(index);
    state.*member = member == &State::y ? Number(Number(value) - c.v_thresh) : Number(value);
  }

  /// The state with these variables at time 0 of an epoch; members that are no variables are 0.
  /// @param values  one for each variable, in the order of the table
  template <class Constants>
  [[nodiscard]] static State make_state(const Constants& c, std::span<const double> values) {
    State state{};
    for (std::size_t x = 0; x < values.size(); ++x) {
      set_variable(c, state, x, values[x]);
    }
    return state;
  }
};

}  // namespace va_event::neurons
