// SPDX-License-Identifier: Apache-2.0
#include "network/projection_builder.hpp"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

#include "foundation/memory.hpp"
#include "va_event/error.hpp"

namespace va_event::network {
namespace {

/// @throws IndexError unless all cells exist in the network
void check_cells(const Network& network, const std::vector<CellId>& ids, const char* field) {
  for (const CellId id : ids) {
    if (id >= network.cells()) {
      throw IndexError(field, "cell " + std::to_string(id), "",
                       "must be < " + std::to_string(network.cells()) + ", the number of cells");
    }
  }
}

/// The populations that the cells belong to, ascending, each once.
std::vector<std::uint32_t> populations_of(const Network& network, const std::vector<CellId>& ids) {
  std::vector<std::uint32_t> populations;
  for (const CellId id : ids) {
    const auto population = static_cast<std::uint32_t>(network.population_of(id));
    const auto place = std::lower_bound(populations.begin(), populations.end(), population);
    if (place == populations.end() || *place != population) {
      populations.insert(place, population);
    }
  }
  return populations;
}

/// @throws ConnectionError for spike sources, UnknownNameError for cells without that receptor
void check_targets(const Network& network, const std::vector<CellId>& post, std::string_view receptor) {
  for (const std::uint32_t index : populations_of(network, post)) {
    const PopulationData& population = network.populations[index];
    if (population.model->receptors.empty()) {
      throw ConnectionError("post", "population \"" + population.label + '"', "",
                            "must be neurons: " + std::string(population.model->name) + " has no synapses");
    }
    static_cast<void>(receptor_index(*population.model, receptor));
  }
}

}  // namespace

ProjectionBuilder::ProjectionBuilder(const Network& network, const std::vector<CellId>& post,
                                     const ProjectionContext& context, const StaticSynapse& synapse,
                                     std::string connector)
    : context_(context),
      connector_(std::move(connector)),
      weight_(synapse.weight, "weight", random::Purpose::weight, context),
      delay_(synapse.delay, "delay", random::Purpose::delay, context),
      stores_weight_(weight_.constant() == nullptr),
      stores_delay_(delay_.constant() == nullptr) {
  const std::vector<std::uint32_t> populations = populations_of(network, post);
  for (const std::uint32_t population : populations) {
    const CellModel* model = network.populations[population].model;
    blocks_.push_back({population, network.share.of(network.populations[population].size),
                       network.populations[population].first, model, SynapseTableBuilder(context.n_pre())});
    if (weight_.constant() != nullptr) {
      static_cast<void>(checked_weight(*weight_.constant(), *model));
    }
  }
  if (delay_.constant() != nullptr) {
    static_cast<void>(checked_delay(*delay_.constant()));
  }
  targets_.reserve(post.size());
  for (const CellId id : post) {
    const auto population = static_cast<std::uint32_t>(network.population_of(id));
    const auto block = std::lower_bound(populations.begin(), populations.end(), population) - populations.begin();
    targets_.push_back({static_cast<std::uint32_t>(block), id - network.populations[population].first});
  }
}

void ProjectionBuilder::check_post(std::size_t post) const {
  if (post >= context_.n_post()) {
    throw IndexError("post", std::to_string(post), "",
                     "must be < " + std::to_string(context_.n_post()) + ", the number of post cells");
  }
}

void ProjectionBuilder::check_pre(std::size_t pre) const {
  if (pre >= context_.n_pre()) {
    throw IndexError("pre", std::to_string(pre), "",
                     "must be < " + std::to_string(context_.n_pre()) + ", the number of pre cells");
  }
}

bool ProjectionBuilder::in_share(std::size_t post) const noexcept {
  return blocks_[targets_[post].block].share.contains(targets_[post].index);
}

bool ProjectionBuilder::is_local(std::size_t post) const noexcept {
  return post >= context_.local_post_begin() && post < context_.local_post_end() && in_share(post);
}

std::vector<PostRange> ProjectionBuilder::local_ranges() const {
  constexpr std::size_t kFew = 16;  // each run costs a pass of the connector
  std::vector<PostRange> ranges;
  for (std::size_t post = 0; post < targets_.size(); ++post) {
    if (!in_share(post)) {
      continue;
    }
    if (!ranges.empty() && (ranges.back().end == post || ranges.size() == kFew)) {
      ranges.back().end = post + 1;
    } else {
      ranges.push_back({post, post + 1});
    }
  }
  return ranges;
}

void ProjectionBuilder::count_connections(std::size_t coming) {
  connections_ += coming;
  if (connections_ <= checked_) {
    return;
  }
  const double growth =  // until the next check: of the columns and of the list, which moves when it is full
      sizeof(std::uint32_t) * static_cast<double>(std::max<std::uint64_t>(coming, kCheckEvery)) +
      (listed_.capacity() - listed_.size() <= kCheckEvery && !listed_.empty()
           ? 2.0 * sizeof(Listed) * static_cast<double>(listed_.capacity())
           : 0.0);
  checked_ = connections_ + kCheckEvery;
  require_memory(growth + table_bytes(checked_), "more than " + std::to_string(connections_));
}

double ProjectionBuilder::table_bytes(std::uint64_t connections) const noexcept {
  const double values = (stores_weight_ ? sizeof(double) : 0.0) + (stores_delay_ ? sizeof(double) : 0.0);
  return (sizeof(std::uint32_t) + values) * static_cast<double>(connections);
}

void ProjectionBuilder::require_memory(double bytes, const std::string& connections) const {
  if (const std::string lack = foundation::lack_of_memory(bytes); !lack.empty()) {
    throw ParameterError("connections", connections, "",
                         "must be fewer in one projection (" + connector_ + "): " + lack);
  }
}

void ProjectionBuilder::add(const std::uint32_t* pre, std::size_t count, std::size_t post) {
  check_post(post);
  if (count == 0 || !is_local(post)) {
    return;
  }
  check_pre(*std::max_element(pre, pre + count));
  count_connections(count);
  SynapseTableBuilder& table = blocks_[targets_[post].block].table;
  for (std::size_t i = 0; i < count; ++i) {
    table.count(pre[i]);
  }
  columns_.add(pre, count, static_cast<std::uint32_t>(post));
}

void ProjectionBuilder::add(std::size_t pre, std::size_t post, std::optional<double> weight,
                            std::optional<double> delay) {
  check_post(post);
  check_pre(pre);
  if (!is_local(post)) {
    return;
  }
  Block& block = blocks_[targets_[post].block];
  Listed connection{static_cast<std::uint32_t>(post), static_cast<std::uint32_t>(pre), kProjectionsOwn,
                    kProjectionsOwn};
  if (weight) {
    connection.weight = checked_weight(*weight, *block.model);
    stores_weight_ = true;
  }
  if (delay) {
    connection.delay = checked_delay(*delay);
    stores_delay_ = true;
  }
  count_connections(1);
  block.table.count(connection.pre);
  listed_.push_back(connection);
}

std::vector<SynapseBlock> ProjectionBuilder::finish() {
  require_memory(table_bytes(connections_), std::to_string(connections_));
  for (Block& block : blocks_) {
    block.table.allocate(stores_weight_, stores_delay_);
  }
  if (listed_.empty() && !stores_weight_ && !stores_delay_) {
    fill_constant();
  } else {
    fill_columns();
  }
  std::vector<SynapseBlock> result;
  for (Block& block : blocks_) {
    const double weight = weight_.constant() != nullptr ? *weight_.constant() + 0.0 : 0.0;
    const double delay = delay_.constant() != nullptr ? *delay_.constant() : 0.0;
    result.push_back({block.population, block.table.finish(weight, delay), block.first});
  }
  return result;
}

void ProjectionBuilder::fill_constant() {
  for (const ColumnStore::Column& column : columns_.columns()) {
    const Target& target = targets_[column.post];
    blocks_[target.block].table.put_column(column.pre.data(), column.pre.size(), target.index);
  }
}

void ProjectionBuilder::fill_columns() {
  std::vector<ColumnStore::Column>& columns = columns_.columns();
  const auto by_post = [](const auto& a, const auto& b) { return a.post < b.post; };
  if (!std::is_sorted(columns.begin(), columns.end(), by_post)) {
    std::sort(columns.begin(), columns.end(), by_post);
  }
  if (!std::is_sorted(listed_.begin(), listed_.end(), by_post)) {
    std::sort(listed_.begin(), listed_.end(), by_post);
  }
  std::vector<Listed> synapses;
  auto column = columns.begin();
  auto listed = listed_.begin();
  while (column != columns.end() || listed != listed_.end()) {
    const bool from_columns = listed == listed_.end() || (column != columns.end() && column->post <= listed->post);
    const std::uint32_t post = from_columns ? column->post : listed->post;
    synapses.clear();
    for (; column != columns.end() && column->post == post; ++column) {
      for (const std::uint32_t pre : column->pre) {
        synapses.push_back({post, pre, kProjectionsOwn, kProjectionsOwn});
      }
    }
    for (; listed != listed_.end() && listed->post == post; ++listed) {
      synapses.push_back(*listed);
    }
    fill_column(post, synapses);
  }
}

void ProjectionBuilder::fill_column(std::uint32_t post, std::vector<Listed>& column) {
  const auto canonical = [](const Listed& a, const Listed& b) {
    return std::tie(a.pre, a.weight, a.delay) < std::tie(b.pre, b.weight, b.delay);
  };
  if (!std::is_sorted(column.begin(), column.end(), canonical)) {
    std::sort(column.begin(), column.end(), canonical);
  }
  pre_scratch_.clear(), weight_scratch_.clear(), delay_scratch_.clear();
  for (const Listed& synapse : column) {
    pre_scratch_.push_back(synapse.pre);
    weight_scratch_.push_back(synapse.weight);
    delay_scratch_.push_back(synapse.delay);
  }
  weight_.fill(post, pre_scratch_, weight_scratch_);
  delay_.fill(post, pre_scratch_, delay_scratch_);
  const Target& target = targets_[post];
  Block& block = blocks_[target.block];
  for (std::size_t i = 0; i < column.size(); ++i) {
    block.table.put(pre_scratch_[i], target.index, checked_weight(weight_scratch_[i], *block.model),
                    checked_delay(delay_scratch_[i]));
  }
}

namespace {

/// Of this process's share of the connections. While a table is made it is there about twice.
void require_room(const Network& network, const Connector& connector, std::size_t n_pre, std::size_t n_post,
                  const StaticSynapse& synapse) {
  const double values =
      (synapse.weight.constant() == nullptr ? 8.0 : 0.0) + (synapse.delay.constant() == nullptr ? 8.0 : 0.0);
  const double count = connector.expected_connections(static_cast<double>(n_pre), static_cast<double>(n_post));
  const double bytes = 2.0 * (4.0 + values) * count / network.share.count;
  if (const std::string lack = foundation::lack_of_memory(bytes); !lack.empty()) {
    throw ParameterError("connections", count, "",
                         "must be fewer in one projection (" + connector.name() + "): " + lack);
  }
}

}  // namespace

ProjectionData build_projection(const Network& network, std::size_t index,
                                std::shared_ptr<const std::vector<CellId>> pre,
                                std::shared_ptr<const std::vector<CellId>> post, const Connector& connector,
                                const StaticSynapse& synapse, std::string receptor, const Space& space) {
  check_cells(network, *pre, "pre");
  check_cells(network, *post, "post");
  check_targets(network, *post, receptor);
  require_room(network, connector, pre->size(), post->size(), synapse);
  ProjectionContext context(network, index, *pre, *post, space);
  ProjectionBuilder builder(network, *post, context, synapse, connector.name());
  for (const PostRange& local : builder.local_ranges()) {
    context.set_local(local);
    connector.connect(context, builder);
  }
  ProjectionData projection;
  projection.connector = connector.name();
  projection.receptor = std::move(receptor);
  projection.blocks = builder.finish();
  projection.pre = std::move(pre);
  projection.post = std::move(post);
  return projection;
}

}  // namespace va_event::network
