// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

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

/// Poisson sources each of which reaches a single neuron of this shard, whose inputs are added up: their spikes are
/// drawn where they arrive, all of a slot together, instead of one by one through two queues. The spikes are those that
/// the sources have in any other way, so that which sources are private leaves no trace.
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
    runs_.clear();
    private_.clear();
  }

  /// Gives the neurons all inputs that arrive before `end`. @param epoch the present one
  /// @returns how many
  std::size_t deliver(std::int64_t epoch, const Instant& end, std::uint64_t seed,
                      events::Candidates<Real>& candidates) {
    std::size_t delivered = 0;
    for (SourceRun& run : runs_) {
      draw_until(run, end, seed);
      inputs_.clear();
      for (; !(bucket_of(end) < run.bucket); ++run.bucket) {
        std::vector<Coming>& bucket = run.buckets[static_cast<std::size_t>(run.bucket) & (run.buckets.size() - 1)];
        const std::int64_t bucket_epoch = run.bucket / kBucketsOfEpoch;
        const double shift = static_cast<double>((bucket_epoch - epoch) * events::kEpoch);
        const auto deliver = [&](const Coming& coming) {
          inputs_.push_back(
              {Real(coming.offset + shift), run.weight_of(coming.source), run.target[coming.source], run.receptor});
        };
        if (bucket_of(end) > run.bucket) {
          std::for_each(bucket.begin(), bucket.end(), deliver);
          bucket.clear();
          continue;
        }
        std::size_t left = 0;  // `end` is in this bucket
        for (const Coming& coming : bucket) {
          if (coming.offset < end.offset) {
            deliver(coming);
          } else {
            bucket[left++] = coming;
          }
        }
        bucket.resize(left);
        break;
      }
      if (!inputs_.empty()) {
        run.group->receive(inputs_, candidates);
        delivered += inputs_.size();
      }
    }
    return delivered;
  }

  /// Spikes of all these sources since they were taken, before `now`.
  [[nodiscard]] std::uint64_t spikes_before(const Instant& now, std::uint64_t seed) {
    std::uint64_t count = 0;
    for (SourceRun& run : runs_) {
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
  /// A spike on its way, in the bucket of its arrival.
  struct Coming {
    double offset;         ///< of the arrival, in its epoch [ms]
    std::uint32_t source;  ///< in the run
  };
  /// Sources with consecutive ids, the same rate and receptor.
  struct SourceRun {
    CellId first = 0;
    sources::PoissonState state{};
    sources::PoissonSlots slots{};
    std::shared_ptr<const sources::PoissonCounts> counts;
    neurons::NeuronGroup<Real>* group = nullptr;
    std::uint32_t receptor = 0;
    double shortest_delay = 0.0;
    std::vector<std::uint32_t> target;         ///< index in the group, by source
    std::vector<double> weight, delay;         ///< by source; one number where all are the same
    sources::SlotStart next;                   ///< the first slot that is not drawn
    std::uint64_t drawn = 0;                   ///< spikes of slots that are
    std::vector<std::vector<Coming>> buckets;  ///< by number modulo their count, a power of two
    std::int64_t bucket = 0;                   ///< the first one that is not empty

    [[nodiscard]] double weight_of(std::size_t k) const { return weight.size() == 1 ? weight[0] : weight[k]; }
    [[nodiscard]] double delay_of(std::size_t k) const { return delay.size() == 1 ? delay[0] : delay[k]; }
  };
  /// The only synapse of a source onto this shard.
  struct Synapse {
    const Branch* branch;
    std::uint32_t target;
    double weight, delay;
  };

  static constexpr std::size_t kWorthARun = 8;  ///< sources that are drawn together
  // Spikes wait in buckets of 1/16 ms.
  static constexpr std::int64_t kBucketsOfEpoch = 256;
  static constexpr std::size_t kMostBuckets = 1U << 12U;

  [[nodiscard]] static std::int64_t bucket_of(std::int64_t epoch, double offset) {
    constexpr double kPerMs = static_cast<double>(kBucketsOfEpoch) / static_cast<double>(events::kEpoch);
    return epoch * kBucketsOfEpoch + static_cast<std::int64_t>(offset * kPerMs);
  }
  [[nodiscard]] static std::int64_t bucket_of(const Instant& t) { return bucket_of(t.epoch, t.offset); }

  /// How many buckets hold what can be on its way at once: all of a slot, through the longest delay.
  [[nodiscard]] static std::size_t buckets_for(int exponent, double shortest_delay, double longest_delay) {
    constexpr double kPerMs = static_cast<double>(kBucketsOfEpoch) / static_cast<double>(events::kEpoch);
    constexpr double kLongestWindow = 1.0;  // [ms]
    const double span = std::ldexp(2.0, exponent) + (longest_delay - shortest_delay) + kLongestWindow;
    std::size_t count = 1;
    while (static_cast<double>(count) < span * kPerMs + 2.0 && count <= kMostBuckets) {
      count *= 2;
    }
    return count;
  }

  /// Whether the source reaches one neuron only.
  static std::optional<Synapse> only_synapse(const Routing& routing, const ShardCells<Real>& cells,
                                             std::size_t population, std::size_t index) {
    std::optional<Synapse> only;
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
        if (only || !place.whole_rows || branch.dynamics != 0) {
          return std::nullopt;
        }
        only = {&branch, row.target[0], row.weight.empty() ? branch.table->constant_weight() : row.weight[0],
                row.delay.empty() ? branch.table->constant_delay() : row.delay[0]};
      }
    }
    return only;
  }

  template <class May>
  std::size_t take_population(const network::Network& network, const Routing& routing, const ShardCells<Real>& cells,
                              std::size_t p, const May& may) {
    const network::PopulationData& population = network.populations[p];
    const network::Share::Range own = cells.place(p).own;
    std::size_t taken = 0;
    SourceRun run;
    const auto close = [&] {
      if (run.target.size() >= kWorthARun && finish(run)) {
        for (std::size_t k = 0; k < run.target.size(); ++k) {
          private_[run.first + k] = 1;
        }
        taken += run.target.size();
        runs_.push_back(std::move(run));
      }
      run = {};
    };
    for (std::uint32_t i = own.begin; i < own.end; ++i) {
      const CellId cell = population.first + i;
      const auto state = may(cell) ? cells.sources_of(cell).poisson(i) : std::nullopt;
      const auto synapse = state ? only_synapse(routing, cells, p, i) : std::nullopt;
      if (!synapse || !(state->rate > 0.0) || sources::slots_of(state->rate).exponent > kLongestSlot) {
        close();
        continue;
      }
      const auto& place = cells.place(synapse->branch->post_population);
      const bool joins = !run.target.empty() && run.group == place.group && run.receptor == synapse->branch->receptor &&
                         run.state.rate == state->rate && run.state.changes == state->changes &&
                         run.state.changed == state->changed && run.state.begin == state->begin &&
                         run.state.end == state->end;
      if (!joins) {
        close();
        run.first = cell;
        run.state = *state;
        run.group = place.group;
        run.receptor = synapse->branch->receptor;
      }
      run.target.push_back(place.offset + synapse->target);
      run.weight.push_back(synapse->weight);
      run.delay.push_back(synapse->delay);
    }
    close();
    return taken;
  }

  /// @returns whether the run's spikes can wait in buckets
  bool finish(SourceRun& run) const {
    run.slots = sources::slots_of(run.state.rate);
    const auto [shortest, longest] = std::minmax_element(run.delay.begin(), run.delay.end());
    run.shortest_delay = *shortest;
    const std::size_t buckets = buckets_for(run.slots.exponent, *shortest, *longest);
    if (buckets > kMostBuckets) {
      return false;
    }
    run.buckets.resize(buckets);
    run.bucket = bucket_of(events::later(from_, run.shortest_delay));
    run.counts = std::make_shared<sources::PoissonCounts>(run.slots.mean);
    for (std::vector<double>* numbers : {&run.weight, &run.delay}) {
      const double first = numbers->front();
      if (std::all_of(numbers->begin(), numbers->end(), [first](double x) { return x == first; })) {
        numbers->resize(1);
        numbers->shrink_to_fit();
      }
    }
    run.next = sources::SlotStart::of(std::max({from_, run.state.changed, run.state.begin}), run.slots.exponent);
    return true;
  }

  /// Whether a spike belongs to the train, and has not been handled before the source was taken.
  [[nodiscard]] bool is_wanted(const SourceRun& run, const Instant& emitted) const {
    return !(emitted < from_) && !(emitted < run.state.changed) && !(emitted < run.state.begin) &&
           emitted < run.state.end;
  }

  /// Calls visit(source in the run, time) for the wanted spikes of a slot.
  template <class Visit>
  void visit_slot(const SourceRun& run, const sources::SlotStart& slot, std::uint64_t seed, const Visit& visit) {
    sources::draw_poisson(sources::poisson_key(seed, run.state.changes), run.first, run.target.size(), run.slots,
                          *run.counts, slot.number(run.slots.exponent), spikes_);
    const auto source = spikes_.source();
    const auto ticks = spikes_.ticks();
    // Slots are not longer than an epoch, which they do not straddle.
    const bool all = is_wanted(run, slot.time) && !(run.state.end < slot.next(run.slots.exponent).time);
    for (std::size_t k = 0; k < spikes_.size(); ++k) {
      const Instant emitted{slot.time.epoch, slot.time.offset + static_cast<double>(ticks[k]) * sources::kTick};
      if (all || is_wanted(run, emitted)) {
        visit(source[k], emitted);
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

  /// Draws the slots from which something may arrive before `end`.
  void draw_until(SourceRun& run, const Instant& end, std::uint64_t seed) {
    while (events::later(run.next.time, run.shortest_delay) < end && run.next.time < run.state.end) {
      visit_slot(run, run.next, seed, [&](std::uint32_t source, const Instant& emitted) {
        const double delay = run.delay_of(source);
        Instant arrival{emitted.epoch, emitted.offset + delay};
        if (!(arrival.offset < static_cast<double>(events::kEpoch))) {
          arrival = events::later(emitted, delay);
        }
        run.buckets[static_cast<std::size_t>(bucket_of(arrival)) & (run.buckets.size() - 1)].push_back(
            {arrival.offset, source});
        ++run.drawn;
      });
      run.next = run.next.next(run.slots.exponent);
    }
  }

  static constexpr int kLongestSlot = 4;  ///< an epoch: sources of lower rates gain nothing

  Instant from_;
  std::vector<std::uint8_t> private_;  ///< by cell
  std::vector<SourceRun> runs_;
  sources::PoissonSpikes spikes_;
  std::vector<neurons::Input<Real>> inputs_;
};

}  // namespace va_event::engine
