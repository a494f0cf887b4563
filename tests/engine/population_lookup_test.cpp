// SPDX-License-Identifier: Apache-2.0
#include "engine/shard/population_lookup.hpp"

#include <gtest/gtest.h>

#include <random>

namespace va_event::engine {
namespace {

TEST(PopulationLookup, NamesThePopulationOfEveryCellWhateverTheSizesAre) {
  std::mt19937_64 random(5);
  for (int trial = 0; trial < 200; ++trial) {
    const std::uint32_t largest = trial % 4 == 0 ? 2 : trial % 4 == 1 ? 70 : 1000;
    network::Network network;
    std::vector<std::uint32_t> expected;
    const std::size_t count = random() % 40;
    for (std::uint32_t p = 0; p < count; ++p) {
      network::PopulationData population;
      population.first = static_cast<CellId>(expected.size());
      population.size = static_cast<std::uint32_t>(random() % largest);  // none, at times
      expected.insert(expected.end(), population.size, p);
      network.populations.push_back(std::move(population));
    }
    const PopulationLookup lookup(network);
    for (CellId cell = 0; cell < expected.size(); ++cell) {
      ASSERT_EQ(lookup[cell], expected[cell]) << "cell " << cell << " in trial " << trial;
    }
  }
}

}  // namespace
}  // namespace va_event::engine
