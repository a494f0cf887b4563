// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "network/connectors/cell_bits.hpp"
#include "va_event/connectors.hpp"
#include "va_event/random.hpp"

namespace va_event::network {

/// Random samples of cells, at a cost of the cells that are drawn rather than of those that could be.

/// @throws ParameterError unless 0 <= p <= 1.
void check_probability(std::string_view field, double p);

/// Independent trials of equal probability p. Instead of a random number for each trial, one is drawn for each success:
/// the numbers of failures between successes have a geometric distribution.
class Skipping {
 public:
  explicit Skipping(double p);  ///< in [0, 1]

  /// Calls visit(i) for the successes i among 0 ... n-1, ascending.
  template <class Visit>
  void run(RandomStream& stream, std::size_t n, const Visit& visit) const {
    if (p_ == 0.0) {
      return;
    }
    for (std::size_t i = 0;; ++i) {
      // floor(E / -log(1-p)) >= k has probability (1-p)^k, E being exponential.
      const double gap = p_ == 1.0 ? 0.0 : std::floor(stream.exponential() * scale_);
      if (gap >= static_cast<double>(n - i)) {
        return;
      }
      i += static_cast<std::size_t>(gap);
      visit(i);
    }
  }

 private:
  double p_;
  double scale_ = 0.0;  // -1 / log(1 - p)
};

/// Draws cells from 0 ... n-1, leaving out one of them perhaps (a cell that must not connect to itself).
class CellDrawer {
 public:
  /// @param skipped  the cell that is left out
  CellDrawer(std::size_t n, std::optional<std::size_t> skipped);

  [[nodiscard]] std::size_t available() const noexcept { return available_; }

  /// `count` of the cells into `drawn`; without replacement they are ascending.
  /// @param count at most available() without replacement; 0 if nothing is available
  /// @param bits  empty set of n cells, left empty again
  void draw(RandomStream& stream, std::size_t count, bool with_replacement, CellBits& bits,
            std::vector<std::uint32_t>& drawn) const;

 private:
  [[nodiscard]] std::uint32_t cell(std::uint32_t number) const noexcept {
    return number >= skipped_ ? number + 1 : number;
  }

  std::size_t skipped_, available_;
};

/// @throws ParameterError when `count` cells cannot be drawn from so many.
void check_count(std::size_t count, std::size_t available, bool with_replacement, std::string_view of_what);

}  // namespace va_event::network
