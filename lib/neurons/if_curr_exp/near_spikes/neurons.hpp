// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "events/delivery.hpp"
#include "events/instant.hpp"
#include "events/lane_queue.hpp"
#include "foundation/large_pages.hpp"
#include "neurons/group/parameter_sets.hpp"
#include "neurons/group/population_ranges.hpp"
#include "neurons/if_curr_exp/near_spikes/time_constants.hpp"
#include "neurons/inputs.hpp"

namespace va_event::neurons::near_spikes_currents {

using Instant = events::Instant<double>;
using CellEvent = events::CellEvent<double>;

inline constexpr double kNever = std::numeric_limits<double>::infinity();

/// A time of the present epoch, and the exponentials there of neurons with the same time constants.
struct Moment {
  double t = -1.0;
  const TimeConstants* times = nullptr;
  Factors at{};
};

/// The neurons of a group, and where they stand.
struct Neurons {
  /// What synaptic events do not touch.
  struct Rare {
    Instant wake{};           ///< where refractoriness ends
    double refractory_y = 0;  ///< v - v_thresh meanwhile [mV]
    CellId cell = 0;
    std::uint32_t set = 0;    ///< of all parameters
    std::uint32_t times = 0;  ///< of time constants
    std::uint32_t near = 0;   ///< 1 + index in `near`, or 0
    bool removed = false;     ///< the neuron is held elsewhere
  };
  /// A neuron that may come to its threshold before the segment ends.
  struct Near {
    std::uint32_t index;
    bool searched = false;  ///< `crossing` is known
    double since = 0.0;     ///< it has not spiked before, with its present amplitudes [ms]
    double y = 0.0;         ///< (v - v_thresh)/R there [nA]
    double margin = 0.0;    ///< for rounding [nA]
    double bend = 0.0;      ///< a time h later y is above the higher of its two ends by at most bend h^2 [nA/ms^2]
    double crossing = 0.0;  ///< the first one in this segment, or kNever [ms]
  };

  Instant time;                   ///< every event before it is done
  std::size_t segment = 0;        ///< number of the present one
  double segment_end = kSegment;  ///< [ms]
  ParameterSets<Kernel> sets;
  ParameterSets<TimeConstantsKernel> times;
  PopulationRanges ranges;  ///< by time constants
  foundation::LargeVector<Row> rows;
  foundation::LargeVector<double> infinity;  ///< i_infinity [nA]
  foundation::LargeVector<Rare> rare;
  std::vector<Near> near;
  std::array<std::vector<std::uint32_t>, kSegments> later;  ///< to be looked at when the segment ends
  /// Where refractoriness ends; and those of them that are not in the queue yet.
  events::LaneQueue<CellEvent> wakes;
  std::vector<CellEvent> new_wakes;
  double next_wake = kNever;           ///< of all of them, in this epoch [ms]
  Moment known;                        ///< the last one that was needed
  std::vector<std::uint32_t> waiting;  ///< scratch
  std::vector<CellEvent> spikes;       ///< since the last advance()
  std::uint64_t looks = 0;             ///< at neurons that might spike before the segment ends, since then

  [[nodiscard]] const Kernel::Constants& constants(std::size_t i) const { return sets[rare[i].set]; }
  [[nodiscard]] const TimeConstants& times_of(std::size_t i) const { return times[rare[i].times]; }
  [[nodiscard]] bool is_refractory(std::size_t i) const { return rows[i].reserve == kRefractory; }
  void begin_segment(std::size_t number) {
    segment = number;
    segment_end = static_cast<double>(number + 1) * kSegment;
  }

  /// The neuron has been put at its threshold or above, at a time in this segment, and spikes then, whatever rounding
  /// says of its amplitudes. @pre it has just been looked at, which found it near
  void spikes_at(std::size_t i, double t) {
    near[rare[i].near - 1].crossing = t;
    near[rare[i].near - 1].searched = true;
  }
  /// A neuron that is refractory until rare[i].wake.
  void wake_later(std::size_t i);
  void find_next_wake();
};

// In vectors (advance.cpp):

/// An input at `t` on each target, not before any earlier one.
void deliver(Neurons& neurons, double t, std::size_t receptor, std::span<const Targets> targets);
/// Inputs in the order of their times.
void receive(Neurons& neurons, std::span<const Input<double>> inputs);
/// Every input before `end` has come: advances to it and appends the spikes.
void advance(Neurons& neurons, const Instant& end, std::vector<CellEvent>& spikes);
/// A neuron that is not refractory, after what has happened to it at the present time.
void look(Neurons& neurons, std::size_t i);

}  // namespace va_event::neurons::near_spikes_currents
