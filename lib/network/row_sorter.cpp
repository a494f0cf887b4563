// SPDX-License-Identifier: Apache-2.0
#include "network/row_sorter.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <functional>
#include <tuple>
#include <utility>

namespace va_event::network {
namespace {

constexpr std::size_t kFewSynapses = 16;                       ///< are sorted by insertion
constexpr std::size_t kMostInBuckets = std::size_t{1} << 30U;  ///< whose buckets are counted in 32 bits

template <class Iterator, class Before>
void insertion_sort(Iterator first, Iterator last, const Before& before) {
  for (Iterator i = first; i != last; ++i) {
    if (i == first || !before(*i, *(i - 1))) {
      continue;
    }
    const auto moved = *i;
    Iterator place = i;
    for (; place != first && before(moved, *(place - 1)); --place) {
      *place = *(place - 1);
    }
    *place = moved;
  }
}

}  // namespace

template <class Element, class Key, class Get, class Before>
void RowSorter::bucket_sort(std::size_t count, const Key& key, const Get& get, const Before& before,
                            std::vector<Element>& sorted) {
  sorted.resize(count);
  double smallest = key(0);
  double largest = smallest;
  for (std::size_t i = 1; i < count; ++i) {
    const double k = key(i);
    smallest = k < smallest ? k : smallest;
    largest = k > largest ? k : largest;
  }
  const std::size_t buckets = std::bit_ceil(count);
  const double scale = static_cast<double>(buckets) / (largest - smallest);
  if (count <= kFewSynapses || count > kMostInBuckets || !std::isfinite(scale)) {
    for (std::size_t i = 0; i < count; ++i) {
      sorted[i] = get(i);
    }
    count <= kFewSynapses ? insertion_sort(sorted.begin(), sorted.end(), before)
                          : std::sort(sorted.begin(), sorted.end(), before);
    return;
  }
  bucket_of_.resize(count);
  bucket_end_.assign(buckets + 1, 0);
  for (std::size_t i = 0; i < count; ++i) {
    const auto bucket = std::min(static_cast<std::int32_t>((key(i) - smallest) * scale),
                                 static_cast<std::int32_t>(buckets - 1));  // ascends with the key
    bucket_of_[i] = static_cast<std::uint32_t>(bucket);
    ++bucket_end_[static_cast<std::size_t>(bucket) + 1];
  }
  std::uint32_t largest_bucket = 0;
  for (std::size_t b = 1; b <= buckets; ++b) {
    largest_bucket = std::max(largest_bucket, bucket_end_[b]);
    bucket_end_[b] += bucket_end_[b - 1];
  }
  for (std::size_t i = 0; i < count; ++i) {  // bucket_end_[b] goes from the begin of bucket b to its end
    sorted[bucket_end_[bucket_of_[i]]++] = get(i);
  }
  if (largest_bucket > kFewSynapses) {
    std::size_t begin = 0;
    for (std::size_t b = 0; b < buckets; begin = bucket_end_[b], ++b) {
      const auto first = sorted.begin() + static_cast<std::ptrdiff_t>(begin);
      const auto last = sorted.begin() + static_cast<std::ptrdiff_t>(bucket_end_[b]);
      if (bucket_end_[b] - begin > kFewSynapses && !std::is_sorted(first, last, before)) {
        std::sort(first, last, before);
      }
    }
  }
  insertion_sort(sorted.begin(), sorted.end(), before);  // buckets are in order: nothing leaves its own
}

void RowSorter::sort(std::span<std::uint32_t> targets) {
  if (std::is_sorted(targets.begin(), targets.end())) {
    return;
  }
  const auto get = [&](std::size_t i) { return targets[i]; };
  bucket_sort(
      targets.size(), [&](std::size_t i) { return static_cast<double>(targets[i]); }, get, std::less<>(), targets_);
  std::copy(targets_.begin(), targets_.end(), targets.begin());
}

void RowSorter::sort(const MutableRow& row) {
  const bool has_weight = !row.weight.empty();
  const bool has_delay = !row.delay.empty();
  if (!has_weight && !has_delay) {
    sort(row.target);
    return;
  }
  const std::size_t count = row.target.size();
  if (count < 2) {
    return;
  }
  const auto get = [&](std::size_t i) {
    return Synapse{has_delay ? row.delay[i] : 0.0, has_weight ? row.weight[i] : 0.0, row.target[i]};
  };
  const auto before = [](const Synapse& a, const Synapse& b) {
    if (a.delay != b.delay) {
      return a.delay < b.delay;
    }
    return a.target != b.target ? a.target < b.target : a.weight < b.weight;
  };
  bool sorted = true;
  for (std::size_t i = 1; i < count && sorted; ++i) {
    sorted = !before(get(i), get(i - 1));
  }
  if (sorted) {
    return;
  }
  if (has_delay) {
    bucket_sort(
        count, [&](std::size_t i) { return row.delay[i]; }, get, before, synapses_);
  } else {
    bucket_sort(
        count, [&](std::size_t i) { return static_cast<double>(row.target[i]); }, get, before, synapses_);
  }
  for (std::size_t i = 0; i < count; ++i) {
    row.target[i] = synapses_[i].target;
    if (has_weight) {
      row.weight[i] = synapses_[i].weight;
    }
    if (has_delay) {
      row.delay[i] = synapses_[i].delay;
    }
  }
}

void RowSorter::sort_by_target(const MutableRow& row) {
  const bool has_weight = !row.weight.empty();
  const bool has_delay = !row.delay.empty();
  synapses_.clear();
  for (std::size_t i = 0; i < row.target.size(); ++i) {
    synapses_.push_back({has_delay ? row.delay[i] : 0.0, has_weight ? row.weight[i] : 0.0, row.target[i]});
  }
  const auto before = [](const Synapse& a, const Synapse& b) {
    return std::tie(a.target, a.weight, a.delay) < std::tie(b.target, b.weight, b.delay);
  };
  if (std::is_sorted(synapses_.begin(), synapses_.end(), before)) {
    return;
  }
  std::sort(synapses_.begin(), synapses_.end(), before);
  for (std::size_t i = 0; i < row.target.size(); ++i) {
    row.target[i] = synapses_[i].target;
    if (has_weight) {
      row.weight[i] = synapses_[i].weight;
    }
    if (has_delay) {
      row.delay[i] = synapses_[i].delay;
    }
  }
}

}  // namespace va_event::network
