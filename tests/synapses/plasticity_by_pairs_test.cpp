// SPDX-License-Identifier: Apache-2.0
// The brute force itself, on few spikes that can be followed by hand.
#include "plasticity_by_pairs.hpp"

#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <vector>

namespace reference {
namespace {

using Digits = boost::multiprecision::number<boost::multiprecision::cpp_bin_float<50>, boost::multiprecision::et_off>;

/// The weight at the end, from 0.5; all delays are 2 ms.
double weight_after(const Plasticity& p, const std::vector<double>& pre, const std::vector<double>& post,
                    double weight = 0.5) {
  SynapseByPairs<Digits> synapse(p, weight, 2.0, 0.0);
  for (const double t : pre) {
    synapse.pre_spike(t);
  }
  for (const double s : post) {
    synapse.post_spike(s);
  }
  return static_cast<double>(synapse.weight(1e6));
}

double e(double h, double tau) { return std::exp(-h / tau); }

TEST(PlasticityByPairs, OfOnePairFollowsTheDefinition) {
  Plasticity p;
  p.A_plus = 0.1;
  p.A_minus = 0.2;
  p.tau_minus = 30.0;
  // f = 1: post arrives 2 ms late.
  EXPECT_NEAR(weight_after(p, {10.0}, {15.0}), 0.5 + 0.1 * e(7.0, 20.0), 1e-15);
  EXPECT_NEAR(weight_after(p, {15.0}, {10.0}), 0.5 - 0.2 * e(3.0, 30.0), 1e-15);
  EXPECT_NEAR(weight_after(p, {11.0}, {10.0}), 0.5 + 0.1 * e(1.0, 20.0), 1e-15);
  EXPECT_EQ(weight_after(p, {12.0}, {10.0}), 0.5);
  p.fraction = 0.0;
  EXPECT_NEAR(weight_after(p, {10.0}, {15.0}), 0.5 + 0.1 * e(3.0, 20.0), 1e-15);
  EXPECT_EQ(weight_after(p, {10.0}, {12.0}), 0.5);
  p.dependence = Dependence::multiplicative;
  p.w_min = 0.1;
  EXPECT_NEAR(weight_after(p, {10.0}, {15.0}), 0.5 + 0.1 * e(3.0, 20.0) * 0.5, 1e-15);
  EXPECT_NEAR(weight_after(p, {15.0}, {10.0}), 0.5 - 0.2 * e(7.0, 30.0) * 0.4, 1e-15);
  p.dependence = Dependence::gutig;
  p.w_max = 2.0;
  EXPECT_NEAR(weight_after(p, {10.0}, {15.0}), 0.5 + 0.2 * e(3.0, 20.0) * std::sqrt(0.75), 1e-15);
  EXPECT_NEAR(weight_after(p, {15.0}, {10.0}), 0.5 - 0.4 * e(7.0, 30.0) * std::sqrt(0.2), 1e-15);
  p.w_min = -2.0;
  p.w_max = -0.1;
  EXPECT_NEAR(weight_after(p, {15.0}, {10.0}, -0.5), -0.5 + 0.4 * e(7.0, 30.0) * std::sqrt(0.2), 1e-15);
}

TEST(PlasticityByPairs, CountsThePairsOfEachScheme) {
  Plasticity p;
  p.fraction = 0.0;
  p.A_plus = 0.01;
  p.A_minus = 0.02;
  // Arrivals: pre 1, 2, 7, 8; post 4, 5, 10.
  const std::vector<double> pre{-1.0, 0.0, 5.0, 6.0};
  const std::vector<double> post{4.0, 5.0, 10.0};
  const auto sum = [](const std::vector<double>& intervals) {
    double total = 0.0;
    for (const double h : intervals) {
      total += e(h, 20.0);
    }
    return total;
  };
  const auto expect = [&](Pairs pairs, const std::vector<double>& plus, const std::vector<double>& minus) {
    p.pairs = pairs;
    EXPECT_NEAR(weight_after(p, pre, post), 0.5 + 0.01 * sum(plus) - 0.02 * sum(minus), 1e-15);
  };
  expect(Pairs::all, {3, 2, 4, 3, 9, 8, 3, 2}, {3, 2, 4, 3});
  expect(Pairs::nearest_symmetric, {2, 3, 2}, {2, 3});
  expect(Pairs::nearest_presynaptic, {3, 2, 3, 2}, {2, 3});
  expect(Pairs::nearest_reduced, {2, 2}, {2});
}

TEST(PlasticityByPairs, OfTripletsReadsTheTracesBeforeTheirOwnSpike) {
  Plasticity p;
  p.timing = Timing::triplets;
  p.fraction = 0.0;
  p.A_plus = 0.01;
  p.A3_plus = 0.02;
  p.A_minus = 0.03;
  p.A3_minus = 0.04;
  // Arrivals: pre 1, 5; post 3, 8.
  const double first = 0.01 * e(2.0, 20.0);
  const double second = -e(2.0, 20.0) * (0.03 + 0.04 * e(4.0, 101.0));
  const double third = (e(7.0, 20.0) + e(3.0, 20.0)) * (0.01 + 0.02 * e(5.0, 125.0));
  EXPECT_NEAR(weight_after(p, {-1.0, 3.0}, {3.0, 8.0}), 0.5 + first + second + third, 1e-15);
  p.pairs = Pairs::nearest_symmetric;
  const double nearest = e(3.0, 20.0) * (0.01 + 0.02 * e(5.0, 125.0));
  EXPECT_NEAR(weight_after(p, {-1.0, 3.0}, {3.0, 8.0}), 0.5 + first + second + nearest, 1e-15);
}

TEST(PlasticityByPairs, OfVogelsCountsEqualTimesOnce) {
  Plasticity p;
  p.timing = Timing::vogels;
  p.eta = 0.01;
  p.rho = 0.1;
  EXPECT_NEAR(weight_after(p, {12.0}, {10.0}), 0.5 - 0.04 + 0.01, 1e-15);
  EXPECT_NEAR(weight_after(p, {12.0}, {13.0}), 0.5 - 0.04 + 0.01 * e(3.0, 20.0), 1e-15);
}

TEST(PlasticityByPairs, ClipsEachChange) {
  Plasticity p;
  p.A_plus = p.A_minus = 0.4;
  p.fraction = 0.0;
  // Potentiated beyond w_max, then depressed from there; post 1 and 2, pre 0 and 3 at the synapse.
  const double after = 1.0 - 0.4 * (e(1.0, 20.0) + e(2.0, 20.0));
  EXPECT_NEAR(weight_after(p, {-2.0, 1.0}, {1.0, 2.0}), after, 1e-15);
}

TEST(ShortTermByIteration, GivesTheSameAtAndNearEqualTimeConstants) {
  Plasticity p;
  p.tau_rec = 10.0;
  p.tau_facil = 30.0;
  p.u = 0.3;
  const auto third = [&](double tau_syn) {
    ShortTermByIteration<Digits> synapse(p, tau_syn);
    synapse.release(1.0, 0.0);
    synapse.release(4.0, 0.0);
    return static_cast<double>(synapse.release(6.0, 0.0).value);
  };
  EXPECT_NEAR(third(10.0), third(10.0 * (1 + 0x1p-45)), 1e-14);
  EXPECT_NEAR(third(10.0), third(10.0 * (1 + 0x1p-20)), 1e-6);
  // The first spike releases what u has become at its time.
  ShortTermByIteration<Digits> synapse(p, 5.0);
  const double u = 0.3 * e(6.0, 30.0);
  EXPECT_NEAR(static_cast<double>(synapse.release(6.0, 0.0).value), u + 0.5 * (1 - u), 1e-15);
}

TEST(ShortTermByIteration, FollowsTheDifferentialEquationsInSmallSteps) {
  Plasticity p;
  p.tau_rec = 13.0;
  p.tau_facil = 7.0;
  p.U = 0.4;
  const double tau_syn = 3.0;
  ShortTermByIteration<Digits> synapse(p, tau_syn);
  double u = 0.0, y = 0.0, z = 0.0, t = 0.0;
  for (const double spike : {1.0, 2.0, 5.0, 9.0}) {
    const int steps = 4000;
    const double h = (spike - t) / steps;
    for (int k = 0; k < steps; ++k) {  // the midpoint rule
      const double ym = y - 0.5 * h * y / tau_syn;
      const double zm = z + 0.5 * h * (y / tau_syn - z / p.tau_rec);
      u *= std::exp(-h / p.tau_facil);
      z += h * (ym / tau_syn - zm / p.tau_rec);
      y -= h * ym / tau_syn;
    }
    t = spike;
    u += p.U * (1.0 - u);
    const double released = u * (1.0 - y - z);
    y += released;
    EXPECT_NEAR(static_cast<double>(synapse.release(spike, 0.0).value), released, 1e-7);
  }
}

}  // namespace
}  // namespace reference
