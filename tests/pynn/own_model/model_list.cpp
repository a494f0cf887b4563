// SPDX-License-Identifier: Apache-2.0
// The list of a module with models that the library does not have: what differs from that of the backend.
#include "model_list.hpp"

#include <vector>

#include "tests/neurons/own_model/perfect_integrator.hpp"

namespace va_event::python {

namespace {

/// Under a name that the backend refuses while the library has no such model.
const CellModel& refused_model() {
  static const CellModel kModel = [] {
    CellModel model = testing::PerfectIntegrator::model();
    model.name = "LIF";
    return model;
  }();
  return kModel;
}

}  // namespace

std::span<const CellModel* const> model_list() {
  static const std::vector<const CellModel*> kModels = [] {
    const auto standard = list_standard_models();
    std::vector<const CellModel*> models(standard.begin(), standard.end());
    models.push_back(&testing::PerfectIntegrator::model());
    models.push_back(&refused_model());
    return models;
  }();
  return kModels;
}

}  // namespace va_event::python
