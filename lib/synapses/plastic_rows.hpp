// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "events/instant.hpp"
#include "foundation/large_pages.hpp"
#include "foundation/prefetch.hpp"
#include "network/share.hpp"
#include "synapses/source_history.hpp"
#include "synapses/stdp_rule.hpp"
#include "synapses/target_spikes.hpp"

namespace va_event::synapses {

/// What a spike of a source needs of most targets: the last three spikes of the target, as they arrive at its synapses,
/// and how old the others are. Times are the start of an epoch [ms] and an offset in it, so that differences of them
/// are rounded as duration() rounds them. One cache line for each target.
struct alignas(64) LatestSpikes {
  static constexpr double kNone = -static_cast<double>(events::kEpoch);  ///< before all spikes of sources [ms]
  struct Arrival {
    double epoch = kNone;
    double offset = 0.0;
  };

  Arrival last;
  Arrival second, third;   ///< before the last one; kNone if all synapses have followed it, as the following
  double earlier = kNone;  ///< when the one before these three arrived, rounded to one number [ms]
  /// The trace of the target just after the last one; with the sign - if all synapses have followed that.
  double trace = 0.0;
};

/// The trace of triplets that a target has just before its last three spikes, the last one first.
struct alignas(32) LatestTriplets {
  std::array<double, 4> before{};
};

/// A spike of a source that passes a row, and what is common to the synapses.
struct RowPass {
  const LatestSpikes* latest;      ///< of targets, from number first_target on
  const LatestTriplets* triplets;  ///< likewise, of TripletRule
  std::uint32_t first_target;
  LatestSpikes::Arrival last;     ///< when the one before it arrived at the synapses
  LatestSpikes::Arrival arrival;  ///< when it arrives itself
  double earlier;                 ///< all synapses have followed spikes whose rounded times are below [ms]
  double r1, r1_before;           ///< the trace of the source just after the spike before it, and just before that one
  double r2;                      ///< the trace of triplets just before it
};

/// Brings the weights of consecutive synapses of a row to what Plasticity::pass() makes of them, in the same bits, in
/// vectors of synapses. Those of targets with more than three spikes to follow, or with a spike after the present one,
/// stay as they are.
/// @param kept    the magnitudes of the weights, one for each target
/// @param left    room for as many positions as there are targets @returns how many of them stay as they are
std::size_t pass_row(const StdpChoice& choice, const StdpValues<double>& values, const RowPass& pass,
                     std::span<const std::uint32_t> targets, double* kept, std::uint32_t* left);

/// Plastic synapses of a row taken together, where their parameters and their delay are common: a spike arrives at all
/// of them at one time. Between two spikes of a source most targets spike three times at most, and these synapses are
/// worked out in vectors; the others are left to Plasticity::pass().
class PlasticRows {
 public:
  using Source = SourceSpike<double>;

  PlasticRows(const StdpChoice& choice, const network::Share::Range& own)
      : choice_(choice),
        own_(own),
        latest_(own.end - own.begin),
        triplets_(choice.timing == Timing::triplets ? own.end - own.begin : 0) {}

  /// @param delay  of all synapses [ms]
  void set_parameters(const StdpValues<double>& values, double delay) {
    values_ = values;
    axonal_ = (1.0 - values.dendritic_fraction) * delay;
    dendritic_ = values.dendritic_fraction * delay;
  }

  /// When a spike of a source reaches its synapses.
  [[nodiscard]] events::Instant<double> arrival_of(const Source& spike) const {
    return events::later(spike.t, axonal_);
  }

  /// Notes the latest spikes of a target: call it after its spikes, or the last sweep, have changed.
  void find_latest(std::uint32_t target, const TargetSpikes<double>& all) {
    const std::vector<TargetSpike<double>>& spikes = all.of(target);
    LatestSpikes latest;
    LatestTriplets triplets;
    LatestSpikes::Arrival* const arrivals[] = {&latest.last, &latest.second, &latest.third};
    for (std::size_t k = 0; k < std::min<std::size_t>(spikes.size(), 3); ++k) {
      const TargetSpike<double>& spike = spikes[spikes.size() - 1 - k];
      if (k == 0 || !all.is_swept(spike)) {
        *arrivals[k] = arrival_of(spike);
        triplets.before[k] = spike.before[1];
      }
    }
    if (!spikes.empty()) {
      const double trace = target_trace_after(choice_, spikes.back().before[0]);
      latest.trace = all.is_swept(spikes.back()) ? -trace : trace;
    }
    if (spikes.size() > 3 && !all.is_swept(spikes[spikes.size() - 4])) {
      const LatestSpikes::Arrival fourth = arrival_of(spikes[spikes.size() - 4]);
      latest.earlier = fourth.epoch + fourth.offset;
    }
    latest_[target - own_.begin] = latest;
    if (choice_.timing == Timing::triplets) {
      triplets_[target - own_.begin] = triplets;
    }
  }
  void find_latest_of_all(const TargetSpikes<double>& all) {
    for (std::uint32_t target = own_.begin; target < own_.end; ++target) {
      find_latest(target, all);
    }
  }
  /// What pass() will read of the targets.
  void prefetch(std::span<const std::uint32_t> targets) const {
    for (const std::uint32_t target : targets) {
      foundation::prefetch(&latest_[target - own_.begin]);
      if (choice_.timing == Timing::triplets) {
        foundation::prefetch(&triplets_[target - own_.begin]);
      }
    }
  }

  /// A spike of the source passes consecutive synapses of a row. @param before  the one before it, or null
  /// @param kept  the magnitudes of their weights, which change
  /// @returns the positions, from 0, of those that are to be passed one by one; valid until the next call
  [[nodiscard]] std::span<const std::uint32_t> pass(const Source& spike, const Source* before,
                                                    std::span<const std::uint32_t> targets, double* kept);

 private:
  [[nodiscard]] static LatestSpikes::Arrival arrival_of(const events::Instant<double>& t) {
    return {static_cast<double>(t.epoch * events::kEpoch), t.offset};
  }
  [[nodiscard]] LatestSpikes::Arrival arrival_of(const TargetSpike<double>& spike) const {
    return arrival_of(events::later(spike.t, dendritic_));
  }

  StdpChoice choice_;
  network::Share::Range own_;
  StdpValues<double> values_{};
  double axonal_ = 0.0, dendritic_ = 0.0;             ///< parts of the delay [ms]
  foundation::LargeVector<LatestSpikes> latest_;      ///< by own target
  foundation::LargeVector<LatestTriplets> triplets_;  ///< likewise, of TripletRule
  std::vector<std::uint32_t> left_;                   ///< room for positions
};

}  // namespace va_event::synapses
