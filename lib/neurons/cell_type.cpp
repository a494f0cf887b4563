// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <string>
#include <utility>

#include "foundation/ranges.hpp"
#include "va_event/cell_types.hpp"
#include "va_event/error.hpp"

// Values of parameters against a model's description: their number, each one's bound, the rules between them. It stands
// where values enter, so that kernels need no checks.

namespace va_event {

namespace {

std::string_view name_of(const ParameterInfo& info) { return info.name; }
std::string_view name_of(const VariableInfo& info) { return info.name; }
std::string_view name_of(std::string_view name) { return name; }

/// The index of the item of this name; else an error that lists the names there are. @param kind  what is looked for,
/// for the message: "parameter" @throws UnknownNameError
template <class Item>
std::size_t index_of(std::span<const Item> items, std::string_view name, std::string_view kind,
                     const CellModel& model) {
  std::string known;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (name_of(items[i]) == name) {
      return i;
    }
    known += (i == 0 ? "" : ", ") + std::string(name_of(items[i]));
  }
  const std::string owner(model.name);
  throw UnknownNameError(std::string(kind), std::string(name), "",
                         items.empty() ? owner + " has none" : "must be one of " + owner + "'s: " + known);
}

}  // namespace

CellType::CellType(const CellModel& model, std::vector<double> values, std::vector<Time> spike_times)
    : model_(&model), values_(std::move(values)), spike_times_(std::move(spike_times)) {
  if (values_.size() != model.parameters.size()) {
    throw SizeError("parameters of " + std::string(model.name), std::to_string(values_.size()), "",
                    "must be " + std::to_string(model.parameters.size()) + " values");
  }
  for (std::size_t i = 0; i < values_.size(); ++i) {
    check_parameter(model.parameters[i], values_[i]);
  }
  if (model.check != nullptr) {
    model.check(values_);
  }
}

std::size_t parameter_index(const CellModel& model, std::string_view name) {
  return index_of(model.parameters, name, "parameter", model);
}

std::size_t variable_index(const CellModel& model, std::string_view name) {
  return index_of(model.variables, name, "variable", model);
}

std::size_t receptor_index(const CellModel& model, std::string_view name) {
  return index_of(model.receptors, name, "receptor", model);
}

void check_parameter(const ParameterInfo& info, double value) {
  if (info.bound == Bound::duration) {
    if (!(value >= 0.0)) {
      throw ParameterError(info.name, value, info.unit, "must be >= 0; infinite means that it never ends");
    }
    return;
  }
  if (!std::isfinite(value)) {
    throw ParameterError(info.name, value, info.unit, "must be finite");
  }
  if (info.bound == Bound::positive && !(value > 0.0)) {
    throw ParameterError(info.name, value, info.unit, "must be > 0");
  }
  if (info.bound == Bound::non_negative && value < 0.0) {
    throw ParameterError(info.name, value, info.unit, "must be >= 0");
  }
  foundation::check_range(info.name, value, info.unit, info.bound == Bound::positive);
}

}  // namespace va_event
