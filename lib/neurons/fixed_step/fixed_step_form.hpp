// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>

#include "network/network.hpp"
#include "neurons/fixed_step/neuron_group.hpp"
#include "va_event/fixed_step.hpp"

namespace va_event::fixed_step {

/// The longest step with which a method is stable for a population, without regard to synaptic conductances.
struct StabilityLimit {
  double dt;                       ///< [ms]; +inf if there is none
  std::string_view time_constant;  ///< which one sets it
  double tau;                      ///< its value [ms]
};

/// How a neuron model is simulated in fixed steps. A model without one refuses them by its name.
struct FixedStepForm {
  bool has_exact_method;  ///< Method::exact: the equations have an exact propagator
  StabilityLimit (*stability_limit)(const network::PopulationData& population, Method method);
  /// @param population must outlive the group @pre a method that the model has
  std::unique_ptr<NeuronGroup> (*make)(const network::PopulationData& population, const FixedStepOptions& options);
};

}  // namespace va_event::fixed_step
