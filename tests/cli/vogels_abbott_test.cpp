// SPDX-License-Identifier: Apache-2.0
#include "vogels_abbott.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace va_event::cli {
namespace {

using ::testing::ElementsAre;

VogelsAbbott built(Simulation& sim, const VogelsAbbottParameters& p) {
  return build(sim, p, [](const std::string&) {});
}

std::vector<std::string> labels(const std::vector<Projection>& projections) {
  std::vector<std::string> all;
  for (const Projection& projection : projections) {
    all.push_back(projection.label());
  }
  return all;
}

std::vector<std::size_t> sizes(const std::vector<Projection>& projections) {
  std::vector<std::size_t> all;
  for (const Projection& projection : projections) {
    all.push_back(projection.size());
  }
  return all;
}

TEST(VogelsAbbott, WeightsFollowFromTheConductancesOfTheSeedScript) {
  const VogelsAbbottParameters coba(Benchmark::coba);
  EXPECT_DOUBLE_EQ(coba.w_exc(), 0.004);  // uS
  EXPECT_DOUBLE_EQ(coba.w_inh(), 0.051);
  const VogelsAbbottParameters cuba(Benchmark::cuba);
  EXPECT_DOUBLE_EQ(cuba.w_exc(), 0.0162);  // nA
  EXPECT_DOUBLE_EQ(cuba.w_inh(), -0.09);
  EXPECT_EQ(coba.v_rest, -60.0);
  EXPECT_EQ(cuba.v_rest, -49.0);
}

TEST(VogelsAbbott, FourFifthsOfTheCellsAreExcitatory) {
  VogelsAbbottParameters p;
  EXPECT_EQ(p.n_exc(), 3200U);
  EXPECT_EQ(p.n_inh(), 800U);
  p.n = 10003;  // 8002.4
  EXPECT_EQ(p.n_exc(), 8002U);
  EXPECT_EQ(p.n_inh(), 2001U);
}

TEST(VogelsAbbott, CellsHaveTheParametersOfTheSeedScript) {
  for (const Benchmark benchmark : {Benchmark::coba, Benchmark::cuba}) {
    Simulation sim;
    VogelsAbbottParameters p(benchmark);
    p.n = 10;
    const VogelsAbbott network = built(sim, p);
    const auto value = [&network](const char* parameter) { return network.inh.get(parameter).back(); };
    EXPECT_EQ(value("tau_m"), 20.0);
    EXPECT_EQ(value("cm"), 0.2);
    EXPECT_EQ(value("tau_syn_E"), 5.0);
    EXPECT_EQ(value("tau_syn_I"), 10.0);
    EXPECT_EQ(value("tau_refrac"), 5.0);
    EXPECT_EQ(value("v_thresh"), -50.0);
    EXPECT_EQ(value("v_reset"), -60.0);
    EXPECT_EQ(value("i_offset"), 0.0);
    EXPECT_EQ(value("v_rest"), benchmark == Benchmark::coba ? -60.0 : -49.0);
    if (benchmark == Benchmark::coba) {
      EXPECT_EQ(value("e_rev_E"), 0.0);
      EXPECT_EQ(value("e_rev_I"), -80.0);
    }
  }
}

TEST(VogelsAbbott, OnlyCobaIsStimulated) {
  VogelsAbbottParameters p(Benchmark::coba);
  p.n = 400;
  Simulation coba;
  EXPECT_THAT(labels(built(coba, p).external), ElementsAre("ext2e", "ext2i"));
  EXPECT_EQ(coba.populations().back().cell_type, "SpikeSourcePoisson");
  EXPECT_EQ(coba.populations().back().size, 20U);
  p = VogelsAbbottParameters(Benchmark::cuba);
  p.n = 400;
  Simulation cuba;
  EXPECT_THAT(labels(built(cuba, p).external), ElementsAre());
  EXPECT_EQ(cuba.populations().size(), 2U);
}

TEST(VogelsAbbott, PotentialsStartBetweenResetAndThresholdAndDoNotDependOnTheStyle) {
  VogelsAbbottParameters p;
  p.n = 400;
  Simulation plain;
  const VogelsAbbott network = built(plain, p);
  const std::vector<double> exc = network.exc.value("v");
  const std::vector<double> inh = network.inh.value("v");
  double sum = 0.0;
  for (const double v : exc) {
    EXPECT_GE(v, -60.0);
    EXPECT_LT(v, -50.0);
    sum += v;
  }
  // Mean of 320 uniform numbers: -55 with a standard deviation of 10 / sqrt(12 * 320) = 0.16; six of them.
  EXPECT_NEAR(sum / static_cast<double>(exc.size()), -55.0, 1.0);
  for (const Style style : {Style{.use_views = true}, Style{.use_assembly = true}, Style{.use_csa = true}}) {
    p.style = style;
    Simulation other;
    const VogelsAbbott same = built(other, p);
    EXPECT_EQ(same.exc.value("v"), exc);
    EXPECT_EQ(same.inh.value("v"), inh);
  }
}

TEST(VogelsAbbott, EveryStyleConnectsWithTheGivenProbabilityWeightAndDelay) {
  for (const bool use_csa : {false, true}) {
    for (const bool use_views : {false, true}) {
      for (const bool use_assembly : {false, true}) {
        VogelsAbbottParameters p;
        p.n = 1000;
        p.pconn = 0.1;
        p.delay = 1.5;
        p.style = {use_views, use_assembly, use_csa};
        Simulation sim;
        const VogelsAbbott network = built(sim, p);
        if (use_views || use_assembly) {
          EXPECT_THAT(labels(network.projections), ElementsAre("e2e,i", "i2e,i"));
        } else {
          EXPECT_THAT(labels(network.projections), ElementsAre("e2e", "e2i", "i2e", "i2i"));
        }
        double synapses = 0.0;
        for (const Projection& projection : network.projections) {
          synapses += static_cast<double>(projection.size());
          const double weight = projection.label()[0] == 'e' ? 0.004 : 0.051;
          EXPECT_DOUBLE_EQ(projection.weights().front(), weight);
          EXPECT_EQ(projection.delays().back(), 1.5);
        }
        // Binomial(1e6, 0.1): 1e5 with a standard deviation of 300; six of them.
        EXPECT_NEAR(synapses, 1e5, 1800.0);
        EXPECT_EQ(sim.populations().size(), use_views ? 2U : 3U) << "with the Poisson sources";
      }
    }
  }
}

/// Sum of a synaptic variable over all cells after 100 ms.
double synaptic_sum(const VogelsAbbottParameters& p, const std::string& variable) {
  Simulation sim;
  const VogelsAbbott network = built(sim, p);
  sim.run(100.0);
  double sum = 0.0;
  for (const PopulationView& cells : {network.exc, network.inh}) {
    for (const double value : cells.value(variable)) {
      sum += value;
    }
  }
  return sum;
}

TEST(VogelsAbbott, EachProjectionReachesTheReceptorOfItsName) {
  for (const Benchmark benchmark : {Benchmark::coba, Benchmark::cuba}) {
    for (const bool use_views : {false, true}) {
      const std::string variable = benchmark == Benchmark::coba ? "gsyn_" : "isyn_";
      VogelsAbbottParameters p(benchmark);
      p.n = 200;
      p.pconn = 0.2;
      p.stim_dur = 100.0;
      p.style.use_views = use_views;
      VogelsAbbottParameters only_exc = p;
      only_exc.g_inh = 0.0;
      EXPECT_GT(synaptic_sum(only_exc, variable + "exc"), 0.0);
      EXPECT_EQ(synaptic_sum(only_exc, variable + "inh"), 0.0);
      VogelsAbbottParameters only_inh = p;
      only_inh.g_exc = 0.0;
      if (benchmark == Benchmark::cuba) {  // fires without a stimulus
        EXPECT_EQ(synaptic_sum(only_inh, "isyn_exc"), 0.0);
        EXPECT_LT(synaptic_sum(only_inh, "isyn_inh"), 0.0);
      } else {
        EXPECT_GT(synaptic_sum(only_inh, "gsyn_inh"), 0.0);
      }
    }
  }
}

TEST(VogelsAbbott, ThePyNNNetworkHasTheSynapseCountsThatPyNNPrints) {
  VogelsAbbottParameters p(Benchmark::coba);
  p.pynn_network = true;
  Simulation sim;
  const VogelsAbbott network = built(sim, p);
  EXPECT_THAT(sizes(network.projections), ElementsAre(204712, 50753, 50753, 12698));
  EXPECT_THAT(sizes(network.external), ElementsAre(624, 153));
  // numpy.random.RandomState(98765).uniform(-60, -50, 4000): the first number by hand from the definition of the
  // generator is checked where the generator is tested; here, that E comes before I in one sequence.
  NumpyRandom rng(98765);
  const std::vector<double> v = rng.uniform(-60.0, -50.0, 4000);
  EXPECT_EQ(network.exc.value("v").back(), v[3199]);
  EXPECT_EQ(network.inh.value("v").front(), v[3200]);
}

TEST(VogelsAbbott, ThePyNNNetworkReplaysOneSequenceInEveryProjection) {
  VogelsAbbottParameters p(Benchmark::cuba);
  p.pynn_network = true;
  Simulation sim;
  const VogelsAbbott network = built(sim, p);
  // The well-known flaw: e2i repeats the first 800 columns of e2e.
  std::size_t first_columns = 0;
  for (const ListedConnection& connection : network.projections[0].connections()) {
    first_columns += connection.post < 800 ? 1U : 0U;
  }
  EXPECT_EQ(first_columns, network.projections[1].size());
  p.style.use_views = true;
  Simulation with_views;
  // One sequence over all 4000 targets begins with the 3200 of e2e.
  std::size_t to_exc = 0;
  for (const ListedConnection& connection : built(with_views, p).projections[0].connections()) {
    to_exc += connection.post < 3200 ? 1U : 0U;
  }
  EXPECT_EQ(to_exc, 204712U);
}

TEST(VogelsAbbott, EachStepIsAnnouncedAsInTheSeedScript) {
  Simulation sim;
  VogelsAbbottParameters p;
  p.n = 10;
  std::vector<std::string> steps;
  const VogelsAbbott network = build(sim, p, [&steps](const std::string& step) { steps.push_back(step); });
  EXPECT_EQ(network.exc.size(), 8U);
  EXPECT_THAT(steps, ElementsAre("Creating cell populations...", "Initialising membrane potential to random values...",
                                 "Connecting populations..."));
}

}  // namespace
}  // namespace va_event::cli
