// SPDX-License-Identifier: Apache-2.0
#pragma once

/// make_neuron_group(), for the source that instantiates it.
#include <cassert>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

#include "neurons/group/kernel_group_inputs.hpp"
#include "neurons/group/kernel_group_looks.hpp"
#include "neurons/group/neuron_group.hpp"
#include "neurons/models.hpp"
#include "neurons/sinusoid/driven_group.hpp"

namespace va_event::neurons {

namespace detail {

/// What `make` makes of the model's kernel.
template <class Real, class Make, class... Kernels>
std::unique_ptr<NeuronGroup<Real>> make_group_of(std::type_identity<std::tuple<Kernels...>> /*kernels*/,
                                                 const CellModel& model, const Make& make) {
  std::unique_ptr<NeuronGroup<Real>> group;
  const auto try_kernel = [&]<class Kernel>(std::type_identity<Kernel> kernel) {
    if (&model == &Kernel::model()) {
      group = make(kernel);
    }
  };
  (try_kernel(std::type_identity<Kernels>{}), ...);
  assert(group != nullptr && "a neuron model without a kernel in neurons/models.hpp");
  return group;
}

}  // namespace detail

template <class Real>
std::unique_ptr<NeuronGroup<Real>> make_neuron_group(const CellModel& model) {
  return detail::make_group_of<Real>(
      std::type_identity<neurons::NeuronKernels<Real>>{}, model,
      []<class Kernel>(std::type_identity<Kernel>) { return std::make_unique<KernelGroup<Kernel, Real>>(); });
}

template <class Real>
std::unique_ptr<NeuronGroup<Real>> make_driven_group(const CellModel& model, std::unique_ptr<NeuronGroup<Real>> neurons,
                                                     std::int64_t epoch) {
  return detail::make_group_of<Real>(std::type_identity<neurons::NeuronKernels<Real>>{}, model,
                                     [&]<class Kernel>(std::type_identity<Kernel>) {
                                       return std::make_unique<DrivenGroup<Kernel, Real>>(std::move(neurons), epoch);
                                     });
}

}  // namespace va_event::neurons
