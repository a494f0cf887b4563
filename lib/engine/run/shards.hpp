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
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "engine/run/engine.hpp"
#include "engine/run/make_shards.hpp"
#include "engine/run/methods.hpp"
#include "engine/run/parallel_run.hpp"
#include "engine/run/shards_state.hpp"
#include "engine/run/spike_recording.hpp"
#include "engine/shard/routing.hpp"
#include "engine/shard/shard.hpp"
#include "engine/shard/shard_state.hpp"
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
  void weights_changed(std::size_t projection) override {
    scales_outdated_ = true;
    sources_will_change();
    for (const auto& shard : shards_) {
      shard->changing().weights_set(projection, shard->now());
    }
  }
  void weights(std::size_t projection, std::span<std::vector<double>> weights) const override {
    for (const auto& shard : shards_) {
      shard->changing().weights(projection, shard->now(), weights);
    }
  }
  void synapse_values(std::size_t projection, synapses::SynapseVariable variable,
                      std::span<const synapses::SynapsePlace> places, std::span<double> values) const override {
    for (const auto& shard : shards_) {
      shard->changing().present(projection, variable, shard->now(), places, values);
    }
  }
  void observe_synapses(std::size_t projection, std::span<const synapses::ObservedSynapse> synapses) override {
    for (const auto& shard : shards_) {
      shard->changing().observe(projection, shard->now(), synapses);
    }
  }
  void take_synapse_changes(const std::function<void(std::size_t, const SynapseChange&)>& visit) override {
    for (const auto& shard : shards_) {
      shard->changing().take_changes(shard->now(), [&](std::size_t projection, const auto& changes) {
        for (const auto& change : changes) {
          visit(projection, {events::to_time(change.time), change.index, change.variable, change.value});
        }
      });
    }
  }
  void synapse_parameters_will_change(std::size_t projection) override {
    for (const auto& shard : shards_) {
      shard->changing().parameters_will_change(projection, shard->now());
    }
  }
  void synapse_parameters_changed(std::size_t projection) override {
    scales_outdated_ = true;
    for (const auto& shard : shards_) {
      shard->changing().parameters_changed(projection);
    }
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
  void save(foundation::ByteWriter& out) const override { state().save(out, scales_outdated_); }
  void load(foundation::ByteReader& in) override { scales_outdated_ = state().load(in); }
  [[nodiscard]] std::vector<std::string> source_states(std::span<const CellId> sources) const override {
    return state().of_sources(sources);
  }
  void load_sources(std::span<const CellId> sources, std::span<const std::string> states) override {
    state().load_sources(sources, states);
  }
  [[nodiscard]] RunStatistics statistics() const override;
  [[nodiscard]] WorkCounts work_counts() const override;
  [[nodiscard]] std::optional<ClosestApproach> closest_approach() const override;
  void keep_draws() override {
    for (const auto& shard : shards_) {
      shard->changing().keep_draws();
    }
  }
  [[nodiscard]] std::vector<synapses::Draw> take_draws() override {
    std::vector<synapses::Draw> draws;
    for (const auto& shard : shards_) {
      shard->changing().take_draws(draws);
    }
    return draws;
  }
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
  [[nodiscard]] std::vector<std::unique_ptr<Shard<Real>>> make(unsigned count);
  /// Null: the cell belongs to another process.
  [[nodiscard]] Shard<Real>* owner(CellId cell) const { return state().owner(cell); }
  bool run_alone(const Instant& stop, const KeepGoing& keep_going);
  void collect_samples();

  [[nodiscard]] RunCounts run_counts() const { return state().run_counts(); }
  /// The state of the shards, for checkpoints.
  [[nodiscard]] ShardsState<Real> state() const { return {network_, processes_, shards_}; }

  static constexpr double kPollEvery = 0.125;              ///< [ms]
  static constexpr double kShortestExchangeWindow = 1e-6;  ///< [ms]; smaller delays of neurons are for a single shard

  const network::Network& network_;
  recording::Recorder& recorder_;
  Processes& processes_;
  Routing routing_;
  std::vector<PopulationMethod> methods_;         ///< of the populations
  double work_;                                   ///< in one smallest delay
  typename ChangingTables<Real>::States states_;  ///< of the synapses that change
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
      states_(routing_.dynamic_tables().size()),
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
std::vector<std::unique_ptr<Shard<Real>>> Shards<Real>::make(unsigned count) {
  std::vector<std::unique_ptr<Shard<Real>>> shards;
  for (unsigned k = 0; k < count; ++k) {
    shards.push_back(std::make_unique<Shard<Real>>(network_, routing_, methods_, network::Share{k, count}, states_));
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
  return run_counts().events;
}

template <class Real>
WorkCounts Shards<Real>::work_counts() const {
  return run_counts().work();
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

template <class Real>
void Shards<Real>::save_methods(foundation::ByteWriter& out) const {
  std::vector<PopulationMethod> methods = methods_;
  for (std::size_t p = 0; p < methods.size(); ++p) {
    methods[p].choices = ShardState<Real>(*shards_[0]).choices_of(p);
  }
  put_methods(out, methods);
}

}  // namespace va_event::engine
