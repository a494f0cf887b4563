// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <type_traits>

#include "foundation/number_types.hpp"
#include "synapses/synapse_dynamics.hpp"

namespace va_event::synapses {

/// Makes the state of one table's synapses onto one shard. @param table lives longer than what is made
template <class Real>
using MakeDynamics = std::unique_ptr<SynapseDynamics<Real>> (*)(const network::SynapseTable& table);

/// All that the library can do with a rule by which synapses change: it makes their state in every number type. A
/// rule's own source makes one, and projections point to it, so that no other code depends on the rules.
struct SynapseModel {
  MakeDynamics<double> in_double;
  MakeDynamics<foundation::Quad> in_quad;
  MakeDynamics<foundation::Digits50> in_digits50;
  MakeDynamics<foundation::Digits100> in_digits100;

  template <class Real>
  [[nodiscard]] MakeDynamics<Real> in() const noexcept {
    if constexpr (std::is_same_v<Real, double>) {
      return in_double;
    } else if constexpr (std::is_same_v<Real, foundation::Quad>) {
      return in_quad;
    } else if constexpr (std::is_same_v<Real, foundation::Digits50>) {
      return in_digits50;
    } else {
      return in_digits100;
    }
  }
};

/// The model of a rule that is written as a class template over the number type, whose objects are made from a table.
template <template <class> class Dynamics>
[[nodiscard]] constexpr SynapseModel implement() {
  return {[](const network::SynapseTable& table) -> std::unique_ptr<SynapseDynamics<double>> {
            return std::make_unique<Dynamics<double>>(table);
          },
          [](const network::SynapseTable& table) -> std::unique_ptr<SynapseDynamics<foundation::Quad>> {
            return std::make_unique<Dynamics<foundation::Quad>>(table);
          },
          [](const network::SynapseTable& table) -> std::unique_ptr<SynapseDynamics<foundation::Digits50>> {
            return std::make_unique<Dynamics<foundation::Digits50>>(table);
          },
          [](const network::SynapseTable& table) -> std::unique_ptr<SynapseDynamics<foundation::Digits100>> {
            return std::make_unique<Dynamics<foundation::Digits100>>(table);
          }};
}

}  // namespace va_event::synapses
