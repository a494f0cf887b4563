// SPDX-License-Identifier: Apache-2.0
#include "api/gathered.hpp"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "va_event/error.hpp"

// Each function sends what this process has to all others (or to process 0) and puts all parts together in an order
// that depends on contents only. With one process nothing is sent.

namespace va_event::detail {

namespace {

using foundation::ByteReader;
using foundation::ByteWriter;

/// Whether the result is that of this process alone, without an exchange.
bool stays_here(const Processes& processes, Gather gather) { return processes.count() == 1 || gather == Gather::none; }

/// The columns of all of them, by ascending id. @throws StateError unless all are sampled at the same times
Signal joined(const std::vector<Signal>& parts) {
  Signal result{parts[0].variable, parts[0].unit, parts[0].sampling_interval, parts[0].first_sample, {}, {}};
  std::vector<std::tuple<CellId, std::size_t, std::size_t>> columns;  // id, part, column
  for (std::size_t p = 0; p < parts.size(); ++p) {
    if (parts[p].sampling_interval != result.sampling_interval || parts[p].first_sample != result.first_sample) {
      throw StateError("variable", result.variable, "",
                       "must be sampled at the same times in all of these cells to be one signal; ask for parts of "
                       "them");
    }
    for (std::size_t c = 0; c < parts[p].ids.size(); ++c) {
      columns.emplace_back(parts[p].ids[c], p, c);
    }
  }
  std::sort(columns.begin(), columns.end());
  for (const auto& column : columns) {
    result.ids.push_back(std::get<0>(column));
  }
  for (std::size_t row = 0; row < parts[0].samples(); ++row) {
    for (const auto& [id, part, column] : columns) {
      result.values.push_back(parts[part].at(row, column));
    }
  }
  return result;
}

}  // namespace

std::vector<Processes::Bytes> exchange(const ByteWriter& message, Processes& processes, Gather gather) {
  std::vector<Processes::Bytes> all;
  if (gather == Gather::everywhere) {
    processes.all_gather(message.bytes(), all);
  } else {
    processes.gather(message.bytes(), all);
  }
  return all;
}

Spikes gather_spikes(const recording::Recorder& recorder, std::span<const CellId> ids, Processes& processes,
                     Gather gather) {
  const Spikes mine = recorder.spikes(ids);
  if (stays_here(processes, gather)) {
    return mine;
  }
  ByteWriter message;
  message.put_all(mine.times);
  message.put_all(mine.ids);
  message.put_all(mine.tails);
  recording::Recorder all;  // its order of spikes is the one that a process alone has
  all.set_resolution(mine.tails_per_spike, mine.decimals);
  for (const Processes::Bytes& one : exchange(message, processes, gather)) {
    ByteReader reader(one);
    const auto times = reader.get_all<Time>();
    const auto cells = reader.get_all<CellId>();
    const auto tails = reader.get_all<double>();
    for (std::size_t k = 0; k < times.size(); ++k) {
      all.add_spike(cells[k], times[k], std::span(tails).subspan(k * mine.tails_per_spike, mine.tails_per_spike));
    }
  }
  return all.spikes(ids);
}

Signal gather_signal(const recording::Recorder& recorder, std::string_view variable, std::span<const CellId> ids,
                     Processes& processes, Gather gather) {
  if (stays_here(processes, gather)) {
    return recorder.signal(variable, ids);
  }
  Signal mine;  // without cells where this process has none of those that record
  va_event::together(processes, [&] {
    if (recorder.records(variable, ids)) {
      mine = recorder.signal(variable, ids);
    }
  });
  ByteWriter message;
  message.put_text(mine.variable);
  message.put_text(mine.unit);
  message.put(mine.sampling_interval);
  message.put(mine.first_sample);
  message.put_all(mine.ids);
  message.put_all(mine.values);
  std::vector<Signal> parts;
  for (const Processes::Bytes& one : exchange(message, processes, gather)) {
    ByteReader reader(one);
    Signal part;
    part.variable = reader.get_text();
    part.unit = reader.get_text();
    part.sampling_interval = reader.get<double>();
    part.first_sample = reader.get<std::int64_t>();
    part.ids = reader.get_all<CellId>();
    part.values = reader.get_all<double>();
    if (!part.ids.empty()) {
      parts.push_back(std::move(part));
    }
  }
  if (!parts.empty()) {
    return joined(parts);
  }
  if (gather == Gather::at_root && processes.rank() != 0) {
    return {};
  }
  return recorder.signal(variable, {});  // throws: it is not recorded
}

std::vector<double> gather_values(const network::Network& network, std::span<const CellId> ids,
                                  const std::vector<double>& mine, Processes& processes) {
  if (processes.count() == 1) {
    return mine;
  }
  ByteWriter message;
  message.put_all(mine);
  const std::vector<Processes::Bytes> all = exchange(message, processes, Gather::everywhere);
  std::vector<std::vector<double>> values;
  for (const Processes::Bytes& one : all) {
    values.push_back(ByteReader(one).get_all<double>());
  }
  std::vector<std::size_t> next(values.size(), 0);  // by process: each has its cells in the order of `ids`
  std::vector<double> result;
  result.reserve(ids.size());
  for (const CellId id : ids) {
    const unsigned owner = network.owner(id);
    result.push_back(values[owner][next[owner]++]);
  }
  return result;
}

std::vector<ListedConnection> gather_connections(const network::Network& network,
                                                 const network::ProjectionData& projection, Processes& processes,
                                                 const SynapseColumns& weights) {
  std::vector<ListedConnection> mine = projection.connections();
  if (!weights.empty()) {
    std::size_t synapse = 0;
    projection.for_each_synapse(
        [&](std::size_t block, std::size_t number) { mine[synapse++].weight = weights[block][number]; });
  }
  if (processes.count() == 1) {
    return mine;
  }
  // With all that the order is by between processes; plain bytes, as messages need them.
  struct Synapse {
    std::uint32_t pre;
    std::uint32_t population;
    double delay;
    std::uint32_t target;
    std::uint32_t post;
    double weight;
  };
  const auto order = [](const Synapse& a, const Synapse& b) {
    return std::tie(a.pre, a.population, a.delay, a.target) < std::tie(b.pre, b.population, b.delay, b.target);
  };
  std::vector<Synapse> synapses;
  for (const ListedConnection& one : mine) {
    const CellId cell = (*projection.post)[one.post];
    const std::size_t population = network.population_of(cell);
    synapses.push_back({one.pre, static_cast<std::uint32_t>(population), *one.delay,
                        cell - network.populations[population].first, one.post, *one.weight});
  }
  ByteWriter message;
  message.put_all(synapses);
  std::vector<Synapse> whole;
  for (const Processes::Bytes& one : exchange(message, processes, Gather::everywhere)) {
    const auto part = ByteReader(one).get_all<Synapse>();
    const auto middle = static_cast<std::ptrdiff_t>(whole.size());
    whole.insert(whole.end(), part.begin(), part.end());
    std::inplace_merge(whole.begin(), whole.begin() + middle, whole.end(), order);
  }
  std::vector<ListedConnection> result;
  result.reserve(whole.size());
  for (const Synapse& one : whole) {
    result.push_back({one.pre, one.post, one.weight, one.delay});
  }
  return result;
}

namespace {
template <class Counts>
Counts gather_counts(const Counts& mine, Processes& processes) {
  if (processes.count() == 1) {
    return mine;
  }
  ByteWriter message;
  message.put(mine);
  Counts sum;
  for (const Processes::Bytes& one : exchange(message, processes, Gather::everywhere)) {
    sum += ByteReader(one).get<Counts>();
  }
  return sum;
}
}  // namespace

RunStatistics gather_statistics(const RunStatistics& mine, Processes& processes) {
  return gather_counts(mine, processes);
}

WorkCounts gather_work_counts(const WorkCounts& mine, Processes& processes) { return gather_counts(mine, processes); }

std::vector<std::uint64_t> gather_sums(const std::vector<std::uint64_t>& mine, Processes& processes) {
  ByteWriter message;
  message.put_all(mine);
  std::vector<std::uint64_t> sums(mine.size(), 0);
  for (const Processes::Bytes& one : exchange(message, processes, Gather::everywhere)) {
    const auto theirs = ByteReader(one).get_all<std::uint64_t>();
    for (std::size_t k = 0; k < sums.size(); ++k) {
      sums[k] += theirs[k];
    }
  }
  return sums;
}

}  // namespace va_event::detail
