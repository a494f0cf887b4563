// SPDX-License-Identifier: Apache-2.0
// On the instruction sets of the solver, which are more than those of other kernels.
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS VA_EVENT_SIZELESS_TARGETS
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "neurons/if_cond_exp/near_spikes/solve.hpp"
#include "tests/neurons/every_target.hpp"

/// Intervals of many neurons that are solved together against the scalar kernel, which takes them one after the other,
/// bit for bit, on every instruction set of this processor.
namespace va_event::neurons::near_spikes {
namespace {

using testing::on_every_target;
using Kernel = IfCondExpKernel<double>;
using Constants = Kernel::Constants;

std::vector<Constants> all_constants() {
  // Inhibition slow, excitation slow, both the same; two without a power series; one whose rest is above threshold.
  std::vector<Constants> all;
  for (const IfCondExp& parameters : std::vector<IfCondExp>{{-60, 0.2, 20, 5, 5, 10, 0, -80, -50, -60, 0},
                                                            {-60, 0.2, 10, 5, 8, 4, 0, -80, -50, -60, 0.1},
                                                            {-70, 0.3, 15, 5, 6, 6, 0, -75, -50, -60, 0},
                                                            {-60, 0.2, 20, 5, 5, 12, 0, -80, -50, -60, 0},
                                                            {-55, 0.4, 30, 3, 4, 0.3, 0, -80, -50, -60, 0.05},
                                                            {-49, 0.2, 20, 5, 5, 10, 0, -80, -50, -60, 0}}) {
    all.push_back(Kernel::prepare(parameters, 0.0));
  }
  return all;
}

struct Interval {
  double h, exc, inh;
};
struct Chain {
  const Constants* constants;
  double y;
  std::vector<Interval> intervals;
};

/// Most intervals are as in networks; some are empty, some long, some have conductances far beyond the usual.
std::vector<Chain> random_chains(const std::vector<const Constants*>& constants, std::mt19937_64& random) {
  std::uniform_real_distribution<double> y(-30, 0), exc(0, 0.06), inh(0, 0.2), share(0, 1);
  std::vector<Chain> chains(1 + random() % 40);
  for (Chain& chain : chains) {
    chain.constants = constants[random() % constants.size()];
    chain.y = y(random);
    chain.intervals.resize(random() % 50);
    for (Interval& one : chain.intervals) {
      const std::uint64_t kind = random() % 40;
      const double mean = kind == 0 ? 30.0 : kind == 1 ? 5.0 : 0.8;
      one = {kind == 2 ? 0.0 : -std::log(1.0 - share(random)) * mean, exc(random), inh(random)};
      if (kind == 3) {
        one.exc *= 1000.0;
      }
      if (kind == 4) {
        one = {one.h, 0.0, 0.0};
      }
    }
  }
  return chains;
}

void expect_the_bits_of_the_scalar_kernel(const std::vector<Chain>& chains, Chains& together,
                                          const std::string& where) {
  together.clear();
  std::vector<std::uint32_t> number;
  for (const Chain& chain : chains) {
    number.push_back(together.begin_chain(*chain.constants, chain.intervals.size()));
    const std::size_t first = together.add(chain.intervals.size());
    for (std::size_t k = 0; k < chain.intervals.size(); ++k) {
      together.h()[first + k] = chain.intervals[k].h;
      together.exc()[first + k] = chain.intervals[k].exc;
      together.inh()[first + k] = chain.intervals[k].inh;
    }
    together.end_chain(chain.y);
  }
  together.solve();
  for (std::size_t n = 0; n < chains.size(); ++n) {
    double y = chains[n].y;
    for (const Interval& one : chains[n].intervals) {
      y = Kernel::advance(*chains[n].constants, {y, one.exc, one.inh, 0.0}, one.h).y;
    }
    ASSERT_EQ(std::bit_cast<std::uint64_t>(together.y(number[n])), std::bit_cast<std::uint64_t>(y))
        << where << ", chain " << n << " of " << chains[n].intervals.size() << " intervals: " << together.y(number[n])
        << " instead of " << y;
  }
}

TEST(Chains, OfNeuronsWithTheSameConstantsHaveTheBitsOfTheScalarKernel) {
  const std::vector<Constants> constants = all_constants();
  on_every_target([&](const std::string& target) {
    std::mt19937_64 random(11);
    Chains chains;
    for (std::size_t set = 0; set < constants.size(); ++set) {
      for (int round = 0; round < 20; ++round) {
        expect_the_bits_of_the_scalar_kernel(random_chains({&constants[set]}, random), chains,
                                             target + ", constants " + std::to_string(set));
      }
    }
  });
}

TEST(Chains, OfNeuronsWithConstantsOfTheirOwnHaveTheBitsOfTheScalarKernel) {
  const std::vector<Constants> constants = all_constants();
  std::vector<const Constants*> any;
  for (const Constants& one : constants) {
    any.push_back(&one);
  }
  on_every_target([&](const std::string& target) {
    std::mt19937_64 random(12);
    Chains chains;
    for (int round = 0; round < 60; ++round) {
      expect_the_bits_of_the_scalar_kernel(random_chains(any, random), chains, target);
    }
  });
}

}  // namespace
}  // namespace va_event::neurons::near_spikes
