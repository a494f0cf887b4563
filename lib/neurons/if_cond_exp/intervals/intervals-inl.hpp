// SPDX-License-Identifier: Apache-2.0
// Included once for each instruction set (Highway's foreach_target.h), hence no #pragma once.
#if defined(VA_EVENT_KERNELS_IF_COND_EXP_INTERVALS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef VA_EVENT_KERNELS_IF_COND_EXP_INTERVALS_INL_HPP
#undef VA_EVENT_KERNELS_IF_COND_EXP_INTERVALS_INL_HPP
#else
#define VA_EVENT_KERNELS_IF_COND_EXP_INTERVALS_INL_HPP
#endif

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include "neurons/if_cond_exp/intervals/formulas-inl.hpp"
#include "neurons/if_cond_exp/intervals/interval_arrays.hpp"

HWY_BEFORE_NAMESPACE();
namespace va_event::neurons::HWY_NAMESPACE {

namespace {

/// The transfers of intervals of neurons with the same constants, in vectors. Which formula an interval takes, and the
/// bits of its transfer, depend on the interval alone (formulas.hpp), neither on the others nor on the width of
/// vectors.

/// Vectors whose recurrences run side by side.
constexpr std::size_t kTogether = 2;

HWY_INLINE Cell<W> common_cell(const Constants& c) {
  const std::array<double, kCellNumbers> numbers = numbers_of(c);
  return cell_of([&numbers](std::size_t n) HWY_ATTR { return hn::Set(Wide(), numbers[n]); });
}

/// Intervals that are long for one power series: their parts are solved together.
struct LongIntervals {
  static constexpr std::size_t kMost = 32;
  static constexpr std::size_t kMostParts = 2 * kMost + decay_series::kMaxParts;

  std::size_t count = 0;
  std::array<std::size_t, kMost> place;
};

HWY_INLINE void set_transfer(const IntervalArrays& a, std::size_t k, const std::optional<Transfer<double>>& all) {
  a.factor[k] = all ? all->factor : std::numeric_limits<double>::quiet_NaN();
  a.offset[k] = all ? all->offset : 0.0;
}

template <int ratio>
void solve_long(const Constants& c, const IntervalArrays& a, LongIntervals& intervals);

template <int ratio, std::size_t kVectors>
HWY_INLINE void solve_vectors(const Constants& c, const std::array<Cell<W>, 1>& cells, const IntervalArrays& a,
                              std::size_t k, LongIntervals& intervals) {
  const Wide d;
  const std::size_t lanes = hn::Lanes(d);
  const W rate_slow = hn::Set(d, c.series.rate_slow);
  const W quarter = hn::Set(d, 0.25 * c.rate_m);
  const W limit = hn::Set(d, decay_series::kLoadLimit);
  const bool swap = inhibition_first(c);
  const double* const first = swap ? a.inh : a.exc;
  const double* const second = swap ? a.exc : a.inh;
  std::array<SeriesInput, kVectors> in;
  std::array<TransferLanes, kVectors> out;
  std::array<hn::Mask<Wide>, kVectors> is_long;
  for (std::size_t v = 0; v < kVectors; ++v) {
    const W h = hn::LoadU(d, &a.h[k + v * lanes]);
    const W g_first = hn::LoadU(d, &first[k + v * lanes]);
    const W g_second = hn::LoadU(d, &second[k + v * lanes]);
    const W conductance = hn::Set(d, 1.0) + cells[0].resistance * (hn::Abs(g_first) + hn::Abs(g_second));
    const W load = h * (rate_slow + quarter * conductance);
    is_long[v] = hn::Not(load < limit);
    in[v] = {g_first, g_second, h, hn::IfThenZeroElse(is_long[v], load)};
  }
  by_series<ratio>(cells, in, out);
  for (std::size_t v = 0; v < kVectors; ++v) {
    hn::StoreU(out[v].factor, d, &a.factor[k + v * lanes]);
    hn::StoreU(out[v].offset, d, &a.offset[k + v * lanes]);
    if (HWY_UNLIKELY(!hn::AllFalse(d, is_long[v]))) {
      std::uint8_t bits[8] = {};
      hn::StoreMaskBits(d, is_long[v], bits);
      for (unsigned left = bits[0]; left != 0; left &= left - 1) {
        const std::size_t at = k + v * lanes + static_cast<std::size_t>(std::countr_zero(left));
        if (at < a.end) {
          if (intervals.count == LongIntervals::kMost) {
            solve_long<ratio>(c, a, intervals);
          }
          intervals.place[intervals.count++] = at;
        }
      }
    }
  }
}

template <int ratio>
HWY_INLINE void solve_series(const Constants& c, const IntervalArrays& a, LongIntervals& intervals) {
  const std::size_t lanes = hn::Lanes(Wide());
  const std::array<Cell<W>, 1> cells{common_cell(c)};
  std::size_t k = a.begin;
  for (; k + (kTogether - 1) * lanes < a.end; k += kTogether * lanes) {
    solve_vectors<ratio, kTogether>(c, cells, a, k, intervals);
  }
  for (; k < a.end; k += lanes) {
    solve_vectors<ratio, 1>(c, cells, a, k, intervals);
  }
}

template <int ratio>
HWY_NOINLINE void solve_long(const Constants& c, const IntervalArrays& a, LongIntervals& intervals) {
  constexpr std::size_t kRoom = LongIntervals::kMostParts + kTogether * kPadding;
  alignas(64) double h[kRoom] = {}, exc[kRoom] = {}, inh[kRoom] = {}, factor[kRoom], offset[kRoom];
  std::array<std::size_t, LongIntervals::kMost> first;
  std::size_t end = 0;
  for (std::size_t n = 0; n < intervals.count; ++n) {
    const std::size_t k = intervals.place[n];
    first[n] = end;
    if (end + decay_series::kMaxParts <= LongIntervals::kMostParts) {
      intervals::for_parts(c, a.exc[k], a.inh[k], a.h[k], [&](double part, double part_exc, double part_inh) HWY_ATTR {
        h[end] = part;
        exc[end] = part_exc;
        inh[end++] = part_inh;
      });
    }
  }
  LongIntervals none;
  solve_series<ratio>(c, {h, exc, inh, factor, offset, 0, end}, none);
  for (std::size_t n = 0; n < intervals.count; ++n) {
    const std::size_t k = intervals.place[n];
    const std::size_t parts_end = n + 1 < intervals.count ? first[n + 1] : end;
    if (first[n] == parts_end) {
      set_transfer(a, k, intervals::transfer(c, a.exc[k], a.inh[k], a.h[k]));
      continue;
    }
    Transfer<double> all{factor[first[n]], offset[first[n]]};
    for (std::size_t part = first[n] + 1; part < parts_end; ++part) {
      all = all.then({factor[part], offset[part]});
    }
    set_transfer(a, k, all);
  }
  intervals.count = 0;
}

template <int ratio>
HWY_INLINE void solve_all(const Constants& c, const IntervalArrays& a) {
  LongIntervals intervals;
  solve_series<ratio>(c, a, intervals);
  if (intervals.count > 0) {
    solve_long<ratio>(c, a, intervals);
  }
}

/// Where no power series applies: a counting sort brings the intervals of the same formula together, vectors solve one
/// formula after the other, and results go back to where the intervals were. What no formula takes alone is solved in
/// parts, or left to steps.
class SortedIntervals {
 public:
  /// How many it takes at a time.
  static constexpr std::size_t kMost = 288;

  explicit SortedIntervals(const Constants& constants) : constants_(constants), cell_(common_cell(constants)) {}

  /// @param a  at most kMost intervals
  void solve(const IntervalArrays& a) {
    const std::size_t count = a.end - a.begin;
    Begins begin{};
    for (std::size_t k = 0; k < count; ++k) {
      formula_[k] = static_cast<std::uint8_t>(
          intervals::formula_of(constants_, a.exc[a.begin + k], a.inh[a.begin + k], a.h[a.begin + k]));
      ++begin[formula_[k] + 1U];
    }
    for (std::size_t formula = 0; formula <= intervals::formula::kNone; ++formula) {
      begin[formula + 1] = static_cast<std::uint16_t>(begin[formula + 1] + begin[formula]);
    }
    Begins next = begin;
    for (std::size_t k = 0; k < count; ++k) {
      const std::size_t p = next[formula_[k]]++;
      h_[p] = a.h[a.begin + k];
      exc_[p] = a.exc[a.begin + k];
      inh_[p] = a.inh[a.begin + k];
      place_[p] = a.begin + k;
    }
    for (std::size_t p = count; p < count + kPadding; ++p) {
      h_[p] = exc_[p] = inh_[p] = 0.0;
    }
    solve_by_quadrature(a, begin, std::make_index_sequence<intervals::kQuadratureLevels.size()>{});
    for (std::size_t p = begin[intervals::formula::kNone]; p < count; ++p) {
      set_transfer(a, place_[p], intervals::transfer(constants_, exc_[p], inh_[p], h_[p]));
    }
  }

 private:
  using Numbers = std::array<double, kMost + kPadding>;
  using Begins = std::array<std::uint16_t, intervals::formula::kNone + 2>;

  /// The ranges of all quadrature levels, one after the other, each with its number of nodes as a constant.
  template <std::size_t... level>
  HWY_INLINE void solve_by_quadrature(const IntervalArrays& a, const Begins& begin,
                                      std::index_sequence<level...> /*all*/) {
    (solve_level<intervals::kQuadratureLevels[level].nodes>(a, begin[intervals::formula::kQuadrature + level],
                                                            begin[intervals::formula::kQuadrature + level + 1]),
     ...);
  }

  /// A sorted range. Lanes behind it are computed and dropped.
  template <std::size_t nodes>
  HWY_INLINE void solve_level(const IntervalArrays& a, std::size_t begin, std::size_t end) {
    const Wide d;
    alignas(64) std::array<double, kPadding> factor, offset;
    for (std::size_t p = begin; p < end; p += hn::Lanes(d)) {
      const auto at = [p](const Numbers& numbers) HWY_ATTR { return hn::LoadU(Wide(), &numbers[p]); };
      const TransferLanes transfer = integrate<nodes>(cell_, at(exc_), at(inh_), at(h_));
      hn::Store(transfer.factor, d, factor.data());
      hn::Store(transfer.offset, d, offset.data());
      for (std::size_t lane = 0; lane < HWY_MIN(end - p, hn::Lanes(d)); ++lane) {
        a.factor[place_[p + lane]] = factor[lane];
        a.offset[place_[p + lane]] = offset[lane];
      }
    }
  }

  const Constants& constants_;
  const Cell<W> cell_;
  // By position after sorting; place_ leads back.
  alignas(64) Numbers h_, exc_, inh_;
  std::array<std::uint8_t, kMost> formula_;
  std::array<std::size_t, kMost> place_;
};

HWY_NOINLINE void solve_sorted(const Constants& c, const IntervalArrays& a) {
  SortedIntervals sorted(c);
  for (IntervalArrays some = a; some.begin < a.end; some.begin = some.end) {
    some.end = std::min(a.end, some.begin + SortedIntervals::kMost);
    sorted.solve(some);
  }
}

/// The transfers of all intervals.
HWY_INLINE void solve_intervals(const Constants& c, const IntervalArrays& a) {
  if (c.series.ratio == 1) {
    solve_all<1>(c, a);
  } else if (c.series.ratio == 2) {
    solve_all<2>(c, a);
  } else {
    solve_sorted(c, a);
  }
}

}  // namespace

}  // namespace va_event::neurons::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
