// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include "engine/shard/routing.hpp"
#include "engine/shard/shard_cells.hpp"
#include "events/delivery.hpp"
#include "events/instant.hpp"
#include "foundation/prefetch.hpp"
#include "network/network.hpp"
#include "neurons/group/row_slices.hpp"

namespace va_event::engine {

/// Spikes on their way, through synapses with delays of their own, to populations whose groups add inputs up in any
/// order. They stand in no queue. Where a group begins a frame, each spike hands it the slice of its row that arrives
/// in the frame; spikes that are emitted within the frame hand over theirs when they come. So a row is cut once per
/// frame, however many windows there are in it. What is handed over ahead of the present time can be taken back.
template <class Real>
class RowsInFlight {
 public:
  using Instant = events::Instant<Real>;
  using Delivery = events::Delivery<Real>;

  RowsInFlight(const network::Network& network, const Routing& routing, const ShardCells<Real>& cells)
      : network_(network), cells_(cells) {
    // By post population, so that the neurons that one list after the other is handed to stay in the cache.
    for (std::size_t p = 0; p < network.populations.size(); ++p) {
      lists_of_.emplace_back(routing.routes_of(p).size(), kNone);
      for (std::uint32_t r = 0; r < routing.routes_of(p).size(); ++r) {
        if (!routing.routes_of(p)[r].delay) {
          lists_.push_back({static_cast<std::uint32_t>(p), r, &routing.routes_of(p)[r].branches[0]});
          const std::uint32_t post = lists_.back().branch->post_population;
          const network::Share::Range& own = cells.place(post).own;
          const network::Share::Range all = network.share.of(network.populations[post].size);
          lists_.back().none = own.begin == own.end;
          lists_.back().whole = own.begin == all.begin && own.end == all.end;
        }
      }
    }
    std::stable_sort(lists_.begin(), lists_.end(), [](const List& a, const List& b) {
      return a.branch->post_population < b.branch->post_population;
    });
    for (std::size_t k = 0; k < lists_.size(); ++k) {
      lists_of_[lists_[k].population][lists_[k].route] = k;
    }
  }

  /// A spike from synapse `delivery.position` on; `delivery.arrival` has no meaning.
  /// @pre the route has one branch, onto a population that takes whole rows; its longest delay is below an epoch
  void send(const Delivery& delivery) {
    const std::uint32_t population = cells_.population_index(delivery.source);
    List& list = lists_[lists_of_[population][delivery.route]];
    if (list.none) {
      return;
    }
    list.spikes.push_back({delivery.emitted, delivery.source, static_cast<std::uint32_t>(delivery.position)});
    find_row(list, list.spikes.back());
  }

  /// Hands over what arrives before `horizon` and in the present frames.
  /// @param epoch    the present one
  /// @param horizon  nobody reads or changes neurons before
  /// @returns how many synapses
  std::size_t deliver(std::int64_t epoch, const Instant& horizon) {
    if (std::exchange(outdated_, false)) {
      for_each_spike([this](const List& list, Spike& spike) { find_row(list, spike); });
    }
    std::size_t delivered = 0;
    for (List& list : lists_) {
      if (!list.spikes.empty()) {
        delivered += deliver(list, epoch, horizon);
      }
    }
    return delivered;
  }

  /// Takes back what arrives at `now` or later. Rows may change until deliver() is called again.
  /// @returns how many synapses
  std::size_t take_back(const Instant& now) {
    std::size_t taken = 0;
    for (List& list : lists_) {
      for (Spike& spike : list.spikes) {
        const auto position = static_cast<std::uint32_t>(
            std::partition_point(spike.delay, spike.delay + spike.position,
                                 [&](double delay) { return events::later(spike.emitted, Real(delay)) < now; }) -
            spike.delay);
        taken += own_between(list, spike, position);
        spike.position = position;
      }
      list.until = never_yet();
    }
    for (neurons::WindowedGroup<Real>* const group : cells_.windowed()) {
      group->take_back();
    }
    outdated_ = true;
    return taken;
  }

  /// Calls visit(delivery) for all spikes on their way to a population, which are forgotten.
  template <class Visit>
  void release(std::uint32_t post_population, const Visit& visit) {
    for (List& list : lists_) {
      if (list.branch->post_population == post_population) {
        std::vector<Spike> spikes;
        spikes.swap(list.spikes);
        list.fresh = 0;
        for (const Spike& spike : spikes) {
          if (spike.position < spike.size) {
            visit(delivery_of(list, spike));
          }
        }
      }
    }
  }

  /// Whether no spike is on its way; one whose synapses were all handed over may still count as such.
  [[nodiscard]] bool empty() const {
    return std::all_of(lists_.begin(), lists_.end(), [](const List& list) { return list.spikes.empty(); });
  }
  /// Calls visit(delivery) for each spike that is on its way.
  template <class Visit>
  void for_each(const Visit& visit) const {
    for (const List& list : lists_) {
      for (const Spike& spike : list.spikes) {
        if (spike.position < spike.size) {
          visit(delivery_of(list, spike));
        }
      }
    }
  }
  void clear() {
    for (List& list : lists_) {
      list.spikes.clear();
      list.fresh = 0;
      list.until = never_yet();
    }
  }

 private:
  struct Spike {
    Instant emitted;
    std::uint32_t source = 0;
    std::uint32_t position = 0;  ///< of the first synapse that is not handed over
    std::uint32_t size = 0;      ///< of the row
    const std::uint32_t* target = nullptr;
    const double* weight = nullptr;  ///< null: a constant
    const double* delay = nullptr;
  };
  /// The spikes of one population on one route.
  struct List {
    std::uint32_t population = 0;
    std::uint32_t route = 0;
    const Branch* branch = nullptr;
    bool whole = true;  ///< all targets that this process knows are in this shard
    bool none = false;  ///< or none of them
    std::vector<Spike> spikes{};
    std::size_t fresh = 0;  ///< spikes before this one have handed over what arrives before `until`
    Instant until = never_yet();
  };

  static constexpr std::size_t kNone = ~std::size_t{0};
  static constexpr std::size_t kAhead = 6;      ///< rows that are prefetched
  static constexpr std::size_t kTogether = 32;  ///< slices that stay in the first-level cache

  [[nodiscard]] static Instant never_yet() { return {-1, Real(0)}; }

  template <class Visit>
  void for_each_spike(const Visit& visit) {
    for (List& list : lists_) {
      for (Spike& spike : list.spikes) {
        visit(list, spike);
      }
    }
  }

  void find_row(const List& list, Spike& spike) const {
    const network::SynapseTable::Row row = list.branch->row(spike.source - network_.populations[list.population].first);
    spike.size = static_cast<std::uint32_t>(row.target.size());
    spike.target = row.target.data();
    spike.weight = row.weight.empty() ? nullptr : row.weight.data();
    spike.delay = row.delay.data();
  }

  [[nodiscard]] Delivery delivery_of(const List& list, const Spike& spike) const {
    return {spike.emitted, spike.source, list.route, spike.position, spike.emitted};
  }

  /// Synapses [begin, spike.position) whose targets belong to this shard.
  [[nodiscard]] std::size_t own_between(const List& list, const Spike& spike, std::uint32_t begin) const {
    if (list.whole) {
      return spike.position - begin;
    }
    const network::Share::Range& own = cells_.place(list.branch->post_population).own;
    return static_cast<std::size_t>(std::count_if(spike.target + begin, spike.target + spike.position,
                                                  [&own](std::uint32_t target) { return own.contains(target); }));
  }

  static void prefetch(const Spike& spike) {
    constexpr std::uint32_t kSynapses = 24;
    const std::size_t count = std::min(kSynapses, spike.size - spike.position);
    foundation::prefetch(std::span(spike.target + spike.position, count));
    foundation::prefetch(std::span(spike.delay + spike.position, count));
    if (spike.weight != nullptr) {
      foundation::prefetch(std::span(spike.weight + spike.position, count));
    }
  }

  std::size_t deliver(List& list, std::int64_t epoch, const Instant& horizon) {
    const auto& place = cells_.place(list.branch->post_population);
    const Instant frame_end = place.windowed->next_stop();
    const Instant& end = horizon < frame_end ? horizon : frame_end;
    std::vector<Spike>& spikes = list.spikes;
    if (list.until < end) {
      list.fresh = 0;
      list.until = end;
      std::erase_if(spikes, [](const Spike& spike) { return spike.position == spike.size; });
    }
    const Real end_offset = list.until.offset + Real(static_cast<double>((list.until.epoch - epoch) * events::kEpoch));
    std::size_t delivered = 0;
    for (std::size_t k = list.fresh; k < spikes.size(); ++k) {
      if (k + kAhead < spikes.size()) {
        prefetch(spikes[k + kAhead]);
      }
      Spike& spike = spikes[k];
      const Real passed = Real(static_cast<double>((epoch - spike.emitted.epoch) * events::kEpoch));
      const std::uint32_t begin = spike.position;
      spike.position = first_from(spike, passed, end_offset);
      if (begin == spike.position) {
        continue;
      }
      if constexpr (std::is_same_v<Real, double>) {
        slices_.push_back({.target = spike.target + begin,
                           .weight = spike.weight == nullptr ? nullptr : spike.weight + begin,
                           .delay = spike.delay + begin,
                           .constant_weight = list.branch->table->constant_weight(),
                           .time = spike.emitted.offset,
                           .origin = passed,
                           .count = spike.position - begin,
                           .offset = place.offset,
                           .receptor = list.branch->receptor});
      }
      if (slices_.size() == kTogether) {
        delivered += hand_over(list);
      }
    }
    list.fresh = spikes.size();
    delivered += hand_over(list);
    return delivered;
  }

  std::size_t hand_over(const List& list) {
    if (slices_.empty()) {
      return 0;
    }
    const auto& place = cells_.place(list.branch->post_population);
    const std::size_t inputs = place.windowed->deliver_slices(slices_, list.whole ? nullptr : &place.own);
    slices_.clear();
    return inputs;
  }

  /// The first synapse from the spike's position on that does not arrive before `end`. Blocks of eight are compared
  /// without branches.
  [[nodiscard]] static std::uint32_t first_from(const Spike& spike, const Real& passed, const Real& end) {
    constexpr std::uint32_t kBlock = 8;
    const Real emitted = spike.emitted.offset;
    std::uint32_t k = spike.position;
    for (; k + kBlock <= spike.size; k += kBlock) {
      std::uint32_t before = 0;
      for (std::uint32_t n = 0; n < kBlock; ++n) {
        before += (emitted + Real(spike.delay[k + n])) - passed < end ? 1U : 0U;
      }
      if (before < kBlock) {
        return k + before;
      }
    }
    while (k < spike.size && (emitted + Real(spike.delay[k])) - passed < end) {
      ++k;
    }
    return k;
  }

  const network::Network& network_;
  const ShardCells<Real>& cells_;
  std::vector<std::vector<std::size_t>> lists_of_;  ///< number of the list, by population and route
  std::vector<List> lists_;
  bool outdated_ = false;  ///< rows may have changed, and moved in memory
  std::vector<neurons::RowSlice> slices_;
};

}  // namespace va_event::engine
