// SPDX-License-Identifier: Apache-2.0
// Recording of synapses. They are numbered in the library's order; the Python side knows PyNN's.
#include <optional>
#include <utility>

#include "network.hpp"
#include "synapses/synapse_rule.hpp"

namespace va_event::python {

namespace {

using ChosenSynapses = std::optional<std::vector<std::uint64_t>>;

}  // namespace

std::vector<std::string> synapse_variables(const SynapseParts& parts) {
  const SynapseType type = synapse_type(parts, {}, {});
  std::vector<std::string> names;
  if (type.rule() != nullptr) {
    for (const synapses::SynapseVariable variable : type.rule()->variables) {
      names.emplace_back(name_of(variable));
    }
  }
  return names.empty() ? std::vector<std::string>{"weight"} : names;
}

void Network::record_synapses(std::size_t projection, const std::string& variable,
                              std::optional<double> sampling_interval, const IndexArray& synapses) {
  projections_.at(projection)
      .record(variable, {.sampling_interval = sampling_interval, .synapses = to_vector(synapses)});
}

void Network::clear_recorded_synapses(std::size_t projection) { projections_.at(projection).clear_recorded(); }

void Network::stop_recording_synapses(std::size_t projection) { projections_.at(projection).stop_recording(); }

py::tuple Network::synapse_signal(std::size_t projection, const std::string& variable,
                                  const IndexArray& synapses) const {
  const Projection& of = projections_.at(projection);
  SynapseSignal signal = of.signal(variable, ChosenSynapses(to_vector(synapses)));
  const auto next = signal.first_sample + static_cast<std::int64_t>(signal.samples());
  if (present_sample(signal.sampling_interval) == next) {
    const std::vector<double> present = of.value(variable);
    for (const std::uint64_t synapse : signal.synapses) {
      signal.values.push_back(present[synapse]);
    }
  }
  const auto columns = static_cast<py::ssize_t>(signal.synapses.size());
  const auto rows = static_cast<py::ssize_t>(signal.samples());
  return py::make_tuple(signal.first_sample, adopt(std::move(signal.synapses)),
                        adopt(std::move(signal.values), {rows, columns}), signal.unit);
}

py::tuple Network::synapse_changes(std::size_t projection, const std::string& variable,
                                   const IndexArray& synapses) const {
  SynapseChanges changes = projections_.at(projection).changes(variable, ChosenSynapses(to_vector(synapses)));
  std::vector<double> times;
  times.reserve(changes.size());
  for (const Time& time : changes.times) {
    times.push_back(time.ms());
  }
  return py::make_tuple(adopt(std::move(times)), adopt(std::move(changes.synapses)), adopt(std::move(changes.values)),
                        changes.unit);
}

}  // namespace va_event::python
