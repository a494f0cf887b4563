// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "foundation/large_pages.hpp"
#include "foundation/prefetch.hpp"
#include "network/share.hpp"

namespace va_event::network {

/// The synapses of one projection onto one population, in rows by pre cell. Within a row they are sorted by
/// (delay, target, weight): the order of construction leaves no trace.
///
/// Weights and delays are stored only where they differ: 4 bytes per synapse when both are constant, 12 when one
/// is, 20 otherwise, plus 8 bytes per row.
class SynapseTable {
 public:
  /// The synapses of one pre cell: three arrays of the same length, unless a value is constant.
  struct Row {
    std::span<const std::uint32_t> target;  ///< index within the post population
    std::span<const double> weight;         ///< empty: constant_weight()
    std::span<const double> delay;          ///< empty: constant_delay(); ascending [ms]

    /// The synapses onto a part of the post population. @pre one delay, so that the targets ascend
    [[nodiscard]] Row onto(const Share::Range& part) const noexcept {
      const std::size_t begin = first_from(part.begin);
      const std::size_t count = first_from(part.end) - begin;
      return {target.subspan(begin, count), weight.empty() ? weight : weight.subspan(begin, count), {}};
    }

   private:
    /// std::lower_bound without branches: where a random row is cut cannot be foreseen.
    [[nodiscard]] std::size_t first_from(std::uint32_t cell) const noexcept {
      if (target.empty() || target.front() >= cell) {
        return 0;
      }
      if (target.back() < cell) {
        return target.size();
      }
      std::size_t first = 0;  // of the elements that are left
      for (std::size_t left = target.size(); left > 1;) {
        const std::size_t half = left / 2;
        first += half * static_cast<std::size_t>(target[first + half - 1] < cell);
        left -= half;
      }
      return first + static_cast<std::size_t>(target[first] < cell);
    }
  };

  [[nodiscard]] std::size_t rows() const noexcept { return row_begin_.empty() ? 0 : row_begin_.size() - 1; }
  [[nodiscard]] std::size_t size() const noexcept { return target_.size(); }
  [[nodiscard]] Row row(std::size_t pre) const noexcept {
    const std::size_t begin = row_begin_[pre];
    const std::size_t count = row_begin_[pre + 1] - begin;
    return {{target_.data() + begin, count},
            weight_.empty() ? std::span<const double>{} : std::span<const double>{weight_.data() + begin, count},
            delay_.empty() ? std::span<const double>{} : std::span<const double>{delay_.data() + begin, count}};
  }
  /// Of a synapse, by its number in the table: rows lie behind one another.
  [[nodiscard]] std::size_t begin_of(std::size_t pre) const noexcept { return row_begin_[pre]; }
  [[nodiscard]] double weight_of(std::size_t synapse) const noexcept {
    return weight_.empty() ? constant_weight_ : weight_[synapse];
  }
  [[nodiscard]] double delay_of(std::size_t synapse) const noexcept {
    return delay_.empty() ? constant_delay_ : delay_[synapse];
  }
  /// Prefetches where a row begins and, called later, the row's targets and weights.
  void prefetch_place(std::size_t pre) const noexcept { foundation::prefetch(row_begin_.data() + pre); }
  void prefetch_row(std::size_t pre) const noexcept {
    const Row wanted = row(pre);
    foundation::prefetch(wanted.target);
    foundation::prefetch(wanted.weight);
  }
  [[nodiscard]] bool has_constant_weight() const noexcept { return weight_.empty(); }
  [[nodiscard]] bool has_constant_delay() const noexcept { return delay_.empty(); }
  [[nodiscard]] double constant_weight() const noexcept { return constant_weight_; }
  [[nodiscard]] double constant_delay() const noexcept { return constant_delay_; }
  // The smallest and the largest that there is; +inf and -inf without synapses.
  [[nodiscard]] std::pair<double, double> weights() const noexcept;
  [[nodiscard]] std::pair<double, double> delays() const noexcept;
  [[nodiscard]] std::size_t memory_bytes() const noexcept;

 private:
  friend class SynapseTableBuilder;
  std::vector<std::uint64_t> row_begin_;
  foundation::LargeArray<std::uint32_t> target_;
  foundation::LargeArray<double> weight_;
  foundation::LargeArray<double> delay_;
  double constant_weight_ = 0.0;
  double constant_delay_ = 0.0;
};

}  // namespace va_event::network
