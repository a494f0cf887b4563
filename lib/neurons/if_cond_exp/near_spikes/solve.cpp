// SPDX-License-Identifier: Apache-2.0
// The vectors here hold numbers that lie side by side, so wider ones pay; see va_event_internal.cmake for the others.
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS VA_EVENT_SIZELESS_TARGETS
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "neurons/if_cond_exp/near_spikes/solve.cpp"
#include <hwy/foreach_target.h>
// clang-format off: the order matters
#include <hwy/highway.h>

#include "neurons/if_cond_exp/intervals/intervals-inl.hpp"
// clang-format on
#include <algorithm>
#include <cstddef>

#include "neurons/if_cond_exp/near_spikes/solve.hpp"

HWY_BEFORE_NAMESPACE();
namespace va_event::neurons::HWY_NAMESPACE {
namespace {

double through_here(const Constants& c, const near_spikes::IntervalList& list, std::size_t first, double y) {
  Intervals<true> intervals(c);
  while (first < list.count) {
    const std::size_t count = std::min(list.count - first, kIntervals);
    for (std::size_t k = 0; k < count; ++k) {
      intervals.set(k, c, list.h[first + k], list.exc[first + k], list.inh[first + k]);
    }
    intervals.set_count(count);
    intervals.solve();
    for (std::size_t k = 0; k < count; ++k) {
      y = intervals.through(k, y);
    }
    first += count;
  }
  return y;
}

}  // namespace
}  // namespace va_event::neurons::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace va_event::neurons {

HWY_EXPORT(through_here);

double near_spikes::through(const IfCondExpKernel<double>::Constants& c, const IntervalList& intervals,
                            std::size_t first, double y) {
  return HWY_DYNAMIC_DISPATCH(through_here)(c, intervals, first, y);
}

}  // namespace va_event::neurons
#endif
