// SPDX-License-Identifier: Apache-2.0
#include "api/synapse_parameters.hpp"

#include <algorithm>
#include <vector>

#include "foundation/number_text.hpp"
#include "network/cell_index.hpp"
#include "synapses/synapse_rule.hpp"
#include "va_event/cell_types.hpp"
#include "va_event/error.hpp"

namespace va_event::detail {

namespace {

/// Calls visit(weight, parameters) for one synapse of each block whose parameters and weights are all common, and for
/// each synapse of the others. @param weights  in place of the tables' ones, by block; null: these
template <class Visit>
void for_each_choice(const network::ProjectionData& projection, const std::vector<network::SynapseColumn>* weights,
                     const Visit& visit) {
  std::vector<double> values(projection.rule->parameters.size());
  for (std::size_t b = 0; b < projection.blocks.size(); ++b) {
    const network::SynapseBlock& block = projection.blocks[b];
    const bool common = (weights != nullptr ? (*weights)[b].is_constant() : block.table.has_constant_weight()) &&
                        std::all_of(block.parameters.begin(), block.parameters.end(),
                                    [](const network::SynapseColumn& column) { return column.is_constant(); });
    const std::size_t count = common ? std::min<std::size_t>(block.table.size(), 1) : block.table.size();
    for (std::size_t synapse = 0; synapse < count; ++synapse) {
      for (std::size_t k = 0; k < values.size(); ++k) {
        values[k] = block.parameters[k].at(synapse);
      }
      if (!visit(weights != nullptr ? (*weights)[b].at(synapse) : block.table.weight_of(synapse), values)) {
        return;
      }
    }
  }
}

}  // namespace

void check_synapses(const network::ProjectionData& projection, const std::vector<network::SynapseColumn>* weights) {
  if (projection.rule == nullptr) {
    return;
  }
  const synapses::SynapseRule& rule = *projection.rule;
  for (const network::SynapseBlock& block : projection.blocks) {  // those that no synapse may have as well
    for (std::size_t k = 0; k < rule.parameters.size(); ++k) {
      if (block.parameters[k].is_constant()) {
        check_parameter(rule.parameters[k], block.parameters[k].at(0));
      }
    }
  }
  for_each_choice(projection, weights, [&](double weight, const std::vector<double>& values) {
    for (std::size_t k = 0; k < values.size(); ++k) {
      check_parameter(rule.parameters[k], values[k]);
    }
    if (rule.check) {
      rule.check(values, weight);
    }
    return true;
  });
}

std::size_t synapse_parameter_index(const network::ProjectionData& projection, std::string_view name) {
  std::string known;
  if (projection.rule != nullptr) {
    const std::vector<ParameterInfo>& parameters = projection.rule->parameters;
    for (std::size_t k = 0; k < parameters.size(); ++k) {
      if (parameters[k].name == name) {
        return k;
      }
      known += (k == 0 ? "" : ", ") + std::string(parameters[k].name);
    }
  }
  const std::string& type = synapse_type_of(projection);
  throw UnknownNameError("parameter", std::string(name), "",
                         known.empty() ? type + " has none" : "must be one of " + type + "'s: " + known);
}

const std::string& synapse_type_of(const network::ProjectionData& projection) {
  static const std::string kStatic = "StaticSynapse";
  return projection.rule != nullptr ? projection.rule->name : kStatic;
}

std::string doubt_of(const network::ProjectionData& projection) {
  std::string doubt;
  if (projection.rule == nullptr || !projection.rule->doubt) {
    return doubt;
  }
  for_each_choice(projection, nullptr, [&](double weight, const std::vector<double>& values) {
    const std::string one = projection.rule->doubt(values, weight);
    if (!one.empty()) {
      doubt = "projection " + projection.label + ": " + one;
    }
    return one.empty();
  });
  return doubt;
}

}  // namespace va_event::detail
