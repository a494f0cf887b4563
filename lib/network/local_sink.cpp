// SPDX-License-Identifier: Apache-2.0
#include "network/local_sink.hpp"

#include <algorithm>
#include <string>

#include "network/synapse_values.hpp"
#include "va_event/error.hpp"

namespace va_event::network {

PostCells::PostCells(const Network& network, const std::vector<CellId>& post) {
  std::vector<std::uint32_t> populations;  // ascending, each once
  targets_.reserve(post.size());
  for (const CellId id : post) {
    const auto population = static_cast<std::uint32_t>(network.population_of(id));
    targets_.push_back({population, id - network.populations[population].first});
    const auto place = std::lower_bound(populations.begin(), populations.end(), population);
    if (place == populations.end() || *place != population) {
      populations.insert(place, population);
    }
  }
  for (Target& target : targets_) {  // from populations to blocks
    const auto block = std::lower_bound(populations.begin(), populations.end(), target.block) - populations.begin();
    target.block = static_cast<std::uint32_t>(block);
  }
  for (const std::uint32_t index : populations) {
    const PopulationData& population = network.populations[index];
    blocks_.push_back({index, population.first, network.share.of(population.size), population.model});
  }
}

std::vector<PostRange> PostCells::local_ranges() const {
  constexpr std::size_t kFew = 16;
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

void LocalSink::check_post(std::size_t post) const {
  if (post >= post_.size()) {
    throw IndexError("post", std::to_string(post), "",
                     "must be < " + std::to_string(post_.size()) + ", the number of post cells");
  }
}

void LocalSink::check_pre(std::size_t pre) const {
  if (pre >= n_pre_) {
    throw IndexError("pre", std::to_string(pre), "",
                     "must be < " + std::to_string(n_pre_) + ", the number of pre cells");
  }
}

void LocalSink::add(const std::uint32_t* pre, std::size_t count, std::size_t post) {
  check_post(post);
  if (count == 0 || !is_local(post)) {
    return;
  }
  check_pre(*std::max_element(pre, pre + count));
  take({pre, count}, static_cast<std::uint32_t>(post));
}

void LocalSink::add(std::size_t pre, std::size_t post, std::optional<double> weight, std::optional<double> delay) {
  check_post(post);
  check_pre(pre);
  if (!is_local(post)) {
    return;
  }
  const CellModel& model = *post_.blocks()[post_.target(post).block].model;
  take({static_cast<std::uint32_t>(post), static_cast<std::uint32_t>(pre),
        weight ? checked_weight(*weight, model) : kProjectionsOwn, delay ? checked_delay(*delay) : kProjectionsOwn});
}

}  // namespace va_event::network
