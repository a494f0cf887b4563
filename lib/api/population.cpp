// SPDX-License-Identifier: Apache-2.0
#include "va_event/population.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "api/core.hpp"
#include "api/gathered.hpp"
#include "va_event/error.hpp"
#include "va_event/files.hpp"

// The handles of cells: a list of ids, and the core that all handles of a simulation share. Copies share the list.

namespace va_event {

Cells::Cells(std::shared_ptr<detail::Core> core, std::vector<CellId> ids, std::string label)
    : core_(std::move(core)),
      ids_(std::make_shared<const std::vector<CellId>>(std::move(ids))),
      label_(std::move(label)) {}

void Cells::set(std::string_view parameter, const Values& values) const {
  core_->set(ids(), {{std::string(parameter), values}});
}

void Cells::set(const std::vector<std::pair<std::string, Values>>& parameters) const { core_->set(ids(), parameters); }

std::vector<double> Cells::get(std::string_view parameter) const {
  std::vector<double> result;
  result.reserve(size());
  for (const CellId id : ids()) {
    const network::PopulationData& population = core_->population_of(id);
    result.push_back(population.parameters[parameter_index(*population.model, parameter)].at(id - population.first));
  }
  return result;
}

void Cells::initialize(std::string_view variable, const Values& values) const {
  core_->initialize(ids(), variable, values);
}

void Cells::record(std::string_view variable, double sampling_interval) const {
  record(std::vector<std::string>{std::string(variable)}, sampling_interval);
}

void Cells::record(const std::vector<std::string>& variables, double sampling_interval) const {
  core_->record(ids(), variables, sampling_interval);
}

void Cells::record(std::initializer_list<std::string_view> variables, double sampling_interval) const {
  record(std::vector<std::string>(variables.begin(), variables.end()), sampling_interval);
}

void Cells::inject(const StepCurrentSource& source) const { core_->inject(ids(), source, std::nullopt); }

void Cells::inject(const ACSource& source) const {
  source.check();
  core_->inject(ids(), DCSource{source.offset, source.start, source.stop}, source);
}

std::vector<CellId> Cells::local_ids() const { return core_->local(ids()); }

Spikes Cells::spikes(Gather gather) const {
  return detail::gather_spikes(core_->recorder, ids(), *core_->processes, gather);
}

Signal Cells::signal(std::string_view variable, Gather gather) const {
  return detail::gather_signal(core_->recorder, variable, ids(), *core_->processes, gather);
}

std::vector<std::size_t> Cells::spike_counts(Gather gather) const {
  if (gather == Gather::none) {
    return core_->recorder.spike_counts(local_ids());
  }
  std::vector<std::size_t> counts = core_->recorder.spike_counts(ids());
  // As doubles, which hold any number of spikes that fits into memory.
  if (core_->processes->count() > 1) {
    const std::vector<CellId> mine = local_ids();
    const std::vector<std::size_t> own = core_->recorder.spike_counts(mine);
    const std::vector<double> all =
        detail::gather_values(core_->network, ids(), {own.begin(), own.end()}, *core_->processes);
    counts.assign(all.begin(), all.end());
  }
  return counts;
}

double Cells::mean_spike_count() const {
  const recording::Recorder& recorder = core_->recorder;
  if (std::none_of(ids().begin(), ids().end(), [&recorder](CellId id) { return recorder.records_spikes(id); })) {
    throw StateError("mean_spike_count", label_, "", "must be asked of cells that record \"spikes\"");
  }
  std::size_t sum = 0;
  for (const std::size_t count : spike_counts()) {
    sum += count;
  }
  return static_cast<double>(sum) / static_cast<double>(size());
}

void Cells::clear_recorded() const { core_->recorder.clear(ids()); }

void Cells::stop_recording() const { core_->recorder.stop(ids()); }

void Cells::write(const std::string& path, std::string_view variable, Gather gather) const {
  // Only the populations that these cells belong to: a file must not make others look silent.
  std::vector<PopulationRange> ranges = core_->populations();
  std::vector<bool> named(ranges.size(), false);
  for (const CellId id : ids()) {
    named[core_->network.population_of(id)] = true;
  }
  std::vector<PopulationRange> mine;
  for (std::size_t p = 0; p < ranges.size(); ++p) {
    if (named[p]) {
      mine.push_back(std::move(ranges[p]));
    }
  }
  const Gather whose = gather == Gather::none ? Gather::none : Gather::at_root;
  const bool writes = whose == Gather::none || core_->processes->rank() == 0;
  if (variable == "spikes") {
    const Spikes data = spikes(whose);
    core_->together([&] { writes ? write_spikes(path, data, mine) : void(); });
  } else {
    const Signal data = signal(variable, whose);
    core_->together([&] { writes ? write_signal(path, data, mine) : void(); });
  }
}

std::vector<double> Cells::value(std::string_view variable, Gather gather) const {
  return core_->value(ids(), variable, gather);
}

std::vector<Position> Cells::positions() const {
  std::vector<Position> result;
  for (const CellId id : ids()) {
    const network::PopulationData& population = core_->population_of(id);
    if (!population.positions.empty()) {
      result.push_back(population.positions[id - population.first]);
    }
  }
  if (!result.empty() && result.size() != size()) {
    throw ConnectionError("positions", label_, "", "must exist for all of these cells or for none");
  }
  return result;
}

const CellType& PopulationView::cell_type() const {
  if (ids().empty()) {
    throw StateError("cell_type", label_, "", "must be asked of a view with at least one cell");
  }
  return core_->cell_types[core_->network.population_of(ids()[0])];
}

PopulationView PopulationView::slice(std::size_t first, std::size_t last, std::size_t step) const {
  if (first >= last || last > size()) {
    throw IndexError("slice", std::to_string(first) + ":" + std::to_string(last), "",
                     "must satisfy 0 <= first < last <= " + std::to_string(size()));
  }
  if (step == 0) {
    throw IndexError("slice step", "0", "", "must be >= 1");
  }
  std::vector<std::size_t> indices;
  for (std::size_t i = first; i < last; i += step) {
    indices.push_back(i);
  }
  return select(indices);
}

PopulationView PopulationView::select(const std::vector<std::size_t>& indices) const {
  std::vector<CellId> chosen;
  chosen.reserve(indices.size());
  std::vector<bool> taken(size(), false);
  for (const std::size_t index : indices) {
    if (index >= size()) {
      throw IndexError("index", std::to_string(index), "",
                       "must be below " + std::to_string(size()) + ", the size of \"" + label_ + "\"");
    }
    if (taken[index]) {
      throw IndexError("index", std::to_string(index), "", "must not occur twice in one view");
    }
    taken[index] = true;
    chosen.push_back(ids()[index]);
  }
  return {core_, std::move(chosen), "view of " + label_};
}

PopulationView PopulationView::select(const std::vector<bool>& mask) const {
  if (mask.size() != size()) {
    throw SizeError("mask", std::to_string(mask.size()), "elements",
                    "must have one element per cell: " + std::to_string(size()));
  }
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < mask.size(); ++i) {
    if (mask[i]) {
      indices.push_back(i);
    }
  }
  return select(indices);
}

PopulationRange Population::range() const {
  const network::PopulationData& population = core_->population_of(first_id());
  return {label_, std::string(population.model->name), population.first, population.size};
}

void Population::set_spike_times(std::size_t index, std::vector<Time> times) const {
  network::PopulationData& population = core_->network.populations[core_->network.population_of(first_id())];
  if (population.model != &SpikeSourceArray::model()) {
    throw UnknownNameError("parameter", "spike_times", "", "must belong to a population of SpikeSourceArray");
  }
  if (index >= size()) {
    throw IndexError("index", std::to_string(index), "", "must be below " + std::to_string(size()));
  }
  if (core_->engine) {
    core_->engine->sources_will_change();
  }
  if (population.spike_times.size() == 1 && size() > 1) {  // shared until now
    population.spike_times.resize(size(), std::vector<Time>(population.spike_times.front()));
  }
  std::sort(times.begin(), times.end());
  population.spike_times[index] = std::move(times);
  const CellId id = population.first + static_cast<CellId>(index);
  core_->sources_changed({&id, 1});
}

Assembly::Assembly(const PopulationView& view) : Cells(view) {}

Assembly operator+(const Assembly& a, const Assembly& b) {
  if (a.core() != b.core()) {
    throw ConnectionError("assembly", a.label() + "+" + b.label(), "", "must be of one simulation");
  }
  std::vector<CellId> ids(a.ids().begin(), a.ids().end());
  ids.insert(ids.end(), b.ids().begin(), b.ids().end());
  std::vector<CellId> sorted = ids;
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice != sorted.end()) {
    throw ConnectionError("assembly", a.label() + "+" + b.label(), "",
                          "must not hold cell " + std::to_string(*twice) + " twice");
  }
  return {a.core(), std::move(ids), a.label() + "+" + b.label()};
}

}  // namespace va_event
