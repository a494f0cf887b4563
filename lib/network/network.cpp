// SPDX-License-Identifier: Apache-2.0
#include "network/network.hpp"

#include <algorithm>
#include <cassert>
#include <span>
#include <string>
#include <utility>

#include "network/cell_index.hpp"
#include "network/projection_context.hpp"
#include "network/synapse_table_builder.hpp"
#include "network/synapse_values.hpp"
#include "va_event/error.hpp"

namespace va_event::network {
namespace {

/// Calls visit(block, pre, k, row) for every synapse in the order of connections(); it is the k-th of its row.
template <class Visit>
void for_each_in_rows(const ProjectionData& projection, const Visit& visit) {
  for (std::size_t pre = 0; pre < projection.pre->size(); ++pre) {
    for (std::size_t block = 0; block < projection.blocks.size(); ++block) {
      const SynapseTable::Row row = projection.blocks[block].table.row(pre);
      for (std::size_t k = 0; k < row.target.size(); ++k) {
        visit(block, pre, k, row);
      }
    }
  }
}

/// Finds the number within the post set of a synapse's target.
class PostIndex {
 public:
  explicit PostIndex(const ProjectionData& projection) : projection_(projection), index_(*projection.post) {}
  [[nodiscard]] std::uint32_t operator()(std::size_t block, std::uint32_t target) const {
    return static_cast<std::uint32_t>(*index_.find(projection_.blocks[block].post_first + target));
  }

 private:
  const ProjectionData& projection_;
  CellIndex index_;
};

/// The number of each synapse of a row among those of its target, in the order of the row.
std::vector<std::uint32_t> numbers_of_pairs(std::span<const std::uint32_t> targets) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> sorted;  // target, place
  for (std::size_t k = 0; k < targets.size(); ++k) {
    sorted.emplace_back(targets[k], static_cast<std::uint32_t>(k));
  }
  std::sort(sorted.begin(), sorted.end());
  std::vector<std::uint32_t> numbers(targets.size(), 0);
  for (std::size_t k = 1; k < sorted.size(); ++k) {
    if (sorted[k].first == sorted[k - 1].first) {
      numbers[sorted[k].second] = numbers[sorted[k - 1].second] + 1;
    }
  }
  return numbers;
}

/// Random weights of a block, in the order of its rows.
void draw_block(const ProjectionData& projection, std::size_t block, const RandomDistribution& distribution,
                const SynapseKeys& keys, std::span<double> weights) {
  const PostIndex post_index(projection);
  const SynapseTable& table = projection.blocks[block].table;
  std::vector<std::uint32_t> post;
  std::size_t begin = 0;
  for (std::size_t index = 0; index < table.rows(); ++index) {
    const SynapseTable::Row row = table.row(index);
    post.clear();
    for (const std::uint32_t target : row.target) {
      post.push_back(post_index(block, target));
    }
    const std::vector<std::uint32_t> pre(row.target.size(), static_cast<std::uint32_t>(index));
    draw_weights(distribution, keys, {pre, post, numbers_of_pairs(row.target)},
                 weights.subspan(begin, row.target.size()));
    begin += row.target.size();
  }
}

}  // namespace

std::size_t ProjectionData::size() const noexcept {
  std::size_t synapses = 0;
  for (const SynapseBlock& block : blocks) {
    synapses += block.table.size();
  }
  return synapses;
}

std::vector<ListedConnection> ProjectionData::connections() const {
  std::vector<ListedConnection> result;
  result.reserve(size());
  const PostIndex post_index(*this);
  for_each_in_rows(*this, [&](std::size_t block, std::size_t row_index, std::size_t k, const SynapseTable::Row& row) {
    const SynapseTable& table = blocks[block].table;
    result.push_back({static_cast<std::uint32_t>(row_index), post_index(block, row.target[k]),
                      row.weight.empty() ? table.constant_weight() : row.weight[k],
                      row.delay.empty() ? table.constant_delay() : row.delay[k]});
  });
  return result;
}

void ProjectionData::set_weights(const Values& weights, const std::vector<PopulationData>& populations,
                                 std::uint64_t seed, std::size_t projection_index) {
  const auto model_of = [&](std::size_t block) -> const CellModel& {
    return *populations[blocks[block].post_population].model;
  };
  if (weights.of_distance() != nullptr) {
    throw ConnectionError("weight", "a function of distance", "", "can be given only when the projection is made");
  }
  if (const double* constant = weights.constant()) {
    std::vector<double> checked;
    for (std::size_t b = 0; b < blocks.size(); ++b) {
      checked.push_back(checked_weight(*constant, model_of(b)));
    }
    for (std::size_t b = 0; b < blocks.size(); ++b) {
      SynapseTableBuilder::replace_weights(blocks[b].table, checked[b]);
    }
    return;
  }
  const std::vector<double>* each = weights.each();
  if (each != nullptr && each->size() != size()) {
    throw SizeError("weight", std::to_string(each->size()) + " values", "",
                    "must be " + std::to_string(size()) + ", one per synapse");
  }
  const SynapseKeys keys(seed, projection_index);
  std::vector<foundation::LargeArray<double>> values(blocks.size());
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    values[b].resize(blocks[b].table.size());
    if (each == nullptr) {
      draw_block(*this, b, *weights.distribution(), keys, values[b]);
    }
  }
  if (each != nullptr) {
    std::vector<std::size_t> next(blocks.size(), 0);
    std::size_t synapse = 0;
    for_each_in_rows(*this, [&](std::size_t block, std::size_t, std::size_t, const SynapseTable::Row&) {
      values[block][next[block]++] = (*each)[synapse++];
    });
  }
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    check_weights(values[b], model_of(b));
  }
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    // What changes of a synapse is held in the order of the rows, so that this must stay.
    SynapseTableBuilder::replace_weights(blocks[b].table, std::move(values[b]), rule == nullptr);
  }
}

std::vector<SynapseColumn> ProjectionData::evaluate(const Values& values, std::string_view name, std::size_t parameter,
                                                    bool keep_each, std::uint64_t seed,
                                                    std::size_t projection_index) const {
  if (values.of_distance() != nullptr) {
    throw ConnectionError(std::string(name), "a function of distance", "",
                          "can be given only when the projection is made");
  }
  const std::vector<double>* each = values.each();
  if (each != nullptr && each->size() != size()) {
    throw SizeError(std::string(name), std::to_string(each->size()) + " values", "",
                    "must be " + std::to_string(size()) + ", one per synapse");
  }
  std::vector<SynapseColumn> columns;
  std::vector<foundation::LargeArray<double>> numbers(blocks.size());
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    numbers[b].resize(blocks[b].table.size());
    if (values.constant() != nullptr) {
      std::fill(numbers[b].begin(), numbers[b].end(), *values.constant());
    } else if (each == nullptr) {
      draw_block(*this, b, *values.distribution(), keys_of_parameter(seed, projection_index, parameter), numbers[b]);
    }
  }
  if (each != nullptr) {
    std::vector<std::size_t> next(blocks.size(), 0);
    std::size_t synapse = 0;
    for_each_in_rows(*this, [&](std::size_t block, std::size_t, std::size_t, const SynapseTable::Row&) {
      numbers[block][next[block]++] = (*each)[synapse++];
    });
  }
  for (foundation::LargeArray<double>& of_block : numbers) {
    columns.push_back(values.constant() != nullptr && !keep_each ? SynapseColumn(*values.constant())
                                                                 : SynapseColumn(std::move(of_block)));
  }
  return columns;
}

void evaluate_parameters(ProjectionData& projection, std::span<const Values> values, const ProjectionContext& context,
                         std::uint64_t seed, std::size_t projection_index) {
  const PostIndex post_index(projection);
  for (std::size_t b = 0; b < projection.blocks.size(); ++b) {
    SynapseBlock& block = projection.blocks[b];
    for (std::size_t parameter = 0; parameter < values.size(); ++parameter) {
      if (const double* constant = values[parameter].constant()) {
        block.parameters.emplace_back(*constant);
        continue;
      }
      const SynapseKeys keys = keys_of_parameter(seed, projection_index, parameter);
      foundation::LargeArray<double> numbers(block.table.size());
      for (std::size_t row = 0; row < block.table.rows(); ++row) {
        const SynapseTable::Row synapses = block.table.row(row);
        std::vector<std::uint32_t> post;
        for (const std::uint32_t target : synapses.target) {
          post.push_back(post_index(b, target));
        }
        const std::vector<std::uint32_t> pre(synapses.target.size(), static_cast<std::uint32_t>(row));
        const std::vector<std::uint32_t> number = numbers_of_pairs(synapses.target);
        evaluate_values(values[parameter], keys, context, {pre, post, number},
                        std::span(numbers).subspan(block.table.begin_of(row), post.size()));
      }
      block.parameters.emplace_back(std::move(numbers));
    }
  }
}

std::size_t Network::population_of(CellId id) const noexcept {
  assert(id < cells());
  const auto after = std::upper_bound(populations.begin(), populations.end(), id,
                                      [](CellId cell, const PopulationData& p) { return cell < p.first; });
  return static_cast<std::size_t>(after - populations.begin()) - 1;
}

}  // namespace va_event::network
