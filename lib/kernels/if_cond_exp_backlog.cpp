// SPDX-License-Identifier: Apache-2.0
// The vectors here hold numbers that lie side by side, so wider ones pay; see va_event_internal.cmake for the others.
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS 0
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/if_cond_exp_backlog.cpp"
#include <hwy/foreach_target.h>
// clang-format off: the order matters
#include <hwy/highway.h>

#include "kernels/lanes-inl.hpp"
// clang-format on
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include "kernels/if_cond_exp_backlog.hpp"

HWY_BEFORE_NAMESPACE();
namespace va_event::kernels::HWY_NAMESPACE {
namespace {

using Kernel = IfCondExpKernel<double>;
using Constants = Kernel::Constants;
using Wide = hn::ScalableTag<double>;
using W = hn::Vec<Wide>;

constexpr std::size_t kBlock = 16;                                 // neurons at a time, at most
constexpr std::size_t kIntervals = kBlock * (Backlog::kSize + 1);  // of all of them, at most
constexpr std::size_t kParts = kIntervals / 2;                     // of long ones of these; what is more has to wait
constexpr std::size_t kTogether = 2;                               // vectors
constexpr std::size_t kRoom = kIntervals + kParts + kTogether * kPadding;
using Numbers = std::array<double, kRoom>;

/// What the formulas need of a neuron. The power series call the slow synapse the first one, the quadrature the
/// excitatory one.
template <class Number>
struct Cell {
  Number y_leak;
  Number y_first;  ///< reversal potential minus v_thresh
  Number y_second;
  Number resistance;
  Number rate_m;
  Number rate_first;
  Number rate_second;
  Number kappa_first;  ///< tau_syn/tau_m
  Number kappa_second;
};
constexpr std::size_t kCellNumbers = 9;

HWY_INLINE bool inhibition_first(const Constants& c) { return c.series.ratio != 0 && !c.series.excitatory_is_slow; }

HWY_INLINE std::array<double, kCellNumbers> numbers_of(const Constants& c) {
  const bool swap = inhibition_first(c);
  const double kappa_exc = c.tau_exc * c.rate_m;
  const double kappa_inh = c.tau_inh * c.rate_m;
  return {c.y_leak,
          swap ? c.y_inh : c.y_exc,
          swap ? c.y_exc : c.y_inh,
          c.resistance,
          c.rate_m,
          swap ? c.rate_inh : c.rate_exc,
          swap ? c.rate_exc : c.rate_inh,
          c.series.ratio != 0 ? c.series.kappa : kappa_exc,
          swap ? kappa_exc : kappa_inh};
}

/// @param at gives a vector of the n-th number
template <class At>
HWY_INLINE Cell<W> cell_of(const At& at) {
  return {at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7), at(8)};
}

struct TransferLanes {
  W factor;
  W offset;
};

/// a*b + c, rounded once.
HWY_INLINE W fused(W a, W b, W c) {
#if HWY_NATIVE_FMA
  return hn::MulAdd(a, b, c);
#else
  const Wide d;
  alignas(64) std::array<double, kPadding> x, y, z;
  hn::Store(a, d, x.data());
  hn::Store(b, d, y.data());
  hn::Store(c, d, z.data());
  for (std::size_t lane = 0; lane < hn::Lanes(d); ++lane) {
    x[lane] = std::fma(x[lane], y[lane], z[lane]);
  }
  return hn::Load(d, x.data());
#endif
}

/// elementary::detail::reduce_fused(), operation by operation.
HWY_INLINE ReducedLanes<W> reduce_fused(W x) {
  using namespace elementary::detail;
  const Wide d;
  const hn::RebindToUnsigned<Wide> bits;
  const auto c = [d](double value) HWY_ATTR { return hn::Set(d, value); };
  const W shifted = fused(x, c(kLog2E), c(kRound));
  const W n = shifted - c(kRound);
  const W r = fused(hn::Neg(n), c(kLn2Lo), fused(hn::Neg(n), c(kLn2Hi), x));
  const W r2 = r * r;
  const W r4 = r2 * r2;
  const W q0 = fused(fused(c(kC3), r, c(kC2)), r2, fused(c(kC1), r, c(kC0)));
  const W q1 = fused(fused(c(kC7), r, c(kC6)), r2, fused(c(kC5), r, c(kC4)));
  const W q = fused(fused(fused(c(kC9), r, c(kC8)), r4, q1), r4, q0);
  const W expm1_r = fused(fused(r, q, c(0.5)), r2, r);
  const auto exponent = hn::ShiftLeft<52>(hn::BitCast(bits, shifted)) + hn::Set(bits, std::uint64_t{1023} << 52U);
  return {expm1_r, hn::BitCast(d, exponent)};
}
HWY_INLINE W exp_fused(W x) {
  const ReducedLanes<W> e = reduce_fused(x);
  return hn::IfThenZeroElse(x < hn::Set(Wide(), elementary::kMinExponent), fused(e.scale, e.expm1_r, e.scale));
}
HWY_INLINE W expm1_fused(W x) {
  const Wide d;
  const ReducedLanes<W> e = reduce_fused(x);
  const W result = fused(e.scale, e.expm1_r, e.scale - hn::Set(d, 1.0));
  return hn::IfThenElse(x < hn::Set(d, elementary::kMinExponent), hn::Set(d, -1.0), result);
}

/// What a power series starts from.
struct SeriesInput {
  W first;
  W second;
  W h;
  W load;
};

/// decay_series::transfer(), operation by operation, each lane with the terms of its own order: its further ones are 0.
/// Several vectors at a time, because each operation waits for the one before.
/// @param cell  one for all vectors, or one for each
template <int ratio, std::size_t kVectors, std::size_t kCells>
HWY_INLINE void by_series(const std::array<Cell<W>, kCells>& cells, const std::array<SeriesInput, kVectors>& in,
                          std::array<TransferLanes, kVectors>& out) {
  const Wide d;
  const auto c = [d](double value) HWY_ATTR { return hn::Set(d, value); };
  struct {
    W x, a, c1, c2, source, before, last, now, odd, even, factor;
  } s[kVectors];
  for (std::size_t v = 0; v < kVectors; ++v) {
    const Cell<W>& cell = cells[kCells == 1 ? 0 : v];
    const W start_gs = cell.resistance * in[v].first;
    const W start_gf = cell.resistance * in[v].second;
    const W e = expm1_fused(hn::Neg(in[v].h) * cell.rate_first);
    const W x = hn::Neg(e) / (c(2.0) + e);
    const W middle = c(1.0) + c(0.5) * e;
    const W gs = start_gs * middle;
    const W gf = ratio == 2 ? start_gf * (middle * middle) : start_gf * middle;
    const W lost = ratio == 2 ? start_gs * e + start_gf * (e + (c(0.5) * e) * e) : (start_gs + start_gf) * e;
    s[v].factor = exp_fused(cell.kappa_first * lost - in[v].h * cell.rate_m);
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
    s[v].now = (s[v].a * s[v].last - kx2 * (slow + c(ratio) * fast)) * c(decay_series::kInverse[2]);
    s[v].odd = s[v].last;
    s[v].even = s[v].now;
  }
  const auto next_term = [&](std::size_t n) HWY_ATTR {
    const W inverse = c(decay_series::kInverse[n + 1]);
    for (auto& one : s) {
      one.a = one.a - one.x;
      W rest = one.c1 * one.last;
      if constexpr (ratio == 2) {
        rest = fused(one.c2, one.before, rest);
        if (n == 2) {
          rest = rest - one.source;
        }
      }
      const W next = fused(one.a * inverse, one.now, rest * inverse);
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
  next_terms(6);
  for (std::size_t k = 1; k < decay_series::kOrders.size(); ++k) {
    const W limit = c(decay_series::kOrders[k - 1].max_load);
    bool all_end = true;
    for (std::size_t v = 0; v < kVectors; ++v) {
      const auto goes_on = in[v].load >= limit;
      all_end = all_end && hn::AllFalse(d, goes_on);
      s[v].before = hn::IfThenElseZero(goes_on, s[v].before);
      s[v].last = hn::IfThenElseZero(goes_on, s[v].last);
      s[v].now = hn::IfThenElseZero(goes_on, s[v].now);
    }
    if (all_end) {
      break;
    }
    const auto n = static_cast<std::size_t>(decay_series::kOrders[k - 1].terms);
    next_terms(n);
    next_terms(n + 2);
  }
  for (std::size_t v = 0; v < kVectors; ++v) {
    out[v] = {s[v].factor, (s[v].even - s[v].odd) - s[v].factor * (s[v].even + s[v].odd)};
  }
}
static_assert(decay_series::kOrders[0].terms == 8 && decay_series::kTermsPerBlock == 4);

/// IfCondExpKernel<double>::quadrature(), operation by operation.
template <std::size_t kCount>
HWY_INLINE TransferLanes integrate(const Cell<W>& cell, W exc, W inh, W h) {
  constexpr const GaussLegendre<double, kCount>& kRule = detail::kGaussLegendre<kCount>;
  const Wide d;
  const auto set = [d](double value) HWY_ATTR { return hn::Set(d, value); };
  const W one = set(1.0);
  const W x = h * cell.rate_m;
  const W h_exc = h * cell.rate_first;
  const W h_inh = h * cell.rate_second;
  W decay_exc[kCount];  // e^{-s_k/tau} - 1
  W decay_inh[kCount];
  for (std::size_t k = 0; k < kCount; ++k) {
    decay_exc[k] = expm1(hn::Neg(h_exc) * set(kRule.node[k]));
    decay_inh[k] = expm1(hn::Neg(h_inh) * set(kRule.node[k]));
  }
  const W ge = cell.resistance * exc;
  const W gi = cell.resistance * inh;
  const W memory_exc = ge * cell.kappa_first;
  const W memory_inh = gi * cell.kappa_second;
  const W factor = exp(memory_exc * expm1(hn::Neg(h_exc)) + memory_inh * expm1(hn::Neg(h_inh)) - x);
  const W drive_exc = ge * cell.y_first;
  const W drive_inh = gi * cell.y_second;
  W sum = hn::Zero(d);
  for (std::size_t k = 0; k < kCount; ++k) {
    const std::size_t mirror = kCount - 1 - k;
    const W kept = exp(memory_exc * ((one + decay_exc[k]) * decay_exc[mirror]) +
                       memory_inh * ((one + decay_inh[k]) * decay_inh[mirror]) - x * set(kRule.node[mirror]));
    sum = sum + set(kRule.weight[k]) * kept *
                    (cell.y_leak + drive_exc * (one + decay_exc[k]) + drive_inh * (one + decay_inh[k]));
  }
  return {factor, x * sum};
}

/// The intervals of some neurons, and what they do to v.
template <bool kOneSet>
class Intervals {
 public:
  explicit Intervals(const Constants& common)
      : common_(common), swapped_(inhibition_first(common)), all_series_(kOneSet && common.series.ratio != 0) {}

  [[nodiscard]] std::size_t count() const { return count_; }
  void set_count(std::size_t count) { count_ = count; }

  /// Interval number k, from these conductances on.
  HWY_INLINE void set(std::size_t k, const Constants& c, double h, double exc, double inh) {
    const bool swap = kOneSet ? swapped_ : inhibition_first(c);
    h_[k] = h;
    first_[k] = swap ? inh : exc;
    second_[k] = swap ? exc : inh;
    if constexpr (!kOneSet) {
      own_[k] = &c;
    }
  }

  /// What interval number k does to y.
  [[nodiscard]] HWY_INLINE double through(std::size_t k, double y) const {
    const double factor = factor_[k];
    if (HWY_UNLIKELY(factor != factor)) {
      return one_by_one(k, y);
    }
    return factor * y + offset_[k];
  }

  void solve() {
    const std::array<double, kCellNumbers> numbers = numbers_of(common_);
    const Cell<W> common = cell_of([&numbers](std::size_t n) HWY_ATTR { return hn::Set(Wide(), numbers[n]); });
    if (all_series_) {
      long_.clear();
      solve_series(common, 0, count_);
      if (!long_.empty()) {
        solve_long(common);
      }
    } else {
      solve_sorted(common);
    }
  }

 private:
  static constexpr double kOneByOne = std::numeric_limits<double>::quiet_NaN();

  [[nodiscard]] const Constants& constants(std::size_t k) const { return kOneSet ? common_ : *own_[k]; }
  [[nodiscard]] bool swapped(std::size_t k) const { return inhibition_first(constants(k)); }
  [[nodiscard]] double exc(std::size_t k) const { return swapped(k) ? second_[k] : first_[k]; }
  [[nodiscard]] double inh(std::size_t k) const { return swapped(k) ? first_[k] : second_[k]; }

  [[nodiscard]] HWY_NOINLINE double one_by_one(std::size_t k, double y) const {
    return Kernel::advance(constants(k), {y, exc(k), inh(k), 0.0}, h_[k]).y;
  }

  /// Intervals begin ... end-1, all of whose neurons have the same constants and a power series.
  HWY_INLINE void solve_series(const Cell<W>& common, std::size_t begin, std::size_t end) {
    if (common_.series.ratio == 1) {
      solve_series_of<1>(common, begin, end);
    } else {
      solve_series_of<2>(common, begin, end);
    }
  }
  template <int ratio>
  HWY_INLINE void solve_series_of(const Cell<W>& common, std::size_t begin, std::size_t end) {
    const Wide d;
    const std::size_t lanes = hn::Lanes(d);
    for (std::size_t k = end; k < end + kTogether * lanes; k += lanes) {  // the last vectors may be full ones
      hn::StoreU(hn::Zero(d), d, &h_[k]);
      hn::StoreU(hn::Zero(d), d, &first_[k]);
      hn::StoreU(hn::Zero(d), d, &second_[k]);
    }
    std::size_t k = begin;
    for (; k + lanes < end; k += kTogether * lanes) {
      solve_vectors<ratio, kTogether>(common, k);
    }
    if (k < end) {
      solve_vectors<ratio, 1>(common, k);
    }
  }
  /// The intervals from the k-th one on that the vectors hold.
  template <int ratio, std::size_t kVectors>
  HWY_INLINE void solve_vectors(const Cell<W>& common, std::size_t k) {
    const Wide d;
    const std::size_t lanes = hn::Lanes(d);
    const W rate_slow = hn::Set(d, common_.series.rate_slow);
    const W quarter = hn::Set(d, 0.25 * common_.rate_m);
    const W limit = hn::Set(d, decay_series::kLoadLimit);
    const std::array<Cell<W>, 1> cells{common};
    std::array<SeriesInput, kVectors> in;
    std::array<TransferLanes, kVectors> out;
    std::array<hn::Mask<Wide>, kVectors> is_long;
    for (std::size_t v = 0; v < kVectors; ++v) {
      const W h = hn::LoadU(d, &h_[k + v * lanes]);
      const W first = hn::LoadU(d, &first_[k + v * lanes]);
      const W second = hn::LoadU(d, &second_[k + v * lanes]);
      const W conductance = hn::Set(d, 1.0) + common.resistance * (hn::Abs(first) + hn::Abs(second));
      const W load = h * (rate_slow + quarter * conductance);
      is_long[v] = hn::Not(load < limit);
      in[v] = {first, second, h, hn::IfThenZeroElse(is_long[v], load)};
    }
    by_series<ratio>(cells, in, out);
    for (std::size_t v = 0; v < kVectors; ++v) {
      hn::StoreU(out[v].factor, d, &factor_[k + v * lanes]);
      hn::StoreU(out[v].offset, d, &offset_[k + v * lanes]);
      if (HWY_UNLIKELY(!hn::AllFalse(d, is_long[v]))) {
        std::uint8_t bits[8] = {};
        hn::StoreMaskBits(d, is_long[v], bits);
        for (unsigned left = bits[0]; left != 0; left &= left - 1) {
          long_.add(k + v * lanes + static_cast<std::size_t>(std::countr_zero(left)));
        }
      }
    }
  }

  /// Intervals that are long for one power series, in parts behind the others.
  HWY_NOINLINE void solve_long(const Cell<W>& common) {
    const std::size_t count = long_.count;
    std::size_t end = count_;
    for (std::size_t n = 0; n < count; ++n) {
      const std::size_t k = long_.number[n];
      long_.first[n] = static_cast<std::uint16_t>(end);
      if (end + decay_series::kMaxParts <= kRoom - kTogether * kPadding) {
        Kernel::for_parts(common_, exc(k), inh(k), h_[k], [&](double part, double part_exc, double part_inh) HWY_ATTR {
          set(end++, common_, part, part_exc, part_inh);
        });
      }
    }
    long_.first[count] = static_cast<std::uint16_t>(end);
    solve_series(common, count_, end);
    for (std::size_t n = 0; n < count; ++n) {
      const std::size_t k = long_.number[n];
      std::size_t part = long_.first[n];
      if (part == long_.first[n + 1]) {
        factor_[k] = kOneByOne;
        continue;
      }
      Transfer<double> all{factor_[part], offset_[part]};
      while (++part < long_.first[n + 1]) {
        all = all.then({factor_[part], offset_[part]});
      }
      factor_[k] = all.factor;
      offset_[k] = all.offset;
    }
  }

  /// Any mixture: intervals that take the same way come together.
  HWY_NOINLINE void solve_sorted(const Cell<W>& common) {
    std::array<std::uint16_t, way::kNone + 2> begin{};
    for (std::size_t k = 0; k < count_; ++k) {
      way_[k] = static_cast<std::uint8_t>(Kernel::way_of(constants(k), exc(k), inh(k), h_[k]));
      ++begin[way_[k] + 1U];
    }
    for (std::size_t way = 0; way <= way::kNone; ++way) {
      begin[way + 1] = static_cast<std::uint16_t>(begin[way + 1] + begin[way]);
    }
    std::array<std::uint16_t, way::kNone + 2> next = begin;
    for (std::size_t k = 0; k < count_; ++k) {
      const std::size_t p = next[way_[k]]++;
      sorted_h_[p] = h_[k];
      sorted_first_[p] = first_[k];
      sorted_second_[p] = second_[k];
      number_[p] = static_cast<std::uint16_t>(k);
      if constexpr (!kOneSet) {
        load_[p] = constants(k).series.ratio == 0 ? 0.0 : Kernel::series_load(constants(k), exc(k), inh(k), h_[k]);
        const std::array<double, kCellNumbers> numbers = numbers_of(*own_[k]);
        for (std::size_t n = 0; n < kCellNumbers; ++n) {
          cells_[n][p] = numbers[n];
        }
      }
    }
    for (std::size_t p = count_; p < count_ + kPadding; ++p) {
      sorted_h_[p] = sorted_first_[p] = sorted_second_[p] = load_[p] = 0.0;
    }
    if constexpr (!kOneSet) {
      for_vectors(
          begin[way::kRatioOne], begin[way::kRatioOne + 1], common,
          [](const Cell<W>& cell, W first, W second, W h, W load) HWY_ATTR {
            std::array<TransferLanes, 1> out;
            by_series<1>(std::array<Cell<W>, 1>{cell}, std::array<SeriesInput, 1>{{{first, second, h, load}}}, out);
            return out[0];
          });
      for_vectors(
          begin[way::kRatioTwo], begin[way::kRatioTwo + 1], common,
          [](const Cell<W>& cell, W first, W second, W h, W load) HWY_ATTR {
            std::array<TransferLanes, 1> out;
            by_series<2>(std::array<Cell<W>, 1>{cell}, std::array<SeriesInput, 1>{{{first, second, h, load}}}, out);
            return out[0];
          });
    }
    solve_by_quadrature(common, begin, std::make_index_sequence<kQuadratureLevels.size()>{});
    for (std::size_t p = begin[way::kNone]; p < count_; ++p) {
      const std::size_t k = number_[p];
      const auto all = Kernel::transfer(constants(k), exc(k), inh(k), h_[k]);
      factor_[k] = all ? all->factor : kOneByOne;
      offset_[k] = all ? all->offset : 0.0;
    }
  }

  template <std::size_t... level>
  HWY_INLINE void solve_by_quadrature(const Cell<W>& common, const std::array<std::uint16_t, way::kNone + 2>& begin,
                                      std::index_sequence<level...> /*all*/) {
    (for_vectors(begin[way::kQuadrature + level], begin[way::kQuadrature + level + 1], common,
                 [](const Cell<W>& cell, W exc, W inh, W h, W /*load*/)
                     HWY_ATTR { return integrate<kQuadratureLevels[level].nodes>(cell, exc, inh, h); }),
     ...);
  }

  /// Calls `solve` for the vectors of a sorted range, and puts what it says where it belongs.
  template <class Solve>
  HWY_INLINE void for_vectors(std::size_t begin, std::size_t end, const Cell<W>& common, const Solve& solve) {
    const Wide d;
    alignas(64) std::array<double, kPadding> factor, offset;
    for (std::size_t p = begin; p < end; p += hn::Lanes(d)) {
      const auto at = [p](const Numbers& numbers) HWY_ATTR { return hn::LoadU(Wide(), &numbers[p]); };
      // A vector may reach into the next range, where loads need not be for a series.
      const W load = hn::Min(at(load_), hn::Set(d, decay_series::kLoadLimit));
      const TransferLanes transfer = solve(cell(p, common), at(sorted_first_), at(sorted_second_), at(sorted_h_), load);
      hn::Store(transfer.factor, d, factor.data());
      hn::Store(transfer.offset, d, offset.data());
      for (std::size_t lane = 0; lane < HWY_MIN(end - p, hn::Lanes(d)); ++lane) {
        factor_[number_[p + lane]] = factor[lane];
        offset_[number_[p + lane]] = offset[lane];
      }
    }
  }
  [[nodiscard]] HWY_INLINE Cell<W> cell(std::size_t p, const Cell<W>& common) const {
    if constexpr (kOneSet) {
      return common;
    } else {
      return cell_of([this, p](std::size_t n) HWY_ATTR { return hn::LoadU(Wide(), &cells_[n][p]); });
    }
  }

  struct Long {
    std::size_t count = 0;
    std::array<std::uint16_t, kRoom> number;
    std::array<std::uint16_t, kRoom + 1> first;  ///< of its parts

    void clear() { count = 0; }
    [[nodiscard]] bool empty() const { return count == 0; }
    void add(std::size_t k) { number[count++] = static_cast<std::uint16_t>(k); }
  };

  const Constants& common_;
  const bool swapped_;
  const bool all_series_;
  std::size_t count_ = 0;
  alignas(64) Numbers h_, first_, second_, factor_, offset_;
  Long long_;
  // What is sorted:
  alignas(64) Numbers sorted_h_, sorted_first_, sorted_second_, load_;
  std::array<std::uint8_t, kRoom> way_;
  std::array<std::uint16_t, kRoom> number_;
  std::array<const Constants*, kOneSet ? 1 : kRoom> own_;
  alignas(64) std::array<std::array<double, kOneSet ? 1 : kRoom>, kCellNumbers> cells_;
};

/// The exponentials at a time.
struct Decays {
  double exc;
  double inh;
};
/// At the time of a neuron's row.
HWY_INLINE Decays decays_at(const Constants& c, const Backlog& backlog, double t, const PastInput* inputs) {
  if (HWY_UNLIKELY(backlog.last == Backlog::kUnknown)) {
    return {elementary::exp(-t * c.rate_exc), elementary::exp(-t * c.rate_inh)};
  }
  return {inputs[backlog.last].decay_exc, inputs[backlog.last].decay_inh};
}

/// The state after input number `wanted` of the list, for reports.
HWY_NOINLINE State<double> state_after(const Backlog& backlog, const State<double>& row, const PastInput* inputs,
                                       std::size_t wanted, double y) {
  double exc = row.exc;
  double inh = row.inh;
  for (std::size_t k = 0; k <= wanted; ++k) {
    exc += inputs[backlog.inputs[k]].exc;
    inh += inputs[backlog.inputs[k]].inh;
  }
  const PastInput& input = inputs[backlog.inputs[wanted]];
  return {y, exc * input.decay_exc, inh * input.decay_inh, input.t};
}

/// How long a neuron whose list is done is safe. @returns whether it is so until the next input, because of the drive
HWY_INLINE bool look_ahead(const BackloggedNeurons& neurons, std::uint32_t i, const Constants& c, const Decays& decays,
                           const Watch& watch, BacklogReport& report) {
  const State<double>& row = neurons.row[i];
  Backlog& backlog = neurons.backlog[i];
  const SafeInterval<double> safe = Kernel::safe_after(c, row, {row.t, decays.exc, decays.inh});
  bool by_sign = safe.by_sign;
  if (HWY_UNLIKELY(row.y >= 0.0) && backlog.armed == 0) {
    // From below threshold a drive that is not positive leads nowhere, whatever rounding does to y. Only a neuron that
    // was about to spike may have arrived.
    const double synaptic = Kernel::DriveFactors(c, decays.exc, decays.inh).largest(row.exc, row.inh);
    by_sign = c.y_leak + (synaptic > 0.0 ? synaptic : 0.0) <= 0.0;
  }
  const double until = by_sign ? std::numeric_limits<double>::infinity() : row.t + safe.duration;
  backlog.set_limit(false, !by_sign, c.y_leak);
  neurons.safe_until[i] = until;
  if (until < watch.until) {
    report.noticed.push_back(i);
  }
  return by_sign;
}

/// Some neurons, each named once, that are not refractory.
struct Block {
  std::size_t count = 0;
  std::array<std::uint32_t, kBlock> who;
};

/// Adds the intervals of a neuron. @tparam kToEpoch  and the one up to the end of the epoch
template <bool kOneSet, bool kToEpoch>
HWY_INLINE void collect(const BackloggedNeurons& neurons, std::uint32_t i, const PastInput* inputs,
                        Intervals<kOneSet>& intervals, Block& block) {
  const Backlog& backlog = neurons.backlog[i];
  const State<double>& row = neurons.row[i];
  const Constants& c = neurons.constants[i];
  block.who[block.count++] = i;
  Decays decays = decays_at(c, backlog, row.t, inputs);
  double t = row.t;
  double exc = row.exc;
  double inh = row.inh;
  std::size_t count = intervals.count();
  const std::size_t used = backlog.used;
  for (std::size_t k = 0; k < used; ++k) {
    const PastInput& input = inputs[backlog.inputs[k]];
    intervals.set(count++, c, input.t - t, exc * decays.exc, inh * decays.inh);
    exc += input.exc;
    inh += input.inh;
    t = input.t;
    decays = {input.decay_exc, input.decay_inh};
  }
  if constexpr (kToEpoch) {
    intervals.set(count++, c, kEpoch - t, exc * decays.exc, inh * decays.inh);
  }
  intervals.set_count(count);
}

template <bool kOneSet, bool kToEpoch>
HWY_INLINE void settle_block(const BackloggedNeurons& neurons, const Block& block, const PastInput* inputs,
                             const Watch& watch, Intervals<kOneSet>& intervals, BacklogReport& report) {
  intervals.solve();
  std::size_t interval = 0;
  for (std::size_t j = 0; j < block.count; ++j) {
    const std::uint32_t i = block.who[j];
    const Constants& c = neurons.constants[i];
    Backlog& backlog = neurons.backlog[i];
    State<double>& row = neurons.row[i];
    const std::size_t used = backlog.used;
    double y = row.y;
    for (std::size_t k = 0; k < used; ++k) {
      y = intervals.through(interval++, y);
      if (HWY_UNLIKELY(-y <= watch.distance)) {
        report.near.push_back({i, state_after(backlog, row, inputs, k, y)});
      }
    }
    backlog.used = 0;
    backlog.due = 0;
    if constexpr (kToEpoch) {
      y = intervals.through(interval++, y);
      row = {y, kernels::decayed(backlog.exc, c.epoch_exc), kernels::decayed(backlog.inh, c.epoch_inh), 0.0};
      backlog.exc = row.exc;
      backlog.inh = row.inh;
      backlog.last = Backlog::kEpochBegin;
      look_ahead(neurons, i, c, {1.0, 1.0}, watch, report);
      report.by_sign += used;
    } else {
      backlog.last = backlog.inputs[used - 1];
      const PastInput& input = inputs[backlog.last];
      row = {y, backlog.exc, backlog.inh, input.t};
      const bool by_sign = look_ahead(neurons, i, c, {input.decay_exc, input.decay_inh}, watch, report);
      report.by_sign += used - (by_sign ? 0U : 1U);
      report.by_bound += by_sign ? 0U : 1U;
    }
  }
  intervals.set_count(0);
}

/// While a neuron is refractory, v takes no notice.
HWY_INLINE void settle_refractory(const BackloggedNeurons& neurons, std::uint32_t i, const PastInput* inputs,
                                  BacklogReport& report) {
  Backlog& backlog = neurons.backlog[i];
  State<double>& row = neurons.row[i];
  if (backlog.used > 0) {
    backlog.last = backlog.inputs[backlog.used - 1U];
    row = {row.y, backlog.exc, backlog.inh, inputs[backlog.last].t};
    report.refractory += backlog.used;
    backlog.used = 0;
    backlog.due = 0;
  }
}

template <bool kOneSet>
void settle_some(const BackloggedNeurons& neurons, std::span<const std::uint32_t> who, const PastInput* inputs,
                 const Watch& watch, BacklogReport& report) {
  Intervals<kOneSet> intervals(neurons.constants.sets[0]);
  Block block;
  for (const std::uint32_t i : who) {
    Backlog& backlog = neurons.backlog[i];
    if (neurons.row[i].y == kHeld) {
      settle_refractory(neurons, i, inputs, report);
    } else if (backlog.used > 0) {
      collect<kOneSet, false>(neurons, i, inputs, intervals, block);
      if (block.count == kBlock) {
        settle_block<kOneSet, false>(neurons, block, inputs, watch, intervals, report);
        block.count = 0;
      }
    }
  }
  if (block.count > 0) {
    settle_block<kOneSet, false>(neurons, block, inputs, watch, intervals, report);
  }
}

void settle_all(const BackloggedNeurons& neurons, std::span<const std::uint32_t> who, const PastInput* inputs,
                const Watch& watch, BacklogReport& report) {
  if (neurons.constants.set_of == nullptr) {
    settle_some<true>(neurons, who, inputs, watch, report);
  } else {
    settle_some<false>(neurons, who, inputs, watch, report);
  }
}

template <bool kOneSet>
void settle_epoch_of(const BackloggedNeurons& neurons, std::uint32_t first, std::uint32_t count,
                     const PastInput* inputs, BacklogReport& report) {
  const Watch nobody{0.0, 0.0};
  Intervals<kOneSet> intervals(neurons.constants.sets[0]);
  Block block;
  for (std::uint32_t i = first; i < first + count; ++i) {
    if (State<double>& row = neurons.row[i]; row.y == kHeld) {
      settle_refractory(neurons, i, inputs, report);
      const Constants& c = neurons.constants[i];
      Backlog& backlog = neurons.backlog[i];
      row = {row.y, kernels::decayed(row.exc, c.epoch_exc), kernels::decayed(row.inh, c.epoch_inh), 0.0};
      backlog.exc = row.exc;
      backlog.inh = row.inh;
      backlog.last = Backlog::kEpochBegin;
      continue;
    }
    collect<kOneSet, true>(neurons, i, inputs, intervals, block);
    if (block.count == kBlock) {
      settle_block<kOneSet, true>(neurons, block, inputs, nobody, intervals, report);
      block.count = 0;
    }
  }
  if (block.count > 0) {
    settle_block<kOneSet, true>(neurons, block, inputs, nobody, intervals, report);
  }
}

void settle_epoch_all(const BackloggedNeurons& neurons, std::uint32_t first, std::uint32_t count,
                      const PastInput* inputs, BacklogReport& report) {
  if (neurons.constants.set_of == nullptr) {
    settle_epoch_of<true>(neurons, first, count, inputs, report);
  } else {
    settle_epoch_of<false>(neurons, first, count, inputs, report);
  }
}

void find_all_decays(const SetsOf<Constants>& constants, std::span<const Input<double>> inputs, double* decay_exc,
                     double* decay_inh) {
  const Wide d;
  alignas(64) std::array<double, kPadding> exc, inh;
  for (std::size_t k = 0; k < inputs.size(); k += hn::Lanes(d)) {
    const std::size_t lanes = HWY_MIN(inputs.size() - k, hn::Lanes(d));
    for (std::size_t lane = 0; lane < hn::Lanes(d); ++lane) {
      const Input<double>& input = inputs[k + HWY_MIN(lane, lanes - 1)];
      const Constants& c = constants[input.index];
      exc[lane] = -input.t * c.rate_exc;
      inh[lane] = -input.t * c.rate_inh;
    }
    hn::Store(exp(hn::Load(d, exc.data())), d, exc.data());
    hn::Store(exp(hn::Load(d, inh.data())), d, inh.data());
    std::copy_n(exc.data(), lanes, decay_exc + k);
    std::copy_n(inh.data(), lanes, decay_inh + k);
  }
}

}  // namespace
}  // namespace va_event::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace va_event::kernels {

HWY_EXPORT(settle_all);
HWY_EXPORT(settle_epoch_all);
HWY_EXPORT(find_all_decays);

std::size_t deliver(Backlog* backlog, const PastInput& input, std::uint16_t number,
                    const IfCondExpKernel<double>::DriveFactors& drive, std::span<const std::uint32_t> targets,
                    std::uint32_t offset, std::vector<std::uint32_t>& due) {
  constexpr std::size_t kAhead = 8;
  const PastInput in = input;  // nothing that is written below may change them
  const IfCondExpKernel<double>::DriveFactors factors = drive;
  const std::size_t count = targets.size();
  bool stopped = false;
  const auto go_through = [&](std::size_t k, std::size_t end, auto prefetch) {
    for (; k < end; ++k) {
      if constexpr (decltype(prefetch)::value) {
        hwy::Prefetch(backlog + static_cast<std::uint32_t>(offset + targets[k + kAhead]));
      }
      const std::uint32_t i = offset + targets[k];
      if (receive(backlog[i], in, number, factors)) [[unlikely]] {
        due.push_back(i);
        if (k + 1 < count && targets[k + 1] == targets[k]) {
          stopped = true;
          return k + 1;
        }
      }
    }
    return k;
  };
  const std::size_t last = count > kAhead ? count - kAhead : 0;
  const std::size_t reached = go_through(0, last, std::true_type());
  return stopped ? reached : go_through(reached, count, std::false_type());
}

void settle(const BackloggedNeurons& neurons, std::span<const std::uint32_t> who, const PastInput* inputs,
            const Watch& watch, BacklogReport& report) {
  HWY_DYNAMIC_DISPATCH(settle_all)(neurons, who, inputs, watch, report);
}

void settle_epoch(const BackloggedNeurons& neurons, std::uint32_t first, std::uint32_t count, const PastInput* inputs,
                  BacklogReport& report) {
  HWY_DYNAMIC_DISPATCH(settle_epoch_all)(neurons, first, count, inputs, report);
}

void find_decays(const SetsOf<IfCondExpKernel<double>::Constants>& constants, std::span<const Input<double>> inputs,
                 double* decay_exc, double* decay_inh) {
  HWY_DYNAMIC_DISPATCH(find_all_decays)(constants, inputs, decay_exc, decay_inh);
}

}  // namespace va_event::kernels
#endif
