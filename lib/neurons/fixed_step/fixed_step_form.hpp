// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>

#include "network/network.hpp"
#include "neurons/fixed_step/neuron_group.hpp"
#include "va_event/fixed_step.hpp"

namespace va_event::fixed_step {

/// What the clock needs of a neuron model: a group that steps its neurons, and the longest stable step. A model states
/// it in its own folder, so that the clock does not list models.

/// The longest step with which a method is stable for a population, without regard to synaptic conductances (which make
/// the membrane faster, and its limit shorter).
struct StabilityLimit {
  double dt;                       ///< [ms]; +inf if there is none
  std::string_view time_constant;  ///< which one sets it: "tau_m"; empty: none
  double tau;                      ///< its value [ms]; 0: none
};

/// How a neuron model is simulated in fixed steps. A model without one refuses them by its name.
struct FixedStepForm {
  bool has_exact_method;  ///< Method::exact: the equations have an exact propagator
  /// The limit of the population's shortest time constant.
  StabilityLimit (*stability_limit)(const network::PopulationData& population, Method method);
  /// The neurons of a population at time 0. @param population must outlive the group @pre a method that the model has
  std::unique_ptr<NeuronGroup> (*make)(const network::PopulationData& population, const FixedStepOptions& options);
};

}  // namespace va_event::fixed_step
