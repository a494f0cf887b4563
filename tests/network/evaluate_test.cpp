// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test_network.hpp"
#include "va_event/error.hpp"

namespace va_event::network {
namespace {

using testing::ElementsAre;

const std::vector<CellId> kIds{3, 4, 5, 6};

TEST(Evaluate, givesConstantsAndArraysAsTheyAre) {
  EXPECT_THAT(evaluate(2.5, kIds, 1, 7, "v"), ElementsAre(2.5, 2.5, 2.5, 2.5));
  EXPECT_THAT(evaluate({4.0, 3.0, 2.0, 1.0}, kIds, 1, 7, "v"), ElementsAre(4.0, 3.0, 2.0, 1.0));
}

TEST(Evaluate, drawsForACellTheSameNumberInEverySetThatHoldsIt) {
  const Values values(RandomDistribution("uniform", {-60.0, -50.0}));
  const std::vector<double> all = evaluate(values, kIds, 1, 7, "v");
  EXPECT_THAT(evaluate(values, std::vector<CellId>{5, 3}, 1, 7, "v"), ElementsAre(all[2], all[0]));
  EXPECT_NE(evaluate(values, kIds, 2, 7, "v"), all);
  EXPECT_NE(evaluate(values, kIds, 1, 8, "v"), all);
  EXPECT_NE(all[0], all[1]);
}

TEST(Evaluate, refusesArraysOfAnotherLengthAndFunctionsOfDistance) {
  try {
    static_cast<void>(evaluate({1.0, 2.0}, kIds, 1, 7, "tau_m"));
    FAIL();
  } catch (const SizeError& error) {
    EXPECT_STREQ(error.what(), "tau_m = 2 values: must be 4, one per cell");
  }
  EXPECT_THROW(static_cast<void>(evaluate(OfDistance{[](double d) { return d; }}, kIds, 1, 7, "v")), ConnectionError);
}

TEST(Network, findsThePopulationOfEveryCell) {
  testing_support::TestNetwork net;
  net.add(3);
  net.add(1);
  net.add(5);
  std::vector<std::size_t> found;
  for (CellId id = 0; id < net.network.cells(); ++id) {
    found.push_back(net.network.population_of(id));
  }
  EXPECT_THAT(found, ElementsAre(0, 0, 0, 1, 2, 2, 2, 2, 2));
}

}  // namespace
}  // namespace va_event::network
