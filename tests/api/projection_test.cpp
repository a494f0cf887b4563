// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "expect_error.hpp"
#include "va_event/va_event.hpp"

namespace va_event {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

class ProjectionTest : public ::testing::Test {
 protected:
  Simulation simulation_;
  Population sources_ = simulation_.create(3, SpikeSourceArray{{1.0}}, {"sources", {}});
  Population curr_ = simulation_.create(4, IfCurrExp{}, {"curr", {}});
  Population cond_ = simulation_.create(4, IfCondExp{}, {"cond", {}});
  AllToAllConnector all_;
};

TEST_F(ProjectionTest, ListsItsSynapsesByPreDelayAndPost) {
  const FromListConnector list({{2, 0, 0.3, 1.0}, {0, 1, 0.1, 2.0}, {0, 3, 0.2, 0.5}, {0, 0, {}, 0.5}});
  const Projection projection = simulation_.connect(sources_, curr_, list, {0.7, 9.0});
  EXPECT_EQ(projection.size(), 4U);
  EXPECT_EQ(projection.weights(), (std::vector<double>{0.7, 0.2, 0.1, 0.3}));
  EXPECT_EQ(projection.delays(), (std::vector<double>{0.5, 0.5, 2.0, 1.0}));
  const std::vector<ListedConnection> synapses = projection.connections();
  ASSERT_EQ(synapses.size(), 4U);
  EXPECT_EQ(synapses[1].pre, 0U);
  EXPECT_EQ(synapses[1].post, 3U);
  EXPECT_EQ(synapses[3].pre, 2U);
  EXPECT_GT(projection.memory_bytes(), 4U * 20);
}

TEST_F(ProjectionTest, IsLabelledByItsEndsUnlessNamed) {
  EXPECT_EQ(simulation_.connect(sources_, curr_, all_, {}).label(), "sources→curr");
  EXPECT_EQ(simulation_.connect(sources_, curr_, all_, {}, {"excitatory", "mine", {}}).label(), "mine");
}

TEST_F(ProjectionTest, WithWrongWeightsOrDelaysIsRefused) {
  for (const double bad : {kNaN, kInfinity, -kInfinity}) {
    expect_error<ParameterError>([&] { simulation_.connect(sources_, curr_, all_, {bad, 1.0}); }, "weight");
    expect_error<ParameterError>([&] { simulation_.connect(sources_, curr_, all_, {1.0, bad}); }, "delay");
  }
  for (const double bad : {0.0, -1.0, -1e-300}) {
    expect_error<ParameterError>([&] { simulation_.connect(sources_, curr_, all_, {1.0, bad}); }, "delay", "> 0");
  }
  expect_error<ParameterError>([&] { simulation_.connect(sources_, cond_, all_, {-0.1, 1.0}); }, "weight", ">= 0");
  EXPECT_NO_THROW(simulation_.connect(sources_, curr_, all_, {-0.1, 1.0}));
  EXPECT_THROW(simulation_.connect(sources_, curr_, all_, {std::vector<double>(11, 0.1), 1.0}), SizeError);
  EXPECT_THROW(simulation_.connect(sources_, curr_, all_, {0.1, std::vector<double>(13, 1.0)}), SizeError);
  EXPECT_THROW(simulation_.connect(sources_, cond_, all_, {0.1, RandomDistribution("normal", {0.0, 1.0})}),
               ParameterError);
}

TEST_F(ProjectionTest, OfTheWrongCellsOrReceptorIsRefused) {
  Simulation other;
  const Population foreign = other.create(4, IfCurrExp{});
  expect_error<ConnectionError>([&] { simulation_.connect(sources_, foreign, all_, {}); }, "projection");
  expect_error<ConnectionError>([&] { simulation_.connect(foreign, curr_, all_, {}); }, "projection");
  expect_error<ConnectionError>([&] { other.connect(sources_, curr_, all_, {}); }, "projection");
  EXPECT_THROW(simulation_.connect(curr_, sources_, all_, {}), ConnectionError);
  EXPECT_THROW(simulation_.connect(curr_, curr_ + sources_, all_, {}), ConnectionError);
  EXPECT_THROW(simulation_.connect(sources_, curr_, all_, {}, {"nmda", "", {}}), UnknownNameError);
  EXPECT_THROW(simulation_.connect(sources_, curr_, OneToOneConnector(), {}), SizeError);
  ProjectionOptions options;
  options.space.scale_factor = 0.0;
  EXPECT_THROW(simulation_.connect(sources_, curr_, all_, {}, options), ParameterError);
  // Nothing is left of what was refused.
  curr_.record("spikes");
  simulation_.run_until(5.0);
  EXPECT_EQ(simulation_.statistics().synaptic_events, 0U);
}

TEST_F(ProjectionTest, OntoAnAssemblyOfBothModelsActsOnBoth) {
  simulation_.connect(sources_, cond_ + curr_, all_, {0.01, 0.5});
  simulation_.run_until(2.0);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(curr_.value("isyn_exc")[i], 0.03 * std::exp(-0.1), 1e-16);
    EXPECT_NEAR(cond_.value("gsyn_exc")[i], 0.03 * std::exp(-0.1), 1e-16);
  }
}

TEST_F(ProjectionTest, ActsOnTheReceptorThatWasNamed) {
  simulation_.connect(sources_, cond_, all_, {0.01, 0.5}, {"inhibitory", "", {}});
  simulation_.connect(sources_.slice(0, 1), curr_, all_, {-0.5, 0.5}, {"inhibitory", "", {}});
  simulation_.run_until(1.6);
  EXPECT_EQ(cond_.value("gsyn_exc")[0], 0.0);
  EXPECT_NEAR(cond_.value("gsyn_inh")[0], 0.03 * std::exp(-0.02), 1e-16);
  EXPECT_EQ(curr_.value("isyn_exc")[0], 0.0);
  EXPECT_NEAR(curr_.value("isyn_inh")[0], -0.5 * std::exp(-0.02), 1e-15);
}

TEST_F(ProjectionTest, TakesNewWeightsForEventsThatArriveFromThenOn) {
  sources_.set_spike_times(0, {1.0, 2.0, 3.0});
  const OneToOneConnector one_to_one;
  Projection projection = simulation_.connect(sources_.slice(0, 1), curr_.slice(0, 1), one_to_one, {1.0, 1.5});
  curr_.set("tau_syn_E", 1e60);
  curr_.set("v_thresh", 1e60);
  simulation_.run_until(2.7);  // the first is delivered, the second on its way
  projection.set_weights(10.0);
  EXPECT_EQ(projection.weights(), std::vector<double>{10.0});
  simulation_.run_until(10.0);
  EXPECT_EQ(curr_.value("isyn_exc")[0], 21.0);
}

TEST_F(ProjectionTest, TakesNewWeightsInTheMiddleOfTheSynapsesThatASpikePassesOneAfterTheOther) {
  sources_.set_spike_times(0, {1.0});
  const Values delays = std::vector<double>{1.0, 1.0001, 1.0002, 1.0003};
  Projection projection = simulation_.connect(sources_.slice(0, 1), curr_, all_, {1.0, delays});
  curr_.set("tau_syn_E", 1e60);
  curr_.set("v_thresh", 1e60);
  simulation_.run_until(2.00015);
  projection.set_weights(10.0);
  simulation_.run_until(10.0);
  EXPECT_EQ(curr_.value("isyn_exc"), (std::vector<double>{1.0, 1.0, 10.0, 10.0}));
}

TEST_F(ProjectionTest, TakesWeightsOneByOneInTheOrderOfItsSynapses) {
  const Values delays = RandomDistribution("uniform", {0.1, 1.0});
  Projection projection = simulation_.connect(sources_, curr_, all_, {1.0, delays});
  std::vector<double> weights(12);
  for (std::size_t k = 0; k < 12; ++k) {
    weights[k] = std::ldexp(1.0, static_cast<int>(k));
  }
  projection.set_weights(weights);
  EXPECT_EQ(projection.weights(), weights);
  curr_.set("tau_syn_E", 1e60);
  curr_.set("v_thresh", 1e60);
  simulation_.run_until(5.0);
  std::vector<double> expected(4, 0.0);
  for (const ListedConnection& c : projection.connections()) {
    expected[c.post] += *c.weight;
  }
  EXPECT_EQ(curr_.value("isyn_exc"), expected);
}

TEST_F(ProjectionTest, RefusesWrongNewWeights) {
  Projection onto_curr = simulation_.connect(sources_, curr_, all_, {1.0, 1.0});
  Projection onto_cond = simulation_.connect(sources_, cond_, all_, {1.0, 1.0});
  for (const double bad : {kNaN, kInfinity}) {
    EXPECT_THROW(onto_curr.set_weights(bad), ParameterError);
  }
  EXPECT_NO_THROW(onto_curr.set_weights(-1.0));
  EXPECT_THROW(onto_cond.set_weights(-1.0), ParameterError);
  EXPECT_THROW(onto_cond.set_weights(std::vector<double>(11, 1.0)), SizeError);
  EXPECT_THROW(onto_cond.set_weights(OfDistance{[](double d) { return d; }}), UserError);
  EXPECT_EQ(onto_cond.weights(), std::vector<double>(12, 1.0));
  Projection onto_both = simulation_.connect(sources_, curr_ + cond_, all_, {1.0, 1.0});
  std::vector<double> each(onto_both.size(), 2.0);
  each.back() = -1.0;  // the last one is of a conductance
  for (const Values& bad : {Values(-1.0), Values(each), Values(RandomDistribution("uniform", {-1.0, 0.5}))}) {
    EXPECT_THROW(onto_both.set_weights(bad), ParameterError);
    EXPECT_EQ(onto_both.weights(), std::vector<double>(onto_both.size(), 1.0)) << "all or none";
  }
}

TEST_F(ProjectionTest, WithADelayLongerThanAllTimeDoesNotHoldUpTheOthers) {
  simulation_.connect(sources_, curr_, all_, {1.0, 1e60});
  simulation_.connect(sources_, curr_, all_, {RandomDistribution("uniform", {1.0, 2.0}), 1e50});
  simulation_.connect(sources_, curr_, all_, {0.01, 1.0});
  curr_.slice(0, 1).set("tau_refrac", 1e60);
  curr_.slice(0, 1).initialize("v", -50.0);
  curr_.record("spikes");
  simulation_.run_until(100.0);
  EXPECT_EQ(simulation_.statistics().synaptic_events, 12U);
  EXPECT_EQ(curr_.spikes().size(), 1U);
  EXPECT_EQ(curr_.value("v")[0], -65.0);
}

}  // namespace
}  // namespace va_event
