// SPDX-License-Identifier: Apache-2.0
// Included once for each instruction set (Highway's foreach_target.h), hence no #pragma once.
#if defined(VA_EVENT_KERNELS_IF_COND_EXP_INTERVALS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef VA_EVENT_KERNELS_IF_COND_EXP_INTERVALS_INL_HPP
#undef VA_EVENT_KERNELS_IF_COND_EXP_INTERVALS_INL_HPP
#else
#define VA_EVENT_KERNELS_IF_COND_EXP_INTERVALS_INL_HPP
#endif

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

#include "neurons/if_cond_exp/deferred_inputs.hpp"
#include "neurons/if_cond_exp/intervals/formulas-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace va_event::neurons::HWY_NAMESPACE {

/// The intervals of several neurons integrated together, in vectors, whatever formulas they take.

/// Neurons whose intervals are integrated together, at most.
constexpr std::size_t kBlock = 16;
/// Intervals of all of them, at most: those up to each deferred input, and one to the end of the epoch.
constexpr std::size_t kIntervals = kBlock * (DeferredInputs::kSize + 1);
/// Room for the parts of intervals that are long for one power series. They are rare: those that find no room are
/// integrated one by one.
constexpr std::size_t kParts = kIntervals / 2;
/// Vectors whose recurrences run side by side: each operation waits several cycles for the one before, and a second
/// chain fills them.
constexpr std::size_t kTogether = 2;
/// Elements of the arrays: whole vectors may be written behind the last interval.
constexpr std::size_t kRoom = kIntervals + kParts + kTogether * kPadding;
using Numbers = std::array<double, kRoom>;

/// The intervals of some neurons, and what they do to v: set() describes them, solve() integrates all of them, in
/// vectors of intervals that take the same formula, and through() applies one. Which formula an interval takes, and the
/// bits of its transfer, depend on the interval alone (formulas.hpp), neither on the others nor on the width of
/// vectors. An object has up to 70 kB (kOneSet = false), so one serves for all blocks of a call.
/// @tparam kOneSet  all neurons have the same constants
template <bool kOneSet>
class Intervals {
 public:
  /// @param common  the constants of all neurons if kOneSet; must outlive this
  explicit Intervals(const Constants& common)
      : common_(common), swapped_(inhibition_first(common)), all_series_(kOneSet && common.series.ratio != 0) {}

  /// Number of intervals; those below it have been set. @param count  <= kIntervals
  [[nodiscard]] std::size_t count() const { return count_; }
  void set_count(std::size_t count) { count_ = count; }

  /// Interval number k, from these conductances on. @param k  < kIntervals @param c  of the neuron; must outlive this
  /// if not kOneSet @param h  [ms], >= 0 @param exc, inh  [uS]
  HWY_INLINE void set(std::size_t k, const Constants& c, double h, double exc, double inh) {
    const bool swap = kOneSet ? swapped_ : inhibition_first(c);
    h_[k] = h;
    first_[k] = swap ? inh : exc;
    second_[k] = swap ? exc : inh;
    if constexpr (!kOneSet) {
      own_[k] = &c;
    }
  }

  /// y at the end of interval number k [mV], after solve(). @param y  at its start [mV]
  [[nodiscard]] HWY_INLINE double through(std::size_t k, double y) const {
    const double factor = factor_[k];
    if (HWY_UNLIKELY(factor != factor)) {
      return one_by_one(k, y);
    }
    return factor * y + offset_[k];
  }

  /// Its transfer, after solve(); a NaN as its factor: it is to be taken by steps.
  [[nodiscard]] HWY_INLINE Transfer<double> transfer(std::size_t k) const { return {factor_[k], offset_[k]}; }

  /// Integrates all intervals. Where all neurons have the same constants and a power series applies, nothing needs to
  /// be sorted: an order of the series is found in the lanes.
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
  /// A factor that stands for an interval that no vector has taken; its conductances are kept.
  static constexpr double kOneByOne = std::numeric_limits<double>::quiet_NaN();

  // What set() was given for interval number k.
  [[nodiscard]] const Constants& constants(std::size_t k) const { return kOneSet ? common_ : *own_[k]; }
  [[nodiscard]] bool swapped(std::size_t k) const { return inhibition_first(constants(k)); }
  [[nodiscard]] double exc(std::size_t k) const { return swapped(k) ? second_[k] : first_[k]; }
  [[nodiscard]] double inh(std::size_t k) const { return swapped(k) ? first_[k] : second_[k]; }

  /// By steps, in any length (advance.hpp).
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
  /// The intervals from the k-th one on that the vectors hold. Those of too large a load are noted in long_; their
  /// lanes run along with load 0, and what comes out is overwritten.
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

  /// Intervals that are long for one power series, in parts behind the others: the parts are solved as all others are,
  /// and their transfers are chained in the order of time, as formulas.hpp does it for one interval.
  HWY_NOINLINE void solve_long(const Cell<W>& common) {
    const std::size_t count = long_.count;
    std::size_t end = count_;
    for (std::size_t n = 0; n < count; ++n) {
      const std::size_t k = long_.number[n];
      long_.first[n] = static_cast<std::uint16_t>(end);
      if (end + decay_series::kMaxParts <= kRoom - kTogether * kPadding) {
        intervals::for_parts(common_, exc(k), inh(k), h_[k],
                             [&](double part, double part_exc, double part_inh)
                                 HWY_ATTR { set(end++, common_, part, part_exc, part_inh); });
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

  /// Any mixture of formulas: a counting sort brings the intervals of the same formula together, vectors solve one
  /// formula after the other, and results go back to where the intervals were. What no formula takes alone is solved in
  /// parts, or left to one_by_one().
  HWY_NOINLINE void solve_sorted(const Cell<W>& common) {
    std::array<std::uint16_t, intervals::formula::kNone + 2> begin{};
    for (std::size_t k = 0; k < count_; ++k) {
      formula_[k] = static_cast<std::uint8_t>(intervals::formula_of(constants(k), exc(k), inh(k), h_[k]));
      ++begin[formula_[k] + 1U];
    }
    for (std::size_t formula = 0; formula <= intervals::formula::kNone; ++formula) {
      begin[formula + 1] = static_cast<std::uint16_t>(begin[formula + 1] + begin[formula]);
    }
    std::array<std::uint16_t, intervals::formula::kNone + 2> next = begin;
    for (std::size_t k = 0; k < count_; ++k) {
      const std::size_t p = next[formula_[k]]++;
      sorted_h_[p] = h_[k];
      sorted_first_[p] = first_[k];
      sorted_second_[p] = second_[k];
      number_[p] = static_cast<std::uint16_t>(k);
      if constexpr (!kOneSet) {
        load_[p] = constants(k).series.ratio == 0 ? 0.0 : intervals::series_load(constants(k), exc(k), inh(k), h_[k]);
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
          begin[intervals::formula::kRatioOne], begin[intervals::formula::kRatioOne + 1], common,
          [](const Cell<W>& cell, W first, W second, W h, W load) HWY_ATTR {
            std::array<TransferLanes, 1> out;
            by_series<1>(std::array<Cell<W>, 1>{cell}, std::array<SeriesInput, 1>{{{first, second, h, load}}}, out);
            return out[0];
          });
      for_vectors(
          begin[intervals::formula::kRatioTwo], begin[intervals::formula::kRatioTwo + 1], common,
          [](const Cell<W>& cell, W first, W second, W h, W load) HWY_ATTR {
            std::array<TransferLanes, 1> out;
            by_series<2>(std::array<Cell<W>, 1>{cell}, std::array<SeriesInput, 1>{{{first, second, h, load}}}, out);
            return out[0];
          });
    }
    solve_by_quadrature(common, begin, std::make_index_sequence<intervals::kQuadratureLevels.size()>{});
    for (std::size_t p = begin[intervals::formula::kNone]; p < count_; ++p) {
      const std::size_t k = number_[p];
      const auto all = intervals::transfer(constants(k), exc(k), inh(k), h_[k]);
      factor_[k] = all ? all->factor : kOneByOne;
      offset_[k] = all ? all->offset : 0.0;
    }
  }

  /// The ranges of all quadrature levels, one after the other, each with its number of nodes as a constant.
  template <std::size_t... level>
  HWY_INLINE void solve_by_quadrature(const Cell<W>& common,
                                      const std::array<std::uint16_t, intervals::formula::kNone + 2>& begin,
                                      std::index_sequence<level...> /*all*/) {
    (for_vectors(begin[intervals::formula::kQuadrature + level], begin[intervals::formula::kQuadrature + level + 1],
                 common,
                 [](const Cell<W>& cell, W exc, W inh, W h, W /*load*/)
                     HWY_ATTR { return integrate<intervals::kQuadratureLevels[level].nodes>(cell, exc, inh, h); }),
     ...);
  }

  /// Calls `solve` for the vectors of a sorted range, and writes the results to the unsorted numbers of its intervals.
  /// Lanes behind the range are computed and dropped.
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
  /// The constants of the neurons of the vector that begins at sorted position p.
  [[nodiscard]] HWY_INLINE Cell<W> cell(std::size_t p, const Cell<W>& common) const {
    if constexpr (kOneSet) {
      return common;
    } else {
      return cell_of([this, p](std::size_t n) HWY_ATTR { return hn::LoadU(Wide(), &cells_[n][p]); });
    }
  }

  /// Intervals that are long for one power series.
  struct Long {
    std::size_t count = 0;
    std::array<std::uint16_t, kRoom> number;     ///< of the interval
    std::array<std::uint16_t, kRoom + 1> first;  ///< of its parts; they end where those of the next one begin

    void clear() { count = 0; }
    [[nodiscard]] bool empty() const { return count == 0; }
    void add(std::size_t k) { number[count++] = static_cast<std::uint16_t>(k); }
  };

  const Constants& common_;
  const bool swapped_;     ///< the inhibitory synapse is the first one, where all have the same constants
  const bool all_series_;  ///< all have the same constants, and a power series applies
  std::size_t count_ = 0;
  // By number of the interval: length [ms], conductances at its start [uS] (first and second as in Cell), and its
  // transfer, the offset in mV.
  alignas(64) Numbers h_, first_, second_, factor_, offset_;
  Long long_;
  // By position after sorting (solve_sorted); number_ leads back.
  alignas(64) Numbers sorted_h_, sorted_first_, sorted_second_, load_;
  std::array<std::uint8_t, kRoom> formula_;
  std::array<std::uint16_t, kRoom> number_;
  std::array<const Constants*, kOneSet ? 1 : kRoom> own_;
  alignas(64) std::array<std::array<double, kOneSet ? 1 : kRoom>, kCellNumbers> cells_;
};

}  // namespace va_event::neurons::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
