// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>
#include <vector>

#include "engine/shard/current_schedule.hpp"
#include "engine/shard/sampler.hpp"
#include "engine/shard/shard_cells.hpp"
#include "events/delivery.hpp"
#include "events/instant.hpp"
#include "neurons/group/windowed_group.hpp"

namespace va_event::engine {

/// The neurons of a shard whose inputs are added up (neurons::WindowedGroup). They go from window to window: no spike
/// of theirs arrives in the window in which it is emitted, and in a window nothing else than inputs happens to them.
/// So a window's events can come first, which deliver all inputs of the window, and then these neurons are advanced to
/// its end.
template <class Real>
class Windows {
 public:
  using Instant = events::Instant<Real>;

  /// @param sampler, currents when users see or change the neurons
  /// @param shortest_delay of all synapses from neurons of windowed groups [ms]
  Windows(const ShardCells<Real>& cells, const Sampler<Real>& sampler, const CurrentSchedule& currents,
          double shortest_delay)
      : cells_(cells), sampler_(sampler), currents_(currents), longest_(shortest_delay * (1.0 - 0x1p-20)) {}

  /// Whether there are such neurons.
  [[nodiscard]] bool any() const noexcept { return !cells_.windowed().empty(); }

  /// Before it nothing changes these neurons, or reads them without all inputs having come. @param now the present time
  /// @param in_order  inputs come in the order of time, as all other events
  [[nodiscard]] Instant next_look(const Instant& now, bool in_order) const {
    const bool reads_ahead = in_order && std::all_of(cells_.windowed().begin(), cells_.windowed().end(),
                                                     [](auto* const group) { return group->reads_ahead(); });
    const Instant sample =
        reads_ahead ? Instant{std::numeric_limits<std::int64_t>::max(), Real(0)} : widened(sampler_.next_time());
    if (currents_.empty()) {
      return sample;
    }
    if (const Instant change = widened(currents_.next_time()); now < change) {
      return std::min(sample, change);
    }
    if constexpr (std::is_same_v<Real, double>) {  // a change at `now`: in a window as short as can be
      return std::min(sample, events::normalised<Real>(now.epoch, std::nextafter(now.offset, now.offset + 1.0)));
    }
    return sample;
  }

  /// Where the window ends that begins at `now`, at the latest at `stop`: no spike of these neurons arrives before that
  /// is not emitted yet. @param look next_look()
  [[nodiscard]] Instant end(const Instant& now, const Instant& stop, const Instant& look) const {
    Instant end = std::min({events::later(now, Real(longest_)), stop, look});
    for (const neurons::WindowedGroup<Real>* const group : cells_.windowed()) {
      end = std::min(end, group->next_stop());
    }
    return end;
  }

  /// Whether none of these neurons spikes unless an input comes or users change something.
  [[nodiscard]] bool quiet() const {
    return std::all_of(cells_.windowed().begin(), cells_.windowed().end(),
                       [](auto* const group) { return group->is_quiet(); });
  }
  /// Where a window ends that begins at `now`, at the latest at `stop`, before which no input comes. Until all numbers
  /// of these neurons have settled each window costs time, and ends with the epoch, so that the user can end the run.
  /// @pre quiet()
  [[nodiscard]] Instant end_of_quiet(const Instant& now, const Instant& stop) const {
    const bool settled = std::all_of(cells_.windowed().begin(), cells_.windowed().end(),
                                     [](const auto* group) { return group->is_settled(); });
    return settled ? stop : std::min(stop, Instant{now.epoch + 1, Real(0)});
  }
  void advance_quietly(const Instant& end) {
    for (neurons::WindowedGroup<Real>* const group : cells_.windowed()) {
      group->advance_quietly(end);
    }
  }

  /// Advances all these neurons to the window's end. @returns their spikes, in the order of time
  [[nodiscard]] std::span<const events::CellEvent<Real>> advance(const Instant& end) {
    spikes_.clear();
    for (neurons::WindowedGroup<Real>* const group : cells_.windowed()) {
      group->advance(end, spikes_);
    }
    std::sort(spikes_.begin(), spikes_.end());
    return spikes_;
  }

  /// Other weights or rates, from now on. @param scales by population
  void set_scales(const std::vector<neurons::InputScale>& scales) {
    for (std::size_t p = 0; p < scales.size(); ++p) {
      if (cells_.place(p).windowed != nullptr) {
        cells_.place(p).windowed->set_scale(scales[p]);
      }
    }
  }

  /// Another state follows. @param now its time
  void begin_load(const Instant& now) {
    for (neurons::WindowedGroup<Real>* const group : cells_.windowed()) {
      group->begin_load(now);
    }
  }

 private:
  [[nodiscard]] static Instant widened(const events::Instant<double>& time) { return {time.epoch, Real(time.offset)}; }

  const ShardCells<Real>& cells_;
  const Sampler<Real>& sampler_;
  const CurrentSchedule& currents_;
  double longest_;                               ///< shorter than the shortest delay [ms]
  std::vector<events::CellEvent<Real>> spikes_;  ///< of the present window
};

}  // namespace va_event::engine
