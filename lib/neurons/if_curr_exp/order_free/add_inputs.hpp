// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "neurons/if_curr_exp/order_free/frame.hpp"

namespace va_event::neurons::order_free {

/// Where inputs are added up, and which neurons they may bring to their threshold.
struct Inbox {
  Sums* sums;                         ///< by neuron
  std::uint8_t* flagged;              ///< by neuron: 1 when its inputs must be taken one after the other
  std::vector<std::uint32_t>& fresh;  ///< neurons flagged by what is added
};

/// Some synapses of one source onto one receptor that a spike passes in the present frame.
struct RowPart {
  std::span<const std::uint32_t> target;
  std::span<const double> weight{};  ///< [nA]; empty: constant_weight
  std::span<const double> delay{};   ///< [ms]; empty: all arrive at x
  double constant_weight = 0.0;      ///< [nA]
  std::uint32_t offset = 0;          ///< added to each target, modulo 2^32
  std::uint32_t receptor = 0;
  double x = 0.0;  ///< arrival, since the frame's start [ms]
  // With delays, as events::later() rounds it: the arrival is ((emitted + delay) - passed) - frame_start.
  double emitted = 0.0;      ///< offset of the spike in its epoch [ms]
  double passed = 0.0;       ///< epochs since then [ms]
  double frame_start = 0.0;  ///< offset in the present epoch [ms]

  [[nodiscard]] double arrival(std::size_t k) const {
    return delay.empty() ? x : ((emitted + delay[k]) - passed) - frame_start;
  }
  [[nodiscard]] double weight_of(std::size_t k) const { return weight.empty() ? constant_weight : weight[k]; }
};

/// An input at one neuron.
struct SingleInput {
  double x;       ///< arrival, since the frame's start [ms]
  double weight;  ///< [nA]
  std::uint32_t index;
  std::uint32_t receptor;
};

/// Adds inputs to the sums of their neurons. The sums are those of input_of(), whatever the instruction set.
void add_row(const Frame& frame, const RowPart& part, const Inbox& inbox);
void add_inputs(const Frame& frame, std::span<const SingleInput> inputs, const Inbox& inbox);

}  // namespace va_event::neurons::order_free
