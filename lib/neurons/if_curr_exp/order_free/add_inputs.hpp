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

/// Where inputs are added up, and which neurons they may bring to their threshold.
struct Inbox {
  Sums* sums;                         ///< by neuron
  std::uint8_t* flagged;              ///< by neuron: 1 when its inputs must be taken one after the other
  std::vector<std::uint32_t>& fresh;  ///< neurons flagged by what is added
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
