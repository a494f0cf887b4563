// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace va_event::network {

/// Sorts rows of synapses. Keys are spread over their range, so a bucket sort needs hardly any comparison: about as
/// many buckets as synapses, each with keys of an equal part of the range, and insertion for the few synapses that
/// share a bucket. Buckets that hold many, as those of delays that are multiples of a step, are sorted by comparisons
/// unless they are in order already.

/// A row that is being made: arrays of one length, unless a value is not stored.
struct MutableRow {
  std::span<std::uint32_t> target;
  std::span<double> weight;  ///< empty: not stored
  std::span<double> delay;   ///< empty: not stored
};

/// Holds the memory that sorting needs, so that one sorter serves many rows.
class RowSorter {
 public:
  /// By (delay, target, weight), as far as they are stored.
  void sort(const MutableRow& row);
  /// By (target, weight, delay), all of which are stored, or the target alone.
  void sort_by_target(const MutableRow& row);
  void sort(std::span<std::uint32_t> targets);

 private:
  struct Synapse {
    double delay;
    double weight;
    std::uint32_t target;
  };
  /// Distributes `count` elements, element(i) with key(i), over buckets and puts `sorted` in order by `before`.
  template <class Element, class Key, class Get, class Before>
  void bucket_sort(std::size_t count, const Key& key, const Get& get, const Before& before,
                   std::vector<Element>& sorted);

  std::vector<std::uint32_t> bucket_of_, bucket_end_;
  std::vector<Synapse> synapses_;
  std::vector<std::uint32_t> targets_;
};

}  // namespace va_event::network
