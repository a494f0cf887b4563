// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

#include "va_event/va_event.hpp"

namespace va_event {
namespace {

// The order in which a network is described must leave no trace. Weights are thirds and sevenths, so that sums in
// another order differ in their last bits; delays are few, so that many inputs meet at the same instant.

struct Part {
  std::vector<ListedConnection> list;
  Values weight = 0.0;
  Values delay = 1.0;
  std::string receptor = "excitatory";
};

constexpr std::size_t kNeurons = 30;

std::vector<ListedConnection> random_list(std::mt19937_64& generator, bool own_values) {
  std::vector<ListedConnection> list(400);
  for (ListedConnection& c : list) {
    c.pre = static_cast<std::uint32_t>(generator() % 40);
    c.post = static_cast<std::uint32_t>(generator() % kNeurons);
    if (own_values) {
      c.weight = 0.01 + static_cast<double>(generator() % 5) / 210.0;
      c.delay = 0.5 * static_cast<double>(1 + generator() % 3);
    }
  }
  return list;
}

/// The spikes of a network of `parts`, connected in this order.
template <class CellType>
Spikes simulate(const std::vector<Part>& parts) {
  Simulation simulation;
  // All sources fire together, on a grid: inputs from different sources meet as well.
  const Population sources = simulation.create(10, SpikeSourceArray{{1.0, 3.0, 3.5, 8.0, 12.0, 30.0, 31.0, 32.5}});
  CellType type;
  type.v_rest = -52.0;
  type.i_offset = 0.05;
  type.tau_refrac = 2.0;
  type.cm = std::is_same_v<CellType, IfCurrExp> ? 0.02 : 1.0;  // weights are nA here, uS there
  const Population neurons = simulation.create(kNeurons, type);
  neurons.initialize("v", RandomDistribution("uniform", {-60.0, -50.0}));
  for (const Part& part : parts) {
    simulation.connect(sources + neurons, neurons, FromListConnector(part.list), {part.weight, part.delay},
                       {part.receptor, "", {}});
  }
  neurons.record("spikes");
  simulation.run(60.0);
  return neurons.spikes();
}

template <class CellType>
class ConstructionOrder : public ::testing::Test {
 protected:
  std::mt19937_64 generator_{5};
};

using Models = ::testing::Types<IfCurrExp, IfCondExp>;
TYPED_TEST_SUITE(ConstructionOrder, Models);

TYPED_TEST(ConstructionOrder, OfTheEntriesOfAListLeavesNoTrace) {
  Part part{random_list(this->generator_, true)};
  const Spikes expected = simulate<TypeParam>({part});
  EXPECT_GT(expected.size(), 50U);
  for (int permutation = 0; permutation < 10; ++permutation) {
    std::shuffle(part.list.begin(), part.list.end(), this->generator_);
    EXPECT_TRUE(simulate<TypeParam>({part}) == expected);
  }
}

TYPED_TEST(ConstructionOrder, OfProjectionsLeavesNoTrace) {
  std::vector<Part> parts{
      {random_list(this->generator_, true)},
      {random_list(this->generator_, true)},
      {random_list(this->generator_, false), 1.0 / 70.0, 0.5},
      {random_list(this->generator_, false), 1.0 / 90.0, 0.5},
      {random_list(this->generator_, false), 1.0 / 70.0, 1.0},
      {random_list(this->generator_, false), 1.0 / 30.0, 1.0, "inhibitory"},
      {random_list(this->generator_, false), 1.0 / 110.0, 0.5, "inhibitory"},
  };
  const Spikes expected = simulate<TypeParam>(parts);
  EXPECT_GT(expected.size(), 50U);
  for (int permutation = 0; permutation < 20; ++permutation) {
    std::shuffle(parts.begin(), parts.end(), this->generator_);
    EXPECT_TRUE(simulate<TypeParam>(parts) == expected);
  }
}

TYPED_TEST(ConstructionOrder, AListCutIntoOneProjectionForEachSourceIsTheSameNetwork) {
  const Part whole{random_list(this->generator_, true)};
  std::vector<Part> parts(40);
  for (const ListedConnection& c : whole.list) {
    parts[c.pre].list.push_back(c);
  }
  std::shuffle(parts.begin(), parts.end(), this->generator_);
  EXPECT_TRUE(simulate<TypeParam>(parts) == simulate<TypeParam>({whole}));
}

TYPED_TEST(ConstructionOrder, OneNumberForAllAndOneEqualNumberForEachAreTheSameNetwork) {
  Part constant{random_list(this->generator_, false), 1.0 / 70.0, 0.5};
  Part each = constant;
  for (ListedConnection& c : each.list) {
    c.weight = 1.0 / 70.0;
    c.delay = 0.5;
  }
  EXPECT_TRUE(simulate<TypeParam>({each}) == simulate<TypeParam>({constant}));
}

TYPED_TEST(ConstructionOrder, CellsOfOnePopulationOrOfSeveralAreTheSameNetwork) {
  const auto build = [](const std::vector<std::size_t>& sizes) {
    Simulation simulation({3});
    std::vector<Assembly> all;
    TypeParam type;
    type.i_offset = 0.5;
    double tau = 10.0;
    for (const std::size_t size : sizes) {
      const Population part = simulation.create(size, type);
      std::vector<double> taus(size);
      std::generate(taus.begin(), taus.end(), [&tau] { return tau += 0.7; });
      part.set("tau_m", taus);
      all = {all.empty() ? Assembly(part) : all[0] + part};
    }
    all[0].set("i_offset", RandomDistribution("uniform", {0.3, 3.0}));
    all[0].initialize("v", RandomDistribution("uniform", {-65.0, -50.0}));
    simulation.connect(all[0], all[0], FixedProbabilityConnector(0.3),
                       {1.0 / 700.0, RandomDistribution("uniform", {0.1, 4.0})});
    all[0].record("spikes");
    simulation.run(100.0);
    return all[0].spikes();
  };
  const Spikes expected = build({30});
  EXPECT_GT(expected.size(), 50U);
  EXPECT_TRUE(build({10, 20}) == expected);
  EXPECT_TRUE(build({1, 1, 1, 7, 20}) == expected);
}

}  // namespace
}  // namespace va_event
