// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace va_event {

/// How the inputs of neurons are taken. All methods are exact: they give the same spikes, with times that differ by
/// rounding. Within one method the bits do not depend on threads, processes, cuts of runs or the order of construction.
enum class SimulationMethod {
  automatic,   ///< for each population the one that is expected to be the fastest, from the network alone
  one_by_one,  ///< each input is an event, in the order of time: any model, any precision
  order_free,  ///< inputs are added up as integers, in any order; only neurons near their threshold are looked at
  near_spikes  ///< inputs are listed or added up; the potential is computed only where a spike may be near
};

/// "automatic", "one-by-one", "order-free", "near-spikes".
[[nodiscard]] std::string_view name_of(SimulationMethod method) noexcept;
/// @throws ParameterError, which lists the names
[[nodiscard]] SimulationMethod method_named(std::string_view name);

/// What simulates a population or a projection.
struct MethodRow {
  std::string kind;    ///< "population" or "projection"
  std::string label;   ///< of it
  std::string method;  ///< of a population name_of() or "source"; how the spikes of a projection are delivered
  std::string reason;  ///< why, as a sentence
};

}  // namespace va_event
