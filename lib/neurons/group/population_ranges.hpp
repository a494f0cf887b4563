// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace va_event::neurons {

/// Which neurons of a group have the constants of their population. Inputs of neurons with common constants share
/// exponentials, so one neuron with a current or a parameter of its own must not take that from the others: the
/// exceptions of a population are listed, as long as they are few.
class PopulationRanges {
 public:
  /// The neurons of one population.
  struct Range {
    std::uint32_t begin;
    std::uint32_t end;
    std::optional<std::uint32_t> set;         ///< the parameter set of all that are no exceptions; none: each its own
    std::vector<std::uint32_t> exceptions{};  ///< ascending
  };

  [[nodiscard]] std::span<const Range> all() const noexcept { return ranges_; }

  /// Adds the neurons begin ... end-1. @param set_of the sets of all neurons so far
  void add(std::uint32_t begin, std::uint32_t end, std::span<const std::uint32_t> set_of) {
    if (begin == end) {
      return;
    }
    Range range{begin, end, majority(set_of.subspan(begin, end - begin))};
    for (std::uint32_t i = begin; i < end && range.set; ++i) {
      if (set_of[i] != *range.set) {
        add_exception(range, range.exceptions.end(), i);
      }
    }
    ranges_.push_back(std::move(range));
  }

  /// Neuron `i` has another set from now on.
  void set_changed(std::uint32_t i, std::uint32_t set) {
    Range& range = const_cast<Range&>(range_of(i));
    if (!range.set) {
      return;
    }
    const auto place = std::lower_bound(range.exceptions.begin(), range.exceptions.end(), i);
    const bool listed = place != range.exceptions.end() && *place == i;
    if (set == *range.set) {
      if (listed) {
        range.exceptions.erase(place);
      }
    } else if (!listed) {
      add_exception(range, place, i);
    }
  }

  [[nodiscard]] const Range& range_of(std::uint32_t i) const {
    return *std::upper_bound(ranges_.begin(), ranges_.end(), i,
                             [](std::uint32_t index, const Range& range) { return index < range.end; });
  }

  /// Calls `common(begin, end)` for the stretches of a range between its exceptions, and `own(i)` for each exception.
  template <class Common, class Own>
  static void divide(const Range& range, const Common& common, const Own& own) {
    std::uint32_t begin = range.begin;
    for (const std::uint32_t i : range.exceptions) {
      if (begin < i) {
        common(begin, i);
      }
      own(i);
      begin = i + 1;
    }
    if (begin < range.end) {
      common(begin, range.end);
    }
  }

  /// The same with targets in a range: calls `common(targets)` for those between its exceptions, and `own(targets)` for
  /// each exception that is one of them. @param part  Targets, which ascend
  template <class Part, class Common, class Own>
  static void divide_targets(const Range& range, const Part& part, const Common& common, const Own& own) {
    const std::span<const std::uint32_t> index = part.index;
    std::size_t begin = 0;
    const auto hand_on = [&](std::size_t end, bool is_own) {
      if (begin < end) {
        is_own ? own(part.part(begin, end)) : common(part.part(begin, end));
        begin = end;
      }
    };
    for (const std::uint32_t i : range.exceptions) {
      const std::uint32_t target = i - part.offset;
      const auto first = std::lower_bound(index.begin(), index.end(), target);
      const auto last = std::upper_bound(first, index.end(), target);
      hand_on(static_cast<std::size_t>(first - index.begin()), false);
      hand_on(static_cast<std::size_t>(last - index.begin()), true);
    }
    hand_on(index.size(), false);
  }

 private:
  /// With more than one exception in so many neurons, all are taken one by one.
  static constexpr std::size_t kFewest = 8;

  /// The set that more than half of the neurons have, if there is one (Boyer and Moore's vote).
  [[nodiscard]] static std::optional<std::uint32_t> majority(std::span<const std::uint32_t> sets) {
    std::uint32_t candidate = 0;
    std::size_t votes = 0;
    for (const std::uint32_t set : sets) {
      candidate = votes == 0 ? set : candidate;
      votes = candidate == set ? votes + 1 : votes - 1;
    }
    const auto have_it = static_cast<std::size_t>(std::count(sets.begin(), sets.end(), candidate));
    return 2 * have_it > sets.size() ? std::optional(candidate) : std::nullopt;
  }

  static void add_exception(Range& range, std::vector<std::uint32_t>::iterator place, std::uint32_t i) {
    range.exceptions.insert(place, i);
    if (range.exceptions.size() > 1 && range.exceptions.size() * kFewest > range.end - range.begin) {
      range.set.reset();
      range.exceptions.clear();
    }
  }

  std::vector<Range> ranges_;  ///< all neurons, in their order
};

}  // namespace va_event::neurons
