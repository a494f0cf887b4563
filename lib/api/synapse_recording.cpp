// SPDX-License-Identifier: Apache-2.0
#include "api/synapse_recording.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

#include "api/gathered.hpp"
#include "api/synapse_parameters.hpp"
#include "events/instant.hpp"
#include "foundation/bytes.hpp"
#include "synapses/synapse_rule.hpp"
#include "va_event/error.hpp"

// Users number the synapses of all processes in one order; each process knows its own, which it finds in that order by
// the cells that they lead to.

namespace va_event::detail {

namespace {

using recording::ChosenSynapses;
using recording::SynapseRequest;
using synapses::SynapsePlace;
using synapses::SynapseVariable;

const network::ProjectionData& data_of(const Core& core, std::size_t projection) {
  return core.network.projections[projection];
}

/// @throws UnknownNameError unless the projection's synapses have the variable
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

/// In ascending order. @throws IndexError
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

/// Those of the chosen synapses that this process has. All processes must call it.
/// @param chosen  checked
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

/// The cells of recorded synapses of this process.
class CellsOfSynapses {
 public:
  CellsOfSynapses(const Core& core, std::size_t projection) : data_(data_of(core, projection)) {
    const auto add = [this, projection](const SynapseRequest& request) {
      for (std::size_t k = 0; request.projection == projection && k < request.synapses.size(); ++k) {
        places_.emplace_back(request.synapses[k], request.places[k]);
      }
    };
    for (const recording::SynapseSampling& sampling : core.synapse_recorder.samplings()) {
      add(sampling.request);
    }
    for (const recording::SynapseChangeList& list : core.synapse_recorder.change_lists()) {
      add(list.request);
    }
    std::sort(places_.begin(), places_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  }
  /// Adds the cells of each of the synapses to the lists.
  void name(const std::vector<std::uint64_t>& synapses, std::vector<CellId>& pre, std::vector<CellId>& post) const {
    for (const std::uint64_t synapse : synapses) {
      const auto found = std::lower_bound(places_.begin(), places_.end(), synapse,
                                          [](const auto& one, std::uint64_t index) { return one.first < index; });
      const SynapsePlace& place = found->second;
      const network::SynapseBlock& block = data_.blocks[place.block];
      const std::size_t position = place.synapse - block.table.begin_of(place.row);
      pre.push_back((*data_.pre)[place.row]);
      post.push_back(block.post_first + block.table.row(place.row).target[position]);
    }
  }

 private:
  const network::ProjectionData& data_;
  std::vector<std::pair<std::uint64_t, SynapsePlace>> places_;  ///< by index
};

/// Asks `unpack` to read what `pack` has written in each process, one after the other: here, or in process 0 alone.
template <class Pack, class Unpack>
void exchange(Processes& processes, Gather gather, const Pack& pack, const Unpack& unpack) {
  foundation::ByteWriter message;
  pack(message);
  std::vector<Processes::Bytes> all;
  gather == Gather::everywhere ? processes.all_gather(message.bytes(), all) : processes.gather(message.bytes(), all);
  for (const Processes::Bytes& one : all) {
    foundation::ByteReader in(one);
    unpack(in);
  }
}

[[noreturn]] void throw_not_recorded(std::string_view variable, const char* how) {
  throw UnknownNameError("variable", std::string(variable), "",
                         std::string("must have been recorded ") + how + " of some of these synapses");
}

/// Whether the data of other processes is asked for.
bool is_gathered(const Core& core, Gather gather) { return core.processes->count() > 1 && gather != Gather::none; }
}  // namespace

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
  exchange(
      *core.processes, Gather::everywhere,
      [&](foundation::ByteWriter& out) {
        out.put_all(here.synapses);
        out.put_all(values);
      },
      [&](foundation::ByteReader& in) {
        const auto synapses = in.get_all<std::uint64_t>();
        const auto theirs = in.get_all<double>();
        for (std::size_t k = 0; k < synapses.size(); ++k) {
          all[synapses[k]] = theirs[k];
        }
      });
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

SynapseSignal synapse_signal(const Core& core, std::size_t projection, std::string_view variable,
                             const ChosenSynapses& chosen, Gather gather) {
  static_cast<void>(variable_of(core, projection, variable));
  const ChosenSynapses wanted = checked(core, projection, chosen);
  const auto find = [&] {
    std::optional<SynapseSignal> found = core.synapse_recorder.signal(projection, variable, wanted);
    if (found) {
      CellsOfSynapses(core, projection).name(found->synapses, found->pre, found->post);
    }
    return found;
  };
  std::vector<SynapseSignal> parts;
  if (!is_gathered(core, gather)) {
    if (std::optional<SynapseSignal> mine = find()) {
      return std::move(*mine);
    }
    throw_not_recorded(variable, "at an interval");
  }
  SynapseSignal mine;  // without synapses where this process has none of those that record
  core.together([&] { mine = find().value_or(SynapseSignal{}); });
  exchange(
      *core.processes, gather,
      [&mine](foundation::ByteWriter& out) {
        out.put_text(mine.variable);
        out.put_text(mine.unit);
        out.put(mine.sampling_interval);
        out.put(mine.first_sample);
        out.put_all(mine.synapses);
        out.put_all(mine.pre);
        out.put_all(mine.post);
        out.put_all(mine.values);
      },
      [&parts](foundation::ByteReader& in) {
        SynapseSignal part;
        part.variable = in.get_text();
        part.unit = in.get_text();
        part.sampling_interval = in.get<double>();
        part.first_sample = in.get<std::int64_t>();
        part.synapses = in.get_all<std::uint64_t>();
        part.pre = in.get_all<CellId>();
        part.post = in.get_all<CellId>();
        part.values = in.get_all<double>();
        if (!part.synapses.empty()) {
          parts.push_back(std::move(part));
        }
      });
  if (gather == Gather::at_root && core.processes->rank() != 0) {
    return {};
  }
  if (parts.empty()) {
    throw_not_recorded(variable, "at an interval");
  }
  return recording::joined(parts);
}

SynapseChanges synapse_changes(const Core& core, std::size_t projection, std::string_view variable,
                               const ChosenSynapses& chosen, Gather gather) {
  const std::string unit = unit_of(core, projection, variable_of(core, projection, variable));
  const ChosenSynapses wanted = checked(core, projection, chosen);
  std::optional<SynapseChanges> mine = core.synapse_recorder.changes(projection, variable, wanted);
  if (mine) {
    CellsOfSynapses(core, projection).name(mine->synapses, mine->pre, mine->post);
  }
  if (!is_gathered(core, gather)) {
    if (mine) {
      return std::move(*mine);
    }
    throw_not_recorded(variable, "at every change");
  }
  SynapseChanges all{std::string(variable), unit, {}, {}, {}, {}, {}};
  bool recorded = false;
  exchange(
      *core.processes, gather,
      [&mine](foundation::ByteWriter& out) {
        const SynapseChanges sent = mine.value_or(SynapseChanges{});
        out.put(mine.has_value());
        out.put_all(sent.times);
        out.put_all(sent.synapses);
        out.put_all(sent.pre);
        out.put_all(sent.post);
        out.put_all(sent.values);
      },
      [&](foundation::ByteReader& in) {
        recorded = in.get<bool>() || recorded;
        const auto append = [](auto& list, const auto& more) { list.insert(list.end(), more.begin(), more.end()); };
        append(all.times, in.get_all<Time>());
        append(all.synapses, in.get_all<std::uint64_t>());
        append(all.pre, in.get_all<CellId>());
        append(all.post, in.get_all<CellId>());
        append(all.values, in.get_all<double>());
      });
  if (gather == Gather::at_root && core.processes->rank() != 0) {
    return {};
  }
  if (!recorded) {
    throw_not_recorded(variable, "at every change");
  }
  recording::sort(all);
  return all;
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
