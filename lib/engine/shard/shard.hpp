// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "engine/run/engine.hpp"
#include "engine/shard/current_schedule.hpp"
#include "engine/shard/population_lookup.hpp"
#include "engine/shard/routing.hpp"
#include "events/arrival_window.hpp"
#include "events/delivery.hpp"
#include "events/event_queue.hpp"
#include "events/lane_queue.hpp"
#include "network/network.hpp"
#include "neurons/neuron_implementation.hpp"
#include "recording/recorder.hpp"
#include "sources/source_group.hpp"
#include "va_event/simulation.hpp"

namespace va_event::engine {

/// A spike that has happened.
template <class Real>
struct EmittedSpike {
  CellId cell;
  events::Instant<Real> time;
};

/// Events to come that do not follow from the states of the cells.
template <class Real>
struct PendingEvents {
  std::vector<events::CellEvent<Real>> refractory_ends;
  std::vector<events::CellEvent<double>> source_spikes;
  std::vector<events::CellEvent<Real>> spikes_in_flight;  ///< when the cell spiked; sorted

  /// Takes in what is on its way along one route of one part: most spikes are on several. A source may spike twice at
  /// one time, and then both are on each of them.
  void add_in_flight(const std::vector<events::CellEvent<Real>>& sorted) {
    std::vector<events::CellEvent<Real>> both;
    std::set_union(spikes_in_flight.begin(), spikes_in_flight.end(), sorted.begin(), sorted.end(),
                   std::back_inserter(both));
    spikes_in_flight = std::move(both);
  }
};

/// What has happened so far, for reports.
struct RunCounts {
  RunStatistics events;  ///< without the intervals
  struct Group {
    std::array<std::uint64_t, neurons::kIntervalKinds> intervals{};
    neurons::ClosestApproach closest;
  };
  std::vector<Group> groups;  ///< by neuron model

  /// @pre the same neuron models
  void add(const RunCounts& other) {
    events += other.events;
    groups.resize(other.groups.size());
    for (std::size_t g = 0; g < groups.size(); ++g) {
      for (std::size_t kind = 0; kind < neurons::kIntervalKinds; ++kind) {
        groups[g].intervals[kind] += other.groups[g].intervals[kind];
      }
      groups[g].closest = std::min(groups[g].closest, other.groups[g].closest);
    }
  }
};

/// The event loop of one part of the cells and of all synapses onto them: it joins neurons, sources, routes and queues,
/// and handles one event after the other in the total order (time, kind, contents). Everything it holds belongs to it;
/// network and routes are only read. Its spikes are read by emitted_spikes(); those of all parts come by accept().
///
/// Four scales of time, none of which is a time step:
///  - events, wherever they fall;
///  - windows of arrivals through delays of their own (events::ArrivalWindow), which are sorted at once. Within the
///    smallest delay no spike can add to them, so that inputs of different neurons are taken together: each neuron sees
///    its events in their order, and which ones share a vector leaves no trace;
///  - look-ahead slices of kSlice: only neurons that might spike before the slice ends stand in the queue of
///    candidates. Slices decide which neurons are looked at, never a result;
///  - epochs (events::kEpoch): the origin of all offsets moves on, and every neuron is advanced to it, so that
///    resolution does not decay. Epochs are fixed, so that results do not depend on how a run is cut.
template <class Real>
class Shard {
 public:
  using Instant = events::Instant<Real>;

  /// @param part of the network's share
  Shard(const network::Network& network, const Routing& routing, network::Share part);

  /// Handles every event before `stop`, which no spike of another part may disturb. The only part of a network may
  /// return before, at now(), where very many spikes wait to be recorded.
  void run_before(const Instant& stop);
  /// Forgets what has been prepared with the present weights: users may change them before the next run.
  void end_run();
  /// Every event before this time is done.
  [[nodiscard]] const Instant& now() const noexcept { return now_; }
  /// Before this time no cell of this part spikes.
  [[nodiscard]] Instant silent_until();
  /// Before this time nothing at all happens in this part unless spikes of others arrive; now(), unless all is at rest.
  [[nodiscard]] Instant idle_until() const;

  /// Spikes of this part since they were forgotten.
  [[nodiscard]] const std::vector<EmittedSpike<Real>>& emitted_spikes() const noexcept { return emitted_spikes_; }
  void forget_emitted_spikes() { emitted_spikes_.clear(); }
  /// A spike of any part, none of whose effects is due yet.
  void accept(const EmittedSpike<Real>& spike);

  /// Takes what is to be sampled, and from when on.
  void begin_sampling(const std::vector<recording::Sampling>& samplings);
  struct Samples {
    double interval = 0.0;  ///< [ms]
    std::int64_t next = 0;  ///< index on the grid
    struct Column {
      std::size_t position;  ///< in the ids of the sampling
      CellId cell;
      std::size_t variable;
    };
    std::vector<Column> columns;
    std::vector<double> values;  ///< [rows x columns]
  };
  /// What was sampled since, in the order of the samplings.
  [[nodiscard]] const std::vector<Samples>& samples() const noexcept { return samples_; }

  // For cells of this part:
  [[nodiscard]] bool owns(CellId cell) const;
  void parameters_changed(CellId cell);
  void sources_changed(std::span<const CellId> cells);
  void set_variable(CellId cell, std::size_t variable, double value);
  [[nodiscard]] double variable(CellId cell, std::size_t variable) const;
  void injection_added(std::size_t injection);

  // Checkpoints (shard_checkpoint.hpp). What a part holds, cell by cell and event by event:
  void save_neuron(CellId cell, foundation::ByteWriter& out) const;
  void save_source(CellId cell, foundation::ByteWriter& out) const;
  void add_pending(PendingEvents<Real>& events) const;
  [[nodiscard]] RunCounts run_counts() const;
  [[nodiscard]] const std::vector<std::size_t>& current_steps() const noexcept { return currents_.made(); }
  /// Begins to take over a state; cells and events follow. @param current_steps see CurrentSchedule::resume()
  void begin_load(const Instant& now, const std::vector<std::size_t>& current_steps, const RunCounts& run_counts);
  /// @returns whether it is refractory
  bool load_neuron(CellId cell, foundation::ByteReader& in);
  void load_source(CellId cell, foundation::ByteReader& in);
  void load_refractory_end(const events::CellEvent<Real>& end_of_refractoriness) {
    refractory_ends_.push(end_of_refractoriness);
  }
  void load_source_spike(const events::CellEvent<double>& spike) { source_spikes_.push(spike); }
  /// A spike of any part, some of whose effects may be done.
  void load_spike_in_flight(const events::CellEvent<Real>& spike);
  void end_load();

  [[nodiscard]] RunStatistics statistics() const;
  [[nodiscard]] std::uint64_t synaptic_events() const noexcept { return statistics_.synaptic_events; }
  /// The least by the order of ClosestApproach; its distance is +inf where there is none.
  [[nodiscard]] neurons::ClosestApproach closest_approach() const;

 private:
  /// Kinds of events in the order in which they happen at one instant.
  enum class Kind { sample, crossing, end_of_refractoriness, current, spike, delivery, at_threshold };
  struct Next {
    Real time;
    Kind kind;
  };
  /// Where the cells of a population are; group is null for sources.
  struct Place {
    neurons::NeuronGroup<Real>* group = nullptr;
    std::uint32_t offset = 0;         ///< index in the group minus index in the population, modulo 2^32
    network::Share::Range own{0, 0};  ///< the population's cells that belong to this part
  };

  [[nodiscard]] Next next_event();
  void handle(Kind kind, const Real& limit);
  void take_samples();
  void look_at_next();
  void look_at(const events::Candidate<Real>& candidate);
  void end_next_refractoriness();
  void change_current();
  void emit_source_spike();
  void deliver(const Real& limit);
  void deliver_whole();
  void prefetch_deliveries() const;
  void put_back(const events::Delivery<Real>& delivery);
  void begin_arrival_window();
  void fill_arrival_window(events::Delivery<Real> delivery);
  [[nodiscard]] Real next_in_arrival_windows() const;
  void deliver_from_arrival_window(const Real& limit);
  void deliver_row(const Branch& branch, std::uint32_t source_index, events::Delivery<Real>& delivery);
  [[nodiscard]] std::size_t next_own(const Branch& branch, const network::SynapseTable::Row& row,
                                     std::size_t position) const;
  /// The synapses onto cells of this part. @pre one delay
  [[nodiscard]] network::SynapseTable::Row own_part(const Branch& branch, const network::SynapseTable::Row& row) const {
    return alone_ ? row : row.onto(places_[branch.post_population].own);
  }
  void collect(const Branch& branch, const network::SynapseTable::Row& row);
  void deliver_collected();

  void begin_slice();
  void next_epoch();
  void skip_epochs(const Instant& stop);
  [[nodiscard]] Instant next_event_time() const;
  void find_next_sample();
  void emit(CellId cell, const Instant& t);
  void update_parameters(CellId cell, const Real& t);
  void update_parameters_of(const std::vector<CellId>& cells);
  [[nodiscard]] neurons::DrivenNeuronGroup<Real>& driven_group_of(CellId cell);

  [[nodiscard]] const network::PopulationData& population_of(CellId cell) const;
  struct Neuron {
    neurons::NeuronGroup<Real>& group;
    std::size_t index;  ///< in the group
  };
  [[nodiscard]] Neuron neuron(CellId cell) const;
  template <class Number>
  [[nodiscard]] Real offset_of(const events::Instant<Number>& t) const;

  static Instant never() { return {std::numeric_limits<std::int64_t>::max(), Real(0)}; }
  static constexpr double kShortestArrivalWindow = 0x1p-8;  ///< of arrivals [ms]
  static constexpr double kLongestArrivalWindow = 1.0;      ///< [ms]
  static constexpr std::size_t kManyCells = 1U << 13U;      ///< with a line of 64 bytes for each, half a megabyte
  static constexpr std::size_t kMostEmitted = 1U << 20U;
  static constexpr double kSlice = 1.0;  ///< [ms]; a divisor of the epoch (benchmarks/networks)

  const network::Network& network_;
  const Routing& routing_;
  bool alone_;  ///< there is no other part
  bool large_;  ///< too large for a second-level cache
  CurrentSchedule currents_;
  PopulationLookup population_of_cell_;
  /// The neurons of one model; those that get sinusoids are in a group before the others.
  struct Group {
    const neurons::NeuronImplementation* model;
    std::unique_ptr<neurons::StoredNeuronGroup<Real>> stored;
    std::unique_ptr<neurons::DrivenNeuronGroup<Real>> driven;  ///< null: no neuron gets a sinusoid

    [[nodiscard]] neurons::NeuronGroup<Real>& all() const {
      if (driven != nullptr) {
        return *driven;
      }
      return *stored;
    }
  };
  std::vector<Group> groups_;
  std::vector<Place> places_;                                   ///< by population
  std::vector<std::unique_ptr<sources::SourceGroup>> sources_;  ///< by population; null for neurons

  /// Arrivals at all synapses of one delay; with single delays of their own, only those too soon for a window.
  events::LaneQueue<events::Delivery<Real>> deliveries_;
  /// Spikes that go through synapses with delays of their own and have no arrival in the present window.
  events::EventQueue<events::Delivery<Real>> own_delay_deliveries_;
  events::ArrivalWindow<Real> arrival_window_;
  /// Where the synaptic events of the window's spikes go.
  struct Destination {
    neurons::NeuronGroup<Real>* group;
    std::uint32_t receptor;
  };
  std::vector<Destination> destinations_;
  /// The earliest arrival after the window of its spikes.
  Instant after_arrival_window_ = never();
  double arrival_window_length_ = kShortestArrivalWindow;  ///< [ms]
  events::LaneQueue<events::CellEvent<Real>> refractory_ends_;
  events::EventQueue<events::CellEvent<double>> source_spikes_;
  events::Candidates<Real> candidates_;
  /// Inputs of one instant for one receptor of one group.
  struct {
    neurons::NeuronGroup<Real>* group = nullptr;
    std::uint32_t receptor = 0;
    std::vector<neurons::Targets> targets;
  } collected_;
  std::array<neurons::Input<Real>, neurons::kMaxInputs> inputs_;
  std::vector<EmittedSpike<Real>> emitted_spikes_;
  std::vector<Samples> samples_;
  events::Instant<double> next_sample_;
  Instant now_;
  bool eventful_ = true;  ///< something has happened in the present epoch
  bool at_rest_ = false;  ///< no neuron changes or spikes without an event
  RunStatistics statistics_;
};

}  // namespace va_event::engine
