// SPDX-License-Identifier: Apache-2.0
// Recording of synapses: what is recorded from when on, what is refused, and what is forgotten.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "../recording/temporary_folder.hpp"
#include "expect_error.hpp"
#include "va_event/va_event.hpp"

namespace va_event {
namespace {

using testing_support::content;
using testing_support::TemporaryFolder;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
using Indexes = std::vector<std::uint64_t>;

/// Two sources that spike at 1, 11, 21 ... ms onto two neurons that a third one makes spike 5 ms later: each synapse
/// potentiates at 6, 16, ... ms and depresses at 11, 21, ... ms.
class SynapseRecordings : public ::testing::Test {
 protected:
  SynapseRecordings() {
    simulation_.connect(driver_, neurons_, AllToAllConnector(), {40.0, 0.5});
    neurons_.record("spikes");
  }
  static std::vector<Time> every_ten(double first) {
    std::vector<Time> times;
    for (int k = 0; k < 10; ++k) {
      times.emplace_back(first + 10.0 * k);
    }
    return times;
  }

  Simulation simulation_;
  Population sources_ = simulation_.create(2, SpikeSourceArray{every_ten(0.5)});
  Population driver_ = simulation_.create(1, SpikeSourceArray{every_ten(5.5)});
  Population neurons_ = simulation_.create(2, IfCurrDelta{.tau_refrac = 1.0});
  Projection plastic_ =
      simulation_.connect(sources_, neurons_, AllToAllConnector(),
                          StdpMechanism{.timing_dependence = SpikePairRule{.A_plus = 0.05, .A_minus = 0.01},
                                        .weight_dependence = AdditiveWeightDependence{.w_max = 0.01},
                                        .dendritic_delay_fraction = 0.0,
                                        .weight = 0.005,
                                        .delay = 0.5});
  Projection static_ = simulation_.connect(sources_, neurons_, AllToAllConnector(), {0.25, 1.0});
  Projection depressing_ = simulation_.connect(sources_, neurons_, AllToAllConnector(),
                                               TsodyksMarkramSynapse{.weight = 0.001, .delay = 0.5, .u = 0.25});
  Projection chance_ = simulation_.connect(sources_, neurons_, AllToAllConnector(),
                                           SimpleStochasticSynapse{.weight = 0.002, .delay = 2.0, .p = 0.5});
};

TEST_F(SynapseRecordings, SampleOnTheGridOfTheIntervalFromNowOn) {
  plastic_.record("weight", {.sampling_interval = 2.5});
  simulation_.run_until(10.0);
  const SynapseSignal weights = plastic_.signal("weight");
  EXPECT_EQ(weights.variable, "weight");
  EXPECT_EQ(weights.unit, "mV");
  EXPECT_EQ(weights.sampling_interval, 2.5);
  EXPECT_EQ(weights.first_sample, 0);
  EXPECT_EQ(weights.synapses, (Indexes{0, 1, 2, 3}));
  EXPECT_EQ(weights.pre, (std::vector<CellId>{0, 0, 1, 1}));
  EXPECT_EQ(weights.post, (std::vector<CellId>{3, 4, 3, 4}));
  ASSERT_EQ(weights.samples(), 4U);  // the sample at 10 ms belongs to the next run
  EXPECT_EQ(weights.at(2, 0), 0.005);
  EXPECT_NEAR(weights.at(3, 0), 0.005 + 0.05 * 0.01 * std::exp(-5.0 / 20.0), 1e-17);
  simulation_.run_until(10.1);
  EXPECT_EQ(plastic_.signal("weight").samples(), 5U);
  plastic_.record("weight", {.sampling_interval = 2.5});  // all of them again
  simulation_.run_until(12.6);
  EXPECT_EQ(plastic_.signal("weight").samples(), 6U);
  EXPECT_EQ(plastic_.signal("weight").time(5), 12.5);
}

TEST_F(SynapseRecordings, HoldEachChangeAtTheTimeWhenItReachesTheSynapse) {
  plastic_.record("weight");
  simulation_.run_until(11.0);  // the spikes that reach the synapses now belong to the next run
  const SynapseChanges first = plastic_.changes("weight");
  EXPECT_EQ(first.times, std::vector<Time>(4, 6.0));
  EXPECT_EQ(first.synapses, (Indexes{0, 1, 2, 3}));
  EXPECT_EQ(first.pre, (std::vector<CellId>{0, 0, 1, 1}));
  EXPECT_EQ(first.post, (std::vector<CellId>{3, 4, 3, 4}));
  EXPECT_EQ(first.values, plastic_.weights());
  simulation_.run_until(11.5);
  const SynapseChanges both = plastic_.changes("weight");
  EXPECT_EQ(both.times, (std::vector<Time>{6.0, 6.0, 6.0, 6.0, 11.0, 11.0, 11.0, 11.0}));
  EXPECT_EQ(std::vector(both.values.begin() + 4, both.values.end()), plastic_.weights());
  EXPECT_EQ(both.unit, "mV");
}

TEST_F(SynapseRecordings, ArePostsynapticAtTheEndOfTheDendriticDelay) {
  Projection back = simulation_.connect(
      sources_, neurons_, AllToAllConnector(),
      StdpMechanism{.weight_dependence = AdditiveWeightDependence{.w_max = 0.01}, .weight = 0.005, .delay = 3.0});
  back.record({"weight", "delivered_weight"});
  simulation_.run_until(9.5);
  EXPECT_EQ(back.changes("weight").times, std::vector<Time>(4, 9.0));
  EXPECT_EQ(back.changes("delivered_weight").times, std::vector<Time>(4, 0.5));  // f = 1: at once
}

TEST_F(SynapseRecordings, AreOfTheSynapsesThatWereChosen) {
  plastic_.record("weight", {.sampling_interval = 2.0, .synapses = Indexes{3, 1}});
  plastic_.record("weight", {.synapses = Indexes{2}});
  plastic_.record("weight", {.synapses = Indexes{2, 0}});
  simulation_.run_until(20.0);
  EXPECT_EQ(plastic_.signal("weight").synapses, (Indexes{1, 3}));
  EXPECT_EQ(plastic_.signal("weight").post, (std::vector<CellId>{4, 4}));
  EXPECT_EQ(plastic_.changes("weight").synapses, (Indexes{0, 2, 0, 2, 0, 2}));
  EXPECT_EQ(plastic_.signal("weight", Indexes{3}).synapses, (Indexes{3}));
  EXPECT_EQ(plastic_.changes("weight", Indexes{2, 3}).synapses, (Indexes{2, 2, 2}));
  expect_error<UnknownNameError>([&] { (void)plastic_.signal("weight", Indexes{0}); }, "variable", "recorded");
  expect_error<UnknownNameError>([&] { (void)plastic_.changes("weight", Indexes{1}); }, "variable", "recorded");
  static_.record("weight", {.sampling_interval = 1.0, .synapses = Indexes{}});
  expect_error<UnknownNameError>([&] { (void)static_.signal("weight"); }, "variable", "recorded");
}

TEST_F(SynapseRecordings, BeginWhenTheyAreAskedFor) {
  simulation_.run_until(7.0);
  plastic_.record("weight");
  plastic_.record("weight", {.sampling_interval = 2.0, .synapses = Indexes{0}});
  simulation_.run_until(9.0);
  plastic_.record("weight", {.sampling_interval = 2.0, .synapses = Indexes{0, 1}});
  simulation_.run_until(12.0);
  EXPECT_EQ(plastic_.changes("weight").times, std::vector<Time>(4, 11.0));
  EXPECT_EQ(plastic_.signal("weight", Indexes{0}).first_sample, 4);
  EXPECT_EQ(plastic_.signal("weight", Indexes{1}).first_sample, 5);
  expect_error<StateError>([&] { (void)plastic_.signal("weight"); }, "variable", "same times");
}

TEST_F(SynapseRecordings, OfOneProjectionDoNotTouchOthers) {
  plastic_.record("weight", {.sampling_interval = 3.0});
  depressing_.record("weight", {.sampling_interval = 3.0});
  simulation_.run_until(10.0);
  depressing_.clear_recorded();
  EXPECT_EQ(depressing_.signal("weight").samples(), 0U);
  EXPECT_EQ(plastic_.signal("weight").samples(), 4U);
  depressing_.stop_recording();
  EXPECT_THROW((void)depressing_.signal("weight"), UnknownNameError);
  EXPECT_EQ(plastic_.signal("weight").samples(), 4U);
}

TEST_F(SynapseRecordings, OfStaticSynapsesHaveTheWeightsThatWereSetMeanwhile) {
  static_.record("weight", {.sampling_interval = 1.0});
  static_.record("weight");
  simulation_.run_until(2.0);
  static_.set_weights(0.5);
  simulation_.run_until(4.0);
  const SynapseSignal weights = static_.signal("weight", Indexes{1});
  EXPECT_EQ(weights.values, (std::vector<double>{0.25, 0.25, 0.5, 0.5}));
  EXPECT_EQ(static_.changes("weight").size(), 0U);  // what users set is no change
  EXPECT_EQ(static_.variables(), std::vector<std::string>{"weight"});
}

TEST_F(SynapseRecordings, OfShortTermDynamicsHaveTheClosedFormOfUAndX) {
  depressing_.record({"u", "x"}, {.sampling_interval = 0.25, .synapses = Indexes{0}});
  depressing_.record({"u", "x", "delivered_weight", "weight"}, {.synapses = Indexes{0}});
  simulation_.run_until(2.0);
  const SynapseChanges u = depressing_.changes("u");
  EXPECT_EQ(u.unit, "");
  EXPECT_EQ(u.times, std::vector<Time>(1, 1.0));
  EXPECT_EQ(u.values, std::vector<double>(1, 0.5));                         // U = 0.5; tau_facil = 0
  EXPECT_EQ(depressing_.changes("x").values, std::vector<double>(1, 0.5));  // u x = 0.5 is released
  EXPECT_EQ(depressing_.changes("delivered_weight").values, std::vector<double>(1, 0.0005));
  EXPECT_EQ(depressing_.changes("delivered_weight").unit, "mV");
  EXPECT_EQ(depressing_.changes("weight").size(), 0U);
  const SynapseSignal x = depressing_.signal("x");
  for (std::size_t k = 0; k < 8; ++k) {  // IF_curr_delta has no tau_syn: z = 0.5 decays with tau_rec = 100 ms
    EXPECT_NEAR(x.at(k, 0), k <= 4 ? 1.0 : 1.0 - 0.5 * std::exp(-(x.time(k) - 1.0) / 100.0), 1e-16);
  }
  EXPECT_EQ(depressing_.value("x")[3], depressing_.value("x")[0]);
  expect_error<UnknownNameError>([&] { (void)depressing_.value("delivered_weight"); }, "variable", "at any time");
}

TEST_F(SynapseRecordings, OfChanceHaveTheWeightOrNothing) {
  chance_.record("delivered_weight");
  simulation_.run_until(90.0);
  const SynapseChanges delivered = chance_.changes("delivered_weight");
  ASSERT_EQ(delivered.size(), 4U * 9U);
  std::size_t successes = 0;
  for (std::size_t k = 0; k < delivered.size(); ++k) {
    EXPECT_TRUE(delivered.values[k] == 0.0 || delivered.values[k] == 0.002);
    EXPECT_EQ(delivered.times[k], Time(2.5 + 10.0 * static_cast<double>(k / 4)));
    successes += delivered.values[k] > 0.0 ? 1 : 0;
  }
  EXPECT_GT(successes, 9U);
  EXPECT_LT(successes, 27U);
}

TEST_F(SynapseRecordings, AreClearedAndGoOnOrStop) {
  plastic_.record("weight", {.sampling_interval = 2.0});
  plastic_.record("weight");
  simulation_.run_until(7.0);
  plastic_.clear_recorded();
  EXPECT_EQ(plastic_.changes("weight").size(), 0U);
  EXPECT_EQ(plastic_.signal("weight").samples(), 0U);
  simulation_.run_until(12.0);
  EXPECT_EQ(plastic_.changes("weight").times, std::vector<Time>(4, 11.0));
  EXPECT_EQ(plastic_.signal("weight").first_sample, 4);
  EXPECT_EQ(plastic_.signal("weight").samples(), 2U);
  plastic_.stop_recording();
  EXPECT_THROW((void)plastic_.changes("weight"), UnknownNameError);
  simulation_.run_until(20.0);
  plastic_.record("weight", {.sampling_interval = 3.0});  // anew, at any interval
  plastic_.record("weight");
  simulation_.run_until(22.0);
  EXPECT_EQ(plastic_.signal("weight").first_sample, 7);
  EXPECT_EQ(plastic_.changes("weight").times, std::vector<Time>(4, 21.0));
}

TEST_F(SynapseRecordings, BeginAgainAtTimeZeroAfterAReset) {
  simulation_.run_until(5.0);
  plastic_.record("weight", {.sampling_interval = 2.0});
  plastic_.record("weight");
  simulation_.run_until(30.0);
  simulation_.reset();
  EXPECT_EQ(plastic_.signal("weight").samples(), 0U);
  EXPECT_EQ(plastic_.changes("weight").size(), 0U);
  simulation_.run_until(7.0);
  EXPECT_EQ(plastic_.signal("weight").first_sample, 0);
  EXPECT_EQ(plastic_.signal("weight").samples(), 4U);
  EXPECT_EQ(plastic_.changes("weight").times, std::vector<Time>(4, 6.0));
}

TEST_F(SynapseRecordings, GoOnFromAWeightThatIsSet) {
  plastic_.record("weight");
  plastic_.record("weight", {.sampling_interval = 4.0});
  simulation_.run_until(8.0);
  plastic_.set_weights(0.002);
  simulation_.run_until(13.0);
  const SynapseChanges changes = plastic_.changes("weight", Indexes{1});
  EXPECT_EQ(changes.times, (std::vector<Time>{6.0, 11.0}));
  EXPECT_NEAR(changes.values[0], 0.005 + 0.05 * 0.01 * std::exp(-5.0 / 20.0), 1e-17);
  EXPECT_NEAR(changes.values[1], 0.002 - 0.01 * 0.01 * std::exp(-5.0 / 20.0), 1e-17);
  EXPECT_EQ(plastic_.signal("weight").at(2, 1), 0.002);  // at 8 ms
}

TEST_F(SynapseRecordings, OfSilentSourcesHaveEachSpikeOfTheTarget) {
  constexpr std::size_t kSpikes = 400;  // more than are kept for synapses to follow
  std::vector<Time> times;
  for (std::size_t k = 0; k < kSpikes; ++k) {
    times.emplace_back(200.5 + 2.0 * static_cast<double>(k));
  }
  driver_.set_spike_times(0, times);
  Projection slow =
      simulation_.connect(sources_, neurons_, AllToAllConnector(),
                          StdpMechanism{.timing_dependence = SpikePairRule{.tau_plus = 1e4, .A_plus = 1e-4},
                                        .weight_dependence = AdditiveWeightDependence{.w_max = 0.01},
                                        .dendritic_delay_fraction = 0.0,
                                        .weight = 0.001,
                                        .delay = 0.5});
  slow.record("weight", {.synapses = Indexes{2}});
  simulation_.run_until(1100.0);
  const SynapseChanges changes = slow.changes("weight");
  ASSERT_EQ(changes.size(), kSpikes);
  double weight = 0.001;
  for (std::size_t k = 0; k < kSpikes; ++k) {
    const double t = 201.0 + 2.0 * static_cast<double>(k);
    ASSERT_EQ(changes.times[k], Time(t));
    for (int spike = 0; spike < 10; ++spike) {
      weight += 1e-4 * 0.01 * std::exp(-(t - 1.0 - 10.0 * spike) / 1e4);
    }
    ASSERT_NEAR(changes.values[k], weight, 1e-15);
  }
}

TEST_F(SynapseRecordings, OfUnknownVariablesAreRefusedWithAListOfThoseThatThereAre) {
  expect_error<UnknownNameError>([&] { static_.record("u"); }, "variable", "StaticSynapse: weight");
  expect_error<UnknownNameError>([&] { static_.record("delivered_weight"); }, "variable", "StaticSynapse");
  expect_error<UnknownNameError>([&] { plastic_.record("x"); }, "variable", "weight, delivered_weight");
  expect_error<UnknownNameError>([&] { depressing_.record("y"); }, "variable", "weight, u, x, delivered_weight");
  expect_error<UnknownNameError>([&] { chance_.record("u"); }, "variable", "weight, delivered_weight");
  expect_error<UnknownNameError>([&] { (void)plastic_.signal("nonsense"); }, "variable");
  expect_error<UnknownNameError>([&] { (void)plastic_.changes("weight"); }, "variable", "recorded");
  expect_error<UnknownNameError>([&] { (void)plastic_.value("u"); }, "variable");
}

TEST_F(SynapseRecordings, ThatCannotBeAreRefusedAndNothingIsRecorded) {
  for (const double bad : {0.0, -0.1, kNaN, kInfinity, -kInfinity}) {
    expect_error<ParameterError>([&] { plastic_.record("weight", {.sampling_interval = bad}); }, "sampling_interval");
  }
  expect_error<IndexError>([&] { plastic_.record("weight", {.synapses = Indexes{4}}); }, "synapse", "below 4");
  expect_error<IndexError>([&] { plastic_.record("weight", {.synapses = Indexes{1, 1}}); }, "synapse", "twice");
  expect_error<IndexError>([&] { (void)plastic_.signal("weight", Indexes{7}); }, "synapse", "below 4");
  expect_error<ParameterError>([&] { chance_.record("delivered_weight", {.sampling_interval = 1.0}); },
                               "sampling_interval", "every change");
  EXPECT_THROW(depressing_.record({"weight", "u", "y"}), UnknownNameError);
  plastic_.record("weight", {.sampling_interval = 1.0, .synapses = Indexes{2}});
  expect_error<StateError>([&] { plastic_.record("weight", {.sampling_interval = 2.0}); }, "sampling_interval",
                           "must be 1 ms");
  simulation_.run_until(3.0);
  EXPECT_EQ(plastic_.signal("weight").synapses, (Indexes{2}));
  EXPECT_THROW((void)plastic_.changes("weight"), UnknownNameError);
  EXPECT_THROW((void)depressing_.changes("weight"), UnknownNameError);
  EXPECT_THROW((void)chance_.signal("weight"), UnknownNameError);
}

TEST_F(SynapseRecordings, ThatMemoryCannotHoldAreRefusedBeforeTheRun) {
  plastic_.record("weight", {.sampling_interval = 1e-9});
  expect_error<ParameterError>([&] { simulation_.run_until(1e6); }, "sampling_interval", "weight of 4 synapses");
  EXPECT_EQ(simulation_.now(), Time());
}

TEST_F(SynapseRecordings, AtShortIntervalsLetUsersEndTheRun) {
  plastic_.record("weight", {.sampling_interval = 0.0625});
  simulation_.on_progress([](const Progress& progress) { return progress.now_ms < 5.0; });
  EXPECT_EQ(simulation_.run_until(50.0), RunEnd::interrupted);
  EXPECT_LT(simulation_.now().ms(), 5.5);
  simulation_.on_progress({});
  EXPECT_EQ(simulation_.run_until(50.0), RunEnd::completed);
  const SynapseSignal weights = plastic_.signal("weight");
  EXPECT_EQ(weights.samples(), 800U);
  EXPECT_EQ(weights.at(96, 0), 0.005);  // at exactly 6 ms, before the spike that reaches the synapse then
  EXPECT_NE(weights.at(97, 0), 0.005);
}

TEST_F(SynapseRecordings, DoNotChangeTheSimulation) {
  simulation_.run_until(95.0);
  const std::vector<double> weights = plastic_.weights();
  const Spikes spikes = neurons_.spikes();
  simulation_.reset();
  for (Projection* projection : {&plastic_, &depressing_, &chance_}) {
    projection->record("delivered_weight");
    projection->record("weight", {.sampling_interval = 0.7});
  }
  simulation_.run_until(95.0);
  EXPECT_EQ(plastic_.weights(), weights);
  EXPECT_TRUE(neurons_.spikes() == spikes);
}

TEST_F(SynapseRecordings, AreWrittenToFiles) {
  const TemporaryFolder folder;
  static_.record("weight", {.sampling_interval = 2.0, .synapses = Indexes{1, 2}});
  depressing_.record("delivered_weight", {.synapses = Indexes{3}});
  simulation_.run_until(4.0);
  static_.write_signal(folder / "weights.csv", "weight");
  EXPECT_EQ(content(folder / "weights.csv"), "time_ms,1,2\n0,0.25,0.25\n2,0.25,0.25\n");
  depressing_.write_changes(folder / "delivered.csv", "delivered_weight");
  EXPECT_EQ(content(folder / "delivered.csv"), "time_ms,synapse,pre,post,delivered_weight_mV\n1,3,1,4,5e-04\n");
  expect_error<UnknownNameError>([&] { static_.write_signal(folder / "weights.h5", "weight"); }, "file format",
                                 ".csv, .npz (in");
  expect_error<UnknownNameError>([&] { depressing_.write_changes(folder / "c.gdf", "delivered_weight"); },
                                 "file format", ".csv, .npz (in");
}

}  // namespace
}  // namespace va_event
