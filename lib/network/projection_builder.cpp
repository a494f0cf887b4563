// SPDX-License-Identifier: Apache-2.0
#include "network/projection_builder.hpp"

#include <algorithm>
#include <mutex>
#include <string>
#include <utility>

#include "foundation/memory.hpp"
#include "network/parallel.hpp"
#include "network/row_finisher.hpp"
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

/// @throws ConnectionError for spike sources, UnknownNameError for cells without that receptor
void check_targets(const Network& network, const std::vector<CellId>& post, std::string_view receptor) {
  std::size_t checked = network.populations.size();  // the population of the cell before: neighbours mostly share it
  for (const CellId id : post) {
    const std::size_t index = network.population_of(id);
    if (index == checked) {
      continue;
    }
    checked = index;
    const PopulationData& population = network.populations[index];
    if (population.model->receptors.empty()) {
      throw ConnectionError("post", "population \"" + population.label + '"', "",
                            "must be neurons: " + std::string(population.model->name) + " has no synapses");
    }
    static_cast<void>(receptor_index(*population.model, receptor));
  }
}

/// So many threads that each has work for longer than it takes to start it, and that the counts of their parts (8 bytes
/// for each row) are few beside the synapses.
unsigned useful_threads(unsigned threads, double connections, double rows) {
  constexpr double kConnections = 0x1p16;
  constexpr double kConnectionsPerRow = 8.0;
  const double useful = std::min(connections / kConnections, connections / (kConnectionsPerRow * std::max(rows, 1.0)));
  return useful >= static_cast<double>(threads) ? threads : std::max(1U, static_cast<unsigned>(std::max(useful, 0.0)));
}

}  // namespace

ProjectionBuilder::ProjectionBuilder(const Network& network, std::size_t index, const std::vector<CellId>& post,
                                     const ProjectionContext& context, const Connector& connector,
                                     const StaticSynapse& synapse)
    : context_(context),
      connector_(connector),
      post_(network, post),
      values_(synapse, context, SynapseKeys(network.seed, index)),
      ranges_(post_.local_ranges()),
      threads_(network.threads),
      share_(network.share.count),
      stores_weight_(values_.constant_weight() == nullptr),
      stores_delay_(values_.constant_delay() == nullptr) {
  for (const PostCells::Block& block : post_.blocks()) {
    if (values_.constant_weight() != nullptr) {
      static_cast<void>(checked_weight(*values_.constant_weight(), *block.model));
    }
  }
  if (values_.constant_delay() != nullptr) {
    static_cast<void>(checked_delay(*values_.constant_delay()));
  }
}

std::vector<SynapseBlock> ProjectionBuilder::build() {
  if (!ranges_.empty()) {
    rows_ = connector_.rows(context_);
  }
  if (!rows_ && !connector_.is_repeatable()) {
    collect();
  }
  const double connections = collected_ ? static_cast<double>(collected_->size())
                                        : connector_.expected_connections(static_cast<double>(context_.n_pre()),
                                                                          static_cast<double>(context_.n_post())) /
                                              share_;
  const double counts = rows_ ? 0.0 : static_cast<double>(context_.n_pre() * post_.blocks().size());
  threads_ = useful_threads(threads_, connections, counts);
  rows_ ? count_rows() : count();
  allocate();
  if (!rows_) {
    write();
  }
  finish_rows();
  std::vector<SynapseBlock> result;
  for (std::size_t b = 0; b < tables_.size(); ++b) {
    const double weight = values_.constant_weight() != nullptr ? *values_.constant_weight() + 0.0 : 0.0;
    const double delay = values_.constant_delay() != nullptr ? *values_.constant_delay() : 0.0;
    result.push_back({post_.blocks()[b].population, tables_[b].finish(weight, delay), post_.blocks()[b].first});
  }
  return result;
}

void ProjectionBuilder::collect() {
  collected_.emplace(post_, context_.n_pre(), [this](std::uint64_t more, double bytes) { expect(more, bytes); });
  for (const PostRange& range : ranges_) {
    list_from_connector(range, *collected_);
  }
  connections_ = checked_ = 0;  // they come once more
}

void ProjectionBuilder::list_from_connector(const PostRange& range, LocalSink& sink) const {
  ProjectionContext context = context_;
  context.set_local(range);
  sink.set_local(range);
  connector_.connect(context, sink);
}

void ProjectionBuilder::list_part(std::size_t part, LocalSink& sink) const {
  for (const PostRange& range : ranges_) {
    const std::size_t size = range.end - range.begin;
    const PostRange piece{range.begin + size * part / threads_, range.begin + size * (part + 1) / threads_};
    if (piece.begin == piece.end) {
      continue;
    }
    if (collected_) {
      sink.set_local(piece);
      collected_->list(piece, sink);
    } else {
      list_from_connector(piece, sink);
    }
  }
}

void ProjectionBuilder::count() {
  std::mutex mutex;
  numbers_.resize(threads_);
  for_each_part(threads_, threads_, [&](std::size_t part) {
    RowCounter counter(post_, context_.n_pre(), [&](std::uint64_t more) {
      const std::lock_guard lock(mutex);
      expect(more, 0.0);
    });
    list_part(part, counter);
    numbers_[part] = std::move(counter.counts());
    const std::lock_guard lock(mutex);
    stores_weight_ |= counter.has_weights();
    stores_delay_ |= counter.has_delays();
    has_own_values_ |= counter.has_weights() || counter.has_delays();
  });
}

void ProjectionBuilder::count_rows() {
  numbers_.assign(1, RowNumbers(post_.blocks().size(), std::vector<std::uint64_t>(context_.n_pre())));
  RowNumbers& counts = numbers_.front();
  const bool all_local = share_ == 1 && post_.blocks().size() == 1;
  for_each_row_part([&](std::size_t first, std::size_t last) {
    std::vector<std::uint32_t> row;
    for (std::size_t pre = first; pre < last; ++pre) {
      if (all_local) {
        counts[0][pre] = rows_->size(pre);
        continue;
      }
      rows_->list(pre, row);
      for (const std::uint32_t post : row) {
        counts[post_.target(post).block][pre] += post_.in_share(post) ? 1 : 0;
      }
    }
  });
}

// Within a row the synapses of the first part come first, then those of the second, and so on.
void ProjectionBuilder::allocate() {
  std::vector<std::vector<std::uint64_t>> begins;
  connections_ = 0;
  for (std::size_t b = 0; b < post_.blocks().size(); ++b) {
    std::vector<std::uint64_t> begin(context_.n_pre() + 1);
    std::uint64_t next = 0;
    for (std::size_t row = 0; row < context_.n_pre(); ++row) {
      begin[row] = next;
      for (RowNumbers& numbers : numbers_) {
        next += std::exchange(numbers[b][row], next);
      }
    }
    begin.back() = next;
    connections_ += next;
    begins.push_back(std::move(begin));
  }
  require_memory(table_bytes(connections_), std::to_string(connections_));
  for (std::vector<std::uint64_t>& begin : begins) {
    tables_.emplace_back(std::move(begin), stores_weight_, stores_delay_);
  }
}

void ProjectionBuilder::write() {
  std::vector<MutableRow> blocks;
  for (SynapseTableBuilder& table : tables_) {
    blocks.push_back(table.rows(0, table.rows()));
  }
  for_each_part(threads_, threads_, [&](std::size_t part) {
    RowWriter writer(post_, context_.n_pre(), numbers_[part], blocks, has_own_values_);
    list_part(part, writer);
  });
  std::vector<RowNumbers>().swap(numbers_);
  collected_.reset();
}

template <class Work>
void ProjectionBuilder::for_each_row_part(const Work& work) const {
  constexpr std::size_t kPartsPerThread = 16;  // rows differ in length
  const unsigned threads = values_.calls_user_functions() ? 1 : threads_;
  const std::size_t parts = threads * kPartsPerThread;
  const std::size_t rows = context_.n_pre();
  for_each_part(threads, parts, [&](std::size_t part) { work(rows * part / parts, rows * (part + 1) / parts); });
}

void ProjectionBuilder::finish_rows() {
  for (std::size_t b = 0; b < tables_.size(); ++b) {
    for_each_row_part([&](std::size_t first, std::size_t last) {
      RowFinisher(post_, values_, rows_.get(), has_own_values_)
          .finish(tables_[b], static_cast<std::uint32_t>(b), first, last);
    });
  }
  rows_.reset();
}

void ProjectionBuilder::expect(std::uint64_t more, double bytes) {
  constexpr double kMany = 1e6;  // [bytes]
  connections_ += more;
  if (connections_ <= checked_ && bytes < kMany) {
    return;
  }
  const double kept = collected_ ? sizeof(std::uint32_t) * static_cast<double>(kCheckEvery) : 0.0;
  checked_ = connections_ + kCheckEvery;
  require_memory(bytes + kept + table_bytes(checked_), "more than " + std::to_string(connections_));
}

double ProjectionBuilder::table_bytes(std::uint64_t connections) const noexcept {
  const double values = (stores_weight_ ? sizeof(double) : 0.0) + (stores_delay_ ? sizeof(double) : 0.0);
  return (sizeof(std::uint32_t) + values) * static_cast<double>(connections);
}

void ProjectionBuilder::require_memory(double bytes, const std::string& connections) const {
  if (const std::string lack = foundation::lack_of_memory(bytes); !lack.empty()) {
    throw ParameterError("connections", connections, "",
                         "must be fewer in one projection (" + connector_.name() + "): " + lack);
  }
}

namespace {

/// Of this process's share of the connections: the tables, and the connections that are kept until they are all there.
void require_room(const Network& network, const Connector& connector, std::size_t n_pre, std::size_t n_post,
                  const StaticSynapse& synapse) {
  const double values =
      (synapse.weight.constant() == nullptr ? 8.0 : 0.0) + (synapse.delay.constant() == nullptr ? 8.0 : 0.0);
  const double count = connector.expected_connections(static_cast<double>(n_pre), static_cast<double>(n_post));
  const double bytes = (4.0 + values + (connector.is_repeatable() ? 0.0 : 4.0)) * count / network.share.count;
  if (const std::string lack = foundation::lack_of_memory(bytes); !lack.empty()) {
    throw ParameterError("connections", count, "",
                         "must be fewer in one projection (" + connector.name() + "): " + lack);
  }
}

}  // namespace

ProjectionData build_projection(const Network& network, std::size_t index,
                                std::shared_ptr<const std::vector<CellId>> pre,
                                std::shared_ptr<const std::vector<CellId>> post, const Connector& connector,
                                const SynapseParts& synapse, std::string receptor, const Space& space) {
  check_cells(network, *pre, "pre");
  check_cells(network, *post, "post");
  check_targets(network, *post, receptor);
  require_room(network, connector, pre->size(), post->size(), synapse.initial);
  const ProjectionContext context(network, index, *pre, *post, space);
  for (std::size_t k = 0; k < synapse.values.size(); ++k) {
    check_size(synapse.values[k], synapse.parameters[k].name, pre->size() * post->size());
  }
  ProjectionBuilder builder(network, index, *post, context, connector, synapse.initial);
  ProjectionData projection;
  projection.connector = connector.name();
  projection.receptor = std::move(receptor);
  projection.blocks = builder.build();
  projection.pre = std::move(pre);
  projection.post = std::move(post);
  projection.rule = synapse.rule;
  evaluate_parameters(projection, synapse.values, context, network.seed, index);
  return projection;
}

}  // namespace va_event::network
