// SPDX-License-Identifier: Apache-2.0
#include "api/recorded_synapses.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/chosen_synapses.hpp"
#include "api/gathered.hpp"
#include "foundation/bytes.hpp"
#include "va_event/error.hpp"

namespace va_event::detail {

namespace {

using recording::ChosenSynapses;
using recording::SynapseRequest;
using synapses::SynapsePlace;

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

[[noreturn]] void throw_not_recorded(std::string_view variable, const char* how) {
  throw UnknownNameError("variable", std::string(variable), "",
                         std::string("must have been recorded ") + how + " of some of these synapses");
}

/// Whether the data of other processes is asked for.
bool is_gathered(const Core& core, Gather gather) { return core.processes->count() > 1 && gather != Gather::none; }

}  // namespace

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
  if (!is_gathered(core, gather)) {
    if (std::optional<SynapseSignal> mine = find()) {
      return std::move(*mine);
    }
    throw_not_recorded(variable, "at an interval");
  }
  SynapseSignal mine;  // without synapses where this process has none of those that record
  core.together([&] { mine = find().value_or(SynapseSignal{}); });
  foundation::ByteWriter message;
  message.put_text(mine.variable);
  message.put_text(mine.unit);
  message.put(mine.sampling_interval);
  message.put(mine.first_sample);
  message.put_all(mine.synapses);
  message.put_all(mine.pre);
  message.put_all(mine.post);
  message.put_all(mine.values);
  std::vector<SynapseSignal> parts;
  for (const Processes::Bytes& one : exchange(message, *core.processes, gather)) {
    foundation::ByteReader in(one);
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
  }
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
  const SynapseChanges sent = mine.value_or(SynapseChanges{});
  foundation::ByteWriter message;
  message.put(mine.has_value());
  message.put_all(sent.times);
  message.put_all(sent.synapses);
  message.put_all(sent.pre);
  message.put_all(sent.post);
  message.put_all(sent.values);
  for (const Processes::Bytes& one : exchange(message, *core.processes, gather)) {
    foundation::ByteReader in(one);
    recorded = in.get<bool>() || recorded;
    const auto append = [](auto& list, const auto& more) { list.insert(list.end(), more.begin(), more.end()); };
    append(all.times, in.get_all<Time>());
    append(all.synapses, in.get_all<std::uint64_t>());
    append(all.pre, in.get_all<CellId>());
    append(all.post, in.get_all<CellId>());
    append(all.values, in.get_all<double>());
  }
  if (gather == Gather::at_root && core.processes->rank() != 0) {
    return {};
  }
  if (!recorded) {
    throw_not_recorded(variable, "at every change");
  }
  recording::sort(all);
  return all;
}

}  // namespace va_event::detail
