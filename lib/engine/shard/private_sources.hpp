// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "engine/shard/arrival_buckets.hpp"
#include "engine/shard/routing.hpp"
#include "engine/shard/shard_cells.hpp"
#include "events/candidates.hpp"
#include "events/instant.hpp"
#include "network/network.hpp"
#include "neurons/inputs.hpp"
#include "sources/poisson_batch.hpp"
#include "sources/poisson_train.hpp"
#include "sources/source_group.hpp"

namespace va_event::engine {

/// Poisson sources and arrays each of which reaches a single neuron of this shard, whose inputs are added up: their
/// spikes are drawn where they arrive, all of a slot together, instead of one by one through two queues. The spikes are
/// those that the sources have in any other way, so that which sources are private leaves no trace. A source may be
/// private to several shards. The shard that owns it counts its spikes, and does only that where it reaches none of its
/// neurons.
///
/// They are taken at the beginning of a run and released where anything else must know them: before a checkpoint is
/// written, and where parameters, or what is recorded, change.
template <class Real>
class PrivateSources {
 public:
  using Instant = events::Instant<double>;

  /// Takes all sources that can be private from `now` on. @param may  whether a source may be
  /// @returns how many
  template <class May>
  std::size_t take(const network::Network& network, const Routing& routing, const ShardCells<Real>& cells,
                   const Instant& now, const May& may) {
    from_ = now;
    private_.assign(network.cells(), 0);
    std::size_t taken = 0;
    for (std::size_t p = 0; p < network.populations.size(); ++p) {
      if (network.populations[p].model->is_source()) {
        taken += take_population(network, routing, cells, p, may);
      }
    }
    return taken;
  }
  [[nodiscard]] bool holds(CellId cell) const noexcept { return cell < private_.size() && private_[cell] != 0; }
  [[nodiscard]] bool empty() const noexcept { return runs_.empty(); }
  /// Whether all their spikes have been delivered, or counted.
  [[nodiscard]] bool is_over() const {
    return std::all_of(runs_.begin(), runs_.end(), [](const SourceRun& run) { return run.is_over(); });
  }
  /// Visits every source that is held, and calls visit(cell, longest delay).
  template <class Visit>
  void for_each(const Visit& visit) const {
    for (const SourceRun& run : runs_) {
      for (std::size_t k = 0; k < run.target.size(); ++k) {
        visit(run.first + static_cast<CellId>(k), run.delay_of(k));
      }
    }
  }
  /// Whether a spike that was emitted before `now` has arrived by then, or was handled before the source was taken.
  [[nodiscard]] bool was_delivered_before(const Instant& now, const Instant& emitted, double delay) const {
    return emitted < from_ || events::later(emitted, delay) < now;
  }
  void clear() {
    for (const SourceRun& run : runs_) {
      if (run.held) {
        run.windowed->release_sources();
      }
    }
    runs_.clear();
    private_.clear();
  }

  /// Gives the neurons all inputs that arrive before `end`. @param epoch the present one
  /// @returns how many
  std::size_t deliver(std::int64_t epoch, const Instant& end, std::uint64_t seed,
                      events::Candidates<Real>& candidates) {
    std::size_t delivered = 0;
    for (SourceRun& run : runs_) {
      if (run.is_over()) {  // and buckets have not followed the time that was skipped
        continue;
      }
      if (run.group == nullptr) {
        count_until(run, end, seed);
        continue;
      }
      run.coming.forget_taken();
      run.coming.make_room(end);
      draw_until(run, end, seed);
      const std::uint64_t before = run.delivered;
      run.coming.take(end, [&](const ArrivalBuckets::Due& due) {
        deliver(run, due, epoch, candidates);
        run.delivered += due.source.size();
      });
      for (; !run.given.empty() && run.given.front().last_arrival < end; run.given.pop_front()) {
        run.delivered += run.given.front().spikes;
      }
      delivered += run.delivered - before;
    }
    return delivered;
  }

  /// Inputs that have arrived before `now`, beside those that deliver() has counted.
  [[nodiscard]] std::uint64_t more_arrivals(const Instant& now, std::uint64_t seed) {
    std::uint64_t count = 0;
    for (const SourceRun& run : runs_) {
      for (const GivenSlot& given : run.given) {
        count += count_slot(run, given.slot, seed,
                            [&](const Instant& emitted) { return events::later(emitted, run.delay[0]) < now; });
      }
    }
    return count;
  }

  /// Spikes of those of these sources that the shard owns since they were taken, before `now`.
  [[nodiscard]] std::uint64_t spikes_before(const Instant& now, std::uint64_t seed) {
    std::uint64_t count = 0;
    for (SourceRun& run : runs_) {
      if (!run.owned) {
        continue;
      }
      // Whole slots were counted as they were drawn; what is on the other side of `now` is drawn again.
      count += run.drawn;
      sources::SlotStart slot = run.next;
      while (slot.time < now && slot.time < run.state.end) {
        count += count_slot(run, slot, seed, [&](const Instant& emitted) { return emitted < now; });
        slot = slot.next(run.slots.exponent);
      }
      for (slot = sources::SlotStart::of(std::max(now, from_), run.slots.exponent); slot.time < run.next.time;
           slot = slot.next(run.slots.exponent)) {
        count -= count_slot(run, slot, seed, [&](const Instant& emitted) { return !(emitted < now); });
      }
    }
    return count;
  }

 private:
  /// A slot whose spikes a group has been given, and whose arrivals are not all before the present time.
  struct GivenSlot {
    sources::SlotStart slot;
    Instant last_arrival;  ///< none is later
    std::size_t spikes;
  };
  /// Sources with consecutive ids: arrays, or Poisson sources with the same rate, onto the same receptor.
  struct SourceRun {
    CellId first = 0;
    bool owned = false;                           ///< by this shard
    std::vector<const std::vector<Time>*> times;  ///< of arrays, by source; empty: Poisson sources
    sources::PoissonState state{};                ///< of arrays begin and end only
    sources::PoissonSlots slots{};
    std::shared_ptr<const sources::PoissonCounts> counts;
    neurons::NeuronGroup<Real>* group = nullptr;       ///< null: they reach no neuron of this shard
    neurons::WindowedGroup<Real>* windowed = nullptr;  ///< the same
    std::uint32_t receptor = 0;
    double shortest_delay = 0.0;
    std::vector<std::uint32_t> target;  ///< index in the group, by source
    std::vector<double> weight, delay;  ///< by source; one number where all are the same
    sources::SlotStart next;            ///< the first slot that is not drawn
    std::uint64_t drawn = 0;            ///< spikes of slots that are
    std::uint64_t delivered = 0;        ///< and of these those that have arrived
    ArrivalBuckets coming;              ///< those that have not arrived yet
    bool by_slots = false;              ///< all spikes of a slot arrive in two of the buckets
    std::optional<std::size_t> held;    ///< the group takes the spikes of whole slots, by this number
    std::deque<GivenSlot> given;

    [[nodiscard]] bool is_over() const { return !(next.time < state.end) && (group == nullptr || delivered == drawn); }
    [[nodiscard]] double weight_of(std::size_t k) const { return weight.size() == 1 ? weight[0] : weight[k]; }
    [[nodiscard]] double delay_of(std::size_t k) const { return delay.size() == 1 ? delay[0] : delay[k]; }
  };
  /// The only synapse of a source onto this shard. Without a branch there is none.
  struct Synapse {
    const Branch* branch = nullptr;
    std::uint32_t target = 0;
    double weight = 0.0, delay = 0.0;
  };

  static constexpr std::size_t kWorthARun = 8;  ///< sources that are drawn together

  /// Nothing if the source reaches several neurons.
  static std::optional<Synapse> only_synapse(const Routing& routing, const ShardCells<Real>& cells,
                                             std::size_t population, std::size_t index) {
    Synapse only;
    for (const Route& route : routing.routes_of(population)) {
      for (const Branch& branch : route.branches) {
        const network::SynapseTable::Row row = branch.row(index);
        const auto& place = cells.place(branch.post_population);
        if (row.target.size() > 1) {
          return std::nullopt;
        }
        if (row.target.empty() || !place.own.contains(row.target[0])) {
          continue;
        }
        if (only.branch != nullptr || !place.whole_rows || branch.dynamics != 0) {
          return std::nullopt;
        }
        only = {&branch, row.target[0], row.weight.empty() ? branch.table->constant_weight() : row.weight[0],
                row.delay.empty() ? branch.table->constant_delay() : row.delay[0]};
      }
    }
    return only;
  }

  /// A run of this source alone, if its spikes can be drawn so.
  static std::optional<SourceRun> run_of(const sources::SourceGroup& group, std::uint32_t index) {
    SourceRun run;
    if (const auto state = group.poisson(index)) {
      run.state = *state;
      run.slots = sources::slots_of(state->rate);
      return state->rate > 0.0 && run.slots.exponent <= kLongestSlot ? std::optional(run) : std::nullopt;
    }
    const std::vector<Time>* const times = group.spike_times(index);
    if (times == nullptr || times->empty()) {
      return std::nullopt;
    }
    run.times = {times};
    run.slots = {kLongestSlot, 0.0};
    const Instant last = events::to_instant<double>(times->back());
    run.state.end = {last.epoch, std::nextafter(last.offset, static_cast<double>(2 * events::kEpoch))};
    return run;
  }
  /// Adds the sources of one run to another that ends before it, if they can be drawn together.
  static bool joins(SourceRun& run, const SourceRun& next) {
    const sources::PoissonState& state = run.state;
    const bool alike = run.times.empty()
                           ? next.times.empty() && state.rate == next.state.rate &&
                                 state.changes == next.state.changes && state.changed == next.state.changed &&
                                 state.begin == next.state.begin && state.end == next.state.end
                           : !next.times.empty();
    if (!alike || run.target.empty() || run.owned != next.owned || run.group != next.group ||
        run.receptor != next.receptor) {
      return false;
    }
    run.state.end = std::max(state.end, next.state.end);
    const auto append = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
    append(run.times, next.times);
    append(run.target, next.target);
    append(run.weight, next.weight);
    append(run.delay, next.delay);
    return true;
  }

  template <class May>
  std::size_t take_population(const network::Network& network, const Routing& routing, const ShardCells<Real>& cells,
                              std::size_t p, const May& may) {
    const network::PopulationData& population = network.populations[p];
    std::size_t taken = 0;
    SourceRun run;
    const auto close = [&] {
      if (run.target.size() >= kWorthARun && finish(run)) {
        std::fill_n(private_.begin() + run.first, run.target.size(), std::uint8_t{1});
        taken += run.target.size();
        runs_.push_back(std::move(run));
      }
      run = {};
    };
    for (std::uint32_t i = 0; i < population.size; ++i) {
      const CellId cell = population.first + i;
      const bool owned = cells.place(p).own.contains(i);
      const auto synapse = may(cell) ? only_synapse(routing, cells, p, i) : std::nullopt;
      auto next = synapse && (owned || synapse->branch != nullptr) ? run_of(cells.sources_of(cell), i) : std::nullopt;
      if (!next) {
        close();
        continue;
      }
      next->first = cell;
      next->owned = owned;
      if (synapse->branch != nullptr) {
        const auto& place = cells.place(synapse->branch->post_population);
        next->group = place.group;
        next->windowed = place.windowed;
        next->receptor = synapse->branch->receptor;
        next->target = {place.offset + synapse->target};
      } else {
        next->target = {0};
      }
      next->weight = {synapse->weight};
      next->delay = {synapse->delay};
      if (!joins(run, *next)) {
        close();
        run = std::move(*next);
      }
    }
    close();
    return taken;
  }

  /// @returns whether the run's spikes can wait in buckets
  bool finish(SourceRun& run) const {
    const auto [least, most] = std::minmax_element(run.delay.begin(), run.delay.end());
    const double shortest = *least;
    const double longest = *most;
    run.shortest_delay = shortest;
    // What can be on its way at once: all of a slot, through the longest delay.
    const double span = std::ldexp(2.0, run.slots.exponent) + (longest - shortest);
    constexpr int kLongestOfOwnDelays = -2;
    const int longest_bucket = shortest == longest ? ArrivalBuckets::kLongest : kLongestOfOwnDelays;
    const int exponent = std::clamp(run.slots.exponent, ArrivalBuckets::kShortest, longest_bucket);
    if (!ArrivalBuckets::fit(span, exponent)) {
      return false;
    }
    run.coming = {events::later(from_, run.shortest_delay), span, exponent};
    run.by_slots = shortest == longest && run.slots.exponent <= exponent;
    if (run.times.empty()) {
      run.counts = std::make_shared<sources::PoissonCounts>(run.slots.mean);
    }
    for (std::vector<double>* numbers : {&run.weight, &run.delay}) {
      const double first = numbers->front();
      if (std::all_of(numbers->begin(), numbers->end(), [first](double x) { return x == first; })) {
        numbers->resize(1);
        numbers->shrink_to_fit();
      }
    }
    run.next = sources::SlotStart::of(std::max({from_, run.state.changed, run.state.begin}), run.slots.exponent);
    if (run.windowed != nullptr && run.times.empty() && shortest == longest) {
      run.held = run.windowed->hold_sources({run.target, run.weight, run.receptor, run.slots.exponent, run.delay[0]});
    }
    return true;
  }

  /// Whether a spike belongs to the train, and has not been handled before the source was taken.
  [[nodiscard]] bool is_wanted(const SourceRun& run, const Instant& emitted) const {
    return !(emitted < from_) && !(emitted < run.state.changed) && !(emitted < run.state.begin) &&
           emitted < run.state.end;
  }

  void draw_slot(const SourceRun& run, const sources::SlotStart& slot, std::uint64_t seed) {
    sources::draw_poisson(sources::poisson_key(seed, run.state.changes), run.first, run.target.size(), run.slots,
                          *run.counts, slot.number(run.slots.exponent), spikes_);
  }
  /// Slots are not longer than an epoch, which they do not straddle.
  [[nodiscard]] bool all_wanted(const SourceRun& run, const sources::SlotStart& slot) const {
    return is_wanted(run, slot.time) && !(run.state.end < slot.next(run.slots.exponent).time);
  }

  /// Calls visit(source in the run, time) for the wanted spikes of a slot.
  template <class Visit>
  void visit_slot(const SourceRun& run, const sources::SlotStart& slot, std::uint64_t seed, const Visit& visit) {
    if (!run.times.empty()) {
      return visit_times(run, slot, visit);
    }
    draw_slot(run, slot, seed);
    const auto source = spikes_.source();
    const auto ticks = spikes_.ticks();
    const bool all = all_wanted(run, slot);
    for (std::size_t k = 0; k < spikes_.size(); ++k) {
      const Instant emitted{slot.time.epoch, slot.time.offset + static_cast<double>(ticks[k]) * sources::kTick};
      if (all || is_wanted(run, emitted)) {
        visit(source[k], emitted);
      }
    }
  }

  /// The same of arrays.
  template <class Visit>
  void visit_times(const SourceRun& run, const sources::SlotStart& slot, const Visit& visit) const {
    const Instant begin = std::max(slot.time, from_);
    const Instant end = slot.next(run.slots.exponent).time;
    for (std::size_t k = 0; k < run.times.size(); ++k) {
      const std::vector<Time>& times = *run.times[k];
      auto spike = std::lower_bound(times.begin(), times.end(), begin, [](const Time& time, const Instant& t) {
        return events::to_instant<double>(time) < t;
      });
      for (; spike != times.end(); ++spike) {
        const Instant emitted = events::to_instant<double>(*spike);
        if (!(emitted < end)) {
          break;
        }
        visit(static_cast<std::uint32_t>(k), emitted);
      }
    }
  }

  template <class Counted>
  std::uint64_t count_slot(const SourceRun& run, const sources::SlotStart& slot, std::uint64_t seed,
                           const Counted& counted) {
    std::uint64_t count = 0;
    visit_slot(run, slot, seed,
               [&](std::uint32_t /*source*/, const Instant& emitted) { count += counted(emitted) ? 1 : 0; });
    return count;
  }

  /// Counts the spikes of whole slots before `end`.
  void count_until(SourceRun& run, const Instant& end, std::uint64_t seed) {
    for (auto next = run.next.next(run.slots.exponent); !(end < next.time) && run.next.time < run.state.end;
         next = next.next(run.slots.exponent)) {
      run.drawn +=
          run.times.empty() && all_wanted(run, run.next)
              ? sources::count_poisson(sources::poisson_key(seed, run.state.changes), run.first, run.target.size(),
                                       run.slots, *run.counts, run.next.number(run.slots.exponent))
              : count_slot(run, run.next, seed, [](const Instant& /*emitted*/) { return true; });
      run.next = next;
    }
  }

  /// Draws the slots from which something may arrive before `end`.
  void draw_until(SourceRun& run, const Instant& end, std::uint64_t seed) {
    while (events::later(run.next.time, run.shortest_delay) < end && run.next.time < run.state.end) {
      if (run.held && all_wanted(run, run.next)) {
        draw_slot(run, run.next, seed);
        run.windowed->receive_slot(*run.held,
                                   {run.next.time, spikes_.counts(), spikes_.ticks(), spikes_.source(), run.delay[0]});
        const sources::SlotStart after = run.next.next(run.slots.exponent);
        run.given.push_back({run.next, events::later(after.time, run.delay[0]), spikes_.size()});
        run.drawn += spikes_.size();
        run.next = after;
        continue;
      }
      if (run.by_slots && all_wanted(run, run.next)) {
        draw_slot(run, run.next, seed);
        run.coming.push({.ticks = spikes_.ticks(), .source = spikes_.source(), .start = run.next.time.offset},
                        run.next.time.epoch, run.delay[0]);
        run.drawn += spikes_.size();
        run.next = run.next.next(run.slots.exponent);
        continue;
      }
      visit_slot(run, run.next, seed, [&](std::uint32_t source, const Instant& emitted) {
        const double delay = run.delay_of(source);
        Instant arrival{emitted.epoch, emitted.offset + delay};
        if (!(arrival.offset < static_cast<double>(events::kEpoch))) {
          arrival = events::later(emitted, delay);
        }
        run.coming.push(arrival, source);
        ++run.drawn;
      });
      run.next = run.next.next(run.slots.exponent);
    }
  }

  void deliver(const SourceRun& run, const ArrivalBuckets::Due& due, std::int64_t epoch,
               events::Candidates<Real>& candidates) {
    if constexpr (std::is_same_v<Real, double>) {
      if (due.epoch == epoch && run.windowed->receive_from_sources({.t = due.offset,
                                                                    .source = due.source,
                                                                    .target = run.target,
                                                                    .weight = run.weight,
                                                                    .receptor = run.receptor})) {
        return;
      }
    }
    const double shift = static_cast<double>((due.epoch - epoch) * events::kEpoch);
    inputs_.clear();
    for (std::size_t k = 0; k < due.source.size(); ++k) {
      const std::uint32_t source = due.source[k];
      inputs_.push_back({Real(due.offset[k] + shift), run.weight_of(source), run.target[source], run.receptor});
    }
    run.group->receive(inputs_, candidates);
  }

  static_assert(sources::kTick == neurons::SlotSpikes::kTick);
  static constexpr int kLongestSlot = 4;  ///< an epoch: sources of lower rates gain nothing

  Instant from_;
  std::vector<std::uint8_t> private_;  ///< by cell
  std::vector<SourceRun> runs_;
  sources::PoissonSpikes spikes_;
  std::vector<neurons::Input<Real>> inputs_;
};

}  // namespace va_event::engine
