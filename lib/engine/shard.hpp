// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "engine/current_schedule.hpp"
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
class Shard {
 public:
  Shard(const network::Network& network, recording::Recorder& recorder);

  /// Handles every event before `stop`. `keep_going` is asked every epoch and every kPollInterval events; when it says
  /// no, the loop ends where it is. Returns whether `stop` was reached.
  bool run_until(const events::Instant<Real>& stop,
                 const std::function<bool(const events::Instant<Real>&)>& keep_going);

  /// Every event before this instant is done.
  [[nodiscard]] const events::Instant<Real>& now() const noexcept { return now_; }

  // Changes that the user makes at now().
  void parameters_changed(CellId cell);
  void sources_changed(std::span<const CellId> cells);
  void injection_added(std::size_t injection);
  void set_variable(CellId cell, std::size_t variable, double value);
  [[nodiscard]] double variable(CellId cell, std::size_t variable) const;

  [[nodiscard]] RunStatistics statistics() const;

 private:
  using Instant = events::Instant<Real>;
  /// Kinds of events in the order in which they happen at one instant.
  enum class Kind { sample, crossing, wake, current, emission, delivery };
  struct Next {
    Real time;
    Kind kind;
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
  void deliver_to(const Branch& branch, const Real& t, const network::SynapseTable::Row& row);

  void begin_frame();
  void next_epoch();
  void find_next_sample();
  void emit(CellId cell, const Instant& t);
  void update_parameters(CellId cell, const Real& t);

  [[nodiscard]] const network::PopulationData& population_of(CellId cell) const;
  [[nodiscard]] Real offset_of(const Instant& t) const;

  static constexpr double kFrame = 1.0;  ///< [ms]; a divisor of the epoch (benchmarks/networks)
  static constexpr int kPollInterval = 4096;

  const network::Network& network_;
  recording::Recorder& recorder_;
  Routing routing_;
  CurrentSchedule<Real> currents_;
  std::vector<std::uint32_t> population_index_;              ///< by cell
  std::vector<std::unique_ptr<NeuronGroup<Real>>> groups_;   ///< by population; null for sources
  std::vector<std::unique_ptr<SourceGroup<Real>>> sources_;  ///< by population; null for neurons

  events::EventQueue<events::Delivery<Real>> deliveries_;
  events::EventQueue<events::CellEvent<Real>> wakes_;
  events::EventQueue<events::CellEvent<Real>> emissions_;
  Candidates<Real> candidates_;
  Instant next_sample_;
  Instant now_;
  RunStatistics statistics_;
};

}  // namespace va_event::engine
