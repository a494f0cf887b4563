// SPDX-License-Identifier: Apache-2.0
#include "api/chosen_synapses.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "api/gathered.hpp"
#include "api/synapse_parameters.hpp"
#include "va_event/error.hpp"

namespace va_event::detail {

using recording::ChosenSynapses;
using recording::SynapseRequest;
using synapses::SynapseVariable;

std::vector<std::string> synapse_variables(const Core& core, std::size_t projection) {
  const network::ProjectionData& data = data_of(core, projection);
  std::vector<std::string> names;
  if (data.rule != nullptr) {
    for (const SynapseVariable variable : data.rule->variables) {
      names.emplace_back(name_of(variable));
    }
  }
  return names.empty() ? std::vector<std::string>{"weight"} : names;
}

SynapseVariable variable_of(const Core& core, std::size_t projection, std::string_view name) {
  const std::vector<std::string> known = synapse_variables(core, projection);
  if (std::find(known.begin(), known.end(), name) == known.end()) {
    std::string list;
    for (const std::string& one : known) {
      list += (list.empty() ? "" : ", ") + one;
    }
    throw UnknownNameError("variable", std::string(name), "",
                           "must be one of those of " + synapse_type_of(data_of(core, projection)) + ": " + list);
  }
  const auto found = std::find(synapses::kSynapseVariables.begin(), synapses::kSynapseVariables.end(), name);
  return static_cast<SynapseVariable>(found - synapses::kSynapseVariables.begin());
}

std::string unit_of(const Core& core, std::size_t projection, SynapseVariable variable) {
  const bool weight = variable == SynapseVariable::weight || variable == SynapseVariable::delivered_weight;
  const auto& post = *data_of(core, projection).post;
  return weight && !post.empty() ? std::string(core.population_of(post.front()).model->weight_unit) : "";
}

ChosenSynapses checked(const Core& core, std::size_t projection, ChosenSynapses chosen) {
  if (!chosen) {
    return chosen;
  }
  std::sort(chosen->begin(), chosen->end());
  const std::size_t size = data_of(core, projection).total_size;
  if (!chosen->empty() && chosen->back() >= size) {
    throw IndexError("synapse", std::to_string(chosen->back()), "",
                     "must be below " + std::to_string(size) + ", the size of projection \"" +
                         data_of(core, projection).label + "\"");
  }
  if (const auto twice = std::adjacent_find(chosen->begin(), chosen->end()); twice != chosen->end()) {
    throw IndexError("synapse", std::to_string(*twice), "", "must not be chosen twice");
  }
  return chosen;
}

SynapseRequest local_request(const Core& core, std::size_t projection, std::string_view variable, std::string unit,
                             const ChosenSynapses& chosen) {
  const network::ProjectionData& data = data_of(core, projection);
  std::vector<std::uint64_t> indexes;  // of the synapses here, where there are others
  if (core.processes->count() > 1) {
    std::uint64_t index = 0;
    for (const ListedConnection& one : gather_connections(core.network, data, *core.processes)) {
      if (core.network.is_local((*data.post)[one.post])) {
        indexes.push_back(index);
      }
      ++index;
    }
  }
  SynapseRequest request{projection, std::string(variable), std::move(unit), {}, {}};
  std::size_t here = 0;
  for (std::size_t row = 0; row < data.pre->size(); ++row) {
    for (std::size_t block = 0; block < data.blocks.size(); ++block) {
      const network::SynapseTable& table = data.blocks[block].table;
      for (std::size_t synapse = table.begin_of(row); synapse < table.begin_of(row + 1); ++synapse, ++here) {
        const std::uint64_t index = indexes.empty() ? here : indexes[here];
        if (!chosen || std::binary_search(chosen->begin(), chosen->end(), index)) {
          request.synapses.push_back(index);
          request.places.push_back({block, row, synapse});
        }
      }
    }
  }
  return request;
}

}  // namespace va_event::detail
