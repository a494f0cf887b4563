// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "foundation/by_number_type.hpp"
#include "foundation/bytes.hpp"
#include "neurons/group/candidate_group.hpp"
#include "neurons/group/neuron_group.hpp"
#include "neurons/sinusoid/driven_neuron_group.hpp"

namespace va_event::fixed_step {
struct FixedStepForm;
}

namespace va_event::neurons {

/// What a CellModel of neurons points to: functions that make what simulates them. Pointers to functions instead of a
/// class hierarchy, because all of it is constant when the program starts.

// In windowed_group.hpp, which models without such groups need not know.
template <class Real>
struct NewWindowedGroup;
struct InputScale;

/// Makes groups of the neurons of one model in one number type.
template <class Real>
struct GroupFactory {
  /// A group without neurons.
  NewCandidateGroup<Real> (*make)();
  /// A group before `neurons`, some of which may get sinusoidal currents; null: the model takes none.
  /// @param neurons made by this factory; must outlive the result @param candidates the same group; null: its neurons
  /// are not looked at @param epoch number of the present one
  std::unique_ptr<DrivenNeuronGroup<Real>> (*make_driven)(StoredNeuronGroup<Real>& neurons,
                                                          CandidateGroup<Real>* candidates, std::int64_t epoch);
  /// A group for one population, whose inputs are added up without an order; null: the model has none in this type.
  /// @param choices null, or what WindowedGroup::save_choices() of such a group wrote: parameters and weights may have
  /// changed since they were made @throws foundation::BadBytes
  NewWindowedGroup<Real> (*make_order_free)(const network::PopulationData& population, const InputScale& scale,
                                            foundation::ByteReader* choices);
  /// Whether all neurons of a population can be in such a group, and the unit of its sums is small enough; as the
  /// reason why not, or "".
  std::string (*order_free_obstacle)(const network::PopulationData& population, const InputScale& scale);
  /// About what such a group takes for inputs that it keeps [bytes]; null: it keeps none. @param neurons how many
  double (*order_free_memory)(double neurons, const InputScale& scale) = nullptr;
};

/// Makes groups that list inputs, or add them up, and compute potentials near spikes only.
struct ListingFactory {
  /// A group for a population; null: the model has none.
  NewWindowedGroup<double> (*make)(const network::PopulationData& population) = nullptr;
  /// Whether all neurons of a population can be in such a group; as the reason why not, or "".
  std::string (*obstacle)(const network::PopulationData& population) = nullptr;
  /// Whether one group takes the neurons of all populations that are simulated so: then a spike is delivered once.
  bool takes_all_populations = false;
};

/// All that the library can do with a neuron model. A model's own source makes one, which instantiates its groups; its
/// CellModel points there. So no other code depends on the models.
struct NeuronImplementation {
  foundation::ByNumberType<GroupFactory> groups;    ///< one factory for each number type
  const fixed_step::FixedStepForm* in_fixed_steps;  ///< null: the model has no fixed-step form
  ListingFactory listing{};                         ///< in doubles

  /// The factory of a number type.
  template <class Real>
  [[nodiscard]] const GroupFactory<Real>& in() const noexcept {
    return groups.in<Real>();
  }
};

}  // namespace va_event::neurons
