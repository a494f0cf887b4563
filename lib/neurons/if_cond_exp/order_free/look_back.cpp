// SPDX-License-Identifier: Apache-2.0
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS VA_EVENT_SIZELESS_TARGETS
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "neurons/if_cond_exp/order_free/look_back.cpp"
#include <hwy/foreach_target.h>
// clang-format off: the order matters
#include <hwy/highway.h>

#include "neurons/if_cond_exp/intervals/formulas-inl.hpp"
// clang-format on
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include "neurons/if_cond_exp/order_free/look_back.hpp"

#ifndef VA_EVENT_LOOK_BACK_ORDERS
#define VA_EVENT_LOOK_BACK_ORDERS
namespace va_event::neurons::order_free_conductances {
namespace {

/// The numbers of terms of decay_series.hpp, and one more. What an interval's end leaves of an error is e^-ahead of it
/// at the frame's start, ahead the integral of the conductance in between, so that its transfer may have an error of
/// e^ahead times as much. The error of n terms is at most proportional to the load to the power of `power` (measured
/// with random constants, conductances and potentials): the largest load may be e^{ahead/power} times as large.
struct Order {
  std::size_t terms;
  double max_load;  ///< at the frame's start
  double power;
};
constexpr std::array<Order, 10> kOrders = {{{6, 0.008, 7.0},
                                            {8, 0.031, 9.0},
                                            {12, 0.160, 13.0},
                                            {16, 0.312, 17.0},
                                            {20, 0.453, 21.0},
                                            {24, 0.585, 25.0},
                                            {28, 0.715, 29.0},
                                            {32, 0.825, 33.0},
                                            {36, 0.930, 37.0},
                                            {40, 1.020, 41.0}}};

}  // namespace
}  // namespace va_event::neurons::order_free_conductances
#endif

HWY_BEFORE_NAMESPACE();
namespace va_event::neurons::order_free_conductances::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using neurons::HWY_NAMESPACE::Cell;
using neurons::HWY_NAMESPACE::cell_of;
using neurons::HWY_NAMESPACE::exp_fused;
using neurons::HWY_NAMESPACE::expm1_fused;
using neurons::HWY_NAMESPACE::fused;
using neurons::HWY_NAMESPACE::kCellNumbers;
using neurons::HWY_NAMESPACE::numbers_of;
using neurons::HWY_NAMESPACE::W;
using neurons::HWY_NAMESPACE::Wide;

HWY_INLINE W c(double value) { return hn::Set(Wide(), value); }

/// Of the series of two vectors side by side.
constexpr std::size_t kTogether = 2;

/// The transfers of the intervals from k on, by the series of decay_series.hpp: as by_series(), with orders of its own
/// and with exponentials that are known.
template <int ratio, std::size_t kVectors>
HWY_INLINE void solve(const Cell<W>& cell, PastIntervals& past, const double* first, const double* second,
                      std::size_t k) {
  const Wide d;
  const std::size_t lanes = hn::Lanes(d);
  struct {
    W x, a, c1, c2, source, before, last, now, odd, even, factor, load, ahead;
  } s[kVectors];
  for (std::size_t v = 0; v < kVectors; ++v) {
    const std::size_t p = k + v * lanes;
    const W lost = hn::LoadU(d, past.lost.data() + p);
    s[v].load = hn::LoadU(d, past.load.data() + p);
    s[v].ahead = hn::LoadU(d, past.ahead.data() + p);
    const W x = lost / (c(-2.0) - lost);
    const W middle = fused(c(0.5), lost, c(1.0));
    const W gs = cell.resistance * hn::LoadU(d, first + p) * middle;
    const W gf = cell.resistance * hn::LoadU(d, second + p) * (ratio == 2 ? middle * middle : middle);
    s[v].factor = exp_fused(hn::Neg(hn::LoadU(d, past.integral.data() + p)));
    const W slow = gs * cell.y_first;
    const W fast = gf * cell.y_second;
    const W kx = cell.kappa_first * x;
    const W kx2 = kx * x;
    const W kx3 = kx2 * x;
    s[v].x = x;
    s[v].c1 = kx2 * (gs + c(ratio) * gf);
    s[v].c2 = kx3 * gf;
    s[v].source = kx3 * fast;
    s[v].before = hn::Zero(d);
    s[v].last = hn::Neg(kx * ((cell.y_leak + slow) + fast));
    s[v].a = kx * ((c(1.0) + gs) + gf) - x;
    s[v].now = fused(s[v].a, s[v].last, hn::Neg(kx2 * (slow + c(ratio) * fast))) * c(numerics::kInverse[2]);
    s[v].odd = s[v].last;
    s[v].even = s[v].now;
  }
  const auto next_term = [&](std::size_t n) HWY_ATTR {
    const W inverse = c(numerics::kInverse[n + 1]);
    for (auto& one : s) {
      one.a = one.a - one.x;
      W rest = one.c1 * one.last;
      if constexpr (ratio == 2) {
        rest = fused(one.c2, one.before, rest);
        if (n == 2) {
          rest = rest - one.source;
        }
      }
      const W next = fused(one.a, one.now, rest) * inverse;
      one.before = one.last;
      one.last = one.now;
      one.now = next;
    }
  };
  const auto next_terms = [&](std::size_t n) HWY_ATTR {
    next_term(n);
    for (auto& one : s) {
      one.odd = one.odd + one.now;
    }
    next_term(n + 1);
    for (auto& one : s) {
      one.even = one.even + one.now;
    }
  };
  next_terms(2);
  next_terms(4);
  for (std::size_t order = 0; order + 1 < kOrders.size(); ++order) {
    const double limit = kOrders[order].max_load;
    const double power = kOrders[order].power;
    bool all_end = true;
    for (auto& one : s) {
      // limit e^{ahead/power}, from below.
      const W most = fused(fused(fused(fused(c(limit / (24.0 * power * power * power * power)), one.ahead,
                                             c(limit / (6.0 * power * power * power))),
                                       one.ahead, c(limit / (2.0 * power * power))),
                                 one.ahead, c(limit / power)),
                           one.ahead, c(limit));
      const auto goes_on = one.load >= most;
      all_end = all_end && hn::AllFalse(d, goes_on);
      one.before = hn::IfThenElseZero(goes_on, one.before);
      one.last = hn::IfThenElseZero(goes_on, one.last);
      one.now = hn::IfThenElseZero(goes_on, one.now);
    }
    if (all_end) {
      break;
    }
    for (std::size_t n = kOrders[order].terms; n < kOrders[order + 1].terms; n += 2) {
      next_terms(n);
    }
  }
  for (std::size_t v = 0; v < kVectors; ++v) {
    const auto& one = s[v];
    hn::StoreU(one.factor, d, past.factor.data() + k + v * lanes);
    hn::StoreU((one.even - one.odd) - one.factor * (one.even + one.odd), d, past.offset.data() + k + v * lanes);
  }
}

/// Lengths of the intervals, and what is lost of conductances over them.
template <int ratio>
HWY_INLINE void find_lost(const Cell<W>& cell, PastIntervals& past, std::size_t first, double* slow, double* fast) {
  const Wide d;
  for (std::size_t k = first; k < past.size; k += hn::Lanes(d)) {
    const W lost = expm1_fused(hn::Neg(hn::LoadU(d, past.length.data() + k) * cell.rate_first));
    const W decay = lost + c(1.0);
    hn::StoreU(lost, d, past.lost.data() + k);
    hn::StoreU(decay, d, slow + k);
    hn::StoreU(ratio == 2 ? decay * decay : decay, d, fast + k);
  }
}

/// Integrals of the conductance and loads. @returns whether all intervals are short enough for one series
template <int ratio>
HWY_INLINE bool find_loads(const Cell<W>& cell, PastIntervals& past, std::size_t begin, const double* first,
                           const double* second) {
  const Wide d;
  W longest = hn::Zero(d);
  const W limit = c(kOrders.back().max_load);
  const W quarter = c(0.25) * cell.rate_m;
  for (std::size_t k = begin; k < past.size; k += hn::Lanes(d)) {
    const W h = hn::LoadU(d, past.length.data() + k);
    const W lost = hn::LoadU(d, past.lost.data() + k);
    const W gs = cell.resistance * hn::LoadU(d, first + k);
    const W gf = cell.resistance * hn::LoadU(d, second + k);
    const W lost_fast = ratio == 2 ? lost * (lost + c(2.0)) : lost;
    hn::StoreU(
        fused(hn::Neg(gs * cell.kappa_first), lost, fused(hn::Neg(gf * cell.kappa_second), lost_fast, h * cell.rate_m)),
        d, past.integral.data() + k);
    const W load = h * fused(quarter, (c(1.0) + gs) + gf, cell.rate_first);
    hn::StoreU(load, d, past.load.data() + k);
    longest = hn::Max(longest, load);
  }
  return hn::AllTrue(d, longest < limit);
}

/// y at the end of the last interval. @param ends, starts  of frames @returns whether no interval was too long
template <int ratio>
HWY_INLINE bool integrate(const Constants& constants, PastIntervals& past, std::span<const std::size_t> ends,
                          std::span<const Conductances> starts, const Within& within, double& y) {
  const Wide d;
  const std::size_t size = past.size;
  const std::array<double, kCellNumbers> numbers = numbers_of(constants);
  const Cell<W> cell = cell_of([&numbers](std::size_t n) HWY_ATTR { return c(numbers[n]); });
  const bool swap = neurons::HWY_NAMESPACE::inhibition_first(constants);
  double* const slow = (swap ? past.decay_inh : past.decay_exc).data();
  double* const fast = (swap ? past.decay_exc : past.decay_inh).data();
  double* const first = (swap ? past.inh : past.exc).data();
  double* const second = (swap ? past.exc : past.inh).data();
  for (auto* numbers_behind : {&past.length, &past.exc, &past.inh}) {
    hn::StoreU(hn::Zero(d), d, numbers_behind->data() + size);
    hn::StoreU(hn::Zero(d), d, numbers_behind->data() + size + hn::Lanes(d));
  }
  find_lost<ratio>(cell, past, 0, slow, fast);
  const double* const decay_exc = past.decay_exc.data();
  const double* const decay_inh = past.decay_inh.data();
  std::size_t k = 0;
  for (std::size_t frame = 0; frame < ends.size(); ++frame) {
    double exc = starts[frame].exc;
    double inh = starts[frame].inh;
    for (; k < ends[frame]; ++k) {
      past.exc[k] = exc;
      past.inh[k] = inh;
      exc = exc * decay_exc[k] + past.add_exc[k];
      inh = inh * decay_inh[k] + past.add_inh[k];
    }
  }
  std::size_t begin = within.first;
  if (within.begin > within.before) {
    const State<double> start =
        state_of(constants, {.x = within.before, .exc = past.exc[begin], .inh = past.inh[begin], .from = within.begin});
    past.length[begin] = past.end[begin] - within.begin;
    past.exc[begin] = start.exc;
    past.inh[begin] = start.inh;
    find_lost<ratio>(cell, past, begin, slow, fast);
  }
  if (!find_loads<ratio>(cell, past, begin, first, second)) {
    return false;
  }
  double ahead = 0.0;
  for (k = size; k > begin && ahead < kForgotten; --k) {
    past.ahead[k - 1] = ahead;
    ahead += past.integral[k - 1];
  }
  begin = k;  // with any y, if v has forgotten what is before
  k = begin;
  for (; k + hn::Lanes(d) < size; k += kTogether * hn::Lanes(d)) {
    solve<ratio, kTogether>(cell, past, first, second, k);
  }
  if (k < size) {
    solve<ratio, 1>(cell, past, first, second, k);
  }
  const double* const factor = past.factor.data();
  const double* const offset = past.offset.data();
  double now = y;
  for (k = begin; k < size; ++k) {
    now = factor[k] * now + offset[k];
    if (HWY_UNLIKELY(now >= 0.0)) {
      now = below_threshold(constants, past.exc[k], past.inh[k], now);
    }
  }
  y = now;
  return true;
}

bool integrate_lanes(const Constants& constants, PastIntervals& past, std::span<const std::size_t> ends,
                     std::span<const Conductances> starts, const Within& within, double& y) {
  return constants.series.ratio == 1 ? integrate<1>(constants, past, ends, starts, within, y)
                                     : integrate<2>(constants, past, ends, starts, within, y);
}

}  // namespace
}  // namespace va_event::neurons::order_free_conductances::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace va_event::neurons::order_free_conductances {

HWY_EXPORT(integrate_lanes);

LookBack::Begin LookBack::begin_of(const Constants& c, const InputHistory& history, std::size_t i, std::int64_t frame,
                                   const Origin& origin) {
  const std::int64_t frame_of_origin = frame_of(origin.time);
  const bool at_start = origin.time.offset == start_of(frame_of_origin).offset;
  const std::int64_t lowest = at_start ? frame_of_origin : frame_of_origin + 1;
  double forgotten = 0.0;
  while (frame > lowest && forgotten < kForgotten) {
    forgotten += area(c, history[--frame], i);
  }
  if (forgotten < kForgotten) {
    return {frame_of_origin, since_start(frame_of_origin, origin.time), origin.y};
  }
  return {frame, 0.0, c.y_reset};  // any value
}

void LookBack::gather(const InputHistory& history, std::size_t i, std::int64_t first, std::int64_t end) {
  for (std::int64_t frame = first; frame < end; ++frame) {
    history[frame].prefetch_places(i);
  }
  for (std::int64_t frame = first; frame < end; ++frame) {
    history[frame].prefetch_inputs(i);
  }
  past_.size = 0;
  ends_.clear();
  starts_.clear();
  for (std::int64_t frame = first; frame < end; ++frame) {
    const FrameInputs& inputs = history[frame];
    gathered_.clear();
    inputs.gather(i, 0, 0.0, kFrame, gathered_);
    std::size_t size = past_.size;
    past_.reserve(size + gathered_.size + 1);
    const std::size_t count =
        order(gathered_, past_.end.data() + size, past_.add_exc.data() + size, past_.add_inh.data() + size);
    size += count;
    past_.end[size] = kFrame;
    past_.add_exc[size] = past_.add_inh[size] = 0.0;
    past_.size = size + 1;
    ends_.push_back(past_.size);
    starts_.push_back(inputs.at_start[i]);
  }
  const double* const end_of = past_.end.data();
  double* const length = past_.length.data();
  for (std::size_t k = 1; k < past_.size; ++k) {
    length[k] = end_of[k] - end_of[k - 1];
  }
  length[0] = end_of[0];
  for (std::size_t frame = 0; frame + 1 < ends_.size(); ++frame) {
    length[ends_[frame]] = end_of[ends_[frame]];
  }
}

/// The same intervals by the formulas that take any of them.
double LookBack::any_lengths(const Constants& c, const Within& within, double y) {
  const std::size_t first = within.first;
  past_.length[first] = past_.end[first] - within.before;
  intervals_.resize(past_.size);
  std::copy_n(past_.length.begin(), past_.size, intervals_.length.begin());
  std::copy_n(past_.add_exc.begin(), past_.size, intervals_.add_exc.begin());
  std::copy_n(past_.add_inh.begin(), past_.size, intervals_.add_inh.begin());
  find_decays(c, intervals_);
  std::size_t interval = 0;
  for (std::size_t frame = 0; frame < ends_.size(); ++frame) {
    Conductances g = starts_[frame];
    find_conductances(intervals_, interval, ends_[frame], g.exc, g.inh);
    interval = ends_[frame];
  }
  if (within.begin > within.before) {
    const State<double> start = state_of(
        c, {.x = within.before, .exc = intervals_.exc[first], .inh = intervals_.inh[first], .from = within.begin});
    intervals_.length[first] = past_.end[first] - within.begin;
    intervals_.exc[first] = start.exc;
    intervals_.inh[first] = start.inh;
  }
  integrate(c, intervals_, first, y);
  return intervals_.after[intervals_.size - 1];
}

double LookBack::potential(const Constants& c, const InputHistory& history, std::size_t i, std::int64_t frame,
                           const Origin& origin) {
  const Begin begin = begin_of(c, history, i, frame, origin);
  gather(history, i, begin.frame, frame);
  Within within{.begin = begin.x};
  while (past_.end[within.first] < begin.x) {  // the last interval of the frame ends behind
    within.before = past_.end[within.first++];
  }
  double y = begin.y;
  if (c.series.ratio != 0 && HWY_DYNAMIC_DISPATCH(integrate_lanes)(c, past_, ends_, starts_, within, y)) {
    return y;
  }
  return any_lengths(c, within, begin.y);
}

}  // namespace va_event::neurons::order_free_conductances
#endif
