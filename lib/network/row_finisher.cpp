// SPDX-License-Identifier: Apache-2.0
#include "network/row_finisher.hpp"

#include <algorithm>

namespace va_event::network {
namespace {

constexpr std::size_t kSynapsesAtATime = 1024;  ///< 20 kB of the table, and as much beside it

}  // namespace

void RowFinisher::finish(SynapseTableBuilder& table, std::uint32_t block, std::size_t first, std::size_t last) {
  while (first < last) {
    std::size_t end = first + 1;
    while (end < last && table.begin_of(end + 1) - table.begin_of(first) <= kSynapsesAtATime) {
      ++end;
    }
    finish_some(table, block, first, end);
    first = end;
  }
}

void RowFinisher::finish_some(SynapseTableBuilder& table, std::uint32_t block, std::size_t first, std::size_t last) {
  const MutableRow all = table.rows(first, last);
  if (all.target.empty()) {
    return;
  }
  for (std::size_t row = first; row < last && rows_ != nullptr; ++row) {
    list_row(table.rows(row, row + 1).target, block, row);
  }
  if (!all.weight.empty() || !all.delay.empty()) {
    number_pairs(table, first, last);
    values_.fill({pre_, all.target, number_}, all.weight, all.delay, !has_own_values_, scratch_);
    check_weights(all.weight, *post_.blocks()[block].model);
    check_delays(all.delay);
  }
  for (std::uint32_t& target : all.target) {
    target = post_.target(target).index;
  }
  for (std::size_t row = first; row < last; ++row) {
    sorter_.sort(table.rows(row, row + 1));
  }
}

void RowFinisher::list_row(std::span<std::uint32_t> row, std::uint32_t block, std::size_t pre) {
  rows_->list(pre, listed_);
  if (listed_.size() == row.size()) {
    std::copy(listed_.begin(), listed_.end(), row.begin());
    return;
  }
  std::copy_if(listed_.begin(), listed_.end(), row.begin(),
               [&](std::uint32_t post) { return post_.target(post).block == block && post_.in_share(post); });
}

// Sorts each row by post cell, so that the synapses of a pair are neighbours. Where connections have values of their
// own, these are in order of them.
void RowFinisher::number_pairs(SynapseTableBuilder& table, std::size_t first, std::size_t last) {
  pre_.clear(), number_.clear();
  for (std::size_t index = first; index < last; ++index) {
    const MutableRow row = table.rows(index, index + 1);
    if (has_own_values_) {
      sorter_.sort_by_target(row);
    } else {
      sorter_.sort(row.target);
    }
    pre_.insert(pre_.end(), row.target.size(), static_cast<std::uint32_t>(index));
    for (std::size_t i = 0; i < row.target.size(); ++i) {
      const bool same = i > 0 && row.target[i] == row.target[i - 1];
      number_.push_back(same ? number_.back() + 1 : 0);
    }
  }
}

}  // namespace va_event::network
