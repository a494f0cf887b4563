// SPDX-License-Identifier: Apache-2.0
#pragma once

/// make_neuron_group(), for the source that instantiates it.
#include <cassert>
#include <memory>
#include <tuple>
#include <type_traits>

#include "engine/kernel_group.hpp"
#include "engine/neuron_group.hpp"
#include "kernels/models.hpp"

namespace va_event::engine {

namespace detail {

template <class Real, class... Kernels>
std::unique_ptr<NeuronGroup<Real>> make_group_of(std::type_identity<std::tuple<Kernels...>> /*kernels*/,
                                                 const CellModel& model) {
  std::unique_ptr<NeuronGroup<Real>> group;
  const auto try_kernel = [&]<class Kernel>(std::type_identity<Kernel>) {
    if (&model == &Kernel::model()) {
      group = std::make_unique<KernelGroup<Kernel, Real>>();
    }
  };
  (try_kernel(std::type_identity<Kernels>{}), ...);
  assert(group != nullptr && "a neuron model without a kernel in kernels/models.hpp");
  return group;
}

}  // namespace detail

template <class Real>
std::unique_ptr<NeuronGroup<Real>> make_neuron_group(const CellModel& model) {
  return detail::make_group_of<Real>(std::type_identity<kernels::NeuronKernels<Real>>{}, model);
}

}  // namespace va_event::engine
