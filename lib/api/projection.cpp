// SPDX-License-Identifier: Apache-2.0
#include "va_event/projection.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "api/chosen_synapses.hpp"
#include "api/core.hpp"
#include "api/gathered.hpp"
#include "api/recorded_synapses.hpp"
#include "api/synapse_parameters.hpp"
#include "api/synapse_recording.hpp"
#include "synapses/synapse_rule.hpp"
#include "va_event/error.hpp"
#include "va_event/files.hpp"

// The handle of a projection: its number, and the core that all handles of a simulation share. Each process has the
// synapses onto its own cells; users see all of them, in the order that they have in one process.

namespace va_event {

Projection::Projection(std::shared_ptr<detail::Core> core, std::size_t index) noexcept
    : core_(std::move(core)), index_(index) {}

std::size_t Projection::size() const noexcept { return core_->network.projections[index_].total_size; }

const std::string& Projection::label() const noexcept { return core_->network.projections[index_].label; }

std::vector<ListedConnection> Projection::connections() const {
  const network::ProjectionData& projection = core_->network.projections[index_];
  detail::SynapseColumns weights;
  if (core_->engine && projection.rule != nullptr && projection.rule->changes_weights) {
    for (const network::SynapseBlock& block : projection.blocks) {
      weights.emplace_back(block.table.size());
    }
    core_->engine->weights(index_, weights);
  }
  return detail::gather_connections(core_->network, projection, *core_->processes, weights);
}

std::vector<double> Projection::weights() const {
  std::vector<double> result;
  result.reserve(size());
  for (const ListedConnection& connection : connections()) {
    result.push_back(*connection.weight);
  }
  return result;
}

const std::string& Projection::synapse_type() const noexcept {
  return detail::synapse_type_of(core_->network.projections[index_]);
}

std::vector<double> Projection::parameter(std::string_view name) const {
  const network::ProjectionData& projection = core_->network.projections[index_];
  const std::size_t parameter = detail::synapse_parameter_index(projection, name);
  detail::SynapseColumns columns;
  for (const network::SynapseBlock& block : projection.blocks) {
    columns.emplace_back(block.table.size());
    for (std::size_t synapse = 0; synapse < columns.back().size(); ++synapse) {
      columns.back()[synapse] = block.parameters[parameter].at(synapse);
    }
  }
  std::vector<double> result;
  for (const ListedConnection& connection :
       detail::gather_connections(core_->network, projection, *core_->processes, columns)) {
    result.push_back(*connection.weight);
  }
  return result;
}

void Projection::set(std::string_view name, const Values& values) {
  network::ProjectionData& projection = core_->network.projections[index_];
  const std::size_t parameter = detail::synapse_parameter_index(projection, name);
  const auto& fixed = projection.rule->fixed;
  if (core_->engine && std::find(fixed.begin(), fixed.end(), name) != fixed.end()) {
    throw StateError(std::string(name), "at t = " + core_->now().to_string(), "ms",
                     "must be set before the first run, or after reset()");
  }
  const bool constant = projection.blocks.empty() || projection.blocks.front().parameters[parameter].is_constant();
  if (core_->engine && constant && values.constant() == nullptr) {
    throw StateError(std::string(name), "a number for each synapse", "",
                     "must be one number for all, as it was at the first run, until reset()");
  }
  const Values mine = own_part(values, name);
  std::vector<network::SynapseColumn> columns;
  const auto exchange = [&] {
    for (std::size_t b = 0; b < columns.size(); ++b) {
      std::swap(columns[b], projection.blocks[b].parameters[parameter]);
    }
  };
  core_->together([&] {  // a number that one process refuses changes nothing in any of them
    columns = projection.evaluate(mine, name, parameter, core_->engine && !constant, core_->network.seed, index_);
    exchange();
    try {
      detail::check_synapses(projection);
    } catch (...) {
      exchange();
      throw;
    }
    exchange();
  });
  if (core_->engine) {
    core_->engine->synapse_parameters_will_change(index_);
  }
  exchange();
  if (core_->engine) {
    core_->engine->synapse_parameters_changed(index_);
  }
  core_->doubts[index_] = detail::doubt_of(projection);
}

std::vector<double> Projection::delays() const {
  std::vector<double> result;
  result.reserve(size());
  for (const ListedConnection& connection : connections()) {
    result.push_back(*connection.delay);
  }
  return result;
}

void Projection::set_weights(const Values& weights) {
  network::Network& network = core_->network;
  network::ProjectionData& projection = network.projections[index_];
  const Values mine = own_part(weights, "weight");
  std::vector<network::SynapseColumn> columns;
  core_->together([&] {  // a number that one process refuses changes nothing in any of them
    columns = projection.evaluate_weights(mine, network.populations, network.seed, index_);
    detail::check_synapses(projection, &columns);
  });
  projection.set_weights(std::move(columns));
  if (core_->engine) {
    core_->engine->weights_changed(index_);
  }
  core_->doubts[index_] = detail::doubt_of(projection);
}

Values Projection::own_part(const Values& values, std::string_view name) const {
  const network::Network& network = core_->network;
  const network::ProjectionData& projection = network.projections[index_];
  const std::vector<double>* each = values.each();
  if (each == nullptr || core_->processes->count() == 1) {
    return values;
  }
  if (each->size() != projection.total_size) {
    throw SizeError(std::string(name), std::to_string(each->size()) + " values", "",
                    "must be " + std::to_string(projection.total_size) + ", one per synapse");
  }
  std::vector<double> mine;  // of the synapses here, in their order, picked from the list of all
  std::size_t synapse = 0;
  for (const ListedConnection& connection : connections()) {
    if (network.is_local((*projection.post)[connection.post])) {
      mine.push_back((*each)[synapse]);
    }
    ++synapse;
  }
  return {std::move(mine)};
}

void Projection::write(const std::string& path) const {
  const network::ProjectionData& projection = core_->network.projections[index_];
  Connections all;
  std::vector<PopulationRange> ranges = core_->populations();
  std::vector<bool> named(ranges.size(), false);
  for (const ListedConnection& one : connections()) {
    all.pre.push_back((*projection.pre)[one.pre]);
    all.post.push_back((*projection.post)[one.post]);
    all.weights.push_back(*one.weight);
    all.delays.push_back(*one.delay);
    named[core_->network.population_of(all.pre.back())] = named[core_->network.population_of(all.post.back())] = true;
  }
  std::vector<PopulationRange> mine;
  for (std::size_t p = 0; p < ranges.size(); ++p) {
    if (named[p]) {
      mine.push_back(std::move(ranges[p]));
    }
  }
  all.weight_unit = core_->population_of(projection.post->front()).model->weight_unit;
  core_->together([&] { core_->processes->rank() == 0 ? write_connections(path, all, mine) : void(); });
}

std::vector<double> Projection::value(std::string_view variable) const {
  return detail::synapse_values(*core_, index_, variable);
}

std::vector<std::string> Projection::variables() const { return detail::synapse_variables(*core_, index_); }

void Projection::record(std::string_view variable, const SynapseRecording& how) {
  record(std::vector<std::string>{std::string(variable)}, how);
}

void Projection::record(const std::vector<std::string>& variables, const SynapseRecording& how) {
  detail::record_synapses(*core_, index_, variables, how);
}

void Projection::record(std::initializer_list<std::string_view> variables, const SynapseRecording& how) {
  record(std::vector<std::string>(variables.begin(), variables.end()), how);
}

SynapseSignal Projection::signal(std::string_view variable, const std::optional<std::vector<std::uint64_t>>& synapses,
                                 Gather gather) const {
  return detail::synapse_signal(*core_, index_, variable, synapses, gather);
}

SynapseChanges Projection::changes(std::string_view variable, const std::optional<std::vector<std::uint64_t>>& synapses,
                                   Gather gather) const {
  return detail::synapse_changes(*core_, index_, variable, synapses, gather);
}

void Projection::clear_recorded() { core_->synapse_recorder.clear(index_); }

void Projection::stop_recording() {
  core_->synapse_recorder.stop(index_);
  core_->observers_outdated = true;
}

void Projection::write_signal(const std::string& path, std::string_view variable) const {
  const SynapseSignal data = signal(variable, std::nullopt, Gather::at_root);
  core_->together(
      [&] { core_->processes->rank() == 0 ? write_synapse_signal(path, data, core_->populations()) : void(); });
}

void Projection::write_changes(const std::string& path, std::string_view variable) const {
  const SynapseChanges data = changes(variable, std::nullopt, Gather::at_root);
  core_->together(
      [&] { core_->processes->rank() == 0 ? write_synapse_changes(path, data, core_->populations()) : void(); });
}

std::size_t Projection::memory_bytes() const noexcept {
  std::size_t bytes = 0;
  for (const network::SynapseBlock& block : core_->network.projections[index_].blocks) {
    bytes += block.table.memory_bytes();
    for (const network::SynapseColumn& column : block.parameters) {
      bytes += column.memory_bytes();
    }
  }
  return bytes;
}

}  // namespace va_event
