// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "neurons/if_cond_exp/if_cond_exp.hpp"
#include "neurons/if_cond_exp/intervals/interval_arrays.hpp"

namespace va_event::neurons::near_spikes {

/// Chains of intervals between inputs, each of one neuron, which are solved together: vectors are filled by several
/// neurons. The bits of an interval's transfer are those of intervals::transfer(), whatever else is solved with it.
///
/// A chain is listed from its end to its beginning, since how far back it reaches is seen on the way. So the arrays are
/// filled from their ends, and a later chain stands before the earlier ones.
class Chains {
 public:
  using Constants = IfCondExpConstants<double>;

  void clear() {
    begin_ = room_;
    chains_.clear();
  }
  [[nodiscard]] bool empty() const noexcept { return chains_.empty(); }

  /// Begins to list a chain. @param most  at most so many intervals will be listed @returns its number
  std::uint32_t begin_chain(const Constants& c, std::size_t most) {
    if (begin_ < most) [[unlikely]] {
      make_room(most);
    }
    chains_.push_back({&c, 0, room_ - begin_, 0.0});
    return static_cast<std::uint32_t>(chains_.size() - 1);
  }
  /// Room for the `count` intervals before those that are listed. @returns the place of the first of them
  std::size_t add(std::size_t count) { return begin_ -= count; }
  /// The place of the first interval that is listed.
  [[nodiscard]] std::size_t first() const { return begin_; }
  /// Takes out the first intervals that are listed.
  void remove(std::size_t count) { begin_ += count; }
  /// How many intervals the chain has that is listed.
  [[nodiscard]] std::size_t listed() const { return room_ - begin_ - chains_.back().after; }
  /// The chain is complete. @param y  v - v_thresh at its beginning [mV]
  void end_chain(double y) {
    chains_.back().y = y;
    chains_.back().count = listed();
  }

  /// Takes every chain's y to its end.
  void solve();
  [[nodiscard]] double y(std::uint32_t chain) const { return chains_[chain].y; }

  // By place: lengths [ms] and conductances at the beginnings [uS] of intervals.
  double* h() { return h_.data(); }
  double* exc() { return exc_.data(); }
  double* inh() { return inh_.data(); }

  struct Chain {
    const Constants* constants;
    std::size_t count;  ///< of its intervals
    std::size_t after;  ///< intervals that are behind its end
    double y;           ///< [mV]
  };

 private:
  static constexpr std::size_t kPadding = IntervalArrays::kBehind;

  void make_room(std::size_t most);
  [[nodiscard]] bool same_constants() const;

  std::size_t room_ = 0;
  std::size_t begin_ = 0;
  std::vector<Chain> chains_;
  std::vector<double> h_, exc_, inh_, factor_, offset_;
};

/// Searches for the threshold, several neurons together, where the drive at threshold falls and is positive: by the
/// root of a Taylor polynomial of order 4 and v there, until v is so close that the root of another one is exact.
class Searches {
 public:
  using Constants = IfCondExpConstants<double>;

  void clear() { count_ = 0; }
  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }

  /// @param y  v - v_thresh [mV] @param exc, inh  [uS] @returns the number of the search
  std::uint32_t add(const Constants& c, double y, double exc, double inh) {
    if (count_ + kPadding > y_.size()) [[unlikely]] {
      for (std::vector<double>* const numbers : {&y_, &exc_, &inh_, &time_}) {
        numbers->resize(2 * (count_ + kPadding));
      }
      constants_.resize(y_.size());
    }
    constants_[count_] = &c;
    y_[count_] = y;
    exc_[count_] = exc;
    inh_[count_] = inh;
    return static_cast<std::uint32_t>(count_++);
  }
  void solve();
  /// When v reaches the threshold, since the state that was given [ms]; NaN: it has not been found, and whoever asks
  /// searches otherwise.
  [[nodiscard]] double time(std::uint32_t search) const { return time_[search]; }

  struct Arrays {
    double *y, *exc, *inh, *time;
    std::size_t begin, end;  ///< whole vectors may be read and written behind the end
  };

 private:
  static constexpr std::size_t kPadding = 8;

  std::size_t count_ = 0;
  std::vector<const Constants*> constants_;
  std::vector<double> y_, exc_, inh_, time_;
};

}  // namespace va_event::neurons::near_spikes
