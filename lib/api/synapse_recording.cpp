// SPDX-License-Identifier: Apache-2.0
#include "api/synapse_recording.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

#include "api/chosen_synapses.hpp"
#include "api/gathered.hpp"
#include "api/synapse_parameters.hpp"
#include "events/instant.hpp"
#include "foundation/bytes.hpp"
#include "synapses/synapse_rule.hpp"
#include "va_event/error.hpp"

namespace va_event::detail {

namespace {

using recording::ChosenSynapses;
using recording::SynapseRequest;
using synapses::SynapsePlace;
using synapses::SynapseVariable;

/// The present values of a variable of synapses of this process.
std::vector<double> present_values(const Core& core, std::size_t projection, SynapseVariable variable,
                                   const std::vector<SynapsePlace>& places) {
  const network::ProjectionData& data = data_of(core, projection);
  std::vector<double> values(places.size());
  const bool tells = data.rule != nullptr && !data.rule->variables.empty();
  if (core.engine && tells && (variable != SynapseVariable::weight || data.rule->changes_weights)) {
    core.engine->synapse_values(projection, variable, places, values);
    return values;
  }
  SynapseColumns all;
  if (core.engine && data.rule != nullptr && data.rule->changes_weights) {
    for (const network::SynapseBlock& block : data.blocks) {
      all.emplace_back(block.table.size());
    }
    core.engine->weights(projection, all);
  }
  for (std::size_t k = 0; k < places.size(); ++k) {
    const network::SynapseBlock& block = data.blocks[places[k].block];
    if (variable == SynapseVariable::u) {
      values[k] = block.parameters[synapse_parameter_index(data, "u")].at(places[k].synapse);
    } else if (variable == SynapseVariable::x) {
      values[k] = 1.0;
    } else {
      values[k] = all.empty() ? block.table.weight_of(places[k].synapse) : all[places[k].block][places[k].synapse];
    }
  }
  return values;
}

events::Instant<double> time_of_next(const recording::SynapseSampling& sampling) {
  return events::multiple(sampling.next_sample, sampling.interval);
}

void take_samples(Core& core) {
  const auto now = events::to_instant<double>(core.now());
  for (recording::SynapseSampling& sampling : core.synapse_recorder.samplings()) {
    if (time_of_next(sampling) == now) {
      const SynapseRequest& request = sampling.request;
      const std::vector<double> row = present_values(
          core, request.projection, variable_of(core, request.projection, request.variable), request.places);
      sampling.values.insert(sampling.values.end(), row.begin(), row.end());
      ++sampling.next_sample;
    }
  }
}

}  // namespace

std::vector<double> synapse_values(const Core& core, std::size_t projection, std::string_view variable) {
  const SynapseVariable wanted = variable_of(core, projection, variable);
  if (wanted == SynapseVariable::delivered_weight) {
    throw UnknownNameError("variable", std::string(variable), "",
                           "must be one that has a value at any time, not at presynaptic spikes alone");
  }
  const SynapseRequest here = local_request(core, projection, variable, "", std::nullopt);
  std::vector<double> values = present_values(core, projection, wanted, here.places);
  if (core.processes->count() == 1) {
    return values;
  }
  std::vector<double> all(data_of(core, projection).total_size);
  foundation::ByteWriter message;
  message.put_all(here.synapses);
  message.put_all(values);
  for (const Processes::Bytes& one : exchange(message, *core.processes, Gather::everywhere)) {
    foundation::ByteReader in(one);
    const auto synapses = in.get_all<std::uint64_t>();
    const auto theirs = in.get_all<double>();
    for (std::size_t k = 0; k < synapses.size(); ++k) {
      all[synapses[k]] = theirs[k];
    }
  }
  return all;
}

void record_synapses(Core& core, std::size_t projection, const std::vector<std::string>& variables,
                     const SynapseRecording& how) {
  const network::ProjectionData& data = data_of(core, projection);
  if (how.sampling_interval) {
    core.check_sampling_interval(*how.sampling_interval);
  }
  std::vector<SynapseVariable> found;
  for (const std::string& name : variables) {
    found.push_back(variable_of(core, projection, name));
    if (how.sampling_interval && found.back() == SynapseVariable::delivered_weight) {
      throw ParameterError("sampling_interval", *how.sampling_interval, "ms",
                           "must not be given for delivered_weight, which is recorded at every change");
    }
    if (!how.sampling_interval && data.rule != nullptr && data.rule->variables.empty()) {
      throw StateError("variable", name, "",
                       "must be sampled at an interval: " + data.rule->name + " does not tell its changes");
    }
  }
  const ChosenSynapses chosen = checked(core, projection, how.synapses);
  std::vector<SynapseRequest> requests;
  const SynapseRequest here = local_request(core, projection, "", "", chosen);
  for (std::size_t k = 0; k < variables.size(); ++k) {
    requests.push_back(here);
    requests.back().variable = variables[k];
    requests.back().unit = unit_of(core, projection, found[k]);
  }
  if (!how.sampling_interval) {
    for (const SynapseRequest& request : requests) {
      if (chosen ? !chosen->empty() : data.total_size > 0) {
        core.synapse_recorder.record_changes(request);
        core.observers_outdated = true;
      }
    }
    return;
  }
  std::vector<std::uint64_t> fresh;  // how many synapses of each request are, in all processes
  core.together([&] {                // the intervals at which synapses are sampled already may differ between processes
    for (SynapseRequest& request : requests) {
      request = core.synapse_recorder.unrecorded(std::move(request), *how.sampling_interval);
      fresh.push_back(request.synapses.size());
    }
  });
  fresh = gather_sums(fresh, *core.processes);
  for (std::size_t k = 0; k < requests.size(); ++k) {
    const bool twice = std::find(variables.begin(), variables.begin() + static_cast<std::ptrdiff_t>(k), variables[k]) !=
                       variables.begin() + static_cast<std::ptrdiff_t>(k);
    if (fresh[k] > 0 && !twice) {
      core.synapse_recorder.sample(std::move(requests[k]), *how.sampling_interval,
                                   core.first_sample(*how.sampling_interval));
    }
  }
}

bool run_with_samples(Core& core, const Time& stop, const std::function<bool(const Time&)>& keep_going) {
  constexpr double kPollEvery = 0.125;  // [ms]
  const auto last = events::to_instant<double>(stop);
  double polled = core.now().ms();
  for (;;) {
    auto end = last;
    for (const recording::SynapseSampling& sampling : core.synapse_recorder.samplings()) {
      const auto next = time_of_next(sampling);
      end = next < end ? next : end;
    }
    const bool is_last = !(end < last);
    bool goes_on = true;
    if (is_last || events::to_instant<double>(core.now()) < end) {
      core.together([&] { goes_on = core.engine->run_until(is_last ? stop : events::to_time(end), keep_going); });
    }
    if (is_last || !goes_on) {
      return goes_on;
    }
    take_samples(core);
    if (core.now().ms() - polled > kPollEvery) {  // parts of a run that are short do not ask
      polled = core.now().ms();
      core.together([&] { goes_on = keep_going(core.now()); });
      if (gather_sums({goes_on ? 0U : 1U}, *core.processes)[0] > 0) {
        return false;
      }
    }
  }
}

void observe_synapses(Core& core) {
  if (!std::exchange(core.observers_outdated, false)) {
    return;
  }
  for (std::size_t projection = 0; projection < core.network.projections.size(); ++projection) {
    const auto& rule = data_of(core, projection).rule;
    if (rule == nullptr || rule->variables.empty()) {
      continue;
    }
    std::map<std::uint64_t, synapses::ObservedSynapse> observed;
    for (const recording::SynapseChangeList& list : core.synapse_recorder.change_lists()) {
      const SynapseRequest& request = list.request;
      for (std::size_t k = 0; request.projection == projection && k < request.synapses.size(); ++k) {
        synapses::ObservedSynapse& one = observed[request.synapses[k]];
        one.place = request.places[k];
        one.index = request.synapses[k];
        const auto variable = static_cast<unsigned>(variable_of(core, projection, request.variable));
        one.variables = static_cast<std::uint8_t>(one.variables | 1U << variable);
      }
    }
    std::vector<synapses::ObservedSynapse> sorted;
    for (const auto& [index, synapse] : observed) {
      sorted.push_back(synapse);
    }
    std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
      return std::pair(a.place.block, a.place.synapse) < std::pair(b.place.block, b.place.synapse);
    });
    core.engine->observe_synapses(projection, sorted);
  }
}

void collect_synapse_changes(Core& core) {
  std::vector<recording::SynapseChangeList>& lists = core.synapse_recorder.change_lists();
  if (lists.empty()) {
    return;
  }
  std::map<std::pair<std::size_t, SynapseVariable>, recording::SynapseChangeList*> by_variable;
  for (recording::SynapseChangeList& list : lists) {
    by_variable[{list.request.projection, variable_of(core, list.request.projection, list.request.variable)}] = &list;
  }
  core.engine->take_synapse_changes([&](std::size_t projection, const engine::SynapseChange& change) {
    recording::SynapseChangeList& list = *by_variable.at({projection, change.variable});
    list.times.push_back(change.time);
    list.synapses.push_back(change.synapse);
    list.values.push_back(change.value);
  });
}

void share_synapse_data(const Core& core, recording::SynapseRecorder& data) {
  std::vector<SynapseRequest> requests;
  for (const recording::SynapseSampling& sampling : data.samplings()) {
    requests.push_back(sampling.request);
  }
  for (const recording::SynapseChangeList& list : data.change_lists()) {
    requests.push_back(list.request);
  }
  for (std::size_t k = 0; k < requests.size(); ++k) {
    data.keep_local(
        k, local_request(core, requests[k].projection, requests[k].variable, requests[k].unit, requests[k].synapses));
  }
}

}  // namespace va_event::detail
