// SPDX-License-Identifier: Apache-2.0
#include "cell_models.hpp"

#include <span>
#include <string_view>

#include "model_list.hpp"
#include "va_event/error.hpp"

namespace va_event::python {

namespace {

py::str text(std::string_view characters) { return {characters.data(), characters.size()}; }

const char* name_of(Bound bound) {
  switch (bound) {
    case Bound::any:
      return "any";
    case Bound::positive:
      return "positive";
    case Bound::non_negative:
      return "non_negative";
    case Bound::duration:
      return "duration";
  }
  return "any";
}

/// @tparam Info ParameterInfo or VariableInfo
template <class Info>
py::dict described(std::span<const Info> items) {
  py::dict result;
  for (const Info& item : items) {
    py::dict entry;
    entry["default"] = item.default_value;
    entry["unit"] = text(item.unit);
    entry["bound"] = name_of(item.bound);
    entry["meaning"] = text(item.meaning);
    result[text(item.name)] = entry;
  }
  return result;
}

}  // namespace

const CellModel& model_of(const std::string& name) {
  for (const CellModel* model : model_list()) {
    if (model->name == name) {
      return *model;
    }
  }
  throw UnknownNameError("cell type", name, "", "must be one that the library has");
}

py::dict cell_models() {
  py::dict models;
  for (const CellModel* model : model_list()) {
    py::list receptors;
    for (const std::string_view receptor : model->receptors) {
      receptors.append(text(receptor));
    }
    py::dict entry;
    entry["parameters"] = described(model->parameters);
    entry["variables"] = described(model->variables);
    entry["receptors"] = py::tuple(receptors);
    entry["conductance_based"] = model->conductance_based;
    entry["weight_unit"] = text(model->weight_unit);
    entry["source"] = model->is_source();
    models[text(model->name)] = entry;
  }
  return models;
}

}  // namespace va_event::python
