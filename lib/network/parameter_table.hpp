// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The parameters of a cell model, each stated once, beside the member of the model's public struct that holds it. All
/// that the library knows of them follows from that: what users see (CellModel::parameters), their order in CellType,
/// in populations and in checkpoints, and the way from such a list of values to the struct and back.
#include <array>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "network/network.hpp"
#include "va_event/cell_types.hpp"

namespace va_event::network {

/// One parameter, for example {&IfCurrExp::tau_m, "tau_m", "ms", Bound::positive, "membrane time constant"}.
template <class Struct>
struct Parameter {
  double Struct::*member;
  std::string_view name;  ///< PyNN's
  std::string_view unit;
  Bound bound;
  std::string_view meaning;
};

/// @tparam Struct the public struct of a model (IfCurrExp): all its members are parameters; their initialisers are the
/// default values.
template <class Struct>
class ParameterTable {
 public:
  using Parameters = Struct;
  static constexpr std::size_t kCount = sizeof(Struct) / sizeof(double);

  /// Does not compile unless each member of the struct is listed once.
  explicit consteval ParameterTable(const std::array<Parameter<Struct>, kCount>& parameters) {
    const Struct defaults{};
    for (std::size_t p = 0; p < kCount; ++p) {
      const auto& [member, name, unit, bound, meaning] = parameters[p];
      for (std::size_t before = 0; before < p; ++before) {
        if (member == members_[before] || name == infos_[before].name) {
          throw std::logic_error("a parameter is listed twice");
        }
      }
      if (member == nullptr) {
        throw std::logic_error("a member of the struct is not listed");
      }
      members_[p] = member;
      infos_[p] = {name, unit, defaults.*member, bound, meaning};
    }
  }

  [[nodiscard]] constexpr std::span<const ParameterInfo> infos() const noexcept { return infos_; }

  /// Where the parameter stands in lists of values.
  [[nodiscard]] constexpr std::size_t index_of(double Struct::*member) const noexcept {
    std::size_t index = 0;
    while (members_[index] != member) {
      ++index;
    }
    return index;
  }

  /// @param values one for each parameter, in the order of the table
  [[nodiscard]] Struct read(std::span<const double> values) const {
    Struct result;
    for (std::size_t p = 0; p < kCount; ++p) {
      result.*members_[p] = values[p];
    }
    return result;
  }
  /// Of one cell. @param population of this model @param cell index in it
  [[nodiscard]] Struct read(const PopulationData& population, std::size_t cell) const {
    Struct result;
    for (std::size_t p = 0; p < kCount; ++p) {
      result.*members_[p] = population.parameters[p].at(cell);
    }
    return result;
  }

  /// In the order of the table.
  [[nodiscard]] std::vector<double> values_of(const Struct& parameters) const {
    std::vector<double> values;
    values.reserve(kCount);
    for (double Struct::*const member : members_) {
      values.push_back(parameters.*member);
    }
    return values;
  }

 private:
  static_assert(sizeof(Struct) == kCount * sizeof(double), "all members are doubles");

  std::array<double Struct::*, kCount> members_{};
  std::array<ParameterInfo, kCount> infos_{};
};

}  // namespace va_event::network
