// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <type_traits>
#include <vector>

#include "engine/shard/changing_tables.hpp"
#include "engine/shard/emitted_spike.hpp"
#include "engine/shard/pending_events.hpp"
#include "engine/shard/routing.hpp"
#include "engine/shard/rows_in_flight.hpp"
#include "engine/shard/shard_cells.hpp"
#include "engine/shard/window_delivery.hpp"
#include "events/candidates.hpp"
#include "events/delivery.hpp"
#include "events/lane_queue.hpp"
#include "foundation/prefetch.hpp"
#include "network/network.hpp"
#include "neurons/inputs.hpp"
#include "synapses/transmission.hpp"

namespace va_event::engine {

/// Spikes on their way, from their emission to the neurons of one shard.
///
/// A spike stands in a queue once for each of its routes, at its next arrival. Where all synapses of a route have one
/// delay, all of them are delivered at once. Where each synapse has a delay of its own, spikes go from one short
/// window to the next (WindowDelivery). Each neuron gets its inputs in their order, and which ones share a vector has
/// no effect on a result.
template <class Real>
class SpikeDelivery {
 public:
  using Instant = events::Instant<Real>;
  using Delivery = events::Delivery<Real>;

  /// @param now         the shard's present time
  /// @param candidates  what inputs make likely to spike
  /// @param states      of the synapses that change
  SpikeDelivery(const network::Network& network, const Routing& routing, const ShardCells<Real>& cells, bool only_shard,
                const Instant& now, events::Candidates<Real>& candidates, typename ChangingTables<Real>::States& states)
      : network_(network),
        routing_(routing),
        cells_(cells),
        now_(now),
        candidates_(candidates),
        only_shard_(only_shard),
        exceeds_cache_(network.cells() > kCellsInCache),
        changing_(network, routing, cells, states),
        windows_(network, routing, cells, now, candidates, changing_),
        rows_in_flight_(network, routing, cells) {}

  /// The synapses that change.
  [[nodiscard]] ChangingTables<Real>& changing() noexcept { return changing_; }
  [[nodiscard]] const ChangingTables<Real>& changing() const noexcept { return changing_; }

  /// Whether the cell has a synapse onto a cell of this shard.
  [[nodiscard]] bool reaches(CellId cell) const {
    const std::uint32_t population = cells_.population_index(cell);
    const std::span<const Route> routes = routing_.routes_of(population);
    return std::any_of(routes.begin(), routes.end(), [&](const Route& route) {
      return has_own(route, cell - network_.populations[population].first);
    });
  }

  /// A spike of a neuron of any shard, or of a source that this shard draws, none of whose effects is due yet.
  void accept(const EmittedSpike<Real>& spike) {
    if (!changing_.empty()) [[unlikely]] {
      changing_.source_spiked(spike, now_);
    }
    const std::uint32_t population = cells_.population_index(spike.cell);
    const std::size_t index = spike.cell - network_.populations[population].first;
    const std::span<const Route> routes = routing_.routes_of(population);
    for (std::uint32_t r = 0; r < routes.size(); ++r) {
      if (routes[r].delay) {
        deliveries_.push({events::later(spike.time, Real(*routes[r].delay)), spike.cell, r, 0, spike.time});
        continue;
      }
      const Branch& branch = routes[r].branches[0];
      if (takes_rows(branch)) {
        rows_in_flight_.send({spike.time, spike.cell, r, 0, spike.time});
        continue;
      }
      const network::SynapseTable::Row row = branch.row(index);
      if (const std::size_t first = cells_.next_own(branch.post_population, row.target, 0); first < row.target.size()) {
        put_back({events::later(spike.time, Real(row.delay[first])), spike.cell, r, first, spike.time});
      }
    }
  }

  /// The same for a spike of a checkpoint, some of whose effects may be done: those before the present time.
  void load(const events::CellEvent<Real>& spike) {
    const std::uint32_t population = cells_.population_index(spike.cell);
    const std::size_t index = spike.cell - network_.populations[population].first;
    const std::span<const Route> routes = routing_.routes_of(population);
    const auto is_done = [this](const Instant& arrival) { return arrival < now_; };
    for (std::uint32_t r = 0; r < routes.size(); ++r) {
      if (routes[r].delay) {
        const Instant arrival = events::later(spike.time, Real(*routes[r].delay));
        if (!is_done(arrival)) {
          deliveries_.push({arrival, spike.cell, r, 0, spike.time});
        }
        continue;
      }
      const Branch& branch = routes[r].branches[0];
      const network::SynapseTable::Row row = branch.row(index);
      const auto first_due = std::partition_point(row.delay.begin(), row.delay.end(), [&](double delay) {
        return is_done(events::later(spike.time, Real(delay)));
      });
      const std::size_t position =
          cells_.next_own(branch.post_population, row.target, static_cast<std::size_t>(first_due - row.delay.begin()));
      if (position == row.target.size()) {
        continue;
      }
      const Delivery delivery{events::later(spike.time, Real(row.delay[position])), spike.cell, r, position,
                              spike.time};
      if (takes_rows(branch)) {
        rows_in_flight_.send(delivery);
      } else {
        put_back(delivery);
      }
    }
  }

  /// Hands rows over to populations that take them as a whole: what arrives before `horizon`, as RowsInFlight does.
  void deliver_rows(std::int64_t epoch, const Instant& horizon) {
    synaptic_events_ += rows_in_flight_.deliver(epoch, horizon);
  }

  /// A population takes no whole rows any longer: the spikes on their way to it go through the queue.
  void stop_rows(std::uint32_t post_population) {
    rows_in_flight_.release(post_population, [this](Delivery delivery) {
      const std::uint32_t population = cells_.population_index(delivery.source);
      const Branch& branch = routing_.routes_of(population)[delivery.route].branches[0];
      const Row row = branch.row(delivery.source - network_.populations[population].first);
      delivery.position = cells_.next_own(branch.post_population, row.target, delivery.position);
      if (delivery.position < row.target.size()) {
        delivery.arrival = events::later(delivery.emitted, Real(row.delay[delivery.position]));
        put_back(delivery);
      }
    });
  }

  /// The earliest arrival, in the present epoch; +inf if there is none in it [ms].
  [[nodiscard]] Real next_offset() const {
    const Real whole = next_whole();
    const Real in_window = windows_.next_offset();
    return in_window < whole ? in_window : whole;
  }

  /// The earliest arrival of any epoch, for which `consider` is called; and others, later ones.
  template <class Consider>
  void for_next_times(const Consider& consider) const {
    if (!deliveries_.empty()) {
      consider(deliveries_.top().arrival);
    }
    windows_.for_next_times(consider);
  }

  /// Delivers what arrives at the present time, which is next_offset(), and perhaps more.
  /// @param limit        no event from then on
  /// @param other_event  of other kinds: the time of the next one, as an offset; called only where it matters
  template <class OtherEvent>
  void deliver(const Real& limit, const OtherEvent& other_event) {
    const Real whole = next_whole();
    windows_.begin_if_next(whole, limit);
    if (windows_.empty() || whole < windows_.next_offset() ||
        (whole == windows_.next_offset() && !windows_.ties_before(deliveries_.top()))) {
      return deliver_whole();
    }
    const Real other = other_event();
    const Real end = other < limit ? other : limit;
    synaptic_events_ += windows_.deliver(end < whole ? end : whole);
  }

  /// Forgets what has been prepared with the present weights: users may change them before the next run.
  void end_run() {
    windows_.close();
    synaptic_events_ -= rows_in_flight_.take_back(now_);
  }

  void clear() {
    deliveries_.clear();
    windows_.clear();
    rows_in_flight_.clear();
  }
  /// Adds all spikes in flight that have a target here. Queues hold others, too: where all synapses of a route in this
  /// process have one delay, a spike stands in it whether its cell has one or not, and another process may know several
  /// delays of the route. No checkpoint may depend on that.
  /// @pre end_run() was called since the last delivery
  void add_pending(PendingEvents<Real>& events) const {
    std::map<std::uint32_t, std::vector<events::CellEvent<Real>>> spikes_by_route;
    const auto add = [&](const auto& delivery) {
      const std::uint32_t population = cells_.population_index(delivery.source);
      const Route& route = routing_.routes_of(population)[delivery.route];
      if (has_own(route, delivery.source - network_.populations[population].first)) {
        spikes_by_route[delivery.route].push_back({delivery.emitted, delivery.source});
      }
    };
    deliveries_.for_each(add);
    windows_.for_each(add);
    rows_in_flight_.for_each(add);
    for (auto& [route, spikes] : spikes_by_route) {
      std::sort(spikes.begin(), spikes.end());
      events.add_in_flight(spikes);
    }
  }

  /// Whether a run may end here, before the end of the present window: weights that change have been worked out for it.
  [[nodiscard]] bool may_end_run() const noexcept { return windows_.may_end_run(); }
  /// The latest arrival that has been delivered ahead of its turn, in an arrival window; or an earlier time.
  [[nodiscard]] const Instant& delivered() const noexcept { return windows_.delivered(); }
  /// Whether inputs come through rows that no queue contains.
  [[nodiscard]] bool has_rows() const { return !rows_in_flight_.empty(); }
  /// Arrivals at single synapses so far.
  [[nodiscard]] std::uint64_t synaptic_events() const noexcept { return synaptic_events_; }
  /// Arrivals that did not come through here.
  void count_more(std::uint64_t arrivals) noexcept { synaptic_events_ += arrivals; }
  void set_synaptic_events(std::uint64_t count) noexcept { synaptic_events_ = count; }

 private:
  using Row = network::SynapseTable::Row;
  using Place = typename ShardCells<Real>::Place;

  static constexpr double kNever = std::numeric_limits<double>::infinity();
  static constexpr std::size_t kCellsInCache = 1U << 13U;  ///< with a line of 64 bytes for each, half a megabyte

  /// Within the present epoch, or +inf. (Nothing that is left belongs to an earlier one.)
  [[nodiscard]] Real offset_of(const Instant& t) const {
    return t.epoch == now_.epoch ? t.offset : std::numeric_limits<Real>::infinity();
  }

  /// Whether a cell has synapses of the route onto cells of this shard. @param index of the cell in its population
  [[nodiscard]] bool has_own(const Route& route, std::size_t index) const {
    return std::any_of(route.branches.begin(), route.branches.end(), [&](const Branch& branch) {
      const Row row = branch.row(index);
      return route.delay ? !own_part(branch, row).target.empty()
                         : cells_.next_own(branch.post_population, row.target, 0) < row.target.size();
    });
  }

  /// The first arrival at synapses that do not wait for windows, in the present epoch; or +inf [ms].
  [[nodiscard]] Real next_whole() const {
    return deliveries_.empty() ? Real(kNever) : offset_of(deliveries_.top().arrival);
  }

  /// The synapses onto cells of this shard. @pre one delay
  [[nodiscard]] Row own_part(const Branch& branch, const Row& row) const {
    return only_shard_ ? row : row.onto(cells_.place(branch.post_population).own);
  }

  /// The position of the first of them.
  [[nodiscard]] std::size_t begin_of_own(const Branch& branch, const Row& row) const {
    return static_cast<std::size_t>(own_part(branch, row).target.data() - row.target.data());
  }

  /// Whether the post population takes the rows of a branch as a whole.
  [[nodiscard]] bool takes_rows(const Branch& branch) const {
    return cells_.place(branch.post_population).whole_rows && branch.dynamics == 0 &&
           branch.longest_delay < static_cast<double>(events::kEpoch);
  }

  /// A spike that goes through synapses with delays of their own, by the queue.
  void put_back(const Delivery& delivery) {
    const Route& route = routing_.routes_of(cells_.population_index(delivery.source))[delivery.route];
    if (goes_through_windows<Real>(route) && !windows_.has_begun_before(delivery)) {
      windows_.push(delivery);
    } else {
      deliveries_.push(delivery);
    }
  }

  /// Everything of a spike that arrives with one delay.
  void deliver_whole() {
    Delivery delivery = deliveries_.take();
    prefetch_deliveries();
    const std::uint32_t population = cells_.population_index(delivery.source);
    const std::uint32_t index = delivery.source - network_.populations[population].first;
    const Route& route = routing_.routes_of(population)[delivery.route];
    if (!route.delay) {
      deliver_row(route.branches[0], index, delivery);
      return;
    }
    for (const Branch& branch : route.branches) {
      if (const std::int64_t row_number = branch.row_number(index); row_number >= 0) {
        const Row row = branch.table->row(static_cast<std::size_t>(row_number));
        const Row own = own_part(branch, row);
        if (!own.target.empty()) {
          const std::size_t begin = begin_of_own(branch, row);
          collect(branch, transmit(branch, row, row_number, begin, begin + own.target.size(), delivery));
        }
      }
    }
    deliver_collected();
  }

  /// What the next deliveries need of the memory: first where a row is, then what it holds, then its targets. In a
  /// network whose neurons stay in the caches only what synapses that change hold.
  void prefetch_deliveries() const {
    const auto for_branches = [this](std::size_t ahead, const auto& visit) {
      const Delivery* const delivery = deliveries_.ahead(ahead);
      if (delivery == nullptr) {
        return;
      }
      const std::uint32_t population = cells_.population_index(delivery->source);
      const Route& route = routing_.routes_of(population)[delivery->route];
      if (route.delay) {
        for (const Branch& branch : route.branches) {
          if (const auto row = branch.row_number(delivery->source - network_.populations[population].first); row >= 0) {
            visit(branch, static_cast<std::size_t>(row));
          }
        }
      }
    };
    const auto prefetch_synapses = [this](const Branch& branch, std::size_t row) {
      branch.table->prefetch_row(row);
      if (branch.dynamics != 0) {
        const Row all = branch.table->row(row);
        const std::size_t begin = begin_of_own(branch, all);
        changing_.of_branch(branch.dynamics).prefetch_synapses(row, begin, begin + own_part(branch, all).target.size());
      }
    };
    if (!exceeds_cache_) {
      if (!changing_.empty()) {
        for_branches(0, [&](const Branch& branch, std::size_t row) {
          if (branch.dynamics != 0) {
            prefetch_synapses(branch, row);
          }
        });
      }
      return;
    }
    for_branches(4, [](const Branch& branch, std::size_t row) { branch.table->prefetch_place(row); });
    for_branches(2, prefetch_synapses);
    for_branches(0, [this](const Branch& branch, std::size_t row) {
      const Place& place = cells_.place(branch.post_population);
      const Row all = branch.table->row(row);
      const Row own = own_part(branch, all);
      place.group->prefetch_targets(own.target, place.offset);
      if (branch.dynamics != 0) {
        const std::size_t begin = begin_of_own(branch, all);
        changing_.of_branch(branch.dynamics).prefetch_targets(row, begin, begin + own.target.size());
      }
    });
  }

  /// Delivers the synapses of one delay and puts the spike back for those that follow.
  void deliver_row(const Branch& branch, std::uint32_t source_index, Delivery& delivery) {
    const Row row = branch.row(source_index);
    const std::size_t begin = delivery.position;
    const Place& place = cells_.place(branch.post_population);
    std::size_t end = begin + 1;
    while (end < row.delay.size() && row.delay[end] == row.delay[begin] && row.target[end] < place.own.end) {
      ++end;
    }
    const neurons::TargetsOf<Real> passed =
        transmit(branch, row, branch.row_number(source_index), begin, end, delivery);
    if (end == begin + 1) {
      const neurons::Input<Real> input{now_.offset, passed.weight_of(0), place.offset + passed.index[0],
                                       branch.receptor};
      place.group->receive({&input, 1}, candidates_);
      ++synaptic_events_;
    } else {
      collect(branch, passed);
      deliver_collected();
    }
    end = cells_.next_own(branch.post_population, row.target, end);
    if (end < row.delay.size()) {
      delivery.position = end;
      delivery.arrival = events::later(delivery.emitted, Real(row.delay[end]));
      put_back(delivery);
    }
  }

  /// What the synapses [begin, end) of a row are worth to a spike that arrives at them now.
  [[nodiscard]] neurons::TargetsOf<Real> transmit(const Branch& branch, const Row& row, std::int64_t row_number,
                                                  std::size_t begin, std::size_t end, const Delivery& delivery) const {
    const std::uint32_t offset = cells_.place(branch.post_population).offset;
    if (branch.dynamics == 0) [[likely]] {
      const auto passed = synapses::transmit(*branch.table, row, begin, end);
      return {passed.target, offset, passed.weight, passed.constant_weight};
    }
    const auto passed = synapses::transmit<Real>(
        changing_.of_branch(branch.dynamics), row,
        {static_cast<std::size_t>(row_number), begin, end, delivery.emitted, delivery.arrival});
    if constexpr (std::is_same_v<Real, double>) {
      return {passed.target, offset, passed.weight, passed.constant_weight};
    } else {
      return {passed.target, offset, {}, 0.0, passed.weight};
    }
  }

  /// Adds synapses that a spike passes to the inputs of this instant.
  void collect(const Branch& branch, const neurons::TargetsOf<Real>& passed) {
    const Place& place = cells_.place(branch.post_population);
    synaptic_events_ += passed.index.size();
    const bool kept = place.windowed != nullptr && place.windowed->keeps_targets();
    if (branch.dynamics != 0 && kept && !passed.weight.empty()) {
      return receive_each(*place.group, branch.receptor, passed);
    }
    if (place.group != collected_.group || branch.receptor != collected_.receptor) {
      deliver_collected();
      collected_.group = place.group;
      collected_.receptor = branch.receptor;
    }
    collected_.targets.push_back(passed);
  }

  /// Some groups that are advanced from window to window keep views of what is delivered to many targets, but weights
  /// that change are gone at once: these go by value.
  void receive_each(neurons::NeuronGroup<Real>& group, std::uint32_t receptor, const neurons::TargetsOf<Real>& passed) {
    std::size_t count = 0;
    const auto hand_over = [&] {
      for (std::span<const neurons::Input<Real>> left(inputs_.data(), count); !left.empty();) {
        left = left.subspan(group.receive(left, candidates_));
      }
      count = 0;
    };
    for (std::size_t k = 0; k < passed.index.size(); ++k) {
      inputs_[count++] = {now_.offset, passed.weight_of(k), passed.offset + passed.index[k], receptor};
      if (count == inputs_.size()) {
        hand_over();
      }
    }
    hand_over();
  }

  void deliver_collected() {
    if (!collected_.targets.empty()) {
      collected_.group->deliver(now_.offset, collected_.receptor, collected_.targets, candidates_);
      collected_.targets.clear();
    }
  }

  const network::Network& network_;
  const Routing& routing_;
  const ShardCells<Real>& cells_;
  const Instant& now_;
  events::Candidates<Real>& candidates_;
  bool only_shard_;     ///< all cells of the network are in this shard
  bool exceeds_cache_;  ///< too many cells for a second-level cache
  std::uint64_t synaptic_events_ = 0;
  ChangingTables<Real> changing_;

  /// Arrivals at all synapses of one delay; with single delays of their own, only those too soon for a window.
  events::LaneQueue<Delivery> deliveries_;
  WindowDelivery<Real> windows_;
  RowsInFlight<Real> rows_in_flight_;
  /// Inputs of one instant for one receptor of one group.
  struct {
    neurons::NeuronGroup<Real>* group = nullptr;
    std::uint32_t receptor = 0;
    std::vector<neurons::TargetsOf<Real>> targets;
  } collected_;
  std::array<neurons::Input<Real>, neurons::kMaxInputs> inputs_;
};

}  // namespace va_event::engine
