// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "foundation/by_number_type.hpp"
#include "synapses/synapse_dynamics.hpp"

namespace va_event::synapses {

/// Makes the state of one table's synapses onto one shard. @param table lives longer than what is made
template <class Real>
using MakeDynamics = std::unique_ptr<SynapseDynamics<Real>> (*)(const network::SynapseTable& table);

/// All that the library can do with a rule by which synapses change: it makes their state in every number type. A
/// rule's own source makes one, and projections point to it, so that no other code depends on the rules.
struct SynapseModel {
  foundation::ByNumberType<MakeDynamics> dynamics;

  template <class Real>
  [[nodiscard]] MakeDynamics<Real> in() const noexcept {
    return dynamics.in<Real>();
  }
};

/// Makes the state of a rule that is written as a class template over the number type, whose objects are made from a
/// table.
template <template <class> class Dynamics, class Real>
[[nodiscard]] std::unique_ptr<SynapseDynamics<Real>> make_dynamics(const network::SynapseTable& table) {
  return std::make_unique<Dynamics<Real>>(table);
}

/// The model of such a rule.
template <template <class> class Dynamics>
[[nodiscard]] constexpr SynapseModel implement() {
  return {{make_dynamics<Dynamics, double>, make_dynamics<Dynamics, foundation::Quad>,
           make_dynamics<Dynamics, foundation::Digits50>, make_dynamics<Dynamics, foundation::Digits100>}};
}

}  // namespace va_event::synapses
