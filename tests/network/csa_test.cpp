// SPDX-License-Identifier: Apache-2.0
#include "va_event/csa.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "test_network.hpp"
#include "va_event/error.hpp"

namespace va_event::network {
namespace {

using namespace testing_support;

constexpr std::uint32_t kPre = 70;  // more than one word of bits
constexpr std::uint32_t kPost = 23;

class Csa : public testing::Test {
 protected:
  Csa() : pre_(net_.add(kPre)), post_(net_.add(kPost)) {}

  std::set<Pair> evaluate(const csa::Mask& mask) const {
    const std::vector<Pair> all = pairs(net_.connect(pre_, post_, CSAConnector(mask)));
    std::set<Pair> result(all.begin(), all.end());
    EXPECT_EQ(result.size(), all.size());
    return result;
  }

  static std::set<Pair> where(const std::function<bool(std::uint32_t, std::uint32_t)>& belongs) {
    std::set<Pair> result;
    for (std::uint32_t pre = 0; pre < kPre; ++pre) {
      for (std::uint32_t post = 0; post < kPost; ++post) {
        if (belongs(pre, post)) {
          result.emplace(pre, post);
        }
      }
    }
    return result;
  }

  TestNetwork net_;
  Ids pre_, post_;
};

TEST_F(Csa, elementaryMasksAreTheirDefinitions) {
  EXPECT_EQ(evaluate(csa::full()), where([](auto, auto) { return true; }));
  EXPECT_EQ(evaluate(csa::empty()), where([](auto, auto) { return false; }));
  EXPECT_EQ(evaluate(csa::one_to_one()), where([](auto pre, auto post) { return pre == post; }));
  EXPECT_EQ(evaluate(csa::cross({5, 68}, {2, 9})),
            where([](auto pre, auto post) { return pre >= 5 && pre < 68 && post >= 2 && post < 9; }));
  EXPECT_EQ(evaluate(csa::cross({5, 1000}, {20, 1000})),
            where([](auto pre, auto post) { return pre >= 5 && post >= 20; }));
  EXPECT_EQ(evaluate(csa::cross({5, 5}, {0, 9})), where([](auto, auto) { return false; }));
  EXPECT_EQ(evaluate(csa::block(7, 3)), where([](auto pre, auto post) { return pre / 7 == post / 3; }));
  EXPECT_EQ(evaluate(csa::block(std::size_t{1} << 63U, 1)), where([](auto, auto post) { return post == 0; }));
  EXPECT_EQ(evaluate(csa::random(0.0)), where([](auto, auto) { return false; }));
  EXPECT_EQ(evaluate(csa::random(1.0)), where([](auto, auto) { return true; }));
}

TEST_F(Csa, randomMasksAreIndependentUnlessTheyAreTheSame) {
  const csa::Mask a = csa::random(0.3);
  const csa::Mask b = csa::random(0.3);
  const double n = kPre * kPost;
  EXPECT_NEAR(static_cast<double>(evaluate(a).size()), 0.3 * n, 4.0 * std::sqrt(n * 0.3 * 0.7));
  EXPECT_NEAR(static_cast<double>(evaluate(a * b).size()), 0.09 * n, 4.0 * std::sqrt(n * 0.09 * 0.91));
  EXPECT_TRUE(evaluate(a - a).empty());
  EXPECT_EQ(evaluate(a * a), evaluate(a));
  EXPECT_EQ(evaluate(a + ~a).size(), kPre * kPost);
}

/// A mask together with the set of pairs that it must be, combined along by the standard library.
struct Model {
  csa::Mask mask;
  std::set<Pair> set;
};

TEST_F(Csa, randomExpressionsEqualTheirElementwiseEvaluation) {
  RandomStream random(99, 0, 0);
  const std::set<Pair> all = where([](auto, auto) { return true; });
  for (int trial = 0; trial < 60; ++trial) {
    // The random masks are numbered in the order of their first appearance: m0 + m1 + ... in front fixes it, and the
    // expression under test is cut out of the result by an empty prefix.
    const csa::Mask r0 = csa::random(0.4);
    const csa::Mask r1 = csa::random(0.7);
    const csa::Mask prefix = (r0 - r0) + (r1 - r1);
    std::vector<Model> pool{
        {csa::one_to_one(), where([](auto pre, auto post) { return pre == post; })},
        {csa::block(9, 2), where([](auto pre, auto post) { return pre / 9 == post / 2; })},
        {csa::cross({3, 50}, {1, 20}),
         where([](auto pre, auto post) { return pre >= 3 && pre < 50 && post >= 1 && post < 20; })},
        {r0, evaluate(prefix + r0)},
        {r1, evaluate(prefix + r1)},
    };
    for (int step = 0; step < 8; ++step) {
      const Model& a = pool[random() % pool.size()];
      const Model& b = pool[random() % pool.size()];
      Model next{a.mask, {}};
      const auto into = std::inserter(next.set, next.set.end());
      switch (random() % 4) {
        case 0:
          next.mask = a.mask + b.mask;
          std::set_union(a.set.begin(), a.set.end(), b.set.begin(), b.set.end(), into);
          break;
        case 1:
          next.mask = a.mask * b.mask;
          std::set_intersection(a.set.begin(), a.set.end(), b.set.begin(), b.set.end(), into);
          break;
        case 2:
          next.mask = a.mask - b.mask;
          std::set_difference(a.set.begin(), a.set.end(), b.set.begin(), b.set.end(), into);
          break;
        default:
          next.mask = ~a.mask;
          std::set_difference(all.begin(), all.end(), a.set.begin(), a.set.end(), into);
      }
      EXPECT_EQ(evaluate(prefix + next.mask), next.set);
      pool.push_back(next);
    }
  }
}

TEST_F(Csa, obeysDeMorganWithRandomMasks) {
  const csa::Mask a = csa::random(0.5);
  const csa::Mask b = csa::random(0.2);
  EXPECT_EQ(evaluate(~(a + b)), evaluate(~a * ~b));
  EXPECT_EQ(evaluate(~(a * b)), evaluate(~a + ~b));
  EXPECT_EQ(evaluate(a - b), evaluate(a * ~b));
}

TEST_F(Csa, valueSetsGiveWeightsAndDelays) {
  const auto weight = [](std::size_t pre, std::size_t post) {
    return 100.0 * static_cast<double>(pre) + static_cast<double>(post);
  };
  const auto delay = [](std::size_t pre, std::size_t) { return 1.0 + static_cast<double>(pre); };
  const ProjectionData both = net_.connect(pre_, post_, CSAConnector(csa::cset(csa::block(2, 2), weight, delay)));
  EXPECT_EQ(both.size(), 2U * kPost);
  for (const ListedConnection& connection : both.connections()) {
    EXPECT_EQ(connection.weight, weight(connection.pre, connection.post));
    EXPECT_EQ(connection.delay, delay(connection.pre, connection.post));
  }
  const ProjectionData weights = net_.connect(pre_, post_, CSAConnector(csa::cset(csa::full(), weight, {})));
  EXPECT_FALSE(weights.blocks[0].table.has_constant_weight());
  EXPECT_TRUE(weights.blocks[0].table.has_constant_delay());
  EXPECT_EQ(weights.blocks[0].table.constant_delay(), 0.2);
}

TEST_F(Csa, constantValueSetsAreNotStored) {
  const ProjectionData projection = net_.connect(pre_, post_, CSAConnector(csa::cset(csa::random(0.5), 0.25, 1.5)));
  EXPECT_TRUE(projection.blocks[0].table.has_constant_weight());
  EXPECT_EQ(projection.blocks[0].table.constant_weight(), 0.25);
  EXPECT_EQ(projection.blocks[0].table.constant_delay(), 1.5);
}

TEST_F(Csa, refusesImpossibleMasksAndValues) {
  EXPECT_THROW(static_cast<void>(csa::random(-0.1)), ParameterError);
  EXPECT_THROW(static_cast<void>(csa::random(1.5)), ParameterError);
  EXPECT_THROW(static_cast<void>(csa::random(std::nan(""))), ParameterError);
  EXPECT_THROW(static_cast<void>(csa::cross({3, 2}, {0, 1})), ParameterError);
  EXPECT_THROW(static_cast<void>(csa::cross({0, 1}, {3, 2})), ParameterError);
  EXPECT_THROW(static_cast<void>(csa::block(0, 1)), ParameterError);
  EXPECT_THROW(static_cast<void>(csa::block(1, 0)), ParameterError);
  EXPECT_THROW(static_cast<void>(net_.connect(pre_, post_, CSAConnector(csa::cset(csa::full(), 1.0, 0.0)))),
               ParameterError);
  EXPECT_THROW(static_cast<void>(net_.connect(pre_, post_, CSAConnector(csa::cset(csa::full(), std::nan(""), 1.0)))),
               ParameterError);
}

}  // namespace
}  // namespace va_event::network
