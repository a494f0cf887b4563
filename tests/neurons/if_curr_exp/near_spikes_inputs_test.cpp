// SPDX-License-Identifier: Apache-2.0
// Inputs with times of their own, which share vectors, against inputs that are delivered one by one.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "foundation/bytes.hpp"
#include "neurons/if_curr_exp/near_spikes/near_spikes_group.hpp"
#include "tests/neurons/every_target.hpp"

namespace va_event::neurons::near_spikes_currents {
namespace {

constexpr std::uint32_t kNeurons = 40;

/// @param own each neuron has time constants of its own
network::PopulationData population_of(std::uint32_t first, std::uint32_t size, bool own) {
  const CellType type = IfCurrExp{.v_rest = -52.0, .cm = 0.5, .tau_refrac = 1.5, .i_offset = 0.02};
  network::PopulationData population;
  population.model = &type.model();
  population.first = first;
  population.size = size;
  for (std::size_t p = 0; p < type.values().size(); ++p) {
    population.parameters.emplace_back(type.values()[p]);
    if (own && type.model().parameters[p].name.substr(0, 3) == "tau") {
      for (std::uint32_t i = 0; i < size; ++i) {
        population.parameters[p].set(i, type.values()[p] * (1.0 + 0.01 * (first + i)), size);
      }
    }
  }
  for (const double value : {-53.0, 0.0, 0.0}) {
    population.initial.emplace_back(value);
  }
  return population;
}

std::vector<Input<double>> random_inputs(std::mt19937_64& random) {
  std::uniform_real_distribution<double> time(0.0, kEpoch), weight(0.0, 0.5);
  std::vector<Input<double>> inputs(1500);
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    const auto receptor = static_cast<std::uint32_t>(k % 5 == 0);
    inputs[k] = {time(random), receptor == 0 ? weight(random) : -2.0 * weight(random),
                 static_cast<std::uint32_t>(random() % kNeurons), receptor};
  }
  for (const double end : {0.0, 2.0, 8.0, 14.0}) {  // where segments and periods begin
    for (int k = 0; k < 3; ++k) {
      inputs.push_back({end, 0.1, static_cast<std::uint32_t>(random() % kNeurons), 0});
    }
  }
  std::sort(inputs.begin(), inputs.end(), [](const auto& a, const auto& b) { return a.t < b.t; });
  return inputs;
}

/// Spikes of an epoch, and what the neurons are at its end.
struct Outcome {
  std::vector<CellEvent> spikes;
  std::string neurons;
};

Outcome outcome_of(NearSpikesGroup& group) {
  Outcome outcome;
  group.advance({1, 0.0}, outcome.spikes);
  std::sort(outcome.spikes.begin(), outcome.spikes.end());
  foundation::ByteWriter out;
  for (std::uint32_t i = 0; i < kNeurons; ++i) {
    group.save(i, out);
  }
  outcome.neurons = out.bytes();
  return outcome;
}

/// Neurons of one population, whose inputs come together, in parts of any length.
Outcome together(std::span<const Input<double>> inputs, bool own, std::mt19937_64& random) {
  NearSpikesGroup group;
  group.add(population_of(0, kNeurons, own), 0, kNeurons, std::vector<double>(kNeurons));
  events::Candidates<double> none;
  while (!inputs.empty()) {
    const std::size_t count = std::min(inputs.size(), static_cast<std::size_t>(1 + random() % 150));
    EXPECT_EQ(group.receive(inputs.first(count), none), count);
    inputs = inputs.subspan(count);
  }
  return outcome_of(group);
}

/// Each neuron is a population, to which each input is delivered as a spike with one target.
Outcome one_by_one(std::span<const Input<double>> inputs, bool own) {
  NearSpikesGroup group;
  for (std::uint32_t i = 0; i < kNeurons; ++i) {
    group.add(population_of(i, 1, own), 0, 1, std::vector<double>(1));
  }
  events::Candidates<double> none;
  for (const Input<double>& input : inputs) {
    const Targets target{{&input.index, 1}, 0, {&input.weight, 1}};
    group.deliver(input.t, input.receptor, {&target, 1}, none);
  }
  return outcome_of(group);
}

TEST(NearSpikesInputs, ThatShareVectorsGiveTheBitsOfThoseThatAreDeliveredOneByOne) {
  testing::on_every_target([](const std::string& target) {
    std::mt19937_64 random(11);
    for (int round = 0; round < 20; ++round) {
      const bool own = round % 2 == 1;
      const std::vector<Input<double>> inputs = random_inputs(random);
      const Outcome expected = one_by_one(inputs, own);
      const Outcome found = together(inputs, own, random);
      ASSERT_GT(expected.spikes.size(), 20U);
      ASSERT_EQ(found.spikes.size(), expected.spikes.size()) << target << ", round " << round;
      for (std::size_t k = 0; k < expected.spikes.size(); ++k) {
        ASSERT_EQ(found.spikes[k].cell, expected.spikes[k].cell) << target << ", round " << round;
        ASSERT_EQ(found.spikes[k].time, expected.spikes[k].time) << target << ", round " << round;
      }
      ASSERT_TRUE(found.neurons == expected.neurons) << target << ", round " << round;
    }
  });
}

}  // namespace
}  // namespace va_event::neurons::near_spikes_currents
