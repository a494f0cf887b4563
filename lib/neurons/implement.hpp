// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Makes a NeuronImplementation of a kernel, for the source of a model: it instantiates the groups of all number types.
/// That is most of what a model's source compiles, and no other source includes this header; so a model is compiled
/// once, and a new one is no reason to compile anything else.
#include <cstdint>
#include <memory>
#include <utility>

#include "neurons/group/one_by_one_group.hpp"
#include "neurons/neuron_implementation.hpp"
#include "neurons/sinusoid/driven_group.hpp"

namespace va_event::neurons {

/// The factory of `Kernel`'s groups for one number type. A lambda without captures becomes a function pointer, so that
/// the factory is a constant of compile time.
template <template <class> class Kernel, class Real>
[[nodiscard]] constexpr GroupFactory<Real> group_factory() {
  GroupFactory<Real> factory{[]() -> NewCandidateGroup<Real> {
                               auto group = std::make_unique<OneByOneGroup<Kernel<Real>, Real>>();
                               auto* const candidates = group.get();
                               return {std::move(group), candidates};
                             },
                             nullptr, nullptr, nullptr};
  if constexpr (Kernel<Real>::kTakesSinusoids) {
    factory.make_driven = [](StoredNeuronGroup<Real>& neurons, CandidateGroup<Real>* candidates,
                             std::int64_t epoch) -> std::unique_ptr<DrivenNeuronGroup<Real>> {
      using State = typename Kernel<Real>::State;
      return std::make_unique<DrivenGroup<Kernel<Real>, Real>>(static_cast<ModelGroup<Real, State>&>(neurons),
                                                               candidates, epoch);
    };
  }
  return factory;
}

/// The implementation of a model in all number types, with the method that all of them have; in doubles a model may add
/// others. @param in_fixed_steps  null: the model refuses fixed steps
template <template <class> class Kernel>
[[nodiscard]] constexpr NeuronImplementation implement(const fixed_step::FixedStepForm* in_fixed_steps = nullptr) {
  return {{group_factory<Kernel, double>(), group_factory<Kernel, foundation::Quad>(),
           group_factory<Kernel, foundation::Digits50>(), group_factory<Kernel, foundation::Digits100>()},
          in_fixed_steps};
}

}  // namespace va_event::neurons
