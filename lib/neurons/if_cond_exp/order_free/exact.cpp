// SPDX-License-Identifier: Apache-2.0
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS VA_EVENT_SIZELESS_TARGETS
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "neurons/if_cond_exp/order_free/exact.cpp"
#include <hwy/foreach_target.h>
// clang-format off: the order matters
#include <hwy/highway.h>

#include "neurons/if_cond_exp/intervals/intervals-inl.hpp"
// clang-format on
#include <algorithm>
#include <cstddef>

#include "neurons/if_cond_exp/order_free/exact.hpp"

HWY_BEFORE_NAMESPACE();
namespace va_event::neurons::order_free_conductances::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using neurons::HWY_NAMESPACE::W;
using neurons::HWY_NAMESPACE::Wide;

void find_decays_lanes(const Constants& c, IntervalList& list) {
  const Wide d;
  const std::size_t count = list.size;
  hn::StoreU(hn::Zero(d), d, list.length.data() + count);
  const W rate_exc = hn::Set(d, c.rate_exc);
  const W rate_inh = hn::Set(d, c.rate_inh);
  for (std::size_t k = 0; k < count; k += hn::Lanes(d)) {
    const W minus_h = hn::Neg(hn::LoadU(d, list.length.data() + k));
    hn::StoreU(numerics::HWY_NAMESPACE::exp(minus_h * rate_exc), d, list.decay_exc.data() + k);
    hn::StoreU(numerics::HWY_NAMESPACE::exp(minus_h * rate_inh), d, list.decay_inh.data() + k);
  }
}

void integrate_lanes(const Constants& c, IntervalList& list, std::size_t begin, double y) {
  neurons::HWY_NAMESPACE::solve_intervals(c, {list.length.data(), list.exc.data(), list.inh.data(), list.factor.data(),
                                              list.offset.data(), begin, list.size});
  for (std::size_t k = begin; k < list.size; ++k) {
    const double factor = list.factor[k];
    if (HWY_UNLIKELY(factor != factor)) {
      y = Kernel::advance(c, {y, list.exc[k], list.inh[k], 0.0}, list.length[k]).y;
    } else {
      y = factor * y + list.offset[k];
    }
    if (HWY_UNLIKELY(y >= 0.0)) {
      y = below_threshold(c, list.exc[k], list.inh[k], y);
    }
    list.after[k] = y;
  }
}

}  // namespace
}  // namespace va_event::neurons::order_free_conductances::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace va_event::neurons::order_free_conductances {

HWY_EXPORT(find_decays_lanes);
HWY_EXPORT(integrate_lanes);

double below_threshold(const Constants& c, double exc, double inh, double y) {
  constexpr double kJustBelow = -0x1p-900;
  return Kernel::drive_at_threshold(c, {y, exc, inh, 0.0}).upper_bound() <= 0.0 ? kJustBelow : y;
}

State<double> state_of(const Constants& c, const Place& place) {
  const double since = place.from - place.x;
  return since > 0.0 ? intervals::decay_conductances(c, {place.y, place.exc, place.inh, 0.0}, since)
                     : State<double>{place.y, place.exc, place.inh, 0.0};
}

void move(const Constants& c, Place& place, double x) {
  if (!place.held && x > place.from) {
    const State<double> start = state_of(c, place);
    const double y = Kernel::advance(c, start, x - place.from).y;
    place.y = y < 0.0 ? y : below_threshold(c, start.exc, start.inh, y);
  }
  const State<double> end = intervals::decay_conductances(c, {0.0, place.exc, place.inh, 0.0}, x - place.x);
  place.exc = end.exc;
  place.inh = end.inh;
  place.x = place.from = x;
}

void find_decays(const Constants& c, IntervalList& list) { HWY_DYNAMIC_DISPATCH(find_decays_lanes)(c, list); }

void find_conductances(IntervalList& list, std::size_t begin, std::size_t end, double& exc, double& inh) {
  for (std::size_t k = begin; k < end; ++k) {
    list.exc[k] = exc;
    list.inh[k] = inh;
    exc = decayed(exc, list.decay_exc[k]) + list.add_exc[k];
    inh = decayed(inh, list.decay_inh[k]) + list.add_inh[k];
  }
}

void integrate(const Constants& c, IntervalList& list, std::size_t begin, double y) {
  HWY_DYNAMIC_DISPATCH(integrate_lanes)(c, list, begin, y);
}

}  // namespace va_event::neurons::order_free_conductances
#endif
