// SPDX-License-Identifier: Apache-2.0
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "neurons/if_curr_delta/order_free/all_neurons.cpp"
#include <hwy/foreach_target.h>
// clang-format off: the order matters
#include <hwy/highway.h>

#include "numerics/lanes-inl.hpp"
// clang-format on
#include <cstddef>
#include <cstdint>
#include <vector>

#include "neurons/if_curr_delta/order_free/all_neurons.hpp"

HWY_BEFORE_NAMESPACE();
namespace va_event::neurons::delta_order_free::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using numerics::HWY_NAMESPACE::bits_of;
using numerics::HWY_NAMESPACE::Doubles;
using numerics::HWY_NAMESPACE::V;
using Integers = hn::RebindToSigned<Doubles>;

void find_near_lanes(const Frame& frame, const Neurons& neurons, std::vector<std::uint32_t>& near) {
  const Doubles d;
  const Integers di;
  const V unit = hn::Set(d, frame.unit);
  for (std::size_t k = 0; k < neurons.count; k += hn::Lanes(d)) {
    const V raised =
        hn::LoadU(d, neurons.amplitude + k) + unit * hn::ConvertTo(d, hn::LoadU(di, neurons.sums.raising + k));
    const auto is_near = raised >= hn::LoadU(d, neurons.least + k);
    if (!hn::AllFalse(d, is_near)) {
      const unsigned bits = bits_of(is_near, hn::Lanes(d));
      for (std::size_t n = 0; n < hn::Lanes(d); ++n) {
        if ((bits >> n & 1U) != 0) {
          near.push_back(static_cast<std::uint32_t>(k + n));
        }
      }
    }
  }
}

template <bool own>
void begin(const Frame& frame, const Neurons& neurons) {
  const Doubles d;
  const Integers di;
  const V unit = hn::Set(d, frame.unit);
  V decay = hn::Set(d, frame.decay);
  const auto none = hn::Zero(di);
  for (std::size_t k = 0; k < neurons.count; k += hn::Lanes(d)) {
    const auto sum = hn::LoadU(di, neurons.sums.raising + k) + hn::LoadU(di, neurons.sums.lowering + k);
    if constexpr (own) {
      decay = hn::LoadU(d, neurons.decay + k);
    }
    const V amplitude = (hn::LoadU(d, neurons.amplitude + k) + unit * hn::ConvertTo(d, sum)) * decay;
    hn::StoreU(amplitude, d, neurons.amplitude + k);
    hn::StoreU(none, di, neurons.sums.raising + k);
    hn::StoreU(none, di, neurons.sums.lowering + k);
  }
}

void begin_frame_lanes(const Frame& frame, const Neurons& neurons) {
  if (frame.own) {
    begin<true>(frame, neurons);
  } else {
    begin<false>(frame, neurons);
  }
}

}  // namespace
}  // namespace va_event::neurons::delta_order_free::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace va_event::neurons::delta_order_free {

HWY_EXPORT(find_near_lanes);
HWY_EXPORT(begin_frame_lanes);

void find_near(const Frame& frame, const Neurons& neurons, std::vector<std::uint32_t>& near) {
  HWY_DYNAMIC_DISPATCH(find_near_lanes)(frame, neurons, near);
}

void begin_frame(const Frame& frame, const Neurons& neurons) {
  HWY_DYNAMIC_DISPATCH(begin_frame_lanes)(frame, neurons);
}

}  // namespace va_event::neurons::delta_order_free
#endif
