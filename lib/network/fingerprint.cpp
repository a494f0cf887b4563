// SPDX-License-Identifier: Apache-2.0
#include "network/fingerprint.hpp"

#include <bit>
#include <cstddef>
#include <string>
#include <utility>

#include "foundation/hash.hpp"

namespace va_event::network {
namespace {

using foundation::Hash;

void add_time(Hash& hash, const Time& time) { hash.add(static_cast<std::uint64_t>(time.whole())).add(time.fraction()); }

/// The values of all cells, column by column; a constant column has the hash of as many equal values.
Hash hash_of(const std::vector<Column>& columns, std::size_t size) {
  Hash hash;
  for (const Column& column : columns) {
    for (std::size_t i = 0; i < size; ++i) {
      hash.add(column.at(i));
    }
  }
  return hash;
}

Hash hash_of_spike_times(const PopulationData& population) {
  Hash hash;
  for (std::size_t i = 0; i < population.size; ++i) {
    hash.add(std::uint64_t{population.times_of(i).size()});
    for (const Time& time : population.times_of(i)) {
      add_time(hash, time);
    }
  }
  return hash;
}

Hash hash_of(const Injection& injection) {
  Hash hash;
  hash.add(std::uint64_t{injection.source.times().size()});
  for (std::size_t k = 0; k < injection.source.times().size(); ++k) {
    add_time(hash, injection.source.times()[k]);
    hash.add(injection.source.amplitudes()[k]);
  }
  for (const CellId cell : injection.cells) {
    hash.add(std::uint64_t{cell});
  }
  if (injection.sine) {
    hash.add(injection.sine->amplitude).add(injection.sine->frequency).add(injection.sine->phase);
  }
  return hash;
}

/// A trait whose value is a hash.
Trait hashed(std::string name, std::uint64_t hash) { return {std::move(name), std::to_string(hash), true}; }

}  // namespace

std::uint64_t hash_sum(const ProjectionData& projection) {
  // One mixing for each synapse: a checkpoint of a large network must not take long. The odd factors, without a meaning
  // of their own, keep the four numbers apart; the low bits of round numbers are zeros, which no factor would fill.
  constexpr std::uint64_t kPre = 0xd6e8feb86659fd93, kWeight = 0xa0761d6478bd642f, kDelay = 0xe7037ed1a0b428db;
  const auto folded = [](double x) {
    const auto bits = std::bit_cast<std::uint64_t>(x);
    return bits ^ (bits >> 32U);
  };
  std::uint64_t sum = 0;
  for (std::size_t pre = 0; pre < projection.pre->size(); ++pre) {
    const std::uint64_t of_pre = kPre * (*projection.pre)[pre];
    for (const SynapseBlock& block : projection.blocks) {
      const SynapseTable::Row row = block.table.row(pre);
      for (std::size_t k = 0; k < row.target.size(); ++k) {
        const double weight = row.weight.empty() ? block.table.constant_weight() : row.weight[k];
        const double delay = row.delay.empty() ? block.table.constant_delay() : row.delay[k];
        std::uint64_t of_synapse = Hash::mixed(of_pre + (std::uint64_t{block.post_first} + row.target[k]) +
                                               kWeight * folded(weight) + kDelay * folded(delay));
        for (const SynapseColumn& parameter : block.parameters) {
          of_synapse = Hash::mixed(of_synapse + kWeight * folded(parameter.at(block.table.begin_of(pre) + k)));
        }
        sum += of_synapse;
      }
    }
  }
  return sum;
}

std::vector<Trait> traits_of(const Network& network, std::span<const std::uint64_t> synapses) {
  std::vector<Trait> traits;
  traits.push_back({"seed", std::to_string(network.seed)});
  traits.push_back({"number of populations", std::to_string(network.populations.size())});
  for (std::size_t p = 0; p < network.populations.size(); ++p) {
    const PopulationData& population = network.populations[p];
    const std::string of = " of population " + std::to_string(p);
    traits.push_back({"model" + of, std::string(population.model->name)});
    traits.push_back({"size" + of, std::to_string(population.size)});
    traits.push_back(hashed("parameters" + of, hash_of(population.parameters, population.size).value()));
    traits.push_back(hashed("initial values" + of, hash_of(population.initial, population.size).value()));
    traits.push_back(hashed("spike times" + of, hash_of_spike_times(population).value()));
  }
  traits.push_back({"number of projections", std::to_string(network.projections.size())});
  for (std::size_t k = 0; k < network.projections.size(); ++k) {
    const std::string of = " of projection " + std::to_string(k);
    traits.push_back({"receptor" + of, network.projections[k].receptor});
    traits.push_back({"number of synapses" + of, std::to_string(network.projections[k].total_size)});
    traits.push_back(hashed("synapses" + of, synapses[k]));
  }
  traits.push_back({"number of injected currents", std::to_string(network.injections.size())});
  for (std::size_t k = 0; k < network.injections.size(); ++k) {
    traits.push_back(
        hashed("steps and cells of injected current " + std::to_string(k), hash_of(network.injections[k]).value()));
  }
  return traits;
}

}  // namespace va_event::network
