// SPDX-License-Identifier: Apache-2.0
#include "network/synapse_table_builder.hpp"

#include <algorithm>
#include <utility>

namespace va_event::network {
namespace {

template <class Number>
std::span<Number> part_of(foundation::LargeArray<Number>& values, std::size_t begin, std::size_t end) {
  return values.empty() ? std::span<Number>{} : std::span<Number>{values.data() + begin, end - begin};
}

}  // namespace

SynapseTableBuilder::SynapseTableBuilder(std::vector<std::uint64_t> row_begin, bool weights, bool delays) {
  const std::size_t size = row_begin.back();
  table_.row_begin_ = std::move(row_begin);
  table_.target_.resize(size);
  table_.weight_.resize(weights ? size : 0);
  table_.delay_.resize(delays ? size : 0);
}

MutableRow SynapseTableBuilder::rows(std::size_t first, std::size_t last) noexcept {
  const std::size_t begin = table_.row_begin_[first];
  const std::size_t end = table_.row_begin_[last];
  return {part_of(table_.target_, begin, end), part_of(table_.weight_, begin, end), part_of(table_.delay_, begin, end)};
}

SynapseTable SynapseTableBuilder::finish(double weight, double delay) {
  table_.constant_weight_ = weight;
  table_.constant_delay_ = delay;
  collapse(table_.weight_, table_.constant_weight_);
  collapse(table_.delay_, table_.constant_delay_);
  return std::move(table_);
}

void SynapseTableBuilder::collapse(foundation::LargeArray<double>& values, double& constant) {
  const auto differs = [&values](double value) { return value != values.front(); };
  if (!values.empty() && std::none_of(values.begin(), values.end(), differs)) {
    constant = values.front();
    foundation::LargeArray<double>().swap(values);
  }
}

void SynapseTableBuilder::replace_weights(SynapseTable& table, foundation::LargeArray<double> weights, bool sorts) {
  table.weight_ = std::move(weights);
  collapse(table.weight_, table.constant_weight_);
  RowSorter sorter;
  for (std::size_t row = 0; sorts && row < table.rows(); ++row) {
    const std::size_t begin = table.row_begin_[row];
    const std::size_t end = table.row_begin_[row + 1];
    sorter.sort(
        {part_of(table.target_, begin, end), part_of(table.weight_, begin, end), part_of(table.delay_, begin, end)});
  }
}

// One weight for all does not change the order of rows: those were sorted by (delay, target) before the weight.
void SynapseTableBuilder::replace_weights(SynapseTable& table, double weight) {
  foundation::LargeArray<double>().swap(table.weight_);
  table.constant_weight_ = weight;
}

}  // namespace va_event::network
