// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "neurons/group/row_slices.hpp"
#include "neurons/group/windowed_group.hpp"
#include "neurons/if_curr_delta/order_free/frame.hpp"

namespace va_event::neurons::delta_order_free {

/// What the inputs of each neuron in the present frame add up to [units], those that raise the potential and those that
/// lower it: an amplitude that all the former reach without the latter bounds the potential in whatever order they
/// came.
struct Sums {
  std::int64_t* raising;
  std::int64_t* lowering;
  const double* rate = nullptr;  ///< 1/tau_m of each neuron where they have their own [1/ms]; else null

  [[nodiscard]] double rate_of(std::uint32_t i) const { return rate == nullptr ? 0.0 : rate[i]; }
  [[nodiscard]] std::int64_t* of(std::int64_t input) const { return input < 0 ? lowering : raising; }
};

/// An input at one neuron.
struct SingleInput {
  double x;       ///< arrival, since the frame's start [ms]
  double weight;  ///< [mV]
  std::uint32_t index;
};

/// Adds inputs to the sums of their neurons. The sums are those of input_of(), whatever the instruction set.
/// @param slice arrivals are told from the frame's start on
void add_slice(const Frame& frame, const RowSlice& slice, const Sums& sums);
void add_inputs(const Frame& frame, std::span<const SingleInput> inputs, const Sums& sums);
/// @param frame_start offset of the frame in the present epoch [ms]
void add_arrivals(const Frame& frame, const SourceArrivals<double>& arrivals, double frame_start, const Sums& sums);

}  // namespace va_event::neurons::delta_order_free
