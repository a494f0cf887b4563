// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "va_event/synapses.hpp"

namespace va_event::python {

/// Names of the types that a synapse type is made from: "type", and of an STDPMechanism "timing_dependence", "pairs",
/// "weight_dependence" and "short_term", which is "" if it has none.
using SynapseParts = std::map<std::string, std::string>;
/// Parameters of a synapse type beside weight and delay, by PyNN's names. Those that are missing have the library's
/// default values.
using SynapseParameters = std::map<std::string, double>;

/// @throws UnknownNameError for a name that the library does not have, ParameterError for parts that do not fit
/// together
[[nodiscard]] SynapseType synapse_type(const SynapseParts& parts, const SynapseParameters& parameters,
                                       StaticSynapse initial);

/// The library's default value of each parameter.
[[nodiscard]] SynapseParameters synapse_defaults(const SynapseParts& parts);

}  // namespace va_event::python
