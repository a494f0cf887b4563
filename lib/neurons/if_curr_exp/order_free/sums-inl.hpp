// SPDX-License-Identifier: Apache-2.0
// Included once for each instruction set (Highway's foreach_target.h), hence no #pragma once.
#if defined(VA_EVENT_ORDER_FREE_SUMS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef VA_EVENT_ORDER_FREE_SUMS_INL_HPP
#undef VA_EVENT_ORDER_FREE_SUMS_INL_HPP
#else
#define VA_EVENT_ORDER_FREE_SUMS_INL_HPP
#endif

#include <array>
#include <cstddef>
#include <cstdint>

#include "neurons/if_curr_exp/order_free/add_inputs.hpp"
#include "numerics/lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace va_event::neurons::order_free::HWY_NAMESPACE {

// How lines of sums are added to those of neurons.

namespace hn = hwy::HWY_NAMESPACE;
using numerics::HWY_NAMESPACE::Doubles;
using numerics::HWY_NAMESPACE::V;
using Integers = hn::RebindToSigned<Doubles>;
using VI = hn::Vec<Integers>;

/// Adds one input, and tells whether the neuron is out of reach of its threshold: by the sign of what it returns.
HWY_INLINE std::int64_t add(Sums& sums, const Sums& input) {
  const Integers d;
  for (std::size_t k = 0; k < 4; k += hn::Lanes(d)) {
    hn::Store(hn::Load(d, &sums.m + k) + hn::Load(d, &input.m + k), d, &sums.m + k);
  }
  return sums.reserve;
}

/// What becomes of an input whose neuron may be out of reserve.
HWY_INLINE void note(std::uint32_t i, double x, const Sums& input, const Inbox& inbox) {
  if (inbox.sums[i].reserve >= 0) {
    return;
  }
  if (inbox.flags[i] == Flag::recorded) {
    inbox.recorded.push_back({i, x, input});
  } else if (inbox.flags[i] == Flag::none) {
    inbox.flags[i] = Flag::fresh;
    inbox.flagged.push_back(i);
  }
}

HWY_INLINE void add_and_note(std::uint32_t i, double x, const Sums& input, const Inbox& inbox) {
  if (add(inbox.sums[i], input) < 0) {
    note(i, x, input, inbox);
  }
}

/// rounded(), in each lane.
HWY_INLINE VI rounded(V x) {
  const Doubles d;
  const V magic = hn::Set(d, 0x1.8p52);
  return hn::BitCast(Integers(), x + magic) - hn::BitCast(Integers(), magic);
}

/// What some inputs add, a vector for each number.
struct Columns {
  VI m, exc, inh, reserve;
};

/// Adds the inputs of lanes [first, last).
/// @param lanes  tells of each lane the neuron, index(lane), and the arrival, x(lane)
template <class Lanes>
HWY_INLINE void add_some(const Columns& columns, std::size_t first, std::size_t last, const Lanes& lanes,
                         const Inbox& inbox) {
  std::array<Sums, 4> rows;
  hn::StoreInterleaved4(columns.m, columns.exc, columns.inh, columns.reserve, Integers(), &rows[0].m);
  for (std::size_t n = first; n < last; ++n) {
    add_and_note(lanes.index(n), lanes.x(n), rows[n], inbox);
  }
}

/// What add_all() leaves to do where a neuron is out of reserve.
template <class Lanes>
HWY_NOINLINE void note_all(const Columns& columns, const Lanes& lanes, const Inbox& inbox) {
  std::array<Sums, 4> rows;
  hn::StoreInterleaved4(columns.m, columns.exc, columns.inh, columns.reserve, Integers(), &rows[0].m);
  for (std::size_t n = 0; n < hn::Lanes(Integers()); ++n) {
    note(lanes.index(n), lanes.x(n), rows[n], inbox);
  }
}

/// Adds the inputs of all lanes.
template <class Lanes>
HWY_INLINE void add_all(const Columns& columns, const Lanes& lanes, const Inbox& inbox) {
#if HWY_MAX_BYTES < 32
  add_some(columns, 0, hn::Lanes(Integers()), lanes, inbox);
#else  // four lanes: the rows stay in registers
  const Integers d;
  const VI low = hn::InterleaveLower(d, columns.m, columns.exc);  // of lanes 0 and 2
  const VI high = hn::InterleaveUpper(d, columns.m, columns.exc);
  const VI low_rest = hn::InterleaveLower(d, columns.inh, columns.reserve);
  const VI high_rest = hn::InterleaveUpper(d, columns.inh, columns.reserve);
  const auto add_row = [&](std::size_t n, VI row) HWY_ATTR {
    std::int64_t* const sums = &inbox.sums[lanes.index(n)].m;
    const VI sum = hn::Load(d, sums) + row;
    hn::Store(sum, d, sums);
    return sum;
  };
  VI any = add_row(0, hn::ConcatLowerLower(d, low_rest, low));
  any = any | add_row(1, hn::ConcatLowerLower(d, high_rest, high));
  any = any | add_row(2, hn::ConcatUpperUpper(d, low_rest, low));
  any = any | add_row(3, hn::ConcatUpperUpper(d, high_rest, high));
  Sums together;  // of which the sign of the reserve is wanted
  hn::Store(any, d, &together.m);
  if (together.reserve < 0) [[unlikely]] {
    note_all(columns, lanes, inbox);
  }
#endif
}

}  // namespace va_event::neurons::order_free::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
