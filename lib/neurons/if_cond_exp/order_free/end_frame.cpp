// SPDX-License-Identifier: Apache-2.0
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "neurons/if_cond_exp/order_free/end_frame.cpp"
#include <hwy/foreach_target.h>
// clang-format off: the order matters
#include <hwy/highway.h>

#include "numerics/lanes-inl.hpp"
// clang-format on
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "neurons/if_cond_exp/order_free/end_frame.hpp"
#include "neurons/state.hpp"

HWY_BEFORE_NAMESPACE();
namespace va_event::neurons::order_free_conductances::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using numerics::HWY_NAMESPACE::Doubles;
using numerics::HWY_NAMESPACE::V;
using Integers = hn::RebindToSigned<Doubles>;
using VI = hn::Vec<Integers>;
using Chunk = FrameInputs::Chunk;

/// The unit of a neuron's sums: no addend exceeds 2^51 of it, and no sum 2^62.
double unit_of(const FrameInputs& frame, std::size_t i) {
  const Doubles d;
  V largest = hn::Set(d, 0x1p-600);
  frame.for_each_chunk(i, [&largest, d](const Chunk& chunk, std::size_t /*count*/) HWY_ATTR {
    for (std::size_t k = 0; k < Chunk::kSize; k += hn::Lanes(d)) {
      largest = hn::Max(largest, hn::Abs(hn::LoadU(d, chunk.weight.data() + k)));
    }
  });
  constexpr std::size_t kMany = 1024;  // of 2^51 each
  const int more = frame.count(i) > kMany ? std::ilogb(static_cast<double>(frame.count(i) / kMany)) + 1 : 0;
  return std::ldexp(1.0, std::ilogb(hn::GetLane(hn::MaxOfLanes(d, largest))) + 1 - 51 + more);
}

void end_frame_lanes(const FrameInputs& frame, double rate_exc, double rate_inh, FrameInputs& next) {
  const Doubles d;
  const Integers di;
  const double decay_exc = numerics::elementary::exp(-kFrame * rate_exc);
  const double decay_inh = numerics::elementary::exp(-kFrame * rate_inh);
  const V magic = hn::Set(d, 0x1.8p52);
  for (std::size_t i = 0; i < frame.exc.size(); ++i) {
    double exc = neurons::decayed(frame.exc[i], decay_exc);
    double inh = neurons::decayed(frame.inh[i], decay_inh);
    if (frame.count(i) > 0) {
      const double unit = unit_of(frame, i);
      const V per_unit = hn::Set(d, 1.0 / unit);
      VI sum_exc = hn::Zero(di);
      VI sum_inh = hn::Zero(di);
      frame.for_each_chunk(i, [&](const Chunk& chunk, std::size_t /*count*/) HWY_ATTR {
        for (std::size_t k = 0; k < Chunk::kSize; k += hn::Lanes(d)) {
          const V weight = hn::LoadU(d, chunk.weight.data() + k);
          const auto inhibitory = weight < hn::Zero(d);
          const V rate = hn::IfThenElse(inhibitory, hn::Set(d, rate_inh), hn::Set(d, rate_exc));
          const V since = hn::LoadU(d, chunk.x.data() + k) - hn::Set(d, kFrame);
          const V added = hn::Abs(weight) * per_unit * numerics::HWY_NAMESPACE::exp(since * rate);
          const VI whole = hn::BitCast(di, added + magic) - hn::BitCast(di, magic);
          const auto to_inh = hn::RebindMask(di, inhibitory);
          sum_exc = sum_exc + hn::IfThenZeroElse(to_inh, whole);
          sum_inh = sum_inh + hn::IfThenElseZero(to_inh, whole);
        }
      });
      exc += unit * static_cast<double>(hn::GetLane(hn::SumOfLanes(di, sum_exc)));
      inh += unit * static_cast<double>(hn::GetLane(hn::SumOfLanes(di, sum_inh)));
    }
    next.exc[i] = exc;
    next.inh[i] = inh;
  }
}

}  // namespace
}  // namespace va_event::neurons::order_free_conductances::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace va_event::neurons::order_free_conductances {

HWY_EXPORT(end_frame_lanes);

void end_frame(const FrameInputs& frame, double rate_exc, double rate_inh, FrameInputs& next) {
  HWY_DYNAMIC_DISPATCH(end_frame_lanes)(frame, rate_exc, rate_inh, next);
}

}  // namespace va_event::neurons::order_free_conductances
#endif
