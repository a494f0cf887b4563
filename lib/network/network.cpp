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

/// One number for each synapse, by block; one for all where they are a constant that need not be kept as a list.
/// @throws SizeError, ConnectionError
std::vector<SynapseColumn> columns_of(const ProjectionData& projection, const Values& values, std::string_view name,
                                      bool keep_each, const SynapseKeys& keys) {
  const std::vector<SynapseBlock>& blocks = projection.blocks;
  if (values.of_distance() != nullptr) {
    throw ConnectionError(std::string(name), "a function of distance", "",
                          "can be given only when the projection is made");
  }
  const std::vector<double>* each = values.each();
  if (each != nullptr && each->size() != projection.size()) {
    throw SizeError(std::string(name), std::to_string(each->size()) + " values", "",
                    "must be " + std::to_string(projection.size()) + ", one per synapse");
  }
  std::vector<SynapseColumn> columns;
  if (values.constant() != nullptr && !keep_each) {
    columns.resize(blocks.size(), SynapseColumn(*values.constant()));
    return columns;
  }
  std::vector<foundation::LargeArray<double>> numbers(blocks.size());
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    numbers[b].resize(blocks[b].table.size());
    if (values.constant() != nullptr) {
      std::fill(numbers[b].begin(), numbers[b].end(), *values.constant());
    } else if (each == nullptr) {
      draw_block(projection, b, *values.distribution(), keys, numbers[b]);
    }
  }
  if (each != nullptr) {
    std::vector<std::size_t> next(blocks.size(), 0);
    std::size_t synapse = 0;
    for_each_in_rows(projection, [&](std::size_t block, std::size_t, std::size_t, const SynapseTable::Row&) {
      numbers[block][next[block]++] = (*each)[synapse++];
    });
  }
  for (foundation::LargeArray<double>& of_block : numbers) {
    columns.emplace_back(std::move(of_block));
  }
  return columns;
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

std::vector<SynapseColumn> ProjectionData::evaluate(const Values& values, std::string_view name, std::size_t parameter,
                                                    bool keep_each, std::uint64_t seed,
                                                    std::size_t projection_index) const {
  return columns_of(*this, values, name, keep_each, keys_of_parameter(seed, projection_index, parameter));
}

std::vector<SynapseColumn> ProjectionData::evaluate_weights(const Values& weights,
                                                            const std::vector<PopulationData>& populations,
                                                            std::uint64_t seed, std::size_t projection_index) const {
  std::vector<SynapseColumn> columns = columns_of(*this, weights, "weight", false, SynapseKeys(seed, projection_index));
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    const CellModel& target = *populations[blocks[b].post_population].model;
    if (columns[b].is_constant()) {
      columns[b] = SynapseColumn(checked_weight(columns[b].at(0), target));
    } else {
      check_weights(columns[b].each(), target);
    }
  }
  return columns;
}

void ProjectionData::set_weights(std::vector<SynapseColumn> weights) {
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    if (weights[b].is_constant()) {
      SynapseTableBuilder::replace_weights(blocks[b].table, weights[b].at(0));
    } else {
      // What changes of a synapse is held in the order of the rows, so that this must stay.
      SynapseTableBuilder::replace_weights(blocks[b].table, std::move(weights[b]).take(), rule == nullptr);
    }
  }
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
