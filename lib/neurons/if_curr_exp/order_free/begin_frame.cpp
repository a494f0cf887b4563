// SPDX-License-Identifier: Apache-2.0
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "neurons/if_curr_exp/order_free/begin_frame.cpp"
#include <hwy/foreach_target.h>
// clang-format off: the order matters
#include <hwy/highway.h>

#include "numerics/lanes-inl.hpp"
// clang-format on
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "neurons/if_curr_exp/order_free/begin_frame.hpp"

HWY_BEFORE_NAMESPACE();
namespace va_event::neurons::order_free::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using numerics::HWY_NAMESPACE::Doubles;
using numerics::HWY_NAMESPACE::V;
using Integers = hn::RebindToSigned<Doubles>;
using VI = hn::Vec<Integers>;

/// New sums for the neurons from `k` on, with reserves. @param highest potential without input in this frame [mV]
HWY_INLINE void begin_reserve(const Neurons& neurons, std::size_t k, V unit, V highest, std::int64_t margin,
                              std::vector<std::uint32_t>& flagged) {
  const Doubles d;
  const Integers di;
  const auto all = [d](double x) HWY_ATTR { return hn::Set(d, x); };
  const V zero = hn::Zero(d);
  const VI none = hn::Zero(di);
  constexpr double kSteps = 0x1p16;  // units of the sums: the reserve is rounded down to a multiple of them
  const V per_unit = all(1.0 / kSteps);
  const V reserve = zero - (highest + all(1e-9));
  const V steps = hn::Min(hn::Max(hn::Floor(reserve / unit * per_unit), all(-0x1p43)), all(0x1p43));
  const VI whole = hn::ShiftLeft<16>(hn::BitCast(di, steps + all(0x1.8p52)) - hn::BitCast(di, all(0x1.8p52)));
  hn::StoreInterleaved4(none, none, none, whole, di, &neurons.sums[k].m);
  if (!hn::AllFalse(di, whole < hn::Set(di, margin))) {
    for (std::size_t n = k; n < k + hn::Lanes(d); ++n) {
      if (neurons.sums[n].reserve < margin) {
        flagged.push_back(static_cast<std::uint32_t>(n));
      }
    }
  }
}

/// Arrays hold a multiple of four neurons.
void begin_frame_lanes(const Frame& frame, const Neurons& neurons, std::int64_t margin,
                       std::vector<std::uint32_t>& flagged) {
  const Doubles d;
  const Integers di;
  const auto all = [d](double x) HWY_ATTR { return hn::Set(d, x); };
  const Frame::Synapse& e = frame.synapse[0];
  const Frame::Synapse& i = frame.synapse[1];
  const double curve = frame.length * frame.length / 8;
  const V bend_m = all(-curve * frame.rate_m * frame.rate_m);
  const V bend_exc = all(-curve * e.rate * e.rate);
  const V bend_inh = all(-curve * i.rate * i.rate);
  const V zero = hn::Zero(d);
  for (std::size_t k = 0; k < neurons.count; k += hn::Lanes(d)) {
    VI sum_m;
    VI sum_exc;
    VI sum_inh;
    VI unused;
    hn::LoadInterleaved4(di, &neurons.sums[k].m, sum_m, sum_exc, sum_inh, unused);
    const V unit = hn::LoadU(d, neurons.amplitude_per_current + k) * all(frame.unit);
    const V m = (hn::LoadU(d, neurons.m + k) + unit * hn::ConvertTo(d, sum_m)) * all(frame.decay_m);
    const V exc = (hn::LoadU(d, neurons.exc + k) + unit * hn::ConvertTo(d, sum_exc)) * all(e.decay);
    const V inh = (hn::LoadU(d, neurons.inh + k) + unit * hn::ConvertTo(d, sum_inh)) * all(i.decay);
    hn::StoreU(m, d, neurons.m + k);
    hn::StoreU(exc, d, neurons.exc + k);
    hn::StoreU(inh, d, neurons.inh + k);
    const V y_infinity = hn::LoadU(d, neurons.y_infinity + k);
    const V y_start = y_infinity + (m + (exc + inh));
    const V y_end = y_infinity + (m * all(frame.decay_m) + (exc * all(e.decay) + inh * all(i.decay)));
    const V hump = hn::Min(m, zero) * bend_m + (hn::Min(exc, zero) * bend_exc + hn::Min(inh, zero) * bend_inh);
    begin_reserve(neurons, k, unit, hn::Max(y_start, y_end) + hump, margin, flagged);
  }
}

/// The same for time constants of their own.
void begin_own_frame_lanes(const Frame& frame, const Neurons& neurons, std::int64_t margin,
                           std::vector<std::uint32_t>& flagged) {
  const Doubles d;
  const Integers di;
  const OwnConstants& own = frame.own;
  const V zero = hn::Zero(d);
  const V per_length = hn::Set(d, frame.length / 8);
  const V per_square = hn::Set(d, -frame.length * frame.length / 8);
  for (std::size_t k = 0; k < neurons.count; k += hn::Lanes(d)) {
    const auto load = [d, k](const auto& array) HWY_ATTR { return hn::LoadU(d, array.data() + k); };
    VI sum_m;
    VI sum_exc;
    VI sum_inh;
    VI unused;
    hn::LoadInterleaved4(di, &neurons.sums[k].m, sum_m, sum_exc, sum_inh, unused);
    const V unit = hn::LoadU(d, neurons.amplitude_per_current + k) * hn::Set(d, frame.unit);
    const V loss_m = load(own.loss[0]);
    const V psi_exc = load(own.psi[0]);
    const V psi_inh = load(own.psi[1]);
    const V m_before = hn::LoadU(d, neurons.m + k) + unit * hn::ConvertTo(d, sum_m);
    const V exc_before = hn::LoadU(d, neurons.exc + k) + unit * hn::ConvertTo(d, sum_exc);
    const V inh_before = hn::LoadU(d, neurons.inh + k) + unit * hn::ConvertTo(d, sum_inh);
    const V m = m_before + ((exc_before * psi_exc + inh_before * psi_inh) - m_before * loss_m);
    const V exc = exc_before - exc_before * load(own.loss[1]);
    const V inh = inh_before - inh_before * load(own.loss[2]);
    hn::StoreU(m, d, neurons.m + k);
    hn::StoreU(exc, d, neurons.exc + k);
    hn::StoreU(inh, d, neurons.inh + k);
    const V y_infinity = hn::LoadU(d, neurons.y_infinity + k);
    const V y_start = y_infinity + m;
    const V y_end = y_start + ((exc * psi_exc + inh * psi_inh) - m * loss_m);
    const V rate_m = load(own.rate[0]);
    const V hump = hn::Min(m, zero) * (per_square * (rate_m * rate_m)) +
                   (hn::Max(exc, zero) * (per_length * (load(own.rate[1]) + rate_m)) +
                    hn::Max(inh, zero) * (per_length * (load(own.rate[2]) + rate_m)));
    begin_reserve(neurons, k, unit, hn::Max(y_start, y_end) + hump, margin, flagged);
  }
}

}  // namespace
}  // namespace va_event::neurons::order_free::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace va_event::neurons::order_free {

HWY_EXPORT(begin_frame_lanes);
HWY_EXPORT(begin_own_frame_lanes);

void begin_frame(const Frame& frame, const Neurons& neurons, std::int64_t margin, std::vector<std::uint32_t>& flagged) {
  if (frame.own.used) {
    return HWY_DYNAMIC_DISPATCH(begin_own_frame_lanes)(frame, neurons, margin, flagged);
  }
  HWY_DYNAMIC_DISPATCH(begin_frame_lanes)(frame, neurons, margin, flagged);
}

}  // namespace va_event::neurons::order_free
#endif
