// SPDX-License-Identifier: Apache-2.0
#include "api/core.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <thread>
#include <utility>

#include "api/gathered.hpp"
#include "api/shared_sources.hpp"
#include "api/synapse_parameters.hpp"
#include "api/synapse_recording.hpp"
#include "events/instant.hpp"
#include "foundation/memory.hpp"
#include "foundation/ranges.hpp"
#include "network/cell_values.hpp"
#include "neurons/neuron_implementation.hpp"
#include "random/purposes.hpp"
#include "va_event/error.hpp"

// What users' calls do. Each function has the same shape: evaluate and check everything, then change the description of
// the network, then change the engine, if there is one. Random values are drawn with streams of the cell that they
// belong to, so that they depend neither on the set that they are given for nor on the process.

namespace va_event::detail {

namespace {

/// The purpose of random numbers for parameter or variable number `index`.
std::uint64_t purpose(random::Purpose base, std::size_t index) { return static_cast<std::uint64_t>(base) + index; }

/// @throws ParameterError unless the state variable may have the value
void check_state(const network::PopulationData& population, std::size_t variable, double value) {
  const VariableInfo& info = population.model->variables[variable];
  if (!std::isfinite(value)) {
    throw ParameterError(info.name, value, info.unit, "must be finite");
  }
  if (info.bound == Bound::non_negative && value < 0.0) {
    throw ParameterError(info.name, value, info.unit, "must be >= 0");
  }
  foundation::check_range(info.name, value, info.unit, false);
}

}  // namespace

Core::Core(const SimulationOptions& options)
    : precision(options.precision),
      threads(options.threads),
      processes(options.processes ? options.processes : single_process()) {
  network.seed = options.seed;
  network.method = options.method;
  network.share = {processes->rank(), processes->count()};
  network.threads =
      threads != 0 ? threads : std::max(1U, std::thread::hardware_concurrency() / processes->on_this_machine());
}

Time Core::now() const { return engine ? engine->now() : Time(); }

void Core::require_not_started(const char* what) const {
  if (engine) {
    throw StateError(what, "at t = " + now().to_string(), "ms", "must come before the first run, or after reset()");
  }
}

void Core::require_single_process(const char* what) const {
  if (processes->count() > 1) {
    throw StateError(what, std::to_string(processes->count()) + " processes", "", "must be called in a single process");
  }
}

void Core::together(const std::function<void()>& work) const { va_event::together(*processes, work); }

std::vector<CellId> Core::local(std::span<const CellId> ids) const {
  std::vector<CellId> mine;
  std::copy_if(ids.begin(), ids.end(), std::back_inserter(mine), [this](CellId id) { return network.is_local(id); });
  return mine;
}

Population Core::create(std::size_t size, const CellType& type, PopulationOptions options) {
  require_not_started("create");
  constexpr std::size_t kMaxCells = std::numeric_limits<CellId>::max();
  if (size == 0 || size > kMaxCells - network.cells()) {
    throw ParameterError("size", static_cast<double>(size), "cells",
                         "must be >= 1, and at most 4294967295 for all populations together");
  }
  if (type.model().neuron == nullptr && type.model().source == nullptr) {
    throw ParameterError("model", std::string(type.model().name), "", "must be one that something simulates");
  }
  network::PopulationData population;
  const std::size_t index = network.populations.size();
  population.label = options.label.empty() ? "population" + std::to_string(index) : std::move(options.label);
  population.model = &type.model();
  population.first = static_cast<CellId>(network.cells());
  population.size = static_cast<std::uint32_t>(size);
  for (const double value : type.values()) {
    population.parameters.emplace_back(value);
  }
  for (const VariableInfo& variable : type.model().variables) {
    population.initial.emplace_back(variable.default_value);
  }
  population.positions = network::place(options.structure, size, network.seed, index);
  // One list for all cells, until set_spike_times() gives one of them a list of its own.
  population.spike_times.push_back(type.spike_times());
  std::sort(population.spike_times.front().begin(), population.spike_times.front().end());

  std::vector<CellId> ids(size);
  for (std::size_t i = 0; i < size; ++i) {
    ids[i] = population.first + static_cast<CellId>(i);
  }
  network.populations.push_back(std::move(population));
  cell_types.push_back(type);
  return {shared_from_this(), std::move(ids), network.populations.back().label};
}

Projection Core::connect(const Assembly& pre, const Assembly& post, const Connector& connector,
                         const network::SynapseParts& synapse, ProjectionOptions options) {
  require_not_started("connect");
  if (pre.core().get() != this || post.core().get() != this) {
    throw ConnectionError("projection", pre.label() + "→" + post.label(), "",
                          "must connect cells of the simulation that makes it");
  }
  options.space.check();
  // Each process makes the synapses onto its own cells; one that fails (memory, a rule) fails for all.
  network::ProjectionData projection;
  together([&] {
    projection = network::build_projection(network, network.projections.size(), pre.ids_, post.ids_, connector, synapse,
                                           std::move(options.receptor_type), options.space);
    check_synapses(projection);
  });
  projection.total_size = gather_sums({projection.size()}, *processes)[0];
  projection.label = options.label.empty() ? pre.label() + "→" + post.label() : std::move(options.label);
  doubts.push_back(doubt_of(projection));
  network.projections.push_back(std::move(projection));
  return {shared_from_this(), network.projections.size() - 1};
}

/// The memory of all that is recorded together is compared with what is available. What the engine has sampled is
/// copied when a run ends, and what was recorded before moves when there is no room behind it, so that both may exist
/// twice.
void Core::require_room_for_samples(const Time& stop) const {
  double needed = 0.0;
  double most = 0.0;
  std::size_t recordings = 0;
  std::string largest;
  double interval = 0.0;  // of the largest
  const auto add = [&](const auto& sampling, std::size_t columns, const std::string& what) {
    const double samples = (stop.ms() - now().ms()) / sampling.interval * static_cast<double>(columns);
    const auto before = static_cast<double>(sampling.values.size());
    const bool fits = before + samples <= static_cast<double>(sampling.values.capacity());
    const double bytes = sizeof(double) * (samples + (fits ? samples : before + std::max(before, samples)));
    needed += bytes;
    ++recordings;
    if (bytes > most) {
      most = bytes;
      largest = what;
      interval = sampling.interval;
    }
  };
  for (const recording::Sampling& sampling : recorder.samplings()) {
    add(sampling, sampling.ids.size(), sampling.variable + " of " + std::to_string(sampling.ids.size()) + " cells");
  }
  for (const recording::SynapseSampling& sampling : synapse_recorder.samplings()) {
    const std::size_t columns = sampling.request.synapses.size();
    add(sampling, columns, sampling.request.variable + " of " + std::to_string(columns) + " synapses");
  }
  const std::string lack = largest.empty() ? "" : foundation::lack_of_memory(needed);
  if (!lack.empty()) {
    throw ParameterError(
        "sampling_interval", interval, "ms",
        "must be longer: for " + largest +
            (recordings > 1 ? " and " + std::to_string(recordings - 1) + " more of such recordings" : "") + " until " +
            stop.to_string() + " ms " + lack);
  }
}

void Core::require_whole() const {
  if (stopped_by_error) {
    throw StateError("simulation", "stopped by an error within a run", "",
                     "must be reset before it runs on or is saved; what it has recorded can be read");
  }
}

RunEnd Core::run_until(const Time& stop) {
  require_whole();
  share_sources(*this);
  if (!engine) {  // not before: until the first run cells and synapses may be added
    engine = engine::make_engine(precision, network, recorder, threads, *processes);
  }
  if (stop <= now()) {
    return RunEnd::completed;
  }
  together([&] { require_room_for_samples(stop); });
  const auto keep_going = [this, stop_ms = stop.ms()](const Time& t) {
    return !on_progress || on_progress({t.ms(), stop_ms});
  };
  bool completed = false;
  try {
    observe_synapses(*this);
    completed = run_with_samples(*this, stop, keep_going);
  } catch (...) {
    // Of a single process it is known whether it stopped where it could have been interrupted; others of several may be
    // elsewhere.
    stopped_by_error = processes->count() > 1 || !engine->whole();
    if (!stopped_by_error) {
      collect_synapse_changes(*this);
    }
    throw;
  }
  collect_synapse_changes(*this);
  statistics = gather_statistics(engine->statistics(), *processes);
  work_counts = gather_work_counts(engine->work_counts(), *processes);
  return completed ? RunEnd::completed : RunEnd::interrupted;
}

void Core::reset() {
  engine.reset();
  stopped_by_error = false;
  observers_outdated = true;
  recorder.restart();
  synapse_recorder.restart();
  statistics = {};
  work_counts = {};
}

std::vector<PopulationRange> Core::populations() const {
  std::vector<PopulationRange> ranges;
  for (const network::PopulationData& population : network.populations) {
    ranges.push_back({population.label, std::string(population.model->name), population.first, population.size});
  }
  return ranges;
}

void Core::set(std::span<const CellId> ids, const std::vector<std::pair<std::string, Values>>& parameters) {
  // Everything is evaluated and checked before anything changes.
  std::vector<std::vector<double>> values;
  for (const auto& [name, given] : parameters) {
    std::size_t index = 0;
    for (const CellId id : ids) {
      index = parameter_index(*population_of(id).model, name);
    }
    values.push_back(network::evaluate(given, ids, network.seed, purpose(random::Purpose::parameter, index), name));
  }
  for (std::size_t k = 0; k < ids.size(); ++k) {
    const network::PopulationData& population = population_of(ids[k]);
    std::vector<double> all = network::values_at(population.parameters, ids[k] - population.first);
    for (std::size_t p = 0; p < parameters.size(); ++p) {
      const std::size_t index = parameter_index(*population.model, parameters[p].first);
      check_parameter(population.model->parameters[index], values[p][k]);
      all[index] = values[p][k];
    }
    if (population.model->check != nullptr) {
      population.model->check(all);
    }
  }
  const auto is_source = [this](CellId id) { return population_of(id).model->is_source(); };
  if (engine && std::any_of(ids.begin(), ids.end(), is_source)) {
    engine->sources_will_change();
  }
  std::vector<CellId> sources;  // they are redrawn together, since their next spikes stand in one queue
  for (std::size_t k = 0; k < ids.size(); ++k) {
    network::PopulationData& population = network.populations[network.population_of(ids[k])];
    for (std::size_t p = 0; p < parameters.size(); ++p) {
      population.parameters[parameter_index(*population.model, parameters[p].first)].set(ids[k] - population.first,
                                                                                         values[p][k], population.size);
    }
    if (engine && population.model->is_source()) {
      sources.push_back(ids[k]);
    } else if (engine) {
      engine->parameters_changed(ids[k]);
    }
  }
  sources_changed(sources);
}

void Core::sources_changed(std::span<const CellId> sources) {
  if (engine && !sources.empty()) {
    engine->sources_changed(sources);
    const std::vector<CellId> own = local(sources);
    changed_sources.insert(changed_sources.end(), own.begin(), own.end());
  }
}

void Core::initialize(std::span<const CellId> ids, std::string_view variable, const Values& values) {
  std::size_t purpose_index = 0;
  for (const CellId id : ids) {
    purpose_index = variable_index(*population_of(id).model, variable);
  }
  const std::vector<double> numbers =
      network::evaluate(values, ids, network.seed, purpose(random::Purpose::initial_value, purpose_index), variable);
  for (std::size_t k = 0; k < ids.size(); ++k) {
    const network::PopulationData& population = population_of(ids[k]);
    check_state(population, variable_index(*population.model, variable), numbers[k]);
  }
  for (std::size_t k = 0; k < ids.size(); ++k) {
    network::PopulationData& population = network.populations[network.population_of(ids[k])];
    const std::size_t index = variable_index(*population.model, variable);
    if (now() == Time()) {  // else the value is a change of the present state, which reset() forgets
      population.initial[index].set(ids[k] - population.first, numbers[k], population.size);
    }
    if (engine) {
      engine->set_variable(ids[k], index, numbers[k]);
    }
  }
}

void Core::record(std::span<const CellId> ids, std::span<const std::string> variables, double sampling_interval) {
  std::vector<std::string_view> units;
  for (const std::string& variable : variables) {
    units.push_back(variable == "spikes" ? "ms" : unit_of_signal(ids, variable, sampling_interval));
  }
  const std::vector<CellId> mine = local(ids);
  together([&] {  // the sampling intervals of cells that are recorded already may differ between processes
    for (const std::string& variable : variables) {
      (void)recorder.unrecorded(variable, mine, sampling_interval);
    }
  });
  for (std::size_t k = 0; k < variables.size(); ++k) {
    if (variables[k] == "spikes") {
      recorder.record_spikes(ids);  // the engine brings those of its own cells only
    } else if (!ids.empty()) {
      recorder.record_signal(variables[k], units[k], mine, sampling_interval, first_sample(sampling_interval));
    }
  }
}

void Core::check_sampling_interval(double sampling_interval) const {
  if (!(sampling_interval > 0.0) || !std::isfinite(sampling_interval)) {
    throw ParameterError("sampling_interval", sampling_interval, "ms", "must be > 0 and finite");
  }
  constexpr double kShortest = 1e-9;  // [ms]; the resolution of time is 2e-15 ms
  constexpr double kLongest = 1e15;   // [ms], 30,000 years
  if (sampling_interval < kShortest || sampling_interval > kLongest || now().ms() / sampling_interval > 0x1p53) {
    throw ParameterError("sampling_interval", sampling_interval, "ms",
                         "must be >= 1e-9 ms, <= 1e15 ms and > the present time / 2^53");
  }
}

std::string_view Core::unit_of_signal(std::span<const CellId> ids, std::string_view variable,
                                      double sampling_interval) const {
  check_sampling_interval(sampling_interval);
  std::string_view unit;
  for (const CellId id : ids) {
    const CellModel& model = *population_of(id).model;
    unit = model.variables[variable_index(model, variable)].unit;
  }
  return unit;
}

// The quotient may be off by one where the present time is near a sample; comparisons of exact instants correct it.
std::int64_t Core::first_sample(double sampling_interval) const {
  const auto present = events::to_instant<double>(now());
  auto first = static_cast<std::int64_t>(std::ceil(now().ms() / sampling_interval));
  while (first > 0 && !(events::multiple(first - 1, sampling_interval) < present)) {
    --first;
  }
  while (events::multiple(first, sampling_interval) < present) {
    ++first;
  }
  return first;
}

void Core::inject(std::span<const CellId> ids, const StepCurrentSource& steps, const std::optional<ACSource>& sine) {
  for (const CellId id : ids) {
    const network::PopulationData& population = population_of(id);
    if (population.model->is_source()) {
      throw ConnectionError("current source into", population.label, "", "must go to neurons, not to spike sources");
    }
    if (sine && population.model->neuron->in<double>().make_driven == nullptr) {
      throw ParameterError("current source", "ACSource", "",
                           "must be constant between given times for " + std::string(population.model->name) + " (\"" +
                               population.label + "\")");
    }
  }
  network.injections.push_back({steps, {ids.begin(), ids.end()}, sine});
  if (engine) {
    engine->injection_added(network.injections.size() - 1);
  }
}

std::vector<double> Core::value(std::span<const CellId> ids, std::string_view variable, Gather gather) const {
  std::vector<double> mine;
  for (const CellId id : ids) {
    const network::PopulationData& population = population_of(id);
    const std::size_t index = variable_index(*population.model, variable);
    if (network.is_local(id)) {
      mine.push_back(engine ? engine->variable(id, index) : population.initial[index].at(id - population.first));
    }
  }
  return gather == Gather::none ? mine : gather_values(network, ids, mine, *processes);
}

}  // namespace va_event::detail
