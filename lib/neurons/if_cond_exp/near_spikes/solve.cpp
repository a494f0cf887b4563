// SPDX-License-Identifier: Apache-2.0
// The vectors here hold numbers that lie side by side, so wider ones pay; see va_event_internal.cmake for the others.
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS VA_EVENT_SIZELESS_TARGETS
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "neurons/if_cond_exp/near_spikes/solve.cpp"
#include <hwy/foreach_target.h>
// clang-format off: the order matters
#include <hwy/highway.h>

#include "neurons/if_cond_exp/intervals/formulas-inl.hpp"
#include "neurons/if_cond_exp/intervals/intervals-inl.hpp"
// clang-format on
#include <algorithm>
#include <cstddef>
#include <limits>

#include "neurons/if_cond_exp/near_spikes/bounds.hpp"
#include "neurons/if_cond_exp/near_spikes/solve.hpp"

HWY_BEFORE_NAMESPACE();
namespace va_event::neurons::HWY_NAMESPACE {
namespace {

void solve_chains(const Constants& c, const IntervalArrays& a) { solve_intervals(c, a); }

/// A state in each lane: conductances in units of the leak, F is the drive at threshold.
struct StateLanes {
  W y, exc, inh, drive, conductance;
};

HWY_INLINE StateLanes state_lanes(const Constants& c, W y, W exc, W inh) {
  const Wide d;
  const W drive = hn::Set(d, c.y_leak) + (hn::Set(d, c.y_exc) * exc + hn::Set(d, c.y_inh) * inh);
  return {y, exc, inh, drive, hn::Set(d, 1.0) + (exc + inh)};
}

struct RootLanes {
  W time;                   ///< since the state [ms]
  hn::Mask<Wide> is_found;  ///< Newton's method has settled
};

/// The root of the Taylor polynomial of order 4 of v.
/// @param settled  the change of Newton's last step is below it [ms]
HWY_INLINE RootLanes taylor_root(const Constants& c, const StateLanes& s, int steps, double settled) {
  const Wide d;
  const auto set = [d](double value) HWY_ATTR { return hn::Set(d, value); };
  const W rate_exc = set(-c.rate_exc);
  const W rate_inh = set(-c.rate_inh);
  const W rate_m = set(c.rate_m);
  const W y_exc = set(c.y_exc);
  const W y_inh = set(c.y_inh);
  const W zero = hn::Zero(d);
  const W exc1 = s.exc * rate_exc;
  const W inh1 = s.inh * rate_inh;
  const W exc2 = exc1 * rate_exc;
  const W inh2 = inh1 * rate_inh;
  const W exc3 = exc2 * rate_exc;
  const W inh3 = inh2 * rate_inh;
  const W g0 = s.conductance;
  const W g1 = exc1 + inh1;
  const W g2 = exc2 + inh2;
  const W g3 = exc3 + inh3;
  const W y1 = (s.drive - g0 * s.y) * rate_m;
  const W y2 = ((y_exc * exc1 + y_inh * inh1) - (g1 * s.y + g0 * y1)) * rate_m;
  const W y3 = ((y_exc * exc2 + y_inh * inh2) - ((g2 * s.y + (g1 + g1) * y1) + g0 * y2)) * rate_m;
  const W y4 =
      ((y_exc * exc3 + y_inh * inh3) - ((g3 * s.y + set(3.0) * (g2 * y1)) + (set(3.0) * (g1 * y2) + g0 * y3))) * rate_m;
  const W a2 = y2 * set(0.5);
  const W a3 = y3 * set(1.0 / 6.0);
  const W a4 = y4 * set(1.0 / 24.0);
  W t = hn::Neg(s.y) / y1;
  W change = t;
  hn::Mask<Wide> found = y1 > zero;
  for (int k = 0; k < steps; ++k) {
    const W value = (((a4 * t + a3) * t + a2) * t + y1) * t + s.y;
    const W slope = ((set(4.0) * a4 * t + set(3.0) * a3) * t + y2) * t + y1;
    found = hn::And(found, slope > zero);
    change = value / slope;
    t = t - change;
  }
  return {t, hn::And(found, hn::Abs(change) < set(settled))};
}

/// As long v certainly stays below the threshold, where the drive falls: safe_time_of_falling() without margins.
HWY_INLINE W safe_step(const Constants& c, const StateLanes& s) {
  const Wide d;
  const W six_drive = hn::Set(d, 6.0) * s.drive;
  const W u = hn::Neg(s.y);
  const W fall = s.conductance * u;
  return hn::Set(d, c.tau_m) * u * (six_drive + hn::Set(d, 3.0) * fall) / (six_drive * (s.drive + fall) + fall * fall);
}

template <int ratio>
HWY_INLINE void search_lanes(const Constants& c, const Cell<W>& cell, const near_spikes::Searches::Arrays& a,
                             std::size_t k) {
  constexpr int kMostSteps = 4;
  constexpr double kMostTime = 1.0;  // [ms]
  constexpr double kClose = 0x1p-9;  // in units of the fastest time constant: terms of order 5 are below rounding
  const Wide d;
  const auto set = [d](double value) HWY_ATTR { return hn::Set(d, value); };
  const bool swap = inhibition_first(c);
  const W g_exc = hn::LoadU(d, &a.exc[k]);
  const W g_inh = hn::LoadU(d, &a.inh[k]);
  const W first = swap ? g_inh : g_exc;
  const W second = swap ? g_exc : g_inh;
  const W y = hn::LoadU(d, &a.y[k]);
  const W rate_slow = set(c.series.rate_slow);
  const W resistance = set(c.resistance);
  const W quarter = set(0.25 * c.rate_m);
  const W limit = set(decay_series::kLoadLimit);
  const StateLanes start = state_lanes(c, y, resistance * g_exc, resistance * g_inh);
  const W per_load = rate_slow + quarter * start.conductance;
  const W fastest = set(std::max(c.rate_exc, c.rate_inh)) + start.conductance * set(c.rate_m);
  const W margin = set(near_spikes::drive_margin(c) * 1024.0);

  const W zero = hn::Zero(d);
  const W infinity = set(std::numeric_limits<double>::infinity());
  const RootLanes root = taylor_root(c, start, 3, 0.25);
  auto by_root = hn::And(root.is_found, root.time < set(kMostTime));
  W low = zero;  // before it there is no crossing, as F is positive and y < 0 there
  W low_step = safe_step(c, start);
  W t = hn::IfThenElse(by_root, root.time, low_step);
  W found = set(std::numeric_limits<double>::quiet_NaN());
  auto active = hn::And(start.drive > margin, y < zero);
  for (int step = 0; step < kMostSteps; ++step) {
    const W load = t * per_load;
    active = hn::And(active, hn::And(t > low, load < limit));
    if (hn::AllFalse(d, active)) {
      break;
    }
    const W h = hn::IfThenElseZero(active, t);
    const std::array<SeriesInput, 1> in{{{first, second, h, hn::IfThenElseZero(active, load)}}};
    std::array<TransferLanes, 1> out;
    by_series<ratio>(std::array<Cell<W>, 1>{cell}, in, out);
    const W slow = set(1.0) + expm1_fused(hn::Neg(h) * rate_slow);
    const W fast = ratio == 2 ? slow * slow : slow;
    const W decay_exc = swap ? fast : slow;
    const W decay_inh = swap ? slow : fast;
    const StateLanes there =
        state_lanes(c, out[0].factor * y + out[0].offset, start.exc * decay_exc, start.inh * decay_inh);
    const auto is_positive = there.drive > margin;
    // Behind a certain time, with y < 0 and a drive that has fallen to 0, there is no crossing.
    const auto is_over = hn::And(hn::AndNot(by_root, active), hn::And(there.drive < hn::Neg(margin), there.y < zero));
    found = hn::IfThenElse(is_over, infinity, found);
    const RootLanes rest = taylor_root(c, there, 2, 0.02);
    const auto has_root = hn::And(is_positive, rest.is_found);
    const auto is_close = hn::And(hn::And(active, has_root), hn::Abs(rest.time) * fastest < set(kClose));
    found = hn::IfThenElse(is_close, t + rest.time, found);
    active = hn::AndNot(hn::Or(is_close, is_over), active);
    const auto is_below = hn::And(is_positive, there.y < zero);
    low = hn::IfThenElse(is_below, t, low);
    low_step = hn::IfThenElse(is_below, safe_step(c, there), low_step);
    by_root = has_root;
    t = hn::IfThenElse(has_root, t + rest.time, low + low_step);
  }
  hn::StoreU(found, d, &a.time[k]);
}

/// @param c  of all neurons
void search_all(const Constants& c, const near_spikes::Searches::Arrays& a) {
  const std::size_t lanes = hn::Lanes(Wide());
  const bool applies = near_spikes::drive_only_falls(c) && c.series.ratio != 0;
  const Cell<W> cell = common_cell(c);
  for (std::size_t k = a.begin; k < a.end; k += lanes) {
    if (!applies) {
      hn::StoreU(hn::Set(Wide(), std::numeric_limits<double>::quiet_NaN()), Wide(), &a.time[k]);
    } else if (c.series.ratio == 1) {
      search_lanes<1>(c, cell, a, k);
    } else {
      search_lanes<2>(c, cell, a, k);
    }
  }
}

}  // namespace
}  // namespace va_event::neurons::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace va_event::neurons {

HWY_EXPORT(solve_chains);
HWY_EXPORT(search_all);

namespace near_spikes {

void Chains::make_room(std::size_t most) {
  const std::size_t used = room_ - begin_;
  const std::size_t room = 2 * (used + most) + 256;
  for (std::vector<double>* const numbers : {&h_, &exc_, &inh_, &factor_, &offset_}) {
    std::vector<double> larger(room + kPadding);
    std::copy(numbers->begin() + static_cast<std::ptrdiff_t>(begin_),
              numbers->begin() + static_cast<std::ptrdiff_t>(room_),
              larger.begin() + static_cast<std::ptrdiff_t>(room - used));
    *numbers = std::move(larger);
  }
  room_ = room;
  begin_ = room - used;
}

bool Chains::same_constants() const {
  return std::all_of(chains_.begin(), chains_.end(),
                     [&](const Chain& chain) { return chain.constants == chains_.front().constants; });
}

void Chains::solve() {
  if (chains_.empty()) {
    return;
  }
  IntervalArrays arrays{h_.data(), exc_.data(), inh_.data(), factor_.data(), offset_.data(), begin_, room_};
  const auto dispatch = [&](const Constants& c) { HWY_DYNAMIC_DISPATCH(solve_chains)(c, arrays); };
  if (same_constants()) {
    dispatch(*chains_.front().constants);
  } else {
    // A chain's vectors reach into the later ones' places, those of earlier chains: the last chain is the first one.
    for (std::size_t n = chains_.size(); n-- > 0;) {
      arrays.end = room_ - chains_[n].after;
      arrays.begin = arrays.end - chains_[n].count;
      dispatch(*chains_[n].constants);
    }
  }
  for (Chain& chain : chains_) {
    const std::size_t end = room_ - chain.after;
    double y = chain.y;
    for (std::size_t k = end - chain.count; k < end; ++k) {
      if (factor_[k] != factor_[k]) [[unlikely]] {
        y = IfCondExpKernel<double>::advance(*chain.constants, {y, exc_[k], inh_[k], 0.0}, h_[k]).y;
      } else {
        y = factor_[k] * y + offset_[k];
      }
    }
    chain.y = y;
  }
}

void Searches::solve() {
  for (std::size_t begin = 0; begin < count_;) {
    std::size_t end = begin + 1;
    while (end < count_ && constants_[end] == constants_[begin]) {
      ++end;
    }
    const Arrays arrays{y_.data(), exc_.data(), inh_.data(), time_.data(), begin, end};
    HWY_DYNAMIC_DISPATCH(search_all)(*constants_[begin], arrays);
    begin = end;
  }
}

}  // namespace near_spikes
}  // namespace va_event::neurons
#endif
