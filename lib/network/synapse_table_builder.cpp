// SPDX-License-Identifier: Apache-2.0
#include "network/synapse_table_builder.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

namespace va_event::network {
namespace {

struct Entry {
  double delay;
  double weight;
  std::uint32_t target;

  friend bool operator<(const Entry& a, const Entry& b) {
    return std::tie(a.delay, a.target, a.weight) < std::tie(b.delay, b.target, b.weight);
  }
};

}  // namespace

SynapseTableBuilder::SynapseTableBuilder(std::size_t rows) { table_.row_begin_.assign(rows + 2, 0); }

void SynapseTableBuilder::allocate(bool weights, bool delays) {
  std::vector<std::uint64_t>& begin = table_.row_begin_;
  std::partial_sum(begin.begin(), begin.end(), begin.begin());
  const std::size_t size = begin.back();
  begin.pop_back();
  table_.target_.resize(size);
  table_.weight_.resize(weights ? size : 0);
  table_.delay_.resize(delays ? size : 0);
}

SynapseTable SynapseTableBuilder::finish(double weight, double delay) {
  table_.constant_weight_ = weight;
  table_.constant_delay_ = delay;
  collapse(table_.weight_, table_.constant_weight_);
  collapse(table_.delay_, table_.constant_delay_);
  sort_rows(table_);
  return std::move(table_);
}

void SynapseTableBuilder::collapse(std::vector<double>& values, double& constant) {
  const auto differs = [&values](double value) { return value != values.front(); };
  if (!values.empty() && std::none_of(values.begin(), values.end(), differs)) {
    constant = values.front();
    std::vector<double>().swap(values);
  }
}

// Rows of one weight and one delay are arrays of targets, which are sorted in place. Connectors that list post cells in
// ascending order make rows that are sorted already, which a linear pass detects.
void SynapseTableBuilder::sort_rows(SynapseTable& table) {
  const bool has_weight = !table.weight_.empty();
  const bool has_delay = !table.delay_.empty();
  std::vector<Entry> row;
  for (std::size_t r = 0; r < table.rows(); ++r) {
    const std::size_t begin = table.row_begin_[r];
    const std::size_t end = table.row_begin_[r + 1];
    if (!has_weight && !has_delay) {
      const auto first = table.target_.begin() + static_cast<std::ptrdiff_t>(begin);
      const auto last = table.target_.begin() + static_cast<std::ptrdiff_t>(end);
      if (!std::is_sorted(first, last)) {
        std::sort(first, last);
      }
      continue;
    }
    row.clear();
    for (std::size_t i = begin; i < end; ++i) {
      row.push_back({has_delay ? table.delay_[i] : 0.0, has_weight ? table.weight_[i] : 0.0, table.target_[i]});
    }
    if (std::is_sorted(row.begin(), row.end())) {
      continue;
    }
    std::sort(row.begin(), row.end());
    for (std::size_t i = begin; i < end; ++i) {
      const Entry& entry = row[i - begin];
      table.target_[i] = entry.target;
      if (has_weight) {
        table.weight_[i] = entry.weight;
      }
      if (has_delay) {
        table.delay_[i] = entry.delay;
      }
    }
  }
}

void SynapseTableBuilder::replace_weights(SynapseTable& table, std::vector<double> weights) {
  table.weight_ = std::move(weights);
  collapse(table.weight_, table.constant_weight_);
  sort_rows(table);
}

// One weight for all does not change the order of rows: those were sorted by (delay, target) before the weight.
void SynapseTableBuilder::replace_weights(SynapseTable& table, double weight) {
  std::vector<double>().swap(table.weight_);
  table.constant_weight_ = weight;
}

}  // namespace va_event::network
