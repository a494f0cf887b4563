// SPDX-License-Identifier: Apache-2.0
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "neurons/if_cond_exp/order_free/end_frame.cpp"
#include <hwy/foreach_target.h>
// clang-format off: the order matters
#include <hwy/highway.h>

#include "numerics/lanes-inl.hpp"
// clang-format on
#include <bit>
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

/// The unit of a neuron's sums: no addend exceeds 2^51 of it, and no sum 2^62. @param largest magnitude of the weights
HWY_INLINE double unit_of(V largest, std::size_t count) {
  constexpr std::size_t kMany = 1024;  // of 2^51 each
  const int more = count > kMany ? std::ilogb(static_cast<double>(count / kMany)) + 1 : 0;
  constexpr unsigned kMantissa = 52;
  const std::uint64_t exponent =
      std::bit_cast<std::uint64_t>(hn::GetLane(hn::MaxOfLanes(Doubles(), largest))) >> kMantissa;
  return std::bit_cast<double>((exponent + static_cast<std::uint64_t>(1 + more) - 51) << kMantissa);
}

void end_frame_lanes(const FrameInputs& frame, double rate_exc, double rate_inh, FrameInputs& next) {
  const Doubles d;
  const Integers di;
  const double decay_exc = numerics::elementary::exp(-kFrame * rate_exc);
  const double decay_inh = numerics::elementary::exp(-kFrame * rate_inh);
  const V magic = hn::Set(d, 0x1.8p52);
  GatheredInputs inputs;
  for (std::size_t i = 0; i < frame.exc.size(); ++i) {
    double exc = neurons::decayed(frame.exc[i], decay_exc);
    double inh = neurons::decayed(frame.inh[i], decay_inh);
    inputs.clear();
    frame.gather(i, 0, 0.0, kFrame, inputs);
    if (inputs.size > 0) {
      hn::StoreU(hn::Zero(d), d, inputs.x.data() + inputs.size);
      hn::StoreU(hn::Zero(d), d, inputs.weight.data() + inputs.size);
      V largest = hn::Set(d, 0x1p-600);
      for (std::size_t k = 0; k < inputs.size; k += hn::Lanes(d)) {
        largest = hn::Max(largest, hn::Abs(hn::LoadU(d, inputs.weight.data() + k)));
      }
      const double unit = unit_of(largest, inputs.size);
      const V per_unit = hn::Set(d, 1.0 / unit);
      VI sum_exc = hn::Zero(di);
      VI sum_inh = hn::Zero(di);
      for (std::size_t k = 0; k < inputs.size; k += hn::Lanes(d)) {
        const V weight = hn::LoadU(d, inputs.weight.data() + k);
        const auto inhibitory = weight < hn::Zero(d);
        const V rate = hn::IfThenElse(inhibitory, hn::Set(d, rate_inh), hn::Set(d, rate_exc));
        const V since = hn::LoadU(d, inputs.x.data() + k) - hn::Set(d, kFrame);
        const V added = hn::Abs(weight) * per_unit * numerics::HWY_NAMESPACE::exp(since * rate);
        const VI whole = hn::BitCast(di, added + magic) - hn::BitCast(di, magic);
        const auto to_inh = hn::RebindMask(di, inhibitory);
        sum_exc = sum_exc + hn::IfThenZeroElse(to_inh, whole);
        sum_inh = sum_inh + hn::IfThenElseZero(to_inh, whole);
      }
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
