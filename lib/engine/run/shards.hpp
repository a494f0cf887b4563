// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "engine/run/engine.hpp"
#include "engine/run/make_shards.hpp"
#include "engine/run/methods.hpp"
#include "engine/run/parallel_run.hpp"
#include "engine/run/process_state.hpp"
#include "engine/run/spike_recording.hpp"
#include "engine/shard/routing.hpp"
#include "engine/shard/shard.hpp"
#include "foundation/bytes.hpp"
#include "network/network.hpp"
#include "recording/recorder.hpp"
#include "va_event/error.hpp"

namespace va_event::engine {

/// The engine: one shard, or several that run side by side, each on a thread of its own, in one process or several.
///
/// What a window costs, and how far this scales: README.md in this folder.
template <class Real>
class Shards final : public Engine {
 public:
  /// @param threads, methods as make_engine()
  Shards(const network::Network& network, recording::Recorder& recorder, unsigned threads, Processes& processes,
         std::string_view methods);

  bool run_until(const Time& stop, const std::function<bool(const Time&)>& keep_going) override;
  [[nodiscard]] Time now() const override { return events::to_time(shards_[0]->now()); }
  void parameters_changed(CellId cell) override;
  void sources_changed(std::span<const CellId> cells) override;
  void injection_added(std::size_t injection) override;
  void weights_changed() override {
    scales_outdated_ = true;
    sources_will_change();
  }
  void sources_will_change() override {
    for (const auto& shard : shards_) {
      shard->sources().release_private();
    }
  }
  void set_variable(CellId cell, std::size_t variable, double value) override;
  [[nodiscard]] double variable(CellId cell, std::size_t variable) const override {
    return owner(cell)->variable(cell, variable);
  }
  void save_methods(foundation::ByteWriter& out) const override;
  void save(foundation::ByteWriter& out) const override;
  void load(foundation::ByteReader& in) override;
  [[nodiscard]] std::vector<std::string> source_states(std::span<const CellId> sources) const override;
  void load_sources(std::span<const CellId> sources, std::span<const std::string> states) override;
  [[nodiscard]] RunStatistics statistics() const override;
  [[nodiscard]] std::optional<ClosestApproach> closest_approach() const override;
  [[nodiscard]] unsigned threads() const override {
    return parallel_.threads_failed() ? 1 : static_cast<unsigned>(shards_.size());
  }
  [[nodiscard]] bool whole() const override { return whole_; }
  [[nodiscard]] std::vector<MethodRow> methods() const override { return rows_of(network_, methods_); }
  [[nodiscard]] const std::vector<std::string>& warnings() const override { return parallel_.warnings(); }

 private:
  using Instant = events::Instant<Real>;
  using KeepGoing = std::function<bool(const Time&)>;

  [[nodiscard]] double work_per_delay() const;
  [[nodiscard]] unsigned how_many(unsigned threads) const;
  [[nodiscard]] std::vector<std::unique_ptr<Shard<Real>>> make(unsigned count) const;
  /// Null: the cell belongs to another process.
  [[nodiscard]] Shard<Real>* owner(CellId cell) const;
  bool run_alone(const Instant& stop, const KeepGoing& keep_going);
  void collect_samples();

  [[nodiscard]] PendingEvents<Real> pending_events() const;
  [[nodiscard]] RunCounts run_counts() const;
  [[nodiscard]] ProcessState<Real> process_state() const;
  /// @returns the refractory ones of this process
  [[nodiscard]] std::unordered_set<CellId> load_cells(foundation::ByteReader& in);
  void load_pending(foundation::ByteReader& in, std::unordered_set<CellId> refractory);

  static constexpr double kPollEvery = 0.125;              ///< [ms]
  static constexpr double kShortestExchangeWindow = 1e-6;  ///< [ms]; smaller delays of neurons are for a single shard

  const network::Network& network_;
  recording::Recorder& recorder_;
  Processes& processes_;
  Routing routing_;
  std::vector<PopulationMethod> methods_;  ///< of the populations
  double work_;                            ///< in one smallest delay
  std::vector<std::unique_ptr<Shard<Real>>> shards_;
  SpikeRecording<Real> recording_;
  ParallelRun<Real> parallel_;
  std::vector<network::Column> refractory_periods_;  ///< of the present scales
  bool scales_outdated_ = false;                     ///< what scales follow from has changed since the last run
  bool whole_ = true;                                ///< no error has ended a run between two clean points
};

template <class Real>
Shards<Real>::Shards(const network::Network& network, recording::Recorder& recorder, unsigned threads,
                     Processes& processes, std::string_view methods)
    : network_(network),
      recorder_(recorder),
      processes_(processes),
      routing_(network, processes),
      methods_(methods.empty() ? choose_methods(network, processes, std::is_same_v<Real, double>)
                               : get_methods(methods, network, processes, std::is_same_v<Real, double>)),
      work_(work_per_delay()),
      shards_(make(how_many(threads))),
      recording_(recorder),
      parallel_(routing_, shards_, processes, recording_, work_, threads > 0),
      refractory_periods_(refractory_periods(network)) {
  if constexpr (events::kTails < Real >> 0) {
    recorder.set_resolution(events::kTails<Real>, std::numeric_limits<Real>::max_digits10);
  } else {
    recorder.set_resolution(0, 0);
  }
}

template <class Real>
std::vector<std::unique_ptr<Shard<Real>>> Shards<Real>::make(unsigned count) const {
  std::vector<std::unique_ptr<Shard<Real>>> shards;
  for (unsigned k = 0; k < count; ++k) {
    shards.push_back(std::make_unique<Shard<Real>>(network_, routing_, methods_, network::Share{k, count}));
  }
  return shards;
}

/// What this process has to do in one smallest delay of neurons, in synaptic events of IF_curr_exp. The rate is a
/// guess; what depends on it is speed alone.
template <class Real>
double Shards<Real>::work_per_delay() const {
  constexpr double kRate = 0.01;        // spikes of a cell per ms
  constexpr double kConductance = 3.0;  // an event of IF_cond_exp (benchmarks/networks)
  double synapses = 0;
  for (const network::ProjectionData& projection : network_.projections) {
    for (const network::SynapseBlock& block : projection.blocks) {
      const bool conductance = network_.populations[block.post_population].model->conductance_based;
      synapses += static_cast<double>(block.table.size()) * (conductance ? kConductance : 1.0);
    }
  }
  return synapses * kRate * std::min(routing_.min_delay_of_neurons(), 1.0);
}

/// Several threads pay when a window holds enough work for each.
template <class Real>
unsigned Shards<Real>::how_many(unsigned threads) const {
  if (routing_.min_delay_of_neurons() < kShortestExchangeWindow) {
    if (processes_.count() > 1) {
      throw ParameterError("delay", routing_.min_delay_of_neurons(), "ms",
                           "must be >= 1e-6 ms between neurons on several processes");
    }
    return 1;
  }
  if (threads > 0) {
    return threads;
  }
  constexpr double kWorkOfShard = std::is_same_v<Real, double> ? 400 : 8;  // some microseconds
  const double useful = work_ / kWorkOfShard;
  const unsigned available = std::max(1U, std::thread::hardware_concurrency() / processes_.on_this_machine());
  return useful < available ? std::max(1U, static_cast<unsigned>(useful)) : available;
}

template <class Real>
Shard<Real>* Shards<Real>::owner(CellId cell) const {
  const auto found =
      std::find_if(shards_.begin(), shards_.end(), [cell](const auto& shard) { return shard->owns(cell); });
  return found == shards_.end() ? nullptr : found->get();
}

template <class Real>
bool Shards<Real>::run_until(const Time& stop_time, const KeepGoing& keep_going) {
  const auto stop = events::to_instant<Real>(stop_time);
  if (std::exchange(scales_outdated_, false) && shards_[0]->has_windows()) {
    const std::vector<neurons::InputScale> scales = input_scales(network_, processes_);
    refractory_periods_ = refractory_periods(network_);
    for (const auto& shard : shards_) {
      shard->set_scales(scales);
    }
  }
  for (const auto& shard : shards_) {
    shard->begin_recording(recorder_);
  }
  const bool alone = shards_.size() * processes_.count() == 1;
  bool completed = false;
  std::exception_ptr failure;
  whole_ = false;
  try {
    completed = alone ? run_alone(stop, keep_going) : parallel_.run(stop, keep_going);
  } catch (...) {
    whole_ = whole_ || !(alone || parallel_.begun());
    if (!whole_) {
      throw;
    }
    failure = std::current_exception();
  }
  whole_ = false;
  for (const auto& shard : shards_) {
    shard->end_run();
  }
  collect_samples();
  whole_ = true;
  if (failure) {
    std::rethrow_exception(failure);
  }
  return completed;
}

template <class Real>
bool Shards<Real>::run_alone(const Instant& stop, const KeepGoing& keep_going) {
  Shard<Real>& shard = *shards_[0];
  while (shard.now() < stop) {
    const Instant idle = shard.idle_until();  // nothing happens before: that is quick
    const Instant poll = events::later(shard.now(), Real(kPollEvery));
    const Instant next = idle < poll ? poll : idle;
    whole_ = false;
    shard.run_before(next < stop && !shard.has_windows() ? next : stop);
    recording_.record(shard.emitted_spikes());
    recording_.record(shard.recorded_source_spikes());
    shard.forget_emitted_spikes();
    whole_ = true;
    recording_.require_room();
    if (shard.now() < stop && !keep_going(now())) {
      return false;
    }
  }
  return true;
}

/// What the shards have sampled, in the order of the recorder's cells.
template <class Real>
void Shards<Real>::collect_samples() {
  std::vector<recording::Sampling>& samplings = recorder_.samplings();
  for (std::size_t s = 0; s < samplings.size(); ++s) {
    recording::Sampling& sampling = samplings[s];
    const std::size_t width = sampling.ids.size();
    const std::size_t begin = sampling.values.size();
    const auto rows = static_cast<std::size_t>(shards_[0]->samples()[s].next - sampling.next_sample());
    sampling.values.resize(begin + rows * width);
    for (const auto& shard : shards_) {
      const auto& samples = shard->samples()[s];
      const std::size_t columns = samples.columns.size();
      for (std::size_t k = 0; k < rows * columns; ++k) {
        sampling.values[begin + k / columns * width + samples.columns[k % columns].position] = samples.values[k];
      }
    }
  }
}

template <class Real>
void Shards<Real>::parameters_changed(CellId cell) {
  const std::size_t population = network_.population_of(cell);
  const std::size_t index = cell - network_.populations[population].first;
  scales_outdated_ = scales_outdated_ || refractory_period(network_.populations[population], index) !=
                                             refractory_periods_[population].at(index);
  if (Shard<Real>* const shard = owner(cell)) {
    shard->parameters_changed(cell);
  }
}

template <class Real>
void Shards<Real>::set_variable(CellId cell, std::size_t variable, double value) {
  if (Shard<Real>* const shard = owner(cell)) {
    shard->set_variable(cell, variable, value);
  }
}

template <class Real>
void Shards<Real>::sources_changed(std::span<const CellId> cells) {
  scales_outdated_ = true;
  for (const auto& shard : shards_) {
    shard->sources().changed(cells);
  }
}

template <class Real>
void Shards<Real>::injection_added(std::size_t injection) {
  for (const auto& shard : shards_) {
    shard->injection_added(injection);
  }
}

template <class Real>
RunStatistics Shards<Real>::statistics() const {
  return run_counts().statistics();
}

template <class Real>
std::optional<ClosestApproach> Shards<Real>::closest_approach() const {
  const neurons::ClosestApproach closest = run_counts().closest_approach();
  if (closest.distance == std::numeric_limits<double>::infinity()) {
    return std::nullopt;
  }
  return ClosestApproach{closest.distance, closest.cell, events::to_time(closest.time).ms()};
}

template <class Real>
std::unique_ptr<Engine> make_shards(const network::Network& network, recording::Recorder& recorder, unsigned threads,
                                    Processes& processes, std::string_view methods) {
  return std::make_unique<Shards<Real>>(network, recorder, threads, processes, methods);
}

// Checkpoints: the state of all shards together, cells in their order and events in theirs, so that the number of
// shards has no effect on a file.

template <class Real>
ProcessState<Real> Shards<Real>::process_state() const {
  ProcessState<Real> state{run_counts(), {}, pending_events()};
  for (const network::PopulationData& population : network_.populations) {
    foundation::ByteWriter records;
    const network::Share::Range own = network_.share.of(population.size);
    for (std::uint32_t i = own.begin; i < own.end; ++i) {
      const CellId cell = population.first + i;
      foundation::ByteWriter record;
      if (population.model->is_source()) {
        owner(cell)->sources().save(cell, record);
      } else {
        owner(cell)->save_neuron(cell, record);
      }
      records.put_text(record.bytes());
    }
    state.cells.push_back(records.bytes());
  }
  return state;
}

template <class Real>
void Shards<Real>::save_methods(foundation::ByteWriter& out) const {
  std::vector<PopulationMethod> methods = methods_;
  for (std::size_t p = 0; p < methods.size(); ++p) {
    methods[p].choices = shards_[0]->choices_of(p);
  }
  put_methods(out, methods);
}

template <class Real>
void Shards<Real>::save(foundation::ByteWriter& out) const {
  for (const network::ProjectionData& projection : network_.projections) {
    if (projection.model != nullptr) {
      throw StateError("projection", projection.label, "", "must have static synapses, to be saved");
    }
  }
  for (const auto& shard : shards_) {
    shard->sources().release_private();
  }
  ProcessState<Real> state = process_state();
  if (processes_.count() > 1) {
    foundation::ByteWriter mine;
    state.put(mine);
    std::vector<Processes::Bytes> all;
    processes_.gather(mine.bytes(), all);
    for (std::size_t rank = 1; rank < all.size(); ++rank) {
      state.add(all[rank]);
    }
  }
  out.section("TIME", [&] { events::put_instant(out, shards_[0]->now()); });
  out.section("SCAL", [&] { out.put<std::uint8_t>(scales_outdated_ ? 1 : 0); });
  out.section("CURR", [&] {
    for (const std::uint64_t steps : shards_[0]->current_steps()) {
      out.put(steps);
    }
  });
  out.section("DONE", [&] { detail::put_counts(out, state.run_counts); });
  out.section("CELL", [&] {
    for (const std::string& records : state.cells) {
      out.put_bytes(records);
    }
  });
  out.section("NEXT", [&] {
    detail::put_events(out, state.pending.refractory_ends);
    detail::put_events(out, state.pending.source_spikes);
    detail::put_events(out, state.pending.spikes_in_flight);
  });
}

template <class Real>
void Shards<Real>::load(foundation::ByteReader& in) {
  Instant now;
  in.section("TIME", [&now](foundation::ByteReader& part) { now = events::get_instant<Real>(part); });
  in.section("SCAL", [this](foundation::ByteReader& part) { scales_outdated_ = part.get<std::uint8_t>() != 0; });
  std::vector<std::size_t> current_steps;
  in.section("CURR", [&](foundation::ByteReader& part) {
    for (const network::Injection& injection : network_.injections) {
      current_steps.push_back(part.get<std::uint64_t>());
      part.require(current_steps.back() <= injection.source.times().size(), "holds more steps than a current has");
      const auto times = std::span(injection.source.times());
      const auto time = [](const Time& step) { return events::to_instant<Real>(step); };
      const std::size_t made = current_steps.back();  // one at the present time may be made or not
      part.require(
          (made == 0 || !(now < time(times[made - 1]))) && (made == times.size() || !(time(times[made]) < now)),
          "holds a current of another time");
    }
  });
  RunCounts done;
  in.section("DONE", [&](foundation::ByteReader& part) {
    done = detail::get_counts(part, run_counts().groups.size());
    for (const RunCounts::Group& group : done.groups) {
      part.require(group.closest.cell < network_.cells(), "holds a closest approach of no cell");
    }
  });
  const auto forget_counts = [&done] {  // they belong to the first of all, the closest approach is known to all
    done.events = {};
    for (RunCounts::Group& group : done.groups) {
      group.intervals = {};
    }
  };
  if (processes_.rank() > 0) {
    forget_counts();
  }
  for (const auto& shard : shards_) {
    shard->begin_load(now, current_steps);
  }
  std::unordered_set<CellId> refractory;
  in.section("CELL", [&](foundation::ByteReader& part) { refractory = load_cells(part); });
  in.section("NEXT", [&](foundation::ByteReader& part) { load_pending(part, std::move(refractory)); });
  for (const auto& shard : shards_) {
    shard->end_load(done);
    forget_counts();
  }
}

template <class Real>
std::unordered_set<CellId> Shards<Real>::load_cells(foundation::ByteReader& in) {
  std::unordered_set<CellId> refractory;
  for (const network::PopulationData& population : network_.populations) {
    for (CellId cell = population.first; cell - population.first < population.size; ++cell) {
      const std::string_view bytes = in.get_view();
      for (const auto& shard : shards_) {
        foundation::ByteReader record(bytes);
        if (population.model->is_source() && shard->sources().draws(cell)) {
          shard->sources().load(cell, record);
        } else if (!population.model->is_source() && shard->owns(cell)) {
          if (shard->load_neuron(cell, record)) {
            refractory.insert(cell);
          }
        } else {
          continue;
        }
        in.require(record.at_end(), "holds more of a cell than it should");
      }
    }
  }
  return refractory;
}

template <class Real>
void Shards<Real>::load_pending(foundation::ByteReader& in, std::unordered_set<CellId> refractory) {
  const Instant now = shards_[0]->now();
  const auto require = [this, &in](CellId cell, bool is_source) {
    in.require(network_.populations[network_.population_of(cell)].model->is_source() == is_source,
               "holds an event of another kind of cell");
  };
  detail::get_events<Real>(in, network_.cells(), [&](const events::CellEvent<Real>& end) {
    require(end.cell, false);
    in.require(!(end.time < now), "holds an end of refractoriness that is over");
    if (Shard<Real>* const shard = owner(end.cell)) {
      in.require(refractory.erase(end.cell) == 1, "holds the end of a refractoriness that is none");
      shard->load_refractory_end(end);
    }
  });
  detail::get_events<double>(in, network_.cells(), [&](const events::CellEvent<double>& spike) {
    require(spike.cell, true);
    in.require(!(Instant{spike.time.epoch, Real(spike.time.offset)} < now), "holds a source spike that is over");
    for (const auto& shard : shards_) {
      if (shard->sources().draws(spike.cell)) {
        shard->sources().load_next(spike);
      }
    }
  });
  in.require(refractory.empty(), "holds a refractory neuron without an end");
  detail::get_events<Real>(in, network_.cells(), [&](const events::CellEvent<Real>& spike) {
    in.require(!(now < spike.time), "holds a spike of the future");
    for (const auto& shard : shards_) {
      shard->load_spike_in_flight(spike);
    }
  });
}

template <class Real>
std::vector<std::string> Shards<Real>::source_states(std::span<const CellId> sources) const {
  std::unordered_map<CellId, events::Instant<double>> next_spikes;
  for (const auto& shard : shards_) {
    shard->sources().for_each([&](const events::CellEvent<double>& spike) { next_spikes[spike.cell] = spike.time; });
  }
  std::vector<std::string> states;
  for (const CellId cell : sources) {
    const auto shard =
        std::find_if(shards_.begin(), shards_.end(), [cell](const auto& one) { return one->sources().draws(cell); });
    foundation::ByteWriter out;
    if (shard != shards_.end()) {
      const auto next = next_spikes.find(cell);
      out.put(next != next_spikes.end());
      events::put_instant(out, next != next_spikes.end() ? next->second : events::Instant<double>{});
      (*shard)->sources().save(cell, out);
    }
    states.push_back(out.bytes());
  }
  return states;
}

template <class Real>
void Shards<Real>::load_sources(std::span<const CellId> sources, std::span<const std::string> states) {
  const std::unordered_set<CellId> cells(sources.begin(), sources.end());
  for (const auto& shard : shards_) {
    shard->sources().forget(cells);
    for (std::size_t k = 0; k < sources.size(); ++k) {
      if (shard->sources().draws(sources[k])) {
        foundation::ByteReader in(states[k]);
        const bool spikes = in.get<bool>();
        const auto next = events::get_instant<double>(in);
        shard->sources().load(sources[k], in);
        if (spikes) {
          shard->sources().load_next({next, sources[k]});
        }
      }
    }
  }
}

template <class Real>
PendingEvents<Real> Shards<Real>::pending_events() const {
  PendingEvents<Real> events;
  for (const auto& shard : shards_) {
    shard->add_pending(events);
  }
  return events;
}

template <class Real>
RunCounts Shards<Real>::run_counts() const {
  RunCounts sum;
  for (const auto& shard : shards_) {
    sum.add(shard->run_counts());
  }
  return sum;
}

}  // namespace va_event::engine
