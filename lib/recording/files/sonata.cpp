// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "recording/files/formats.hpp"
#include "recording/files/hdf5.hpp"
#include "recording/files/nearest_time.hpp"
#include "va_event/error.hpp"

// Source: SONATA developer guide, "Output file formats" and "Representing edges",
// https://github.com/AllenInstitute/sonata/blob/master/docs/SONATA_DEVELOPER_GUIDE.md. `timestamps_residual` goes
// beyond it, and `index_pointer` and `element_pos`, the names of an earlier guide, are there for BMTK, which reads no
// others.
namespace va_event::recording {
namespace {

using hdf5::Handle;
using hdf5::Image;

// Attributes of the root, and the enumeration "sorting", as the guide has them.
constexpr std::array<std::uint32_t, 1> kMagic{0x0A7A};
constexpr std::array<std::uint32_t, 2> kVersion{0, 1};
constexpr std::array<const char*, 3> kSortings{"none", "by_id", "by_time"};

/// A population as a group of the file. Nodes count from 0 within it.
struct Group {
  std::string name;
  CellId first = 0;
  std::uint64_t size = 0;

  [[nodiscard]] bool contains(CellId id) const noexcept { return id >= first && id - first < size; }
};

/// A label as a name that HDF5 takes: no path, not empty, unlike the others'.
std::string group_name(const PopulationRange& population, const std::vector<Group>& taken) {
  std::string name = population.label;
  std::replace(name.begin(), name.end(), '/', '_');
  if (name.empty() || name == ".") {
    name = "population";
  }
  const auto is_taken = [&taken](const std::string& candidate) {
    return std::any_of(taken.begin(), taken.end(), [&](const Group& group) { return group.name == candidate; });
  };
  while (is_taken(name)) {
    name += '_' + std::to_string(population.first_id);
  }
  return name;
}

/// The groups in ascending order of ids.
std::vector<Group> make_groups(Populations populations) {
  std::vector<Group> groups;
  for (const PopulationRange& population : populations) {
    groups.push_back({group_name(population, groups), population.first_id, population.size});
  }
  std::stable_sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) { return a.first < b.first; });
  const Group* before = nullptr;
  for (const Group& group : groups) {
    if (group.size == 0) {
      continue;
    }
    if (before != nullptr && before->contains(group.first)) {
      throw IndexError("first id of population \"" + group.name + '"', std::to_string(group.first), "",
                       "must not belong to population \"" + before->name + "\" as well");
    }
    before = &group;
  }
  return groups;
}

[[noreturn]] void throw_foreign(CellId id) {
  throw IndexError("recorded id", std::to_string(id), "", "must belong to one of the populations given");
}

/// The position of the group with cell `id`.
std::size_t group_of(const std::vector<Group>& groups, CellId id) {
  const auto next = std::upper_bound(groups.begin(), groups.end(), id,
                                     [](CellId cell, const Group& group) { return cell < group.first; });
  // Empty populations may share their first id with the one that holds the cell.
  for (auto group = next; group != groups.begin();) {
    --group;
    if (group->contains(id)) {
      return static_cast<std::size_t>(group - groups.begin());
    }
    if (group->size > 0) {
      break;
    }
  }
  throw_foreign(id);
}

/// What readers know a SONATA file by.
void write_signature(const Image& image) {
  image.write_attribute(image.root(), "magic", kMagic);
  image.write_attribute(image.root(), "version", kVersion);
}

/// The spikes of one population: parallel arrays.
struct Train {
  std::vector<double> timestamps;              ///< nearest doubles [ms]
  std::vector<std::vector<double>> residuals;  ///< the first, and those of a simulation wider than double
  std::vector<std::uint64_t> nodes;            ///< ids from 0 within the population
};

/// /spikes/<population>. The order is that of exact times, so timestamps ascend; "sorting" is written from what they
/// are, because a user may give Spikes in any order.
void write_train(const Image& image, const Handle& parent, const Group& group, const Train& train) {
  const Handle population = image.make_group(parent.id(), group.name);
  const bool sorted = std::is_sorted(train.timestamps.begin(), train.timestamps.end());
  image.write_attribute(population.id(), "sorting", kSortings, sorted ? 2 : 0);
  const Handle times = image.write(population.id(), "timestamps", train.timestamps);
  image.write_attribute(times.id(), "units", "ms");
  for (std::size_t k = 0; k < train.residuals.size(); ++k) {
    const std::string name = "timestamps_residual" + (k == 0 ? std::string() : std::to_string(k + 1));
    const Handle residuals = image.write(population.id(), name.c_str(), train.residuals[k]);
    image.write_attribute(residuals.id(), "units", "ms");
  }
  image.write(population.id(), "node_ids", train.nodes);
}

/// /report/<population>: columns [first, last) of the signal, those of one population. Each cell has one element,
/// number 1 of its own, at position 0.
void write_report(const Image& image, const Handle& parent, const Group& group, const Signal& signal, std::size_t first,
                  std::size_t last) {
  const std::size_t columns = last - first;
  const Handle population = image.make_group(parent.id(), group.name);
  const Handle data = image.write(population.id(), "data", signal.samples(), columns,
                                  hdf5::Columns{signal.values.data(), signal.ids.size(), first});
  image.write_attribute(data.id(), "units", signal.unit);
  image.write_attribute(data.id(), "variable", signal.variable);

  std::vector<std::uint64_t> nodes;
  std::vector<std::uint64_t> pointers{0};
  for (std::size_t column = first; column < last; ++column) {
    nodes.push_back(signal.ids[column] - group.first);
    pointers.push_back(nodes.size());
  }
  const Handle mapping = image.make_group(population.id(), "mapping");
  const Handle node_ids = image.write(mapping.id(), "node_ids", nodes);
  image.write_attribute(node_ids.id(), "sorted", std::uint8_t{1});  // libsonata's type
  image.write(mapping.id(), "index_pointers", pointers);
  image.link(mapping.id(), "index_pointers", "index_pointer");
  // "For single compartment reports element_id [is] just [an array] of 1s."
  image.write(mapping.id(), "element_ids", std::vector<std::uint32_t>(columns, 1));
  image.write(mapping.id(), "element_pos", std::vector<double>(columns, 0.0));
  const std::array<double, 3> frames{signal.time(0), signal.time(signal.samples()), signal.sampling_interval};
  const Handle time = image.write(mapping.id(), "time", frames);
  image.write_attribute(time.id(), "units", "ms");
}

/// The synapses from one population to another.
struct Edges {
  std::vector<std::uint64_t> source, target;  ///< ids from 0 within the populations
  std::vector<double> weight, delay;
};

/// /edges/<population>_to_<population>, all of one type, in group 0.
void write_edges(const Image& image, const Handle& parent, const Group& pre, const Group& post, const Edges& edges,
                 const std::string& weight_unit) {
  const Handle population = image.make_group(parent.id(), pre.name + "_to_" + post.name);
  const Handle source = image.write(population.id(), "source_node_id", edges.source);
  image.write_attribute(source.id(), "node_population", pre.name);
  const Handle target = image.write(population.id(), "target_node_id", edges.target);
  image.write_attribute(target.id(), "node_population", post.name);
  const std::vector<std::uint32_t> zeros(edges.source.size(), 0);
  std::vector<std::uint64_t> count(edges.source.size());
  std::iota(count.begin(), count.end(), std::uint64_t{0});
  image.write(population.id(), "edge_type_id", zeros);
  image.write(population.id(), "edge_group_id", zeros);
  image.write(population.id(), "edge_group_index", count);
  const Handle group = image.make_group(population.id(), "0");
  const Handle weights = image.write(group.id(), "syn_weight", edges.weight);
  image.write_attribute(weights.id(), "units", weight_unit);
  const Handle delays = image.write(group.id(), "delay", edges.delay);
  image.write_attribute(delays.id(), "units", "ms");
}

}  // namespace

void write_sonata(AtomicFile& file, const Connections& connections, Populations populations) {
  const std::vector<Group> groups = make_groups(populations);
  std::map<std::pair<std::size_t, std::size_t>, Edges> edges;
  for (std::size_t i = 0; i < connections.size(); ++i) {
    const std::size_t pre = group_of(groups, connections.pre[i]);
    const std::size_t post = group_of(groups, connections.post[i]);
    Edges& of_pair = edges[{pre, post}];
    of_pair.source.push_back(connections.pre[i] - groups[pre].first);
    of_pair.target.push_back(connections.post[i] - groups[post].first);
    of_pair.weight.push_back(connections.weights[i]);
    of_pair.delay.push_back(connections.delays[i]);
  }
  const Image image(file);
  write_signature(image);
  {
    const Handle root = image.make_group(image.root(), "edges");
    for (const auto& [pair, of_pair] : edges) {
      write_edges(image, root, groups[pair.first], groups[pair.second], of_pair, connections.weight_unit);
    }
  }
  image.finish();
}

void write_sonata(AtomicFile& file, const Spikes& spikes, Populations populations) {
  const std::vector<Group> groups = make_groups(populations);
  std::vector<Train> trains(groups.size(), Train{{}, std::vector<std::vector<double>>(1 + spikes.tails_per_spike), {}});
  for (std::size_t i = 0; i < spikes.size(); ++i) {
    const std::size_t group = group_of(groups, spikes.ids[i]);
    Train& train = trains[group];
    const NearestTime time = nearest_time(spikes, i);
    train.timestamps.push_back(time.ms);
    train.residuals[0].push_back(time.residual);
    for (std::size_t k = 0; k < spikes.tails_per_spike; ++k) {
      train.residuals[k + 1].push_back(spikes.tails_of(i)[k]);
    }
    train.nodes.push_back(spikes.ids[i] - groups[group].first);
  }
  const Image image(file);
  write_signature(image);
  {
    const Handle root = image.make_group(image.root(), "spikes");
    for (std::size_t i = 0; i < groups.size(); ++i) {
      write_train(image, root, groups[i], trains[i]);
    }
  }
  image.finish();
}

void write_sonata(AtomicFile& file, const Signal& signal, Populations populations) {
  const std::vector<Group> groups = make_groups(populations);
  const auto unsorted = std::adjacent_find(signal.ids.begin(), signal.ids.end(), std::greater_equal<>());
  if (unsorted != signal.ids.end()) {
    throw IndexError("recorded id", std::to_string(*(unsorted + 1)), "", "must be greater than the id before it");
  }
  for (const CellId id : signal.ids) {
    (void)group_of(groups, id);
  }
  const Image image(file);
  write_signature(image);
  {
    const Handle root = image.make_group(image.root(), "report");
    for (const Group& group : groups) {
      const auto belongs = [&group](CellId id) { return group.contains(id); };
      const auto first = std::find_if(signal.ids.begin(), signal.ids.end(), belongs);
      const auto last = std::find_if_not(first, signal.ids.end(), belongs);
      write_report(image, root, group, signal, static_cast<std::size_t>(first - signal.ids.begin()),
                   static_cast<std::size_t>(last - signal.ids.begin()));
    }
  }
  image.finish();
}

}  // namespace va_event::recording
