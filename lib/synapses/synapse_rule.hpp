// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/by_number_type.hpp"
#include "synapses/synapse_dynamics.hpp"
#include "va_event/cell_types.hpp"

namespace va_event::synapses {

/// Makes the state of one table's synapses onto one shard. What it is made from lives longer.
template <class Real>
using MakeDynamics = std::function<std::unique_ptr<SynapseDynamics<Real>>(const TableOnShard<Real>&)>;

/// A rule by which synapses change: all that the library knows of it. A rule's own source makes one, and projections
/// point to it, so that no other code depends on the rules.
struct SynapseRule {
  std::string name;                                   ///< PyNN's
  std::vector<ParameterInfo> parameters;              ///< of each synapse, beside weight and delay
  foundation::ByNumberType<MakeDynamics> dynamics{};  ///< their state in every number type
  bool changes_weights = false;                       ///< SynapseDynamics::weights() has the weights
  /// What SynapseDynamics::present() and observe() know; empty: the weight can be sampled, and nothing else recorded.
  std::vector<SynapseVariable> variables{};
  /// How long before a spike is delivered the last spike of the target was that its weight depends on, at least [ms];
  /// +inf: on none. Empty: it may depend on all that there were.
  std::function<double(std::span<const double> parameters, double delay)> looks_back{};
  /// The largest magnitude of a weight that changes. Empty: none exceeds the initial one.
  std::function<double(std::span<const double> parameters)> largest_weight{};
  /// The names of parameters that are not to be changed once the simulation runs.
  std::vector<std::string_view> fixed{};
  /// What must hold between the parameters of one synapse and its weight; may be empty. @throws ParameterError
  std::function<void(std::span<const double> parameters, double weight)> check{};
  /// Whether these make users wonder, though they are allowed: a sentence for them, or "". May be empty.
  std::function<std::string(std::span<const double> parameters, double weight)> doubt{};

  template <class Real>
  [[nodiscard]] const MakeDynamics<Real>& in() const noexcept {
    return dynamics.in<Real>();
  }
};

/// The state of a rule that is written as a class template over the number type, whose objects are made from what
/// MakeDynamics gets and the arguments.
template <template <class> class Dynamics, class... Arguments>
[[nodiscard]] foundation::ByNumberType<MakeDynamics> implement(const Arguments&... arguments) {
  const auto make = [=]<class Real>(const TableOnShard<Real>& table) -> std::unique_ptr<SynapseDynamics<Real>> {
    return std::make_unique<Dynamics<Real>>(table, arguments...);
  };
  return {make, make, make, make};
}

}  // namespace va_event::synapses
