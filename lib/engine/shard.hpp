// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/current_schedule.hpp"
#include "engine/engine.hpp"
#include "engine/neuron_group.hpp"
#include "engine/routing.hpp"
#include "engine/sources.hpp"
#include "events/delivery.hpp"
#include "events/event_queue.hpp"
#include "network/network.hpp"
#include "recording/recorder.hpp"
#include "va_event/simulation.hpp"

namespace va_event::engine {

/// The event loop: it joins neurons, sources, routes, queues and recording, and handles one event after the other in
/// the total order (time, kind, contents). Everything it holds belongs to it; the network is only read.
///
/// Three scales of time, none of which is a time step:
///  - events, wherever they fall;
///  - check frames of kFrame: only neurons that might spike before the frame ends stand in the queue of candidates.
///  Frames
///    decide who is looked at, never what comes out;
///  - epochs (events::kEpoch): the origin of all offsets moves on, and every neuron is advanced to it, so that
///  resolution does
///    not decay. Epochs are fixed, so that results do not depend on how a run is cut.
template <class Real>
class Shard final : public Engine {
 public:
  Shard(const network::Network& network, recording::Recorder& recorder);

  bool run_until(const Time& stop, const std::function<bool(const Time&)>& keep_going) override;
  [[nodiscard]] Time now() const override { return events::to_time(now_); }
  void parameters_changed(CellId cell) override;
  void sources_changed(std::span<const CellId> cells) override;
  void injection_added(std::size_t injection) override;
  void set_variable(CellId cell, std::size_t variable, double value) override;
  [[nodiscard]] double variable(CellId cell, std::size_t variable) const override;
  [[nodiscard]] RunStatistics statistics() const override;
  [[nodiscard]] std::optional<Grazing> closest_grazing() const override;

 private:
  using Instant = events::Instant<Real>;
  /// Kinds of events in the order in which they happen at one instant.
  enum class Kind { sample, crossing, wake, current, emission, delivery };
  struct Next {
    Real time;
    Kind kind;
  };
  /// Where the neurons of a population are; group is null for sources.
  struct Place {
    NeuronGroup<Real>* group = nullptr;
    std::uint32_t offset = 0;
  };

  [[nodiscard]] Next next_event();
  void handle(Kind kind);
  void take_samples();
  void examine_candidate();
  void wake_neuron();
  void change_current();
  void emit_from_source();
  void deliver();
  void deliver_row(const Route& route, std::uint32_t source_index, events::Delivery<Real>& delivery);
  void collect(const Branch& branch, const network::SynapseTable::Row& row);
  void deliver_collected();

  void begin_frame();
  void next_epoch();
  void find_next_sample();
  void emit(CellId cell, const Instant& t);
  void update_parameters(CellId cell, const Real& t);

  [[nodiscard]] const network::PopulationData& population_of(CellId cell) const;
  [[nodiscard]] NeuronGroup<Real>& group_of(CellId cell) const { return *places_[population_index_[cell]].group; }
  /// Index of a neuron in its group.
  [[nodiscard]] std::size_t index_of(CellId cell) const;
  template <class Number>
  [[nodiscard]] Real offset_of(const events::Instant<Number>& t) const;

  static constexpr double kFrame = 1.0;  ///< [ms]; a divisor of the epoch (benchmarks/networks)
  static constexpr int kPollInterval = 4096;

  const network::Network& network_;
  recording::Recorder& recorder_;
  Routing routing_;
  CurrentSchedule currents_;
  std::vector<std::uint32_t> population_index_;             ///< by cell
  std::vector<std::unique_ptr<NeuronGroup<Real>>> groups_;  ///< one for each neuron model
  std::vector<Place> places_;                               ///< by population
  std::vector<std::unique_ptr<SourceGroup>> sources_;       ///< by population; null for neurons

  events::EventQueue<events::Delivery<Real>> deliveries_;
  events::EventQueue<events::CellEvent<Real>> wakes_;
  events::EventQueue<events::CellEvent<double>> emissions_;
  Candidates<Real> candidates_;
  /// Inputs of one instant for one receptor of one group.
  struct {
    NeuronGroup<Real>* group = nullptr;
    std::uint32_t receptor = 0;
    std::vector<kernels::Targets> targets;
  } collected_;
  events::Instant<double> next_sample_;
  Instant now_;
  RunStatistics statistics_;
};

/// A Shard behind its interface; instantiated for each number type in a source of its own (shard_<type>.cpp).
template <class Real>
[[nodiscard]] std::unique_ptr<Engine> make_shard(const network::Network& network, recording::Recorder& recorder);

}  // namespace va_event::engine
