// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "neurons/group/row_slices.hpp"
#include "neurons/group/windowed_group.hpp"
#include "neurons/if_curr_exp/order_free/add_inputs.hpp"

namespace va_event::neurons::order_free {

/// The inputs that a group was given, as they came: where a neuron is flagged later than it got inputs, these are
/// searched for here.
struct GivenInputs {
  RowSlices slices;                              ///< of the present frame, perhaps arriving after the window
  std::vector<RowSlice> at_once;                 ///< of the present window, each with one time of arrival
  std::vector<SingleInput> singles;              ///< of the present window
  std::vector<SourceArrivals<double>> arrivals;  ///< of the present window

  void forget_window() {
    at_once.clear();
    singles.clear();
    arrivals.clear();
  }

  /// Calls visit(neuron, receptor, x, weight) for each input from `begin` on whose neuron is wanted(neuron).
  /// @param frame_start offset in the present epoch [ms]
  template <class Wanted, class Visit>
  void for_each(double frame_start, double begin, const Wanted& wanted, const Visit& visit) const {
    for (const std::span<const RowSlice> some : {slices.from(0), std::span<const RowSlice>(at_once)}) {
      for (const RowSlice& slice : some) {
        for (std::size_t k = 0; k < slice.count; ++k) {
          if (const std::uint32_t i = slice.index(k); wanted(i) && !(slice.arrival(k) < begin)) {
            visit(i, slice.receptor, slice.arrival(k), slice.weight_of(k));
          }
        }
      }
    }
    for (const SingleInput& input : singles) {
      if (wanted(input.index)) {
        visit(input.index, input.receptor, input.x, input.weight);
      }
    }
    for (const SourceArrivals<double>& some : arrivals) {
      for (std::size_t k = 0; k < some.source.size(); ++k) {
        const std::uint32_t source = some.source[k];
        if (const std::uint32_t i = some.target[source]; wanted(i)) {
          visit(i, some.receptor, some.t[k] - frame_start, some.weight_of(source));
        }
      }
    }
  }
};

}  // namespace va_event::neurons::order_free
