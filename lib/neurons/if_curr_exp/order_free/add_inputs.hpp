// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "neurons/group/row_slices.hpp"
#include "neurons/group/windowed_group.hpp"
#include "neurons/if_curr_exp/order_free/frame.hpp"

namespace va_event::neurons::order_free {

/// Whether the inputs of a neuron must be taken one after the other in the present frame.
enum class Flag : std::uint8_t {
  none,
  fresh,    ///< yes; what it got before it was flagged must be searched for
  recorded  ///< yes; all of its inputs from the present time on are among Inbox::recorded
};

/// The reserve of a neuron with Flag::recorded: negative, whatever comes, so that each of its inputs is met by the path
/// of neurons that are out of reserve.
inline constexpr std::int64_t kFlagged = -(std::int64_t{1} << 60U);

/// An input of a flagged neuron.
struct OrderedInput {
  std::uint32_t index;
  double x;  ///< arrival, since the frame's start [ms]
  Sums sums;
};

/// Where inputs are added up, and which neurons they may bring to their threshold.
struct Inbox {
  Sums* sums;                           ///< by neuron
  Flag* flags;                          ///< by neuron
  std::vector<std::uint32_t>& flagged;  ///< neurons with a flag: those that get one are appended
  std::vector<OrderedInput>& recorded;  ///< inputs of neurons with Flag::recorded are appended
};

/// An input at one neuron.
struct SingleInput {
  double x;       ///< arrival, since the frame's start [ms]
  double weight;  ///< [nA]
  std::uint32_t index;
  std::uint32_t receptor;
};

/// Adds inputs to the sums of their neurons. The sums are those of input_of(), whatever the instruction set.
/// @param slices with origins relative to the frame's start: their origin is the frame's
void add_slices(const Frame& frame, std::span<const RowSlice> slices, const Inbox& inbox);
void add_inputs(const Frame& frame, std::span<const SingleInput> inputs, const Inbox& inbox);
/// @param frame_start  offset of the frame in the present epoch [ms]
void add_arrivals(const Frame& frame, const SourceArrivals<double>& arrivals, double frame_start, const Inbox& inbox);
/// The same where frame.own.used, which those look at. @pre one receptor
void add_own_slices(const Frame& frame, std::span<const RowSlice> slices, const Inbox& inbox);
void add_own_inputs(const Frame& frame, std::span<const SingleInput> inputs, const Inbox& inbox);
void add_own_arrivals(const Frame& frame, const SourceArrivals<double>& arrivals, double frame_start,
                      const Inbox& inbox);

}  // namespace va_event::neurons::order_free
