// SPDX-License-Identifier: Apache-2.0
#include "api/shared_sources.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "foundation/bytes.hpp"
#include "foundation/hash.hpp"

namespace va_event::detail {

namespace {

using foundation::ByteReader;
using foundation::ByteWriter;

/// All sources that this process owns.
std::vector<CellId> own_sources(const network::Network& network) {
  std::vector<CellId> cells;
  for (const network::PopulationData& population : network.populations) {
    const network::Share::Range own = network.share.of(population.size);
    for (std::uint32_t i = own.begin; population.model->is_source() && i < own.end; ++i) {
      cells.push_back(population.first + i);
    }
  }
  return cells;
}

/// Hashes of what sources are set to.
class Hashes {
 public:
  explicit Hashes(const network::Network& network) : network_(network) {}

  std::uint64_t of(CellId cell) {
    const network::PopulationData& population = network_.populations[network_.population_of(cell)];
    const std::size_t index = cell - population.first;
    foundation::Hash hash;
    for (const network::Column& column : population.parameters) {
      hash.add(column.at(index));
    }
    return hash.add(of(population.times_of(index))).value();
  }

 private:
  /// Of spike times. Those that cells have in common are looked at once.
  std::uint64_t of(const std::vector<Time>& times) {
    if (&times != last_) {
      foundation::Hash hash;
      for (const Time& time : times) {
        hash.add(static_cast<std::uint64_t>(time.whole())).add(time.fraction());
      }
      last_ = &times;
      hash_of_last_ = hash.value();
    }
    return hash_of_last_;
  }

  const network::Network& network_;
  const std::vector<Time>* last_ = nullptr;
  std::uint64_t hash_of_last_ = 0;
};

std::uint64_t hash_of(std::string_view bytes) {
  foundation::Hash hash;
  for (std::size_t begin = 0; begin < bytes.size(); begin += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + begin, std::min(sizeof word, bytes.size() - begin));
    hash.add(word);
  }
  return hash.value();
}

/// What one process says of a source for comparison: hashes of its parameters and of its state in the engine.
struct Summary {
  CellId cell;
  std::uint64_t parameters, state;
};

/// Everything that the spikes of a source follow from.
std::string description(const network::Network& network, CellId cell, std::string_view state) {
  const network::PopulationData& population = network.populations[network.population_of(cell)];
  ByteWriter out;
  for (const network::Column& column : population.parameters) {
    out.put(column.at(cell - population.first));
  }
  const std::vector<Time>& times = population.times_of(cell - population.first);
  out.put<std::uint64_t>(times.size());
  for (const Time& time : times) {
    out.put(time.whole());
    out.put(time.fraction());
  }
  out.put_text(state);
  return out.bytes();
}

/// Takes the parameters over. @returns the state in the engine
std::string take_over(network::Network& network, CellId cell, std::string_view bytes) {
  network::PopulationData& population = network.populations[network.population_of(cell)];
  const std::size_t index = cell - population.first;
  ByteReader in(bytes);
  for (network::Column& column : population.parameters) {
    column.set(index, in.get<double>(), population.size);
  }
  std::vector<Time> times(in.get<std::uint64_t>());
  for (Time& time : times) {
    const auto whole = in.get<std::int64_t>();
    time = Time::from_parts(whole, in.get<double>());
  }
  if (times != population.times_of(index)) {
    if (population.spike_times.size() < population.size) {  // in common until now
      population.spike_times.resize(population.size, std::vector<Time>(population.spike_times.front()));
    }
    population.spike_times[index] = std::move(times);
  }
  return in.get_text();
}

/// Of the cells in the engine, "" for those that this process does not draw; before there is an engine nothing is
/// known.
std::vector<std::string> states(const Core& core, const std::vector<CellId>& cells) {
  return core.engine ? core.engine->source_states(cells) : std::vector<std::string>(cells.size());
}

/// What each process says. @returns empty when nobody says anything
std::vector<Processes::Bytes> said_by_all(Processes& processes, const ByteWriter& mine) {
  std::vector<Processes::Bytes> all;
  processes.all_gather(mine.bytes(), all);
  const bool silent = std::all_of(all.begin(), all.end(), [](const Processes::Bytes& one) { return one.empty(); });
  return silent ? std::vector<Processes::Bytes>{} : all;
}

/// Those of the other processes' sources that are something else here. @param summaries by process
std::vector<CellId> differing(const Core& core, const std::vector<Processes::Bytes>& summaries) {
  std::vector<CellId> cells;
  std::vector<Summary> theirs;
  for (std::size_t rank = 0; rank < summaries.size(); ++rank) {
    for (ByteReader in(summaries[rank]); rank != core.processes->rank() && !in.at_end();) {
      theirs.push_back(in.get<Summary>());
      cells.push_back(theirs.back().cell);
    }
  }
  const std::vector<std::string> mine = states(core, cells);
  Hashes hash(core.network);
  std::vector<CellId> other;
  for (std::size_t k = 0; k < cells.size(); ++k) {
    const bool other_state = !mine[k].empty() && hash_of(mine[k]) != theirs[k].state;
    if (other_state || hash.of(cells[k]) != theirs[k].parameters) {
      other.push_back(cells[k]);
    }
  }
  return other;
}

/// Takes what others say of the sources that differ here. @param answers cells and descriptions, by process
void take_over(Core& core, const std::vector<CellId>& wanted, const std::vector<Processes::Bytes>& answers) {
  const std::unordered_set<CellId> to_take(wanted.begin(), wanted.end());
  std::vector<CellId> cells;
  std::vector<std::string> states;
  for (const Processes::Bytes& one : answers) {
    for (ByteReader in(one); !in.at_end();) {
      const auto cell = in.get<CellId>();
      const std::string_view bytes = in.get_view();
      if (to_take.contains(cell)) {
        cells.push_back(cell);
        states.push_back(take_over(core.network, cell, bytes));
      }
    }
  }
  if (core.engine) {
    core.engine->load_sources(cells, states);
  }
}

}  // namespace

void share_sources(Core& core) {
  std::vector<CellId> changed = std::exchange(core.changed_sources, {});
  if (core.processes->count() == 1) {
    return;
  }
  if (!core.engine) {
    changed = own_sources(core.network);
  }
  std::sort(changed.begin(), changed.end());
  changed.erase(std::unique(changed.begin(), changed.end()), changed.end());
  const std::vector<std::string> mine = states(core, changed);
  Hashes hash(core.network);
  ByteWriter summaries;
  for (std::size_t k = 0; k < changed.size(); ++k) {
    summaries.put(Summary{changed[k], hash.of(changed[k]), hash_of(mine[k])});
  }
  const std::vector<Processes::Bytes> all = said_by_all(*core.processes, summaries);
  if (all.empty()) {
    return;
  }
  if (core.engine) {
    core.engine->sources_will_change();
  }
  const std::vector<CellId> wanted = differing(core, all);
  ByteWriter question;
  for (const CellId cell : wanted) {
    question.put(cell);
  }
  std::unordered_set<CellId> asked_for;
  for (const Processes::Bytes& one : said_by_all(*core.processes, question)) {
    for (ByteReader in(one); !in.at_end();) {
      asked_for.insert(in.get<CellId>());
    }
  }
  if (asked_for.empty()) {
    return;
  }
  ByteWriter answer;
  for (std::size_t k = 0; k < changed.size(); ++k) {
    if (asked_for.contains(changed[k])) {
      answer.put(changed[k]);
      answer.put_text(description(core.network, changed[k], mine[k]));
    }
  }
  take_over(core, wanted, said_by_all(*core.processes, answer));
}

}  // namespace va_event::detail
